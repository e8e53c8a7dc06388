package accountlink

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/kind"
	"github.com/authconform/authconform/harness/oauth"
	"github.com/authconform/authconform/harness/played/person"
	"github.com/authconform/authconform/internal/exit"
)

func TestTheOptionsOfAProxyTravelToWorkers(t *testing.T) {
	given := Kind().Flags().(*Flags)
	given.Service, given.Insecure, given.CA = "thermostat", true, []byte("PEM")
	given.Account = oauth.Account{Username: "ben", Password: password}
	given.Steps = []person.Step{{Press: "text=Allow", Name: "steps:1"}}
	raw := kind.Encode(given)
	var got Flags
	if err := kind.Decode(raw, &got); err != nil || !reflect.DeepEqual(&got, given) {
		t.Errorf("%+v, %v\nwant %+v", got, err, given)
	}
	tools := got.Tools()
	if !tools.Walks || !tools.Insecure || tools.Browser != "auto" || tools.RequestTimeout == 0 || string(tools.CA) != "PEM" {
		t.Errorf("%+v", tools)
	}
	if n := strings.Count(string(raw), password); n != 1 {
		t.Errorf("the password travels %d times", n)
	}
}

func TestAProxyIsJudgedByAServiceOfItsList(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Flags)
		want   string
	}{
		"all that is needed": {func(*Flags) {}, ""},
		"no service":         {func(o *Flags) { o.Service = "" }, "give --service"},
		"nobody":             {func(o *Flags) { o.Account = oauth.Account{} }, "no user to log in at http://proxy"},
		"steps without eyes": {func(o *Flags) { o.StepsFile = "auto" }, "--steps: they need a browser"},
		"no such browser":    {func(o *Flags) { o.Browser = "/no/such/browser" }, "/no/such/browser"},
	} {
		o := Kind().Flags().(*Flags)
		o.Service, o.Browser, o.Account = "thermostat", "off", oauth.Account{Username: "ben", Password: password}
		c.change(o)
		err := o.Resolve("http://proxy")
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (exit.Code(err) != exit.Usage || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestTheDoorMakesOneLinking(t *testing.T) {
	_, s := start(t, nil)
	ctx := s.With(judge.With(t.Context(), judge.NewRecord()))
	facts, err := s.Look(ctx)
	if err != nil || facts.Product != "account-link proxy" || facts.Lacks["browser"] == "" {
		t.Errorf("%+v, %v", facts, err)
	}
	if totals := s.Leave(ctx); totals.Requests == 0 {
		t.Errorf("%+v", totals)
	}
	f, s := start(t, nil)
	for first, judged := range map[string]bool{
		"{}": false, "no JSON": false, `{"error":"unknown_service"}`: false, `{"url":"http://named.otherwise"}`: true,
	} {
		f.first, f.silent = first, true
		_, err := s.Look(ctx)
		if judged && err != nil || !judged && (!errors.Is(err, ErrNoProxy) || exit.Code(err) != exit.NoTarget) {
			t.Errorf("a proxy that says %s: %v", first, err)
		}
	}
	f.Close()
	if _, err := s.Look(ctx); !errors.Is(err, kind.ErrUnreachable) || exit.Code(err) != exit.NoTarget {
		t.Errorf("nobody there: %v", err)
	}
}

func TestAWorkerNoticesThatItsProxyIsGone(t *testing.T) {
	_, parent := start(t, nil)
	var setup kind.Setup // as it comes out of the job of a worker
	raw := kind.Encode(kind.Setup{Found: kind.Encode(parent.Found())})
	if err := json.Unmarshal(raw, &setup); err != nil {
		t.Fatal(err)
	}
	f, s := start(t, setup.Found)
	ctx := s.With(judge.With(t.Context(), judge.NewRecord()))
	s.Suspect()
	if err := s.Lost(ctx); err != nil || !strings.Contains(f.lines(), "GET /services") {
		t.Errorf("one that is there: %v", err)
	}
	f.Close()
	s.Suspect()
	if err := s.Lost(ctx); err == nil {
		t.Error("one that is gone is not missed")
	}
}
