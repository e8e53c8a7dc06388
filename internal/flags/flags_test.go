package flags

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"github.com/authconform/authconform/internal/exit"
)

// common is embedded, like a group of options that several kinds share.
type common struct {
	Target string `flag:"target" value:"URL" group:"Target" help:"the server to judge"`
}

type house struct {
	common
	Procs   int           `flag:"procs" value:"N" group:"Rows" help:"worker processes"`
	Timeout time.Duration `flag:"time-out" value:"TIME" group:"Rows" help:"end the run after this time"`
	Need    []string      `flag:"need" group:"Rows" help:"conditions"`
	Quiet   bool          `flag:"quiet,q" group:"Report" help:"only the summary"`
	Seed    uint64        `flag:"seed" value:"N" group:"Rows" help:"order"`
	Config  string        `flag:"config" value:"FILE" group:"Rows" help:"file of these"`
	Secret  string        `env:"PASS_WORD"`
}

type third struct {
	common
	ID string `flag:"client-id" value:"ID" group:"Clients" help:"our client"`
}

// given parses a command line into a house and a third party.
func given(t testing.TB, args ...string) (h *house, p *third, s *Set, err error) {
	t.Helper()
	h, p = &house{Procs: 4}, &third{}
	f := pflag.NewFlagSet("run", pflag.ContinueOnError)
	s = New(f)
	s.Bind(h, "")
	s.Bind(p, "provider")
	if err = f.Parse(args); err != nil {
		return h, p, s, s.Problem(err, "authconform run")
	}
	at, _, err := File(h.Config)
	if err != nil {
		return h, p, s, err
	}
	return h, p, s, s.Settle(at)
}

func file(t testing.TB, text string) string {
	t.Helper()
	at := filepath.Join(t.TempDir(), "authconform.yaml")
	if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return at
}

func TestADeclarationServesFlagVariableAndFile(t *testing.T) {
	at := file(t, "target: http://file\nprocs: 1\ntime_out: 1s\nneed: [a, b]\nquiet: true\n")
	t.Setenv("AUTHCONFORM_TARGET", "http://variable")
	t.Setenv("AUTHCONFORM_PROCS", "2")
	t.Setenv("AUTHCONFORM_PASS_WORD", "secret")
	h, p, _, err := given(t, "--config", at, "--target", "http://flag")
	if err != nil {
		t.Fatal(err)
	}
	if h.Target != "http://flag" || h.Procs != 2 || h.Timeout != time.Second || !slices.Equal(h.Need, []string{"a", "b"}) ||
		!h.Quiet || h.Seed != 0 {
		t.Errorf("%+v", h)
	}
	if h.Secret != "secret" || p.Target != "http://flag" || p.ID != "" {
		t.Errorf("%+v %+v", h, p)
	}
}

func TestTheFileMayBeNamedByAVariable(t *testing.T) {
	t.Setenv("AUTHCONFORM_CONFIG", file(t, "procs: 7\n"))
	if h, _, _, err := given(t); err != nil || h.Procs != 7 {
		t.Errorf("%+v %v", h, err)
	}
}

func TestWhatIsGivenWronglyIsWrongUsage(t *testing.T) {
	for args, want := range map[string]string{
		"--targt x":       "unknown flag: --targt; did you mean --target?",
		"--zebra x":       "unknown flag: --zebra (see authconform run --help)",
		"-xsecret":        "unknown flag: -x (see authconform run --help)",
		"--procs many":    `--procs: "many" is not a whole number`,
		"--seed -1":       `--seed: "-1" is not a whole number from 0`,
		"--time-out soon": `--time-out: "soon" is not a duration like 90s or 5m`,
		"--quiet=perhaps": `--quiet: "perhaps" is not true or false`,
		"--target=":       "--target: the value is empty",
		"--need=":         "--need: the value is empty",
		"--pass-word x": "--pass-word: secrets are not allowed on the command line, where others can see them; set AUTHCONFORM_" +
			"PASS_WORD",
		"--target http://a:x@b/c": "--target: " + errUser.Error(),
		"--target a:x@b":          "--target: " + errUser.Error(),
		"--config nowhere":        "--config: open nowhere: no such file or directory",
	} {
		if _, _, _, err := given(t, strings.Fields(args)...); err == nil || err.Error() != want || exit.Code(err) != exit.Usage {
			t.Errorf("%s: %v, want %s", args, err, want)
		}
	}
	if _, _, _, err := given(t, "--target", "http://b/c@d?e=f@g#h@i"); err != nil {
		t.Errorf("an @ behind the host: %v", err)
	}
}

