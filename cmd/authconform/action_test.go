package main

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/proof"
)

// action is the parsed action.yml.
type action struct {
	Inputs map[string]struct {
		Default string `yaml:"default"`
	} `yaml:"inputs"`
	Runs struct {
		Steps []step `yaml:"steps"`
	} `yaml:"runs"`
}

type step struct {
	If    string            `yaml:"if"`
	Shell string            `yaml:"shell"`
	Env   map[string]string `yaml:"env"`
	Run   string            `yaml:"run"`
}

func readAction(t *testing.T) (a action) {
	t.Helper()
	raw, err := os.ReadFile("../../action.yml")
	if err == nil {
		err = yaml.Unmarshal(raw, &a)
	}
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// job is a CI job in which the action runs.
type job struct {
	t         *testing.T
	workspace string
	env       []string // of the job
}

// few selects few rows; two of them fail where a code can be used twice.
const few = "AUTHCONFORM_SELECT=oauth2.code.single-use,oauth2.code.single-use-parallel,oauth2.code.entropy,oauth2.pkce.s256"

// newJob returns a job whose user has the owner's password. It judges few rows, without a browser.
func newJob(t *testing.T) *job {
	t.Helper()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("there is no bash here")
	}
	return &job{t, t.TempDir(), []string{"AUTHCONFORM_PASSWORD=owner-password", few}}
}

// ended is what the action left behind.
type ended struct {
	outcome
	outputs, summary string
}

var input = regexp.MustCompile(`\$\{\{ inputs\.([a-z-]+) \}\}`)

// act runs the shell steps of the action as a runner does. It runs this test's program unless another one is given.
func (j *job) act(with map[string]string) ended {
	j.t.Helper()
	a, temp := readAction(j.t), j.t.TempDir()
	values := map[string]string{"program": os.Args[0], "browser": "off", "user": "owner"}
	for name, in := range a.Inputs {
		if _, set := values[name]; !set {
			values[name] = in.Default
		}
	}
	maps.Copy(values, with)
	root, err := filepath.Abs("../..")
	if err != nil {
		j.t.Fatal(err)
	}
	var e ended
	for _, s := range a.Runs.Steps {
		if s.Run == "" || s.If == "inputs.program == ''" && values["program"] != "" {
			continue
		}
		script := filepath.Join(temp, "step.sh")
		if err := os.WriteFile(script, []byte(s.Run), 0o600); err != nil {
			j.t.Fatal(err)
		}
		cmd := exec.CommandContext(j.t.Context(), "bash", "--noprofile", "--norc", "-eo", "pipefail", script)
		cmd.Dir = j.workspace
		cmd.Env = append(os.Environ(), "BE_AUTHCONFORM=1", "GITHUB_ACTIONS=true", "GITHUB_WORKSPACE="+j.workspace, "GITHUB_ACTION_PATH="+root,
			"GITHUB_OUTPUT="+filepath.Join(temp, "output"), "GITHUB_STEP_SUMMARY="+filepath.Join(temp, "summary"), "RUNNER_TEMP="+temp)
		cmd.Env = append(cmd.Env, j.env...)
		for name, text := range s.Env {
			filled := input.ReplaceAllStringFunc(text, func(m string) string { return values[input.FindStringSubmatch(m)[1]] })
			cmd.Env = append(cmd.Env, name+"="+filled)
		}
		var out, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &stderr
		var exited *exec.ExitError
		if err := cmd.Run(); err != nil && !errors.As(err, &exited) {
			j.t.Fatal(err)
		}
		e.outcome = outcome{cmd.ProcessState.ExitCode(), e.out + out.String(), e.err + stderr.String()}
		if e.code != 0 {
			break
		}
	}
	for file, into := range map[string]*string{"output": &e.outputs, "summary": &e.summary} {
		raw, _ := os.ReadFile(filepath.Join(temp, file)) // a run that judged nothing writes none
		*into = string(raw)
	}
	return e
}

// ends fails unless the action ended with this exit code and reported it to the job.
func (j *job) ends(code string, with map[string]string) ended {
	j.t.Helper()
	e := j.act(with)
	if got := strings.TrimSpace(e.outputs); got != "exit-code="+code {
		j.t.Fatalf("%s, want exit-code=%s\n%s", got, code, e.all())
	}
	return e
}

// text reads a file of the workspace.
func (j *job) text(name string) string {
	j.t.Helper()
	raw, err := os.ReadFile(filepath.Join(j.workspace, name))
	if err != nil {
		j.t.Fatal(err)
	}
	return string(raw)
}

func (j *job) commit(name, text string) {
	j.t.Helper()
	if err := os.WriteFile(filepath.Join(j.workspace, name), []byte(text), 0o600); err != nil {
		j.t.Fatal(err)
	}
}

// defective starts a mock home with one defect.
func defective(t *testing.T, id string) *mockserver.Server {
	t.Helper()
	s, _, _ := mockHome(t, func(o *mockserver.Options) {
		o.Policy = mockserver.Strict()
		if subject, _ := proof.Find(id); subject == nil || !subject.Spoil(id, o.Policy) {
			t.Fatalf("no home has the defect %s", id)
		}
	})
	return s
}

