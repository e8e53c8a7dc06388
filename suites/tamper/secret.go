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
		{"first character changed", turn(0)}, {"middle character changed", turn(len(s) / 2)}, {lastChanged, turn(len(s) - 1)},
		{"last character cut", s[:len(s)-1]}, {"a character added", s + "0"}, {"only its first half", s[:len(s)/2]},
	}
	if swapped := swapCase(s); swapped != s {
		list = append(list, Changed{"letter case swapped", swapped})
	}
	return list
}

const lastChanged = "last character changed"

// JWT is Secret for a token that may be a JWT: the last character of base64 holds bits that nobody reads.
func JWT(token string) []Changed {
	var list []Changed
	for _, c := range Secret(token) {
		if c.Name != lastChanged {
			list = append(list, c)
		}
	}
	return list
}

func swapCase(s string) string {
	if upper := strings.ToUpper(s); upper != s {
		return upper
	}
	return strings.ToLower(s)
}
