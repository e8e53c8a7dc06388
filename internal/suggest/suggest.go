// Package suggest finds the word that somebody meant to type.
package suggest

import (
	"fmt"
	"strings"
)

// few is the most words that a hint lists if none is near.
const few = 20

// Nearest returns the known word most similar to word, for "did you mean"; "" if none is similar.
func Nearest(word string, words []string) string {
	best, least := "", max(2, len(word)/3)+1
	for _, w := range words {
		if d := distance(word, w, least); d < least {
			best, least = w, d
		}
	}
	return best
}

// Hint returns the text to follow "unknown word": the nearest known word, or all of them if they are few.
func Hint(word string, words []string) string {
	if near := Nearest(word, words); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	if len(words) == 1 {
		return "; valid: " + words[0]
	}
	if len(words) > 0 && len(words) <= few {
		return "; valid: " + strings.Join(words, ", ")
	}
	return ""
}

// distance counts the insertions, deletions, replacements and swaps of neighbours between two words, up to a limit.
func distance(a, b string, limit int) int {
	if d := len(a) - len(b); d >= limit || -d >= limit {
		return limit
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
