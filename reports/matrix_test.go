package reports

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/internal/harmless"
)

func matrixOf(t *testing.T, name string, sets ...*evidence.Set) string {
	t.Helper()
	for _, form := range Matrices {
		if form.Name != name {
			continue
		}
		var m evidence.Matrix
		for _, s := range sets {
			m.Add("", s, form.Cells)
		}
		var b bytes.Buffer
		if err := form.Write(&b, &m); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	t.Fatalf("there is no form %s", name)
	return ""
}

var packedBlock = regexp.MustCompile(`<script type="text/plain" class="block">([A-Za-z0-9+/=]*)</script>`)

// unpacked decodes the blocks of a page.
func unpacked(t *testing.T, page string) []string {
	t.Helper()
	var out []string
	for _, m := range packedBlock.FindAllStringSubmatch(page, -1) {
		raw, err := base64.StdEncoding.DecodeString(m[1])
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(flate.NewReader(bytes.NewReader(raw)))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(text))
	}
	return out
}

func TestEveryFormOfAMatrixIsAsItsGoldenFileShows(t *testing.T) {
	for _, form := range MatrixNames() {
		text := matrixOf(t, form, sample(), later())
		if form == "html" {
			blocks := unpacked(t, text)
			if len(blocks) != 15 || !strings.Contains(blocks[0], "‹code 1›") {
				t.Errorf("%d blocks: %s", len(blocks), blocks[0])
			}
			for _, name := range []string{"html/colours.css", "html/matrix.css", "html/matrix.js"} {
				raw, err := pages.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				text = strings.ReplaceAll(text, string(raw), name)
			}
			text = regexp.MustCompile(`sha256-[A-Za-z0-9+/=]+`).ReplaceAllString(packedBlock.ReplaceAllString(text, "\n<block>"), "sha256-…")
		}
		golden(t, "matrix-"+form, text)
	}
}

func TestThePageOfAMatrixRunsOneScriptAndAsksNobody(t *testing.T) {
	text := matrixOf(t, "html", hostileSet(), otherwise())
	page, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	scripts := 0
	for n := range page.Descendants() {
		switch n.Data {
		case "script":
			if attribute(n, "type") == "" {
				scripts++
			}
		case "link", "iframe", "object", "base", "img":
			t.Errorf("there is a %s", n.Data)
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "src" || a.Key == "href" && !strings.HasPrefix(a.Val, "#") {
				t.Errorf("an element has %s=%q", a.Key, a.Val)
			}
		}
	}
	const policy = `http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; script-src &#39;sha256-`
	if scripts != 1 || !strings.Contains(text, policy) {
		t.Errorf("%d scripts, or no policy", scripts)
	}
	for _, b := range unpacked(t, text) {
		var v block
		if err := json.Unmarshal([]byte(b), &v); err != nil || len(v.Cells) != 2 || v.Link != "" {
			t.Errorf("%v: %s", err, b)
		}
	}
}

func TestHostileWordsHarmNoMatrix(t *testing.T) {
	for _, form := range MatrixNames() {
		got := matrixOf(t, form, hostileSet(), otherwise())
		for _, r := range got {
			if harmless.Harmful(r) {
				t.Errorf("%s holds %q", form, r)
				break
			}
		}
	}
	rows, err := csv.NewReader(strings.NewReader(matrixOf(t, "csv", hostileSet(), otherwise()))).ReadAll()
	if err != nil || len(rows) != 1+len(evidence.Verdicts) || len(rows[1]) != 7 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	for _, l := range strings.Split(matrixOf(t, "markdown", hostileSet(), otherwise()), "\n") {
		if bare := strings.ReplaceAll(l, `\|`, ""); strings.HasPrefix(l, "| ") && strings.Count(bare, "|") != 5 {
			t.Errorf("a row of a table has %d bars: %s", strings.Count(bare, "|"), l)
		}
	}
}

func TestASpreadsheetComputesNothing(t *testing.T) {
	for in, want := range map[string]string{"=1+1": "'=1+1", "@x": "'@x", "+1": "'+1", "-1": "'-1", "a=1": "a=1", "": "", "\t=1": "'=1"} {
		if got := noFormula(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func TestACellKeepsWhatLeadsToTheFailure(t *testing.T) {
	r := evidence.Result{Verdict: evidence.Fail, Failures: []evidence.Failure{{Vector: "V9", Expected: "400", Got: "200"}}}
	for n := range 40 {
		r.Evidence = append(r.Evidence, evidence.Item{Vector: fmt.Sprintf("V%d", n), Exchange: &evidence.Exchange{
			Method: "GET", URL: fmt.Sprint("http://h/", n), Status: 200, ResponseBody: strings.Repeat("x", 9000),
		}})
	}
	items, left := someEvidence(r)
	if n := len(items); n != 11 || items[9].Exchange.URL != "http://h/9" || left != 29 {
		t.Errorf("%d items, %d left out", n, left)
	}
	e, whole := items[0].Exchange, r.Evidence[0].Exchange
	if len(e.ResponseBody) != cellBody || e.ResponseCut != 9000-cellBody || len(whole.ResponseBody) != 9000 {
		t.Errorf("%d bytes and %d more", len(e.ResponseBody), e.ResponseCut)
	}
	r.Verdict, r.Failures = evidence.Pass, nil
	if items, left = someEvidence(r); len(items) != shownOfPassed || left != 34 {
		t.Errorf("%d items of a row that passed, %d left out", len(items), left)
	}
}

// TestAPageOfManyServersStaysSmall with 40 servers and 500 rows, each with traffic.
func TestAPageOfManyServersStaysSmall(t *testing.T) {
	var m evidence.Matrix
	start := time.Now()
	for n := range 40 {
		s := &evidence.Set{Head: evidence.Head{Target: evidence.Target{URL: fmt.Sprint("https://h", n), Product: "P", Version: fmt.Sprint(n)}}}
		for i := range 500 {
			r := evidence.Result{ID: fmt.Sprint("a.row-", i), Section: fmt.Sprint("s", i/50), Level: evidence.Must, Place: i, Verdict: evidence.Pass}
			for e := range 4 {
				body := fmt.Sprintf(`{"access_token":"‹access_token %d›","id":"%x"}`, e, n*i*7919)
				r.Evidence = append(r.Evidence, evidence.Item{Exchange: get(fmt.Sprintf("https://h%d/token?%d", n, e), 200, body, 0)})
			}
			s.Results = append(s.Results, r)
		}
		m.Add("", s, someEvidence)
	}
	var b bytes.Buffer
	if err := matrixHTML(&b, &m); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 6<<20 {
		t.Errorf("%d bytes", b.Len())
	}
	t.Logf("%d bytes in %s", b.Len(), time.Since(start))
}
