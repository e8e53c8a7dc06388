package requirements

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

func TestEveryRowThatCanFailSaysHowToFixIt(t *testing.T) {
	t.Parallel()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range c.Sections {
		for _, r := range s.Rows {
			switch {
			case r.CanFail() && !strings.HasSuffix(r.Fix, "."):
				t.Errorf("%s: fix %q is not a sentence", r.ID, r.Fix)
			case len(r.Fix) > 240:
				t.Errorf("%s: fix has %d characters; two short sentences are enough", r.ID, len(r.Fix))
			}
		}
	}
}

func TestARowWithoutAFixIsRefused(t *testing.T) {
	t.Parallel()
	const row = `section: code
title: Code
order: 1
rows:
  - {id: a.b, level: %s, text: A sentence., spec: RFC 6749 §5, judged: Somehow.%s}
`
	for name, c := range map[string]struct {
		level, fix string
		refused    bool
	}{
		"a must row without":   {"must", "", true},
		"a must row with":      {"must", ", fix: Delete it.", false},
		"an info row without":  {"info", "", false},
		"an info row with":     {"info", ", fix: Delete it.", true},
		"an untestable one":    {"must", ", untestable: nobody sees it", false},
		"a should row without": {"should", "", true},
	} {
		_, err := load(fstest.MapFS{"code.yaml": {Data: fmt.Appendf(nil, row, c.level, c.fix)}})
		if refused := err != nil && strings.Contains(err.Error(), "fix"); refused != c.refused {
			t.Errorf("%s: %v", name, err)
		}
	}
}
