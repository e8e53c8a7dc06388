// Package bulk counts what a JSON text would become, before it is decoded: a value takes two bytes there and hundreds in memory.
package bulk

// Most is how many values of a JSON text are decoded; a longer one is cut there. The states of a large home are some 80,000.
const Most = 150_000

// Within returns the length of the longest beginning of a JSON text that has at most n values, and how many those are. It does not
// validate the text.
func Within[T string | []byte](text T, n int) (length, values int) {
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ',' || c == '[' || c == '{'): // each begins at most one value
			if values == n {
				return i, values
			}
			values++
		}
	}
	return len(text), values
}
