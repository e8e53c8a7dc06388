package redact

import (
	"fmt"
	"strings"
	"sync"
)

// Shortest is the least length, in bytes, of secrets that are searched for in free text. Shorter ones would be found inside
// other words; they are hidden only as the whole value of a field, a header or a member.
const Shortest = 8

// Table knows the secrets of one row and those of its run. It is safe for concurrent use.
type Table struct {
	run *Table // nil: this is the run's

	mu     sync.Mutex
	names  map[string]string // secret -> its name
	counts map[string]int    // kind -> secrets seen
	index  index             // of the spellings of those that are long enough
	short  map[string]string // of the others
	size   int               // of what is known, in bytes, about
}

// New returns an empty table. The run's table also learns its secrets, for other rows; run may be nil.
func New(run *Table) *Table {
	return &Table{run: run, names: map[string]string{}, counts: map[string]int{}, index: newIndex(), short: map[string]string{}}
}

// Learn adds a secret of a kind ("access_token"); spelled are the spellings in which it was seen.
func (t *Table) Learn(kind, value string, spelled ...string) {
	if value == "" || strings.Contains(value, "‹") {
		return
	}
	if t.run != nil {
		t.run.Learn(kind, value, spelled...)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	value = value[:min(len(value), longest)]
	name, known := t.names[value]
	if !known {
		if t.size > mostKnown {
			return
		}
		name = t.name(kind)
		t.names[value] = name
		if spelled = append(spelled, value); len(value) <= longestSpelled && t.size < mostSpelled {
			spelled = append(spelled, spellings(value)...)
		}
	}
	for _, form := range spelled {
		switch {
		case len(value) < Shortest: // a longer spelling makes it no better known
			t.short[form] = name
			t.size += len(form) + overhead
		default:
			t.search(form, name)
		}
	}
}

// search lets a spelling be found. A long one is looked for in pieces: no text is compared with more than one of them at a time.
func (t *Table) search(form, name string) {
	form = form[:min(len(form), longest)]
	for len(form) >= Shortest {
		n := min(len(form), piece)
		if len(form)-n < Shortest && len(form) < 2*piece {
			n = len(form) // no rest that is too short
		}
		t.index.add(form[:n], name)
		t.size += n + overhead
		form = form[n:]
	}
}

// What a table learns is bounded, in bytes: a target may send secrets without end. What a row has no room for is not shown either:
// evidence is cut far below.
const (
	piece          = 2 << 10  // of what is searched for at once
	longest        = 64 << 10 // of a secret: no body is shown that is longer (evidence.BodyLimit)
	longestSpelled = 4 << 10  // of one that is searched for in other spellings than those that were met
	mostSpelled    = 16 << 20 // of all that is searched for, until there are no more such spellings
	mostKnown      = 48 << 20 // of all that is searched for
	overhead       = 100      // of each
)

// name is the next of a kind. Those of a run have no numbers: rows are judged in another order every time.
func (t *Table) name(kind string) string {
	if t.run == nil {
		return "‹" + kind + "›"
	}
	t.counts[kind]++
	return fmt.Sprintf("‹%s %d›", kind, t.counts[kind])
}

// Hide replaces every known secret in a text.
func (t *Table) Hide(text string) string { return t.HideAll([]string{text})[0] }

// HideOwn is Hide with the row's own secrets only, for names that must not depend on earlier rows.
func (t *Table) HideOwn(text string) string {
	return jwt.ReplaceAllString(t.hide([]string{text})[0], "‹jwt›")
}

// HideAll is Hide for consecutive texts: it also finds a secret that is split over several of them.
func (t *Table) HideAll(parts []string) []string {
	hidden := t.hide(parts)
	if t.run != nil {
		hidden = t.run.hide(hidden)
	}
	for i, part := range hidden {
		if strings.Contains(part, "eyJ") {
			hidden[i] = jwt.ReplaceAllString(part, "‹jwt›")
		}
	}
	return hidden
}

func (t *Table) hide(parts []string) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	whole := strings.Join(parts, "")
	found := t.index.find(whole)
	out := make([]string, len(parts))
	start := 0
	for i, part := range parts {
		out[i] = t.alone(replaced(part, start, found))
		start += len(part)
	}
	return out
}

// replaced is a part of a whole text, from start on, with what was found in the whole named: where a match begins stands
// its name, and nothing of it is left where it goes on.
func replaced(part string, start int, found []match) string {
	var b strings.Builder
	at, end := start, start+len(part)
	for _, m := range found {
		if m.end <= at || m.start >= end {
			continue
		}
		if m.start >= at {
			b.WriteString(part[at-start : m.start-start])
			b.WriteString(m.name)
		}
		at = min(m.end, end)
	}
	if at == start {
		return part
	}
	b.WriteString(part[at-start:])
	return b.String()
}