func TestTheActionTakesABaselineFromItsFirstRunToTheShrunkOne(t *testing.T) {
	t.Parallel()
	j, broken := newJob(t), defective(t, "code.reusable")
	with := map[string]string{"target": broken.URL, "baseline": "conformance.yaml"}

	first := j.ends("1", with)
	for where, text := range map[string]string{"the log": first.err, "the summary": first.summary} {
		if !strings.Contains(text, "commit authconform-report/baseline.yaml of this run's reports as conformance.yaml") {
			t.Errorf("%s does not say what to commit: %s", where, text)
		}
	}
	if !strings.Contains(first.out, "::error file=conformance.yaml,line=1,title=oauth2.code.single-use::") {
		t.Errorf("no annotation: %s", first.out)
	}

	proposed := j.text("authconform-report/baseline.yaml")
	j.commit("conformance.yaml", proposed)
	if e := j.ends("0", with); strings.Contains(e.out, "::error") || !strings.Contains(e.out, "2 known fail") {
		t.Errorf("the known failure is not known: %s %s", e.out, e.summary)
	}

	j.commit("conformance.yaml", strings.Replace(proposed, "oauth2.code.single-use\n", "oauth2.code.single-use\n      until: 2020-01-31\n", 1))
	if e := j.ends("1", with); !strings.Contains(e.out, "2020-01-31") {
		t.Errorf("the entry is expired, and nobody says so: %s", e.out)
	}

	mended, _, _ := mockHome(t, nil)
	with["target"] = mended.URL
	j.commit("conformance.yaml", proposed)
	if e := j.ends("1", with); !strings.Contains(e.out, "::error file=conformance.yaml") {
		t.Errorf("the entry no longer fits, and nobody says so: %s", e.out)
	}
	j.commit("conformance.yaml", "apiVersion: authconform/v1\nknown_failures: []\n")
	j.ends("0", with)
}

func TestTheActionJoinsShardsToTheRunThatOneMakes(t *testing.T) {
	t.Parallel()
	j, s := newJob(t), defective(t, "code.reusable")
	j.ends("1", map[string]string{"target": s.URL, "report-dir": "one", "baseline": "conformance.yaml"})
	for _, shard := range []string{"1/2", "2/2"} {
		j.act(map[string]string{"target": s.URL, "shard": shard, "report-dir": "shards/" + shard[:1], "baseline": "conformance.yaml"})
	}
	j.ends("1", map[string]string{"merge": "shards", "report-dir": "whole", "baseline": "conformance.yaml"})
	if one, whole := j.text("one/baseline.yaml"), j.text("whole/baseline.yaml"); sorted(one) != sorted(whole) {
		t.Errorf("the baselines differ:\n%s\n%s", one, whole)
	}
	one, err1 := recorded(filepath.Join(j.workspace, "one"))
	whole, err2 := recorded(filepath.Join(j.workspace, "whole"))
	if err1 != nil || err2 != nil || count(one) != count(whole) {
		t.Errorf("%+v %v\n%+v %v", count(one), err1, count(whole), err2)
	}

	// With a single shard, the shard is the whole run.
	j.ends("1", map[string]string{"target": s.URL, "report-dir": "single/1"})
	j.ends("1", map[string]string{"merge": "single", "report-dir": "again"})
}

// sorted returns the lines of a text in alphabetical order.
func sorted(text string) string {
	return strings.Join(slices.Sorted(strings.SplitSeq(text, "\n")), "\n")
}

func TestTheActionTakesNoInputForACommand(t *testing.T) {
	t.Parallel()
	for _, s := range readAction(t).Runs.Steps {
		if strings.Contains(s.Run, "${{") || strings.Contains(s.Run, "eval") || s.Run != "" && s.Shell != "bash" {
			t.Errorf("this step takes an input for a command, or has no shell: %s", s.Run)
		}
	}
	j := newJob(t)
	for name := range readAction(t).Inputs {
		if name == "program" {
			continue
		}
		with := map[string]string{"target": "http://127.0.0.1:1", "wait": "1ms", name: `$(touch hit) "; touch hit; `}
		if e := j.act(with); e.code == 0 {
			t.Errorf("%s: the action is green: %s", name, e.all())
		}
	}
	if files, _ := filepath.Glob(filepath.Join(j.workspace, "**", "hit")); len(files) > 0 || slices.Contains(listing(t, j.workspace), "hit") {
		t.Error("an input was taken for a command")
	}
}

func listing(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestTheActionWithoutATargetJudgesNothing(t *testing.T) {
	t.Parallel()
	if e := newJob(t).ends("2", nil); !strings.Contains(e.err, "AUTHCONFORM_TARGET is not set") {
		t.Error(e.err)
	}
}

func TestTheActionBuildsTheProgramThatItRuns(t *testing.T) {
	t.Parallel()
	slow(t) // it builds
	j := newJob(t)
	s, _, _ := mockHome(t, nil)
	j.ends("0", map[string]string{"target": s.URL, "program": ""})
}
