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
	index  index             // of the spellings of long enough secrets
	short  map[string]string // of the others
	size   int               // approximate size of the table, in bytes
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

// search makes a spelling findable. It searches for a long one in pieces: at each place it compares a text with only one of them.
func (t *Table) search(form, name string) {
	form = form[:min(len(form), longest)]
	for len(form) >= Shortest {
		n := min(len(form), piece)
		if len(form)-n < Shortest && len(form) < 2*piece {
			n = len(form) // leave no rest that is too short
		}
		t.index.add(form[:n], name)
		t.size += n + overhead
		form = form[n:]
	}
}

// A table's size is bounded, because a target may send secrets without end. What a row cannot learn it does not show either:
// evidence is cut far earlier.
const (
	piece          = 2 << 10  // length of a piece to search for
	longest        = 64 << 10 // of a secret: no body is shown that is longer (evidence.BodyLimit)
	longestSpelled = 4 << 10  // of a secret whose other spellings are searched for
	mostSpelled    = 16 << 20 // of all that is searched for, until there are no more such spellings
	mostKnown      = 48 << 20 // of all that is searched for
	overhead       = 100      // of each secret
)

// name returns the next name of a kind. Secrets of a run have no numbers, because rows run in a different order each time.
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

// replaced returns a part of a text, from start on, with the matches in the whole text replaced by names: the name stands where a
// match begins, and nothing remains where it continues.
func replaced(part string, start int, found []match) string {
	var b strings.Builder
	at, end := start, start+len(part)
	var last match
	for _, m := range found {
		if m.end <= at || m.start >= end {
			continue
		}
		if m.start >= at {
			b.WriteString(part[at-start : m.start-start])
			if m.start != last.end || m.name != last.name { // else it is the next piece of the same secret
				b.WriteString(m.name)
			}
		}
		at, last = min(m.end, end), m
	}
	if at == start {
		return part
	}
	b.WriteString(part[at-start:])
	return b.String()
}
