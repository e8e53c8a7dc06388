package kind

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/clientsite"
	"github.com/authconform/authconform/harness/played/person"
)

// options are the options of a kind with every group.
type options struct {
	Reach
	Login
	Walking
	Browsing
	Timing
	Site
	Proxy
	Own string `flag:"own"`
}

func (*options) Resolve(string) error { return nil }
func (*options) Tools() ToolOptions   { return ToolOptions{} }

// opened is a Session that records what it was opened with.
type opened struct {
	setup Setup
	flags *options
	tools Tools
}

func (*opened) Look(context.Context) (Facts, error)                        { return Facts{}, nil }
func (*opened) Found() any                                                 { return nil }
func (*opened) With(ctx context.Context) context.Context                   { return ctx }
func (*opened) Suspect()                                                   {}
func (*opened) Lost(context.Context) error                                 { return nil }
func (*opened) GiveBack(context.Context)                                   {}
func (*opened) Leave(context.Context) Totals                               { return Totals{} }
func (*opened) Traces() []string                                           { return nil }
func (*opened) Sweep(context.Context, time.Time, []string) (left []string) { return nil }

func example() Kind {
	defaults := func() *options { return &options{Own: "default", Browsing: Browsing{Browser: "auto"}} }
	return Define("example", defaults, func(s Setup, f *options, t Tools) (Session, error) { return &opened{s, f, t}, nil })
}

func TestWhatAWorkerNeedsTravelsToIt(t *testing.T) {
	ca, err := clientsite.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	given := &options{
		Reach: Reach{
			CAFile: "ca.pem", Insecure: true, RequestTimeout: time.Minute, CA: []byte("PEM"),
			Headers: []string{"@pass.txt"}, Pass: http.Header{"X-Pass": {"let-me-in"}}, ClientCert: "me.pem", Cert: []byte("PEM"),
		},
		Login:    Login{User: "ada", PasswordFile: "secret.txt", Password: "lovelace", TOTPSecret: "MFRGG"},
		Walking:  Walking{StepsFile: "steps.yaml", Steps: []person.Step{{Press: "text=Allow", Name: "steps.yaml:1"}}},
		Browsing: Browsing{Browser: "off"},
		Timing:   Timing{Clock: "wait", ControlURL: "http://mock", ControlToken: "control-token"},
		Site:     Site{ClientSite: "127.0.0.1:9000", ClientSiteCA: "dir", CA: ca, Prefer: 21000},
		Proxy:    Proxy{AccountLink: "127.0.0.1:18443"},
		Own:      "own",
	}
	given.Account = oauth.Account{Username: "ada", Password: "lovelace", TOTPSecret: "MFRGG"}
	raw := Encode(given)

	session, err := example().Open(Setup{Target: "http://home", Mark: "m", Flags: raw}, Tools{Patience: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	got := session.(*opened)
	if got.setup.Target != "http://home" || got.setup.Mark != "m" || got.tools.Patience != time.Second {
		t.Errorf("%+v", got)
	}
	want := *given
	want.CAFile, want.User, want.PasswordFile, want.Password, want.TOTPSecret = "", "", "", "", "" // sources, which the parent has read
	want.StepsFile, want.ClientSiteCA, want.Headers, want.ClientCert = "", "", nil, ""
	if !reflect.DeepEqual(got.flags, &want) {
		t.Errorf("%+v\nwant %+v", got.flags, &want)
	}
	for _, secret := range []string{"lovelace", "MFRGG", "control-token", "let-me-in"} {
		if n := strings.Count(string(raw), secret); n != 1 {
			t.Errorf("%s travels %d times", secret, n)
		}
	}
}

func TestOptionsThatAreNotToldHaveTheirDefaults(t *testing.T) {
	k := example()
	if f := k.Flags().(*options); f.Own != "default" || f.Browser != "auto" || k.Name() != "example" {
		t.Errorf("%+v", f)
	}
	session, err := k.Open(Setup{Flags: json.RawMessage(`{"Own":""}`)}, Tools{})
	if err != nil {
		t.Fatal(err)
	}
	if f := session.(*opened).flags; f.Own != "" || f.Browser != "auto" {
		t.Errorf("%+v", f)
	}
	_, err = k.Open(Setup{Flags: json.RawMessage(`{"Own":1}`)}, Tools{})
	if err == nil || !strings.Contains(err.Error(), "options of the kind example") {
		t.Errorf("%v", err)
	}
}

func TestWhatWasFoundIsReadAsItWasWritten(t *testing.T) {
	var got map[string]int
	if err := Decode(Encode(map[string]int{"a": 1}), &got); err != nil || got["a"] != 1 {
		t.Errorf("%v, %v", got, err)
	}
	got = nil
	if err := Decode(nil, &got); err != nil || got != nil {
		t.Errorf("of nothing: %v, %v", got, err)
	}
	if err := Decode(json.RawMessage("[]"), &got); err == nil {
		t.Error("a list is read as an object")
	}
	defer func() {
		if recover() == nil {
			t.Error("what is no plain data is encoded")
		}
	}()
	Encode(func() {})
}

func TestAKindIsFoundByItsName(t *testing.T) {
	r := Registry{example(), Define("other", func() *options { return &options{} }, nil)}
	if !slices.Equal(r.Names(), []string{"example", "other"}) || r.Find("other").Name() != "other" || r.Find("others") != nil {
		t.Errorf("%v", r.Names())
	}
}

func TestStepsEndAtTheFirstError(t *testing.T) {
	broken := &Loss{Reason: "broken"}
	ran := 0
	step := func(err error) func() error { return func() error { ran++; return err } }
	if err := All(step(nil), step(broken), step(nil)); err != broken || ran != 2 { //nolint:errorlint // this very one
		t.Errorf("%v after %d steps", err, ran)
	}
	if err := All(step(nil)); err != nil {
		t.Error(err)
	}
}
