package oauth

import (
	"io"
	"mime/multipart"
	"slices"
	"strings"
	"testing"
)

func TestAChangeIsMadeToACopyOfTheForm(t *testing.T) {
	for name, c := range map[string]struct {
		change Change
		want   string
	}{
		"set what is there":           {Set("a", "9"), "a=9&b=2&a=3"},
		"set what is not":             {Set("c", "4"), "a=1&b=2&a=3&c=4"},
		"set to nothing":              {Set("b", ""), "a=1&b=&a=3"},
		"drop what is there, twice":   {Drop("a"), "b=2"},
		"drop what is not":            {Drop("c"), "a=1&b=2&a=3"},
		"add another of the name":     {Add("b", "4"), "a=1&b=2&a=3&b=4"},
		"a client without a redirect": {Client{ID: "x"}.Asks()[0], "a=1&b=2&a=3&client_id=x"},
	} {
		form := make(Form, 3, 8) // room for what a change might append in place
		copy(form, Form{{"a", "1"}, {"b", "2"}, {"a", "3"}})
		if got := c.change(form).Encode(); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if got := form.Encode(); got != "a=1&b=2&a=3" || form[:4][3] != (Param{}) {
			t.Errorf("%s changed the form itself: %s", name, got)
		}
	}
}

func TestChangesAreMadeInTheirOrder(t *testing.T) {
	got := Form{{"a", "1"}}.Apply(Add("a", "2"), Set("a", "3"), Drop("b"), Add("b", "4")).Encode()
	if got != "a=3&a=2&b=4" {
		t.Errorf("%s", got)
	}
	if got := (Form{{"a", "1"}}).Apply().Encode(); got != "a=1" {
		t.Errorf("no change: %s", got)
	}
}

func TestAFormIsEncodedForAQueryOrABody(t *testing.T) {
	f := Form{{"redirect_uri", "http://h/?a=b&c"}, {"scope", "a b"}, {"", "ü"}}
	if got, want := f.Encode(), "redirect_uri=http%3A%2F%2Fh%2F%3Fa%3Db%26c&scope=a+b&=%C3%BC"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := (Form{}).Encode(); got != "" {
		t.Errorf("an empty form: %q", got)
	}
}

func TestAMultipartFormIsReadAsItWasWritten(t *testing.T) {
	want := Form{{"code", "a b&c"}, {"code", "again"}, {"client_id", ""}}
	r := multipart.NewReader(strings.NewReader(want.Multipart()), Boundary)
	var got Form
	for {
		part, err := r.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		value, _ := io.ReadAll(part)
		got = append(got, Param{part.FormName(), string(value)})
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestAClientAsksAndRedeemsAsItIsRegistered(t *testing.T) {
	for name, c := range map[string]struct {
		client        Client
		asks, redeems string
	}{
		"one with a secret":    {Client{ID: "x", Secret: "s"}, "client_id=x", "client_id=x&client_secret=s"},
		"one without":          {Client{ID: "x"}, "client_id=x", "client_id=x"},
		"one with a redirect":  {Client{ID: "x", Redirect: "r"}, "client_id=x&redirect_uri=r", "client_id=x"},
		"one that proves keys": {Client{ID: "x", Verifier: Verifier}, "client_id=x&" + challenge, "client_id=x&code_verifier=" + Verifier},
	} {
		if got := (Form{{"client_id", "default"}}).Apply(c.client.Asks()...).Encode(); got != c.asks {
			t.Errorf("%s asks %s, want %s", name, got, c.asks)
		}
		if got := (Form{{"client_id", "default"}, {"client_secret", "default"}}).Apply(c.client.Redeems()...).Encode(); got != c.redeems {
			t.Errorf("%s redeems %s, want %s", name, got, c.redeems)
		}
	}
}

func TestARawRequestIsNothingButWhatItIsGiven(t *testing.T) {
	r := Raw("http://h/token", "PUT", "a=b", "text/plain", "body")
	if r.Method != "PUT" || r.URL != "http://h/token?a=b" || r.Header.Get("Content-Type") != "text/plain" || r.Body != "body" {
		t.Errorf("%+v", r)
	}
	if r := Raw("http://h/token", "GET", "", "", ""); r.URL != "http://h/token" || len(r.Header) != 0 {
		t.Errorf("%+v", r)
	}
}