func TestWhatIsWrongInAFileIsToldWithItsLine(t *testing.T) {
	for text, want := range map[string]string{
		"\nprcs: 1":                    `:2: unknown key "prcs"; did you mean "procs"?`,
		"procs: 1\nprocs: 2":           `:2: key "procs" appears twice`,
		"time-out: 1s\n\ntime_out: 2s": `:3: key "time_out" appears twice`,
		"procs: many":                  `:1: procs: "many" is not a whole number`,
		"target:":                      ":1: target: the value is empty",
		"target: ''":                   ":1: target: the value is empty",
		"target: {a: b}":               ":1: target: must be a word or a list of words",
		"need: [[a]]":                  ":1: need: must be a list of words",
		"config: x":                    `:1: unknown key "config"`,
		"pass_word: x":                 ":1: pass_word: secrets are not allowed in this file; set AUTHCONFORM_PASS_WORD",
		"a":                            ": not a mapping like `target: http://home:8123`",
		"[":                            ": ",
		"target: http://a:x@b/":        ":1: target: " + errUser.Error(),
	} {
		at := file(t, text)
		_, _, _, err := given(t, "--config", at)
		if err == nil || !strings.HasPrefix(strings.TrimPrefix(err.Error(), "--config "), at+want) || exit.Code(err) != exit.Usage {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestAWrongVariableIsTold(t *testing.T) {
	t.Setenv("AUTHCONFORM_PROCS", "many")
	if _, _, _, err := given(t); err == nil || err.Error() != `AUTHCONFORM_PROCS: "many" is not a whole number` {
		t.Error(err)
	}
}

func TestAFlagOfAnotherOwnerIsFound(t *testing.T) {
	_, _, s, err := given(t, "--client-id", "home", "--target", "http://a")
	if err != nil {
		t.Fatal(err)
	}
	if name, owners := s.Foreign("home"); name != "client-id" || !slices.Equal(owners, []string{"provider"}) {
		t.Errorf("%s of %v", name, owners)
	}
	if name, _ := s.Foreign("provider"); name != "" {
		t.Errorf("%s", name)
	}
}

func TestHelpShowsTheFlagsOfAnOwnerByPurpose(t *testing.T) {
	_, _, s, _ := given(t)
	const rows = `Target:
      --target URL   the server to judge

Rows:
      --procs N         worker processes (default 4)
      --time-out TIME   end the run after this time
      --need strings    conditions
      --seed N          order
      --config FILE     file of these

Report:
  -q, --quiet   only the summary
`
	if got := s.Help("home", 80); got != rows {
		t.Errorf("%s", got)
	}
	if got := s.Help("provider", 80); got != rows+"\nClients:\n      --client-id ID   our client\n" {
		t.Errorf("%s", got)
	}
	for line := range strings.SplitSeq(s.Help("provider", 40), "\n") {
		if len(line) > 40 {
			t.Errorf("%d columns: %s", len(line), line)
		}
	}
}

func TestANameThatMeansTwoThingsIsADefect(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("it was taken")
		}
	}()
	s := New(pflag.NewFlagSet("run", pflag.ContinueOnError))
	s.Bind(&common{}, "home")
	s.Bind(&struct {
		Target string `flag:"target" help:"something else"`
	}{}, "provider")
}

// FuzzConfig: any file is a valid configuration or a usage error in plain words.
func FuzzConfig(f *testing.F) {
	for _, s := range []string{
		"target: http://a\n", "need: [browser, clock]\n", "a: b\n", "[", "procs: {a: b}\n", "target: &x y\nneed: *x\n", "",
	} {
		f.Add([]byte(s))
	}
	at := filepath.Join(f.TempDir(), "authconform.yaml")
	f.Fuzz(func(t *testing.T, raw []byte) {
		if err := os.WriteFile(at, raw, 0o600); err != nil {
			t.Skip()
		}
		if _, _, _, err := given(t, "--config", at); err != nil && (err.Error() == "" || exit.Code(err) != exit.Usage) {
			t.Errorf("%q: %v, exit %d", raw, err, exit.Code(err))
		}
	})
}
