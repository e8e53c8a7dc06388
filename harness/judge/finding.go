package judge

import (
	"strings"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/wire"
)

// finding is a failed check, not yet redacted.
type finding struct{ expected, got said }

// said is a text of a failure or a note, not yet redacted.
type said struct {
	text string
	lost int // bytes at its end that are not held
}

// hold returns a text as the record holds it: whole, or without the end that nobody will see if the record holds a lot already.
// The caller holds the lock.
func (r *Record) hold(text string) said {
	kept := text
	if r.found += len(text); r.found > wire.RowTexts && len(text) > longest+wire.Margin {
		kept = strings.Clone(text[:longest+wire.Margin])
		r.found -= len(text) - len(kept)
	}
	return said{kept, len(text) - len(kept)}
}

// shown is hide for a text as it is held.
func (r *Record) shown(s said) string { return shortened(s, longest, r.secrets.Hide) }

// shortened cuts a text after its secrets were hidden: half a secret would not be recognised.
func shortened(s said, n int, hide func(string) string) string {
	looked := evidence.Start(s.text, n+wire.Margin)
	return wire.CutOf(hide(looked), n, s.lost+len(s.text)-len(looked))
}

// full reports whether n failures or notes are as many as a record holds, and counts the next one as dropped.
func (r *Record) full(n int) bool {
	if n < wire.RowFindings {
		return false
	}
	r.unsaid++
	return true
}
