package replay

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/authconform/authconform/evidence"
)

// FuzzScript: a shell can parse every script, whatever was recorded.
func FuzzScript(f *testing.F) {
	for _, seed := range []string{"a=b&c='$(x)'", `{"code":"‹code 1›"}`, "`id`", "\\'\n", "‹token 1›‹", "é\x00"} {
		f.Add(seed, "/auth/token?x="+seed)
	}
	shell, err := exec.LookPath("bash")
	if err != nil {
		f.Skip("no bash here")
	}
	f.Fuzz(func(t *testing.T, body, path string) {
		e := evidence.Exchange{Method: "POST", URL: "http://127.0.0.1:1" + path, RequestBody: body, Status: 200, ResponseBody: body}
		script := Script(one(e), 0, nil)
		if script == "" {
			return // it cannot be sent by curl
		}
		read := exec.Command(shell, "-n")
		read.Stdin = strings.NewReader(script)
		if out, err := read.CombinedOutput(); err != nil {
			t.Errorf("%q: %v %s\n%s", body, err, out, script)
		}
	})
}
