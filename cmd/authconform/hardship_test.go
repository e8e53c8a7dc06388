package main

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/browser"
	"github.com/authconform/authconform/internal/exit"
)

// hardship is the result of running this program under a shell that first takes a resource away.
type hardship struct {
	outcome
	set  *evidence.Set // nil: no record is left
	temp []string      // files left in its temporary folder
}

// under runs `run ARGS` on the built-in mock in a shell, after the commands of prepare. DIR is the report folder there.
func under(t *testing.T, prepare string, env []string, args ...string) hardship {
	t.Helper()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell to set limits with")
	}
	temp, dir := t.TempDir(), filepath.Join(t.TempDir(), "out")
	cmd := program(t.Context(), t)
	cmd.Path = shell
	cmd.Args = append([]string{"sh", "-c", prepare + "\n" + `"$0" "$@"`, os.Args[0], "run", "--report-dir", dir}, args...)
	cmd.Env = append(cmd.Env, append([]string{"TMPDIR=" + temp, "DIR=" + dir}, env...)...)
	h := hardship{outcome: finish(t, cmd)}
	h.set, _ = recorded(dir)
	left, err := os.ReadDir(temp)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range left {
		h.temp = append(h.temp, e.Name())
	}
	return h
}

// honest fails unless the exit code is one of these, no row failed, a run that is not green explains itself in a sentence, and no
// temporary file is left.
func (h hardship) honest(t *testing.T, codes ...int) {
	t.Helper()
	if !slices.Contains(codes, h.code) {
		t.Errorf("exit %d, want one of %v:\n%s", h.code, codes, h.all())
	}
	if sum := count(h.set); sum.Fail > 0 || strings.Contains(h.out, "\nFAIL ") {
		t.Errorf("rows fail that are not at fault:\n%s", h.out)
	}
	if h.code != exit.OK && h.code != exit.Failed {
		oneLine(t, h.err)
	}
	if len(h.temp) > 0 {
		t.Errorf("temporary files are left: %q", h.temp)
	}
}

// alone returns a command with its own mount namespace; it skips the test where the system allows none.
func alone(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 || exec.CommandContext(t.Context(), "unshare", "-m", "true").Run() != nil {
		t.Skip("mounting needs root, and unshare")
	}
}

// inMounts runs under a shell with its own mounts.
func inMounts(t *testing.T, mounts string, args ...string) hardship {
	t.Helper()
	alone(t)
	return under(t, `if [ -z "$ALONE" ]; then ALONE=1 exec unshare -m sh -c "$(cat <<'END'
`+mounts+`
exec "$0" "$@"
END
)" "$0" "$@"; fi`, nil, args...)
}

// needsBrowser finds a browser for the test. Without one it skips the test, or fails it where a browser is required.
func needsBrowser(t *testing.T) browser.Options {
	t.Helper()
	options, err := browser.Find(cmp.Or(os.Getenv("AUTHCONFORM_BROWSER"), "auto"))
	switch {
	case err == nil:
	case os.Getenv("AUTHCONFORM_REQUIRE_BROWSER") == "1":
		t.Fatal(err)
	default:
		t.Skip("NOT TESTED: no browser found. Install chromium-headless-shell, or name one in AUTHCONFORM_BROWSER.")
	}
	return options
}

func TestFewDescriptorsAreSaidAtOnce(t *testing.T) {
	t.Parallel()
	h := under(t, "ulimit -n 64", nil, "--browser", "off")
	h.honest(t, exit.NoTarget)
	if !strings.Contains(h.err, "ulimit -n") || h.set == nil || !strings.Contains(h.set.End.Refused, "ulimit -n") {
		t.Errorf("it does not say how many it needs:\n%s", h.all())
	}
}

func TestAsManyDescriptorsAsAreAskedForAreEnough(t *testing.T) {
	slow(t)
	t.Parallel()
	h := under(t, "ulimit -n 256", nil, "--browser", "off", "--procs", "4")
	h.honest(t, exit.OK)
}

func TestLittleMemoryIsEnough(t *testing.T) {
	t.Parallel()
	slow(t)
	under(t, "", []string{"GOMEMLIMIT=24MiB"}, "--browser", "off").honest(t, exit.OK)
	const limit = "ulimit -v 1950000"
	h := under(t, limit, nil, "--browser", "off")
	h.honest(t, exit.NoTarget)
	if !strings.Contains(h.err, "ulimit -v") {
		t.Errorf("%s", h.err)
	}
}

func TestNoTemporaryFolderIsNeeded(t *testing.T) {
	slow(t)
	t.Parallel()
	under(t, "export TMPDIR=/no/such/folder", nil, "--browser", "off").honest(t, exit.OK)
	needsBrowser(t)
	h := under(t, "export TMPDIR=/no/such/folder", nil, "--select", "ha.page.login,ha.page.wrong-password")
	h.honest(t, exit.Failed)
	if sum := count(h.set); sum.Blocked != 2 || !strings.Contains(h.out, "/no/such") {
		t.Errorf("a browser without a place for its profile blocks no rows:\n%s", h.out)
	}
}

