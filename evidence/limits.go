package evidence

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The limits of a run's record, in bytes, however much a target sends. harness/wire/limits.go limits what is read from a target
// at all.
const (
	BodyLimit   = 64 << 10 // of one body
	HeaderLimit = 16 << 10 // of the headers of one answer, names and values
	RowLimit    = 2 << 20  // of the evidence of one row
	briefBody   = 2 << 10  // of one body in a row that would exceed RowLimit
	RunLimit    = 9 << 20  // of the evidence of a run's rows that are not red; later rows keep none
	RedLimit    = 3 << 20  // of the evidence of red rows, which more views show
	ShotsLimit  = 6 << 20  // of a run's pictures and pages
	FoundLimit  = 1 << 20  // of the failures and notes of a run; later rows keep the first of each
)

// The limits for reading a record that somebody else wrote.
const (
	longestLine = 16 << 20       // bytes of a line of run.jsonl
	largestFile = 64 << 20       // bytes of run.jsonl: several shards, each with as much as a run keeps
	largestShot = 16 << 20       // bytes of a picture or page
	mostValues  = RowLimit / 8   // JSON values of a line: an empty one takes two bytes there, and hundreds in memory
	mostOfAll   = 8 * mostValues // JSON values of all lines
)

// Fit cuts a row's evidence to RowLimit: first its long bodies, then items in the middle.
func Fit(list []Item) []Item {
	if sizeOf(list) <= RowLimit {
		return list
	}
	for _, item := range list {
		if e := item.Exchange; e != nil {
			e.RequestBody, e.RequestCut = shorter(e.RequestBody, e.RequestCut)
			e.ResponseBody, e.ResponseCut = shorter(e.ResponseBody, e.ResponseCut)
		}
	}
	if sizeOf(list) <= RowLimit {
		return list
	}
	head, tail := fitting(list, func(i int) int { return i }), fitting(list, func(i int) int { return len(list) - 1 - i })
	note := fmt.Sprintf("cut after %d KiB: %d more exchanges of the row are not kept", RowLimit>>10, len(list)-head-tail)
	return append(append(list[:head:head], Item{Note: note}), list[len(list)-tail:]...)
}

// fitting returns how many items, in an order, fit into half of a row.
func fitting(list []Item, at func(int) int) (n int) {
	for left := RowLimit / 2; n < len(list); n++ {
		if left -= sizeOf(list[at(n) : at(n)+1]); left < 0 {
			break
		}
	}
	return n
}

func shorter(body string, cut int) (string, int) {
	if len(body) <= briefBody {
		return body, cut
	}
	kept := Start(body, briefBody)
	return kept, cut + len(body) - len(kept)
}

// Start returns at most the first n bytes of a text, cut at a character boundary.
func Start(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.ToValidUTF8(s[:n], "")
}

// Budget counts how much of its limits a run's evidence has used. The zero value has used nothing.
type Budget struct{ green, red, shots, found int }

// Keep charges a result and its files to the budget. A result that no longer fits keeps its verdict but loses its evidence.
func (b *Budget) Keep(r Result, files []File) (Result, []File) {
	r = b.findings(r)
	spent, limit := &b.green, RunLimit
	if r.Verdict.Red(true) {
		spent, limit = &b.red, RedLimit
	}
	size, shots := sizeOf(r.Evidence), 0
	for _, f := range files {
		shots += len(f.Content)
	}
	switch {
	case size == 0:
		return r, files
	case *spent+size > limit:
		r.Evidence = []Item{cut(limit, "nothing of what this row saw is kept")}
		return r, nil
	case b.shots+shots > ShotsLimit:
		for i := range r.Evidence {
			if step := r.Evidence[i].Browser; step != nil {
				r.Evidence[i].Browser = &BrowserStep{Doing: step.Doing, URL: step.URL}
			}
		}
		r.Evidence, files, shots = append(r.Evidence, cut(ShotsLimit, "no picture or page of this row is kept")), nil, 0
	}
	*spent, b.shots = *spent+size, b.shots+shots
	return r, files
}

// findings charges a result's failures and notes. A result always keeps the names of its failed vectors, which baselines compare.
func (b *Budget) findings(r Result) Result {
	size := len(r.Reason)
	for _, f := range r.Failures {
		size += envelope + encoded(f.Vector) + encoded(f.Value) + encoded(f.Expected) + encoded(f.Got)
	}
	for _, note := range r.Notes {
		size += encoded(note)
	}
	if left := max(0, len(r.Failures)-1) + max(0, len(r.Notes)-1); left > 0 && b.found+size > FoundLimit {
		r.Failures, r.Notes = r.Failures[:min(1, len(r.Failures))], r.Notes[:min(1, len(r.Notes))]
		r.Evidence = append(r.Evidence, cut(FoundLimit, fmt.Sprintf("%d more failures and notes of this row are not kept", left)))
		return r
	}
	b.found += size
	return r
}

func cut(limit int, what string) Item {
	return Item{Note: fmt.Sprintf("cut after %d MiB: the run has kept as much, and %s", limit>>20, what)}
}

// envelope is roughly the size of an item's JSON without its texts.
const envelope = 200

// sizeOf estimates the size of items as JSON.
func sizeOf(list []Item) (n int) {
	for _, item := range list {
		n += envelope + encoded(item.Note) + encoded(item.Vector) + encoded(item.Step)
		if b := item.Browser; b != nil {
			n += encoded(b.Doing) + encoded(b.URL)
		}
		e := item.Exchange
		if e == nil {
			continue
		}
		n += encoded(e.URL) + encoded(e.RequestBody) + encoded(e.ResponseBody) + encoded(e.Error)
		for _, headers := range [][]Header{e.RequestHeaders, e.ResponseHeaders} {
			for _, h := range headers {
				n += 24 + encoded(h.Name) + encoded(h.Value)
			}
		}
	}
	return n
}

// encoded returns the length of a text as JSON.
func encoded(s string) int {
	n := len(s)
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t':
			n++
		case c < 0x20:
			n += 5
		}
	}
	return n
}
