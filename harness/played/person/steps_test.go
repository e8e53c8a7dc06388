package person

import (
	"strings"
	"testing"
)

func TestStepsAreReadInTheirOrder(t *testing.T) {
	steps, err := ReadSteps("my.yaml", []byte(`
- type: {"#name": "{username}", "#pass": "{password} {totp}"}
  press: "#next"
- when: deny
  see: h1
  press: text=No, thanks
`))
	if err != nil || len(steps) != 2 {
		t.Fatalf("%+v, %v", steps, err)
	}
	if s := steps[0]; s.Type[0] != (Typing{"#name", "{username}"}) || s.Type[1].Into != "#pass" || s.Press != "#next" ||
		s.Name != "my.yaml:2" {
		t.Errorf("%+v", s)
	}
	if s := steps[1]; s.When != "deny" || s.See != "h1" || s.Press != "text=No, thanks" || strings.Join(s.signs(), "|") != "h1" {
		t.Errorf("%+v", s)
	}
	if s := steps[0]; strings.Join(s.signs(), "|") != "#name|#pass|#next" {
		t.Errorf("%+v", s.signs())
	}
	if auto, err := ReadSteps("auto", AutoSteps); err != nil || len(auto) != 6 {
		t.Errorf("%+v, %v", auto, err)
	}
}

func TestBadStepsAreErrorsThatHelp(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "must be a list of steps",
		"press: x":                       "must be a list of steps",
		"[]":                             "must be a list of steps",
		"- a\n- b":                       "my.yaml:1: must be a mapping with when, see, type, tick, press",
		"- pres: x":                      `my.yaml:1: unknown key "pres"; did you mean "press"?`,
		"- see: x":                       "my.yaml:1: the step does nothing; give it type, tick or press",
		"- press: x\n- when: alow\n":     `my.yaml:2: when: "alow" is not an answer a user can give; did you mean "allow"?`,
		"- type: {a: '{user}'}":          `my.yaml:1: type: unknown placeholder {user}; valid: username, password, totp`,
		"- type: a":                      "my.yaml:1: type: must be fields with their texts",
		"- press: [a]":                   "my.yaml:1: press: a text is wanted",
		"- press: text=(":                `my.yaml:1: press: "(" is not a valid regular expression`,
		"- press: \"\"":                  "my.yaml:1: press: a text is wanted",
		"- press: x\n  press: {":         "my.yaml",
		strings.Repeat("- [", 40) + "\n": "my.yaml",
	} {
		if _, err := ReadSteps("my.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
