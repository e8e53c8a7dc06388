package profiles

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/suites/requirements"
)

func catalogue(t *testing.T) *requirements.Catalogue {
	t.Helper()
	c, err := requirements.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestTheBuiltInProfilesHold: each of them loads, every word in it has a meaning, and every row belongs to one of them.
func TestTheBuiltInProfilesHold(t *testing.T) {
	c := catalogue(t)
	listed := map[string]bool{}
	for _, name := range Names() {
		p, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.check(name); err != nil || p.Name != name {
			t.Errorf("%s: %v", p.Name, err)
		}
		for _, r := range p.Select(c) {
			listed[r.ID] = true
		}
	}
	for _, id := range c.IDs() {
		if !listed[id] {
			t.Errorf("%s is in no profile: nobody is judged by it", id)
		}
	}
}

func TestAnUnknownProfileIsAnError(t *testing.T) {
	if _, err := Load("home-asistant"); !errors.Is(err, ErrUnknown) {
		t.Errorf("%v", err)
	}
	if _, err := Load("./none.yaml"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

const own = `
name: mine
kind: home
sections: [code]
rows: [oauth2.pkce.*]
without: [oauth2.code.expires]
levels:
  - {row: oauth2.pkce.s256, level: may, reason: nobody has PKCE here}
answers:
  code-refused: {status: [401], error: [nope]}
`

func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestAUsersOwnProfileTakesRowsAndChangesLevels(t *testing.T) {
	p, err := Load(write(t, own))
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range p.Select(catalogue(t)) {
		ids = append(ids, r.ID)
		if r.ID == "oauth2.pkce.s256" && (r.Level != evidence.May || r.LevelReason == "") {
			t.Errorf("%+v", r)
		}
	}
	if slices.Contains(ids, "oauth2.code.expires") || !slices.Contains(ids, "oauth2.code.single-use") ||
		!slices.Contains(ids, "oauth2.pkce.s256") {
		t.Error(ids)
	}
	a := p.Answers["code-refused"]
	if !slices.Equal(a.Status, []int{401}) || !slices.Equal(p.Answers["refresh-dead"].Error, []string{"invalid_grant"}) {
		t.Errorf("its own answers, and those of its kind: %+v", p.Answers)
	}
	if r, _ := catalogue(t).Lookup("oauth2.pkce.s256"); r.Level != evidence.Must || r.LevelReason != "" {
		t.Error("the catalogue itself has changed")
	}
}

func TestABadProfileSaysWhatIsWrong(t *testing.T) {
	for change, want := range map[string]string{
		"kind: home=>":                 "kind is missing",
		"name: mine=>":                 "the name is missing",
		"[code]=>[coed]":               `unknown section "coed"; did you mean "code"?`,
		"[oauth2.code.expires]=>[a.b]": `no row is called "a.b"`,
		"oauth2.code.expires=>provider.revoke.unknown":   "provider.revoke.unknown was retired; use oauth2.revoke.unknown-200 instead",
		"level: may=>level: might":                       `unknown level "might"`,
		", reason: nobody has PKCE here=>":               "needs a reason",
		"{status: [401], error: [nope]}=>{}":             "answer code-refused allows no status",
		"sections: [code]=>secs: []":                     "secs",
		"without: [oauth2.code.expires]=>without: ['*']": "it selects no row",
	} {
		before, after, _ := strings.Cut(change, "=>")
		if _, err := Load(write(t, strings.Replace(own, before, after, 1))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", change, err, want)
		}
	}
}

func TestAProfileTakesOverWhatItIncludes(t *testing.T) {
	c := catalogue(t)
	base, err := Load("oauth2")
	if err != nil {
		t.Fatal(err)
	}
	whole, err := Load("provider")
	if err != nil {
		t.Fatal(err)
	}
	levels := map[string]evidence.Level{}
	for _, r := range whole.Select(c) {
		levels[r.ID] = r.Level
	}
	for _, r := range base.Select(c) {
		if levels[r.ID] == "" {
			t.Errorf("%s is not taken over", r.ID)
		}
		if base.IsCore(r) && !whole.IsCore(r) {
			t.Errorf("%s is no longer of the core", r.ID)
		}
	}
	for id, want := range map[string]evidence.Level{
		"oauth2.token.expires-in":      evidence.Must,   // its own level
		"oauth2.pkce.plain-refused":    evidence.Should, // the level of the included profile
		"provider.refresh.grant":       evidence.Must,   // its own row, which the other one excludes
		"oauth2.pkce.verifier-grammar": "",              // the other one excludes it
	} {
		if levels[id] != want {
			t.Errorf("%s: level %q, want %q", id, levels[id], want)
		}
	}
	if !whole.Answers["code-refused"].Any {
		t.Errorf("answers are not taken over: %+v", whole.Answers["code-refused"])
	}
}

func TestAUsersOwnProfileIncludesABuiltInOne(t *testing.T) {
	p, err := Load(write(t, "name: mine\nkind: provider\ninclude: [oauth2]\nwithout: [oauth2.introspection.*]\n"+
		"levels: [{row: oauth2.token.expires-in, level: info, reason: tokens never expire here}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range p.Select(catalogue(t)) {
		if strings.HasPrefix(r.ID, "oauth2.introspection.") {
			t.Errorf("%s is left out, and there", r.ID)
		}
		if r.ID == "oauth2.token.expires-in" && r.Level != evidence.Info {
			t.Errorf("level %s", r.Level)
		}
	}
	for text, want := range map[string]string{
		"name: mine\nkind: provider\ninclude: [oauth]\n":    `there is no other built-in profile "oauth"; did you mean "oauth2"?`,
		"name: mine\nkind: provider\ninclude: [linking]\n":  "profile linking is of kind home, not provider",
		"name: oauth2\nkind: provider\ninclude: [oauth2]\n": `there is no other built-in profile "oauth2"`,
	} {
		if _, err := Load(write(t, text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
