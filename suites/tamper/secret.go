package tamper

import "strings"

// Changed is a secret with one change, which Name describes.
type Changed struct{ Name, Value string }

// Secret returns variants of a secret that a careless comparison accepts. There are none of "".
func Secret(s string) []Changed {
	if s == "" {
		return nil
	}
	turn := func(i int) string {
		c := byte('0')
		if s[i] == '0' {
			c = '1'
		}
		return s[:i] + string(c) + s[i+1:]
	}
	list := []Changed{
		{"first character changed", turn(0)}, {"middle character changed", turn(len(s) / 2)}, {"last character changed", Last(s)},
		{"last character cut", Shorter(s)}, {"a character added", Longer(s)}, {"only its first half", s[:len(s)/2]},
	}
	if swapped := swapCase(s); swapped != s {
		list = append(list, Changed{"letter case swapped", swapped})
	}
	return list
}

// letters is the base64url alphabet, by value (RFC 4648 §5).
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// Last changes the last character of a secret. Decoders ignore the low bits of the last base64 letter, so that another letter may
// have the same value: Last flips the highest bit, which always counts.
func Last(s string) string {
	at := len(s) - 1
	last := strings.IndexByte(letters, s[at])
	if last < 0 {
		last = strings.IndexByte("+/", s[at]) + 62 // the other alphabet of base64; what is of neither becomes a letter
	}
	return s[:at] + letters[last^32:last^32+1]
}

// Shorter drops the last character of a secret, and base64 padding with it, because padding has no value.
func Shorter(s string) string {
	bare := strings.TrimRight(s, "=")
	return bare[:max(0, len(bare)-1)]
}

// Longer appends to a secret: one character, or two if one alone would add no byte to base64.
func Longer(s string) string {
	if end := s[strings.LastIndexByte(s, '.')+1:]; len(end)%4 == 0 {
		return s + "00"
	}
	return s + "0"
}

func swapCase(s string) string {
	if upper := strings.ToUpper(s); upper != s {
		return upper
	}
	return strings.ToLower(s)
}
