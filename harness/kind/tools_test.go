package kind

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/harness/condition"
	"github.com/authconform/authconform/harness/played/clientsite"
)

func authority(t *testing.T) *clientsite.CA {
	t.Helper()
	ca, err := clientsite.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

// freePorts returns the first of n consecutive free ports.
func freePorts(t *testing.T, n int) int {
	t.Helper()
search:
	for port := 20_000; port < 60_000; port += n {
		for i := range n {
			l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port+i))
			if err != nil {
				continue search
			}
			_ = l.Close()
		}
		return port
	}
	t.Skip("no ports are free here")
	return 0
}

func TestEachWorkerHasPortsOfItsOwn(t *testing.T) {
	for _, c := range []struct {
		listen string
		worker int
		want   string
	}{
		{"127.0.0.1:9000", 0, "127.0.0.1:9000"},
		{"127.0.0.1:9000", 2, "127.0.0.1:9006"},
		{"[::1]:9000", 1, "[::1]:9003"},
		{":9000", 1, ":9003"},
		{"127.0.0.1:0", 5, "127.0.0.1:0"},
		{"", 1, ""},
	} {
		if got := shift(c.listen, c.worker); got != c.want {
			t.Errorf("%q of worker %d: %q, want %q", c.listen, c.worker, got, c.want)
		}
	}
}

func TestTheSiteOfAWorkerListensAtItsPorts(t *testing.T) {
	base := freePorts(t, 6)
	for name, site := range map[string]SiteOptions{
		"named":     {Listen: fmt.Sprintf("127.0.0.1:%d", base), Public: "http://client.example"},
		"preferred": {Prefer: base},
	} {
		host := map[string]string{"named": "client.example", "preferred": "127.0.0.1"}[name]
		site.CA = authority(t)
		for worker := range 2 {
			tools, err := OpenTools("http://127.0.0.1:1", ToolOptions{Browser: "off", Site: site}, worker, nil)
			if err != nil {
				t.Fatal(err)
			}
			first := base + portsOfWorker*worker
			want := []string{
				fmt.Sprintf("http://%s:%d", host, first), fmt.Sprintf("http://%s:%d", host, first+1), fmt.Sprintf("https://%s:%d", host, first+2),
			}
			if got := tools.Site.Origins(); !slices.Equal(got, want) {
				t.Errorf("%s, worker %d: %v, want %v", name, worker, got, want)
			}
			if err := tools.Close(t.Context()); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestToolsAreOnlyWhatTheKindNeeds(t *testing.T) {
	tools, err := OpenTools("http://home", ToolOptions{Browser: "off", Reach: Reach{Insecure: true, RequestTimeout: time.Minute}}, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tools.Close(t.Context()) }()
	w := tools.Wire
	if tools.Site != nil || tools.Link != nil || w.Base != "http://home" || !w.Insecure || w.CA != nil || w.Timeout != time.Minute {
		t.Errorf("%+v", tools)
	}
	if _, err := OpenTools("http://home", ToolOptions{Reach: Reach{CA: []byte("hello")}}, 0, nil); err == nil {
		t.Error("what is no certificate is trusted")
	}
	tools, err = OpenTools("http://home", ToolOptions{Reach: Reach{CA: authority(t).CertPEM}}, 0, nil)
	if err != nil || tools.Wire.CA == nil {
		t.Errorf("%+v, %v", tools.Wire, err)
	}
	if _, err := OpenTools("http://home", ToolOptions{Site: SiteOptions{Listen: "nowhere", CA: authority(t)}}, 0, nil); err == nil {
		t.Error("a site listens nowhere")
	}
}

func TestATargetWhoseTimeStaysMovedIsTold(t *testing.T) {
	up := true
	mock := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !up {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer mock.Close()
	tools, err := OpenTools(mock.URL, ToolOptions{Browser: "off", Control: Control{URL: mock.URL}}, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := tools.Clock.Advance(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	up = false
	want := "the target's clock stays 1h0m0s ahead: the control plane answers 503 Service Unavailable"
	if err := tools.Close(t.Context()); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestALackSaysWhatWouldHelp(t *testing.T) {
	got := ToolOptions{Browser: "off"}.Lacks()
	for n, want := range map[condition.Name]string{
		condition.Browser: "off", condition.Clock: "--clock COMMAND",
		condition.Control: "no authconform control plane", condition.AccountLink: "--account-link ADDRESS",
	} {
		if !strings.Contains(got[n], want) {
			t.Errorf("%s: %q, want %q", n, got[n], want)
		}
	}
	all := ToolOptions{Browser: "ws://127.0.0.1:9222", Control: Control{URL: "http://mock"}, AccountLink: "127.0.0.1:1"}
	if got := all.Lacks(); !maps.Equal(got, condition.Lacks{}) {
		t.Errorf("where nothing is lacking: %v", got)
	}
}

func TestTheClockIsTheOneThatWasNamedOrTheMocks(t *testing.T) {
	control := Control{URL: "http://mock"}
	for name, c := range map[string]struct {
		o    ToolOptions
		want string
	}{
		"nothing":             {ToolOptions{}, "none"},
		"auto without a mock": {ToolOptions{Clock: "auto"}, "none"},
		"auto with one":       {ToolOptions{Clock: "auto", Control: control}, "control"},
		"none with one":       {ToolOptions{Clock: "none", Control: control}, "none"},
		"wait":                {ToolOptions{Clock: "wait"}, "wait"},
		"a command":           {ToolOptions{Clock: "move it", Control: control}, "move it"},
	} {
		if got := c.o.clock(); got != c.want || c.o.Waits() != (c.want == "wait") {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestTheClockOfAMockIsSetByItsControlPlane(t *testing.T) {
	status := http.StatusOK
	var heard []string
	mock := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Offset string }
		_ = json.NewDecoder(r.Body).Decode(&body)
		heard = append(heard, fmt.Sprint(r.Method, r.URL, " ", r.Header.Get("Authorization"), " ", body.Offset))
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "{}")
	}))
	defer mock.Close()
	o := ToolOptions{Clock: "auto", Control: Control{URL: mock.URL, Token: "t0ken"}}
	c := newClock(o, nil, nil)
	for _, err := range []error{c.Advance(t.Context(), 90*time.Second), c.Restore(t.Context())} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"POST/_authconform/clock Bearer t0ken +90s", "POST/_authconform/clock Bearer t0ken +0s"}; !slices.Equal(heard, want) {
		t.Errorf("%q, want %q", heard, want)
	}
	status = http.StatusUnauthorized
	if err := c.Advance(t.Context(), time.Second); err == nil || err.Error() != "the control plane answers 401 Unauthorized" {
		t.Errorf("%v", err)
	}
	mock.Close()
	if err := c.Advance(t.Context(), time.Second); err == nil || !strings.HasPrefix(err.Error(), "the control plane: ") {
		t.Errorf("%v", err)
	}
}

func TestAWaitForTheClockIsTold(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	var told string
	c := newClock(ToolOptions{Clock: "wait"}, nil, func(what string) { told = what; end() })
	if err := c.Advance(ctx, 90*time.Second); err == nil || told != "waiting 1m30s for the target's clock" {
		t.Errorf("%v, told %q", err, told)
	}
}
