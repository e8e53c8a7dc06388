package redact

import (
	"slices"
	"strings"
)

// index finds many words in a text in one pass. It looks a word up by its last characters, ignoring case, because tokens of one
// server often share their beginning. Words with the same last characters are sorted, so that even thousands of them from one
// target cost no more.
type index struct {
	known   map[string]bool
	buckets map[[Shortest]byte]*bucket
}

type bucket struct {
	needles []needle // by their words from behind
	sorted  bool
}

type needle struct {
	back  string // the word from behind, in lower case
	name  string
	bare  bool // an ordinary word: it counts only where it is not part of a longer one
	outer int  // index of the longest other word in the bucket that is a suffix of this one, or -1
}

// match is an occurrence of a word in a text.
type match struct {
	start, end int
	name       string
}

func newIndex() index { return index{map[string]bool{}, map[[Shortest]byte]*bucket{}} }

func (x index) add(word, name string) {
	folded := lower(word)
	if x.known[folded] {
		return
	}
	x.known[folded] = true
	n := needle{reversed(folded), name, ordinary(word), -1}
	k := [Shortest]byte([]byte(n.back))
	if x.buckets[k] == nil {
		x.buckets[k] = &bucket{}
	}
	x.buckets[k].needles, x.buckets[k].sorted = append(x.buckets[k].needles, n), false
}

// find lists the non-overlapping matches in a text, in order; of overlapping ones it keeps the longest.
func (x index) find(text string) []match {
	if len(x.buckets) == 0 || len(text) < Shortest {
		return nil
	}
	folded := lower(text)
	back := reversed(folded)
	var found []match
	for end := Shortest; end <= len(folded); end++ {
		rest := back[len(back)-end:]
		b := x.buckets[[Shortest]byte([]byte(rest[:Shortest]))]
		if b == nil {
			continue
		}
		if n := b.longest(rest, func(n needle) bool { return !n.bare || !within(folded, end-len(n.back), end) }); n != nil {
			found = keep(found, match{end - len(n.back), end, n.name})
		}
	}
	return found
}

// longest returns the longest word that a text ends with, both reversed, and that counts.
func (b *bucket) longest(back string, counts func(needle) bool) *needle {
	b.sort()
	at, exact := slices.BinarySearchFunc(b.needles, back, func(n needle, back string) int { return strings.Compare(n.back, back) })
	if !exact {
		at--
	}
	for at >= 0 {
		n := &b.needles[at]
		if strings.HasPrefix(back, n.back) && counts(*n) {
			return n
		}
		at = n.outer
	}
	return nil
}

// sort sorts the reversed words and links each word to its longest suffix among the others: a prefix sorts before the words that
// begin with it.
func (b *bucket) sort() {
	if b.sorted {
		return
	}
	slices.SortFunc(b.needles, func(a, b needle) int { return strings.Compare(a.back, b.back) })
	for i := range b.needles {
		outer := i - 1
		for outer >= 0 && !strings.HasPrefix(b.needles[i].back, b.needles[outer].back) {
			outer = b.needles[outer].outer
		}
		b.needles[i].outer = outer
	}
	b.sorted = true
}

func reversed(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

// keep adds a match. It replaces the matches that it covers; one that is covered, or overlaps an earlier one, joins that.
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

// within reports whether a piece of text is part of a longer word.
func within(text string, start, end int) bool {
	return start > 0 && inWord(text[start-1]) || end < len(text) && inWord(text[end])
}

func inWord(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 0x80
}

// ordinary reports whether a secret could be an ordinary word: only letters, and few of them.
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
