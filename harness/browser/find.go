package browser

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// ErrNone says that there is no browser. Rows that need one are then not run; the target has not failed.
var ErrNone = errors.New("no browser")

// Options say which browser to start or connect to, and what it may reach. Find fills in Path or Remote.
type Options struct {
	Path   string // an executable of the Chromium family
	Remote string // ws://HOST:PORT[/devtools/browser/ID] of a browser that already runs; Close leaves it running

	// Origins are the URLs that the browser may connect to: the target, and the servers that the harness plays. Nothing else
	// can be reached, neither on the internet nor on this machine; AnyOrigin lifts that. Browser.Reach adds more.
	Origins []string
	// IgnoreCertSPKI are base64 SHA-256 digests of public keys (SubjectPublicKeyInfo) whose certificates are accepted
	// whoever signed them: the harness's own https sites. No other certificate error is ignored.
	IgnoreCertSPKI []string
	// Disguise makes it look like a browser with a screen.
	Disguise bool
	// Pass holds headers that are added to the requests of its pages.
	Pass http.Header
}

// candidates are tried in order: the headless shell first, because it starts twice as fast and contacts no servers. Debian's
// /usr/bin/chromium… are shell scripts in front of the real program, hence the full paths.
var candidates = []string{
	"/usr/lib/chromium/chromium-headless-shell", "chromium-headless-shell", "chrome-headless-shell",
	"headless-shell", "headless_shell", "/headless-shell/headless-shell",
	"/usr/lib/chromium/chromium", "chromium", "chromium-browser",
	"google-chrome-stable", "google-chrome", "chrome", "microsoft-edge",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
	"/Applications/Chromium.app/Contents/MacOS/Chromium",
	`C:\Program Files\Google\Chrome\Application\chrome.exe`,
	`C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe`,
}

// Find reads a --browser value: "auto" (or empty) looks for an installed browser, "off" means none, "ws://…" names one
// that runs elsewhere, anything else is the path or the name of an executable.
func Find(spec string) (Options, error) {
	switch {
	case spec == "off":
		return Options{}, fmt.Errorf("%w: switched off (--browser off)", ErrNone)
	case strings.HasPrefix(spec, "ws://"), strings.HasPrefix(spec, "wss://"):
		return Options{Remote: spec}, nil
	case spec == "", spec == "auto":
		return firstOf(candidates)
	}
	path, err := exec.LookPath(spec)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return Options{}, fmt.Errorf("--browser %s: the file is not executable", spec)
	case err != nil:
		return Options{}, fmt.Errorf("--browser %s: no such executable; give the path of a Chromium, ws://HOST:PORT, auto or off", spec)
	}
	return Options{Path: behindWrapper(path)}, nil
}

func firstOf(names []string) (Options, error) {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return Options{Path: path}, nil
		}
	}
	return Options{}, fmt.Errorf("%w found: install chromium-headless-shell (Debian, Ubuntu), chromium or Chrome, "+
		"or name one with --browser PATH or --browser ws://HOST:PORT", ErrNone)
}

// behindWrapper returns the real program behind Debian's shell script: it starts 50 to 300 ms faster, without extra flags.
func behindWrapper(path string) string {
	if filepath.Dir(path) != "/usr/bin" && filepath.Dir(path) != "/bin" {
		return path
	}
	real := filepath.Join("/usr/lib/chromium", filepath.Base(path))
	if info, err := os.Stat(real); err == nil && info.Mode().IsRegular() {
		return real
	}
	return path
}
