package loginpage

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"testing"
	"time"
	"path/filepath"
	"strings"

	"github.com/authconform/authconform/harness/browser"
)

func TestProbe(t *testing.T) {
	o, _ := browser.Find("auto")
	b, err := browser.Start(t.Context(), o)
	if err != nil { t.Fatal(err) }
	defer b.Close()
	dirs, _ := filepath.Glob("/tmp/frontends/*/hass_frontend")
	for _, dir := range dirs {
		v := strings.Split(dir, "/")[3]
		for _, mode := range []string{"local", "trusted", "persons"} {
		if mode == "persons" && !strings.HasPrefix(v, "202312") { continue }
		home := newFakeHome(t, dir, func(h *fakeHome) { h.bare = v < "20240112"; h.trusted = mode == "trusted"; h.persons = mode == "persons" })
		p, _ := b.NewPage(t.Context())
		q := url.Values{"client_id": {"http://app.example/"}, "redirect_uri": {"http://app.example/cb"}, "state": {"s"}}
		if mode == "local" { q = url.Values{"client_id": {home.URL+"/"}, "redirect_uri": {home.URL+"/?auth_callback=1"}} }
		begin := time.Now()
		if err := p.Open(t.Context(), home.URL+"/auth/authorize?"+q.Encode()); err != nil { t.Error(err) }
		ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
		sel := "input[name=password]"
		if mode == "trusted" { sel = "ha-form-select, ha-radio" }
		if mode == "persons" { sel = ".person" }
		_, err := p.WaitAny(ctx, sel)
		cancel()
		fmt.Println(v, mode, time.Since(begin), err)
		time.Sleep(300*time.Millisecond)
		c, err := p.Capture(t.Context())
		os.WriteFile("/tmp/frontends/"+v+"-"+mode+".html", []byte(c.HTML), 0o644)
		os.WriteFile("/tmp/frontends/"+v+"-"+mode+".png", c.PNG, 0o644)
		for _, r := range p.Requests() { if r.Failed != "" || r.Status >= 400 { fmt.Println("   ", r.Status, r.Failed, r.URL) } }
		p.Close()
		}
	}
}