func TestAHomeFolderThatCannotBeWrittenIsEnough(t *testing.T) {
	t.Parallel()
	args := []string{"--browser", "off", "--select", "section:token"}
	if _, err := browser.Find("auto"); err == nil {
		args = []string{"--select", "ha.page.login,ha.page.wrong-password"}
	}
	under(t, "export HOME=/proc", nil, args...).honest(t, exit.OK)
	under(t, "unset HOME", nil, args...).honest(t, exit.OK)
}

func TestAWorkingFolderThatIsRemovedIsEnough(t *testing.T) {
	t.Parallel()
	const gone = `mkdir "$TMPDIR/gone"; cd "$TMPDIR/gone"; rmdir "$TMPDIR/gone"`
	under(t, gone, nil, "--browser", "off", "--select", "section:token").honest(t, exit.OK)
}

func TestNoSharedMemoryIsNeeded(t *testing.T) {
	t.Parallel()
	needsBrowser(t)
	h := inMounts(t, "mount -t tmpfs -o ro,size=4k none /dev/shm", "--select", "ha.page.login,ha.page.wrong-password")
	h.honest(t, exit.OK)
	if count(h.set).Pass != 2 {
		t.Errorf("%s", h.all())
	}
}

// TestADiskThatIsFull: the console shows the verdicts and names what was lost, and no partial report is left.
func TestADiskThatIsFull(t *testing.T) {
	t.Parallel()
	for _, size := range []string{"4k", "64k"} {
		h := inMounts(t, `mkdir -p "$DIR"; mount -t tmpfs -o size=`+size+` none "$DIR"; trap 'ls -A "$DIR" >&2' EXIT; "$0" "$@"; exit`,
			"--browser", "off", "--select", "section:token,section:code,section:refresh")
		h.honest(t, exit.Broken)
		if !strings.Contains(h.err, "no space left") || !strings.Contains(h.out, "token") {
			t.Errorf("%s: it does not say what is lost:\n%s", size, h.all())
		}
		if strings.Contains(h.err, "\nreport.json\n") || strings.Contains(h.err, "\n.report") {
			t.Errorf("%s: half a report is left:\n%s", size, h.err)
		}
	}
}

// pageRows are a few rows that need a browser and give back what they start.
const pageRows = "ha.page.login,ha.page.wrong-password,ha.page.keyboard,oauth2.authz.state-echo,ha.page.second-factor"

// TestABrowserThatIsKilledBreaksNoVerdict kills every process of the browser with SIGKILL in mid-run.
func TestABrowserThatIsKilledBreaksNoVerdict(t *testing.T) {
	t.Parallel()
	needsBrowser(t)
	s := counting(t, func(int64) {})
	temp := t.TempDir()
	r := judgingIn(t, s, []string{"TMPDIR=" + temp}, "--procs", "1", "--select", pageRows, "--browser", "auto")
	eventually(t, "no browser is started", func() bool { return len(withArgument(temp)) > 0 })
	for _, pid := range withArgument(temp) {
		kill(pid)
	}
	o, set := r.end()
	sum := count(set)
	if o.code != exit.OK && o.code != exit.Failed || sum.Fail > 0 || sum.NotRun > 0 || sum.Pass == 0 || sum.Blocked > 1 {
		t.Errorf("exit %d, %+v:\n%s", o.code, sum, o.all())
	}
	r.nobodyLeft()
	eventually(t, "a browser is left", func() bool { return len(withArgument(temp)) == 0 })
	if left, _ := os.ReadDir(temp); len(left) > 0 {
		t.Errorf("%d temporary folders are left", len(left))
	}
	if after := holding(t, s); !strings.Contains(after, `"login_flows":0`) {
		t.Errorf("the home holds %s", after)
	}
}

// TestAKilledProcessLeavesNoBrowser, and no browser profile, whether a worker or the parent is killed.
func TestAKilledProcessLeavesNoBrowser(t *testing.T) {
	t.Parallel()
	needsBrowser(t)
	for name, victims := range map[string]func(*running) []int{
		"a worker":   func(r *running) []int { return r.workers() },
		"the parent": func(r *running) []int { return []int{r.Process.Pid} },
	} {
		s := counting(t, func(int64) {})
		temp := t.TempDir()
		r := judgingIn(t, s, []string{"TMPDIR=" + temp}, "--procs", "1", "--select", pageRows, "--browser", "auto")
		eventually(t, "no browser is started", func() bool { return len(withArgument(temp)) > 0 })
		for _, pid := range victims(r) {
			kill(pid)
		}
		o, set := r.end()
		r.nobodyLeft()
		eventually(t, name+": a browser is left", func() bool { return len(withArgument(temp)) == 0 })
		if left, _ := os.ReadDir(temp); len(left) > 0 {
			t.Errorf("%s: %d temporary folders are left", name, len(left))
		}
		if sum := count(set); sum.Fail > 0 {
			t.Errorf("%s: exit %d, %+v\n%s", name, o.code, sum, o.all())
		}
	}
}

// withArgument finds processes by a text on their command line.
func withArgument(text string) []int {
	return processes("cmdline", func(line string) bool { return strings.Contains(line, text) })
}
