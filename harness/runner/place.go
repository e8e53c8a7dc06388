package runner

import (
	"regexp"
	"strings"
)

var frame = regexp.MustCompile(`(?m)^\t\S*/((?:suites|harness)/\S+\.go:\d+)`)

// place returns the first line of authconform's code below a panic: enough for a bug report, without a stack trace for the user.
func place(stack []byte) string {
	for _, m := range frame.FindAllSubmatch(stack, -1) {
		if at := string(m[1]); !strings.HasPrefix(at, "harness/runner/") && !strings.HasPrefix(at, "harness/judge/") {
			return at
		}
	}
	return "an unknown place"
}
