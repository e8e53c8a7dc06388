package redact

import "strings"

// index finds many words in a text in one pass. A word is looked up by its last characters, letter case aside: tokens of
// one server often begin alike.
type index map[[Shortest]byte][]needle

type needle struct {
	word string // lower case
	name string
	bare bool // an ordinary word: it counts only where it is not part of a longer one
}

// match is where a word stands in a text.
type match struct {
	start, end int
	name       string
}

func (x index) add(word, name string) {
	n := needle{lower(word), name, ordinary(word)}
	k := key(n.word, len(n.word))
	for _, known := range x[k] {
		if known.word == n.word {
			return
		}
	}
	x[k] = append(x[k], n)
}

func key(text string, end int) (k [Shortest]byte) {
	copy(k[:], text[end-Shortest:end])
	return k
}

// find lists what stands in a text, in order, the longest where several end or begin alike, none over another.
func (x index) find(text string) []match {
	if len(x) == 0 || len(text) < Shortest {
		return nil
	}
	folded := lower(text)
	var found []match
	for end := Shortest; end <= len(folded); end++ {
		for _, n := range x[key(folded, end)] {
			start := end - len(n.word)
			if start < 0 || folded[start:end] != n.word || n.bare && within(folded, start, end) {
				continue
			}
			found = keep(found, match{start, end, n.name})
		}
	}
	return found
}

// keep adds a match. Those that it covers give way; one that is covered, or only overlaps an earlier one, joins it.
func keep(found []match, m match) []match {
	for len(found) > 0 && found[len(found)-1].start >= m.start {
		found = found[:len(found)-1]
	}
	if len(found) > 0 && found[len(found)-1].end > m.start {
		last := &found[len(found)-1]
		last.end = max(last.end, m.end)
		return found
	}
	return append(found, m)
}

// within tells whether a piece of text is part of a longer word.
func within(text string, start, end int) bool {
	return start > 0 && inWord(text[start-1]) || end < len(text) && inWord(text[end])
}

func inWord(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 0x80
}

// ordinary tells whether a secret could be a word of a language: letters alone, and few of them.
func ordinary(word string) bool {
	return len(word) < 2*Shortest && strings.IndexFunc(word, func(r rune) bool { return (r|0x20) < 'a' || (r|0x20) > 'z' }) < 0
}

// lower folds ASCII letters, byte for byte.
func lower(s string) string {
	for i := range len(s) {
		if s[i] >= 'A' && s[i] <= 'Z' {
			b := []byte(s)
			for j := i; j < len(b); j++ {
				if b[j] >= 'A' && b[j] <= 'Z' {
					b[j] |= 0x20
				}
			}
			return string(b)
		}
	}
	return s
}
