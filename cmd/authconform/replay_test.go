package main

import (
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockserver"
)

// TestAFailureIsShownAgainByItsScript: a shell runs the script of each failure and gets the same answer from the home as the row.
func TestAFailureIsShownAgainByItsScript(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"sh", "curl", "sed", "od"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("NOT TESTED: no %s here", program)
		}
	}
	s, user, password := mockHome(t, func(o *mockserver.Options) {
		o.Policy = mockserver.Strict()
		o.Policy.SingleUse = mock.Is(false)
	})
	dir := filepath.Join(t.TempDir(), "out")
	cmd := program(t.Context(), t, "run", "--target", s.URL, "--user", user, "--browser", "off", "--report-dir", dir,
		"--select", "oauth2.code.single-use,ha.link.single-use,ha.revoke.code-dead-session")
	cmd.Env = append(cmd.Env, "AUTHCONFORM_PASSWORD="+password)
	if o := finish(t, cmd); o.code != exit.Failed {
		t.Fatalf("exit %d\n%s", o.code, o.all())
	}
	raw, err := os.ReadFile(filepath.Join(dir, "junit.xml"))
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		Cases []struct {
			Name    string `xml:"name,attr"`
			Failure string `xml:"failure"`
		} `xml:"testsuite>testcase"`
	}
	if err := xml.Unmarshal(raw, &report); err != nil {
		t.Fatal(err)
	}
	shown := map[string]string{
		"oauth2.code.single-use": "access_token", "ha.link.single-use": "User linked", "ha.revoke.code-dead-session": "access_token",
	}
	for _, c := range report.Cases {
		_, script, found := strings.Cut(c.Failure, "#!/bin/sh")
		if !found {
			continue
		}
		sh := exec.CommandContext(t.Context(), "sh", "-c", script)
		sh.Env = append(os.Environ(), "AUTHCONFORM_PASSWORD="+password)
		out, err := sh.CombinedOutput()
		if err != nil || !strings.Contains(string(out), shown[c.Name]) || !strings.Contains(string(out), "200 OK") {
			t.Errorf("%s: %v\n%s\n%s", c.Name, err, out, script)
		}
		delete(shown, c.Name)
	}
	if len(shown) > 0 {
		t.Errorf("no script shows %v again", shown)
	}
}
