package tamper

import "strings"

// Changed is a secret with one change, which Name tells.
type Changed struct{ Name, Value string }

// Secret changes a secret in the ways that a careless comparison overlooks. "" has no changes.
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

// letters is the alphabet of base64url, by value (RFC 4648 §5).
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// Last is a secret with another last character. The low bits of the last letter of base64 are not read, so that it may change
// without another value: the highest bit, which is always read, is turned.
func Last(s string) string {
	at := len(s) - 1
	last := strings.IndexByte(letters, s[at])
	if last < 0 {
		last = strings.IndexByte("+/", s[at]) + 62 // the other alphabet of base64; what is of neither becomes a letter
	}
	return s[:at] + letters[last^32:last^32+1]
}

// Shorter is a secret without its last character. What pads base64 says nothing and goes with it.
func Shorter(s string) string {
	bare := strings.TrimRight(s, "=")
	return bare[:max(0, len(bare)-1)]
}

// Longer is a secret with something behind it: a character, or two where one alone would add no byte to base64.
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
