package reports

import (
	"os/exec"
	"strings"
	"testing"
)

// TestCurlIsForAShell: a shell hands curl exactly what was sent, with variables where secrets were.
func TestCurlIsForAShell(t *testing.T) {
	for name, c := range map[string]struct {
		e    Exchange
		want []string
	}{
		"a GET":           {Exchange{Method: "GET", URL: "http://h/?a=1&b=%20"}, []string{"-i", "http://h/?a=1&b=%20"}},
		"a POST":          {Exchange{Method: "POST", URL: "http://h/", RequestBody: "a=it's $HOME `id`\nnext"}, []string{"-i", "--data-raw", "a=it's $HOME `id`", "next", "http://h/"}},
		"an empty POST":   {Exchange{Method: "POST", URL: "http://h/"}, []string{"-i", "-X", "POST", "http://h/"}},
		"a PUT":           {Exchange{Method: "PUT", URL: "http://h/", RequestBody: "x"}, []string{"-i", "-X", "PUT", "--data-raw", "x", "http://h/"}},
		"a secret":        {Exchange{Method: "GET", URL: "http://h/?t=%E2%80%B9token 2%E2%80%BA", RequestHeaders: []Header{{"Authorization", "Bearer ‹access_token 1›"}, {"Content-Length", "3"}}}, []string{"-i", "-H", "Authorization: Bearer one", "http://h/?t=two"}},
		"a quoted secret": {Exchange{Method: "GET", URL: "http://h/'‹token 2›'"}, []string{"-i", "http://h/'two'"}},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), "sh", "-c", "curl() { printf '%s\\n' \"$@\"; }; "+Curl(c.e))
			cmd.Env = []string{"ACCESS_TOKEN_1=one", "TOKEN_2=two", "HOME=/nowhere"}
			out, err := cmd.Output()
			if err != nil {
				t.Skipf("no shell here: %v", err)
			}
			if got := strings.TrimSuffix(string(out), "\n"); got != strings.Join(c.want, "\n") {
				t.Errorf("%s\ngives curl\n%s\nwant\n%s", Curl(c.e), got, strings.Join(c.want, "\n"))
			}
		})
	}
	if got := Curl(Exchange{Method: "POST", URL: "http://h/", RequestHeaders: []Header{{Name: "Sec-Fetch-Mode", Value: "navigate"}}}); got != "" {
		t.Errorf("a browser's request gives %s", got)
	}
	if got := Curl(Exchange{Method: "WS", URL: "http://h/"}); got != "" {
		t.Errorf("a WebSocket message has the command %q", got)
	}
}

// TestShardsAreJoinedWhole: gaps, doubles and strangers are refused.
func TestShardsAreJoinedWhole(t *testing.T) {
	part := func(shard string, place int) *Report {
		return &Report{Run: Run{Shard: shard, Seed: 1, Logins: 2}, Results: []Result{{ID: string(rune('a' + place)), Place: place, Verdict: Pass}}}
	}
	stranger := part("2/2", 1)
	stranger.Run.Seed = 2
	for want, parts := range map[string][]*Report{
		"no report": {}, "is no shard": {part("", 0)}, "2/2 is missing": {part("1/2", 0)}, "stands twice": {part("1/2", 0), part("1/2", 1)},
		"does not belong": {part("1/2", 0), part("2/3", 1)}, "another seed": {part("1/2", 0), stranger}, "two shards": {part("1/2", 0), part("2/2", 0)},
		"no shard 3/2": {part("1/2", 0), part("2/2", 1), part("3/2", 2)}, "no shard 0/0": {part("0/0", 0)},
	} {
		if _, err := Merge(parts); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	whole, err := Merge([]*Report{part("2/2", 1), part("1/2", 0)})
	if err != nil {
		t.Fatal(err)
	}
	if whole.Summary.Pass != 2 || whole.Run.Logins != 4 || whole.Run.Shard != "" || whole.Results[0].ID != "a" {
		t.Errorf("%+v", whole)
	}
}
