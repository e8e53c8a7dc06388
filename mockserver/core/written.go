package core

import (
	"fmt"
	"strconv"
	"strings"
)

// Float is a number that Python knows as one with a fraction. What JSON brings may be either; without a fraction it is none.
type Float float64

// Written is a value as Python writes it: True, None, 21.0.
func Written(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case string:
		return v
	case bool:
		return map[bool]string{true: "True", false: "False"}[v]
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case Float:
		text := strconv.FormatFloat(float64(v), 'f', -1, 64)
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		return text
	}
	return fmt.Sprint(v)
}
