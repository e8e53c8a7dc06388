package main

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/authconform/authconform/evidence"
)

// howto is the content of docs/ci.md: the job, and the command for the first run.
type howto struct {
	steps []step
	first string
}

func readHowto(t *testing.T) howto {
	t.Helper()
	raw, err := os.ReadFile("../../docs/ci.md")
	if err != nil {
		t.Fatal(err)
	}
	var jobs map[string]struct {
		Steps []step `yaml:"steps"`
	}
	_, job, _ := strings.Cut(string(raw), "```yaml\n")
	job, rest, _ := strings.Cut(job, "```\n")
	if err := yaml.Unmarshal([]byte(job), &jobs); err != nil {
		t.Fatal(err)
	}
	_, first, _ := strings.Cut(rest, "```sh\n")
	first, _, ok := strings.Cut(first, "```\n")
	if !ok || len(jobs["conformance"].Steps) < 5 {
		t.Fatalf("the page has neither a job nor a first run: %v, %q", jobs, first)
	}
	return howto{jobs["conformance"].Steps, strings.TrimSpace(first)}
}

// shell runs a command as the page prints it, against a server at another address.
func (j *job) shell(line, target string) outcome {
	j.t.Helper()
	const printed = "go run github.com/authconform/authconform/cmd/authconform@main"
	line = strings.ReplaceAll(line, printed, "authconform")
	if !strings.Contains(line, "http://127.0.0.1:8123") && strings.Contains(line, "authconform ") {
		j.t.Fatalf("the command names another server: %s", line)
	}
	cmd := exec.CommandContext(j.t.Context(), "bash", "-eo", "pipefail", "-c", strings.ReplaceAll(line, "http://127.0.0.1:8123", target))
	bin := j.t.TempDir()
	wrapper := fmt.Sprintf("#!/bin/sh\nBE_AUTHCONFORM=1 exec %q \"$@\"\n", os.Args[0])
	if err := os.WriteFile(filepath.Join(bin, "authconform"), []byte(wrapper), 0o700); err != nil {
		j.t.Fatal(err)
	}
	cmd.Dir = j.workspace
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "GITHUB_STEP_SUMMARY="+filepath.Join(j.workspace, "summary"))
	cmd.Env = append(append(cmd.Env, j.env...), "AUTHCONFORM_PASSWORD=ada-password", "AUTHCONFORM_BROWSER=off")
	return finish(j.t, cmd)
}

// run runs the steps of the page's job and returns the result of the step that judges.
func (h howto) run(j *job, target string) (judged outcome) {
	j.t.Helper()
	for _, s := range h.steps {
		switch {
		case s.Run == "" || strings.HasPrefix(s.Run, "./start-my-server"): // it runs already
		case strings.Contains(s.Run, "cmd/authconform@main"):
			judged = j.shell(s.Run, target)
		default:
			if e := j.shell(s.Run, target); e.code != 0 {
				j.t.Errorf("%s ends with %d: %s", s.Run, e.code, e.all())
			}
		}
	}
	if summary := j.text("summary"); !strings.Contains(summary, "| pass |") {
		j.t.Errorf("the summary shows no verdicts: %s", summary)
	}
	return judged
}

func TestTheJobOfTheHowtoRunsFromItsFirstRunToTheExpiry(t *testing.T) {
	t.Parallel()
	h, j := readHowto(t), newJob(t)
	broken, worse := defective(t, "code.reusable"), defective(t, "pkce.limit-64")
	mended, _, _ := mockHome(t, nil)

	if e := j.shell(h.first, broken.URL); e.code != 0 {
		t.Fatalf("the first run ends with %d: %s", e.code, e.all())
	}
	baseline := j.text("conformance.yaml")
	if e := h.run(j, broken.URL); e.code != 0 {
		t.Errorf("with the baseline of the first run: %d, want 0: %s", e.code, e.all())
	}
	for _, name := range []string{"junit.xml", "report.md", "report.html", "report.json"} {
		j.text("out/" + name)
	}
	if e := h.run(j, worse.URL); e.code != 1 || !strings.Contains(e.all(), "FAIL  oauth2.pkce.") {
		t.Errorf("with a new failure: %d, want 1: %s", e.code, e.all())
	}
	if e := h.run(j, mended.URL); e.code != 1 || !strings.Contains(e.all(), "oauth2.code.single-use") {
		t.Errorf("with a stale entry: %d, want 1: %s", e.code, e.all())
	}
	j.commit("conformance.yaml", "apiVersion: authconform/v1\nknown_failures: []\n")
	if e := h.run(j, mended.URL); e.code != 0 {
		t.Errorf("with the shrunk baseline: %d, want 0: %s", e.code, e.all())
	}
	j.commit("conformance.yaml", strings.ReplaceAll(baseline, "\n      reason:", "\n      until: 2020-01-31\n      reason:"))
	if e := h.run(j, broken.URL); e.code != 1 || !strings.Contains(e.all(), "2020-01-31") {
		t.Errorf("with an expired entry: %d, want 1: %s", e.code, e.all())
	}
}

// rows returns the verdicts of a run, with the inputs that failed.
func rows(s *evidence.Set) map[string]string {
	all := map[string]string{}
	for _, r := range s.Results {
		all[r.ID] = fmt.Sprint(r.Verdict, r.Vectors, r.Reason, r.Fix)
	}
	return all
}

func TestShardsGiveTheVerdictsReportsAndExitCodeOfOneRun(t *testing.T) {
	t.Parallel()
	j, s := newJob(t), defective(t, "code.reusable")
	const judge = "authconform run --target http://127.0.0.1:8123 --user ada --report-dir "
	one := j.shell(judge+"one", s.URL)
	for _, shard := range []string{"1/3", "2/3", "3/3"} {
		j.shell(judge+"shard"+shard[:1]+" --shard "+shard, s.URL)
	}
	whole := j.shell("authconform merge shard1 shard2 shard3 --report-dir whole # http://127.0.0.1:8123", s.URL)
	if one.code != 1 || whole.code != one.code {
		t.Errorf("one run ends with %d, its shards with %d: %s", one.code, whole.code, whole.all())
	}
	a, err := recorded(filepath.Join(j.workspace, "one"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := recorded(filepath.Join(j.workspace, "whole"))
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Results) < 4 || !maps.Equal(rows(a), rows(b)) {
		t.Errorf("one run: %v\nits shards: %v", rows(a), rows(b))
	}
	reports, again := listing(t, filepath.Join(j.workspace, "one")), listing(t, filepath.Join(j.workspace, "whole"))
	if strings.Join(reports, " ") != strings.Join(again, " ") {
		t.Errorf("the reports of one run: %v\nof its shards: %v", reports, again)
	}
}
