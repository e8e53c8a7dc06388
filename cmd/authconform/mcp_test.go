package main

import (
	"encoding/csv"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/authconform/authconform/harness/mcp/doctor"
	"github.com/authconform/authconform/harness/wire"
	"github.com/authconform/authconform/mockserver"
	"github.com/authconform/authconform/proof"
)

// TestTheDoctorSaysWhatRealClientsDo: script/mcp-clients measures expected.tsv with the SDKs themselves. The doctor, which runs
// no SDK, predicts the same of each client at each home.
func TestTheDoctorSaysWhatRealClientsDo(t *testing.T) {
	t.Parallel()
	f, err := os.Open("../../testbed/clients/mcp/expected.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.Comment, r.LazyQuotes = '\t', '#', true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	sdks := map[string]string{
		"ts1": "TypeScript SDK 1.", "ts2": "TypeScript SDK 2.", "py1": "Python SDK 1.", "py2": "Python SDK 2.",
	}
	head := rows[0]
	for _, row := range rows[1:] {
		if row[1] == "none" {
			continue // a home has no registration; the doctor says how else they get in
		}
		if strings.HasPrefix(row[0], "token.") {
			continue // the doctor does not log in
		}
		policy := mockserver.Strict()
		if subject, _ := proof.Find(row[0]); subject != nil {
			subject.Spoil(row[0], policy)
		} else if row[0] != "-" {
			t.Errorf("there is no defect %s", row[0])
		}
		home, err := mockserver.Listen("127.0.0.1:0", mockserver.Options{Policy: policy})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(home.Stop)
		d, err := doctor.Ask(t.Context(), home.URL+"/api/mcp", "", wire.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for column, word := range row {
			name := sdks[head[column]]
			if name == "" {
				continue
			}
			i := slices.IndexFunc(d.Clients, func(c doctor.Client) bool { return strings.HasPrefix(c.Name, name) })
			if i < 0 {
				t.Fatalf("the doctor does not know %s", name)
			}
			if want := map[string]doctor.Verdict{"in": doctor.In, "stop": doctor.Stopped}[word]; d.Clients[i].Verdict != want {
				t.Errorf("%s: of %s the doctor says %s by %q; really: %s", row[0], d.Clients[i].Name, d.Clients[i].Verdict, d.Clients[i].By, word)
			}
		}
	}
}

// TestTheDoctorPassesTheProxyThatItsFlagsAreFor, and repeats no secret of its flags.
func TestTheDoctorPassesTheProxyThatItsFlagsAreFor(t *testing.T) {
	t.Parallel()
	home := mockserver.Start(t)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Pass") != "s3cr3t" {
			http.Redirect(w, r, "https://sso.example/login", http.StatusFound)
			return
		}
		r.Host = strings.TrimPrefix(home.URL, "http://")
		home.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	without := invoke(t, "mcp", proxy.URL+"/api/mcp")
	if without.code != 1 || !strings.Contains(without.out, "It redirects to https://sso.example/login") {
		t.Errorf("without its header: exit %d\n%s", without.code, without.all())
	}
	with := invoke(t, "mcp", proxy.URL+"/api/mcp", "--header", "X-Pass: s3cr3t")
	if with.code != 1 || !strings.Contains(with.out, "1. The home answers as "+home.URL) {
		t.Errorf("with its header: exit %d\n%s", with.code, with.all())
	}
	if strings.Contains(without.all()+with.all(), "s3cr3t") {
		t.Error("the secret is repeated")
	}
}
