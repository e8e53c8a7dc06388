package mockserver

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/authconform/authconform/mockserver/core"
)

// The mock renders the expressions that clients try a template with; it has no Jinja.
var (
	expression = regexp.MustCompile(`\{\{(.*?)\}\}`)
	callOf     = regexp.MustCompile(`^(states|is_state|state_attr|is_state_attr|has_value)\(\s*(.*?)\s*\)$`)
	stateOf    = regexp.MustCompile(`^states\.([a-z0-9_]+)\.([a-z0-9_]+)\.(?:state|attributes\.(\w+))$`)
	nameOf     = regexp.MustCompile(`^[A-Za-z_]\w*$`)
	filterOf   = regexp.MustCompile(`^(\w+)(?:\(\s*(.*?)\s*\))?$`)
)

// whatRenders lists what is supported, for errors about anything else.
const whatRenders = "the mock home renders only states(…), is_state(…), state_attr(…), is_state_attr(…), has_value(…), " +
	"variables, literals, and the filters float, int, round, default, upper, lower, title, trim and string"

// undefined is a variable without a value. It renders as an empty string.
type undefined struct{}

func (undefined) String() string { return "" }

const (
	largest    = 1e15 // a float64 holds smaller whole numbers exactly
	mostDigits = 15
)

// rendering is the state of one template while it renders.
type rendering struct {
	home      *Home
	variables map[string]any
	looked    []string // entities
}

// render renders a template and lists the entities that it read.
func (h *Home) render(template string, variables map[string]any) (text string, looked []string, err error) {
	if strings.Contains(template, "{%") || strings.Contains(template, "{#") {
		return "", nil, fmt.Errorf("%s, not the statements %q and %q", whatRenders, "{%", "{#")
	}
	r := &rendering{home: h, variables: variables}
	text = expression.ReplaceAllStringFunc(template, func(m string) string {
		if err != nil {
			return ""
		}
		var v any
		v, err = r.filtered(m[2 : len(m)-2])
		return core.Written(v)
	})
	return strings.TrimSpace(text), r.looked, err
}

// filtered evaluates an expression and applies its filters.
func (r *rendering) filtered(what string) (any, error) {
	parts := split(what, '|')
	v, err := r.value(parts[0])
	for _, filter := range parts[1:] {
		if err != nil {
			return nil, err
		}
		v, err = r.filter(v, filter)
	}
	return v, err
}

func (r *rendering) value(what string) (any, error) {
	if v, ok := literal(what); ok {
		return v, nil
	}
	if v, given := r.variables[what]; given {
		return v, nil
	}
	if nameOf.MatchString(what) {
		return undefined{}, nil
	}
	if m := stateOf.FindStringSubmatch(what); m != nil {
		e, there := r.look(m[1] + "." + m[2])
		if m[3] != "" {
			return e.Attributes[m[3]], nil
		}
		return stateText(e, there), nil
	}
	m := callOf.FindStringSubmatch(what)
	if m == nil {
		return nil, fmt.Errorf("%s, not %q", whatRenders, what)
	}
	var args []any
	for _, one := range split(m[2], ',') {
		v, err := r.value(one)
		if err != nil {
			return nil, err
		}
		args = append(args, v)
	}
	return r.call(m[1], args)
}

// takes is the number of arguments of each function.
var takes = map[string]int{"states": 1, "has_value": 1, "is_state": 2, "state_attr": 2, "is_state_attr": 3}

func (r *rendering) call(name string, args []any) (any, error) {
	id, ok := args[0].(string)
	if !ok || len(args) != takes[name] {
		return nil, fmt.Errorf("%s takes an entity id and %d more arguments", name, takes[name]-1)
	}
	e, there := r.look(id)
	attribute := func() any { return e.Attributes[core.Written(args[1])] }
	switch name {
	case "is_state":
		return there && e.State == core.Written(args[1]), nil
	case "state_attr":
		return attribute(), nil
	case "is_state_attr":
		return there && core.Written(attribute()) == core.Written(args[2]), nil
	case "has_value":
		return there && e.State != "unknown" && e.State != "unavailable", nil
	}
	return stateText(e, there), nil
}

func (r *rendering) look(id string) (core.Entity, bool) {
	r.looked = append(r.looked, id)
	return r.home.state(id)
}

func stateText(e core.Entity, there bool) string {
	if !there {
		return "unknown"
	}
	return e.State
}

// filter applies one filter to a value, as in Jinja. Like those of the home, float and int fail without a default.
func (r *rendering) filter(v any, filter string) (any, error) {
	m := filterOf.FindStringSubmatch(filter)
	if m == nil {
		return nil, fmt.Errorf("%s, not the filter %q", whatRenders, filter)
	}
	var arg any
	if m[2] != "" {
		var err error
		if arg, err = r.value(m[2]); err != nil {
			return nil, err
		}
	}
	text := core.Written(v)
	number, err := strconv.ParseFloat(text, 64)
	numeric := err == nil
	if numeric && !(math.Abs(number) <= largest) {
		return nil, fmt.Errorf("the mock home supports numbers up to %g, not %q", largest, text)
	}
	switch m[1] {
	case "float", "int":
		switch {
		case !numeric && arg == nil:
			return nil, fmt.Errorf("%s got invalid input %q and no default", m[1], text)
		case !numeric:
			return arg, nil
		case m[1] == "int":
			return int(number), nil
		}
		return core.Float(number), nil
	case "round":
		if !numeric {
			return nil, fmt.Errorf("round got invalid input %q and no default", text)
		}
		digits, whole := arg.(int)
		if arg != nil && !whole || digits < 0 || digits > mostDigits {
			return nil, fmt.Errorf("round takes 0 to %d digits", mostDigits)
		}
		scale := math.Pow10(digits)
		return core.Float(math.RoundToEven(number*scale) / scale), nil
	case "default":
		if v == (undefined{}) {
			return arg, nil
		}
		return v, nil
	case "upper":
		return strings.ToUpper(text), nil
	case "lower":
		return strings.ToLower(text), nil
	case "title":
		return titled(text), nil
	case "trim":
		return strings.TrimSpace(text), nil
	case "string":
		return text, nil
	}
	return nil, fmt.Errorf("%s, not the filter %q", whatRenders, m[1])
}

// titled capitalises the first letter of each word and lowers the others.
func titled(text string) string {
	begins := true
	return strings.Map(func(r rune) rune {
		was := begins
		if begins = !unicode.IsLetter(r) && r != '\''; was {
			return unicode.ToTitle(r)
		}
		return unicode.ToLower(r)
	}, text)
}

// literal parses a string, a number, or True, False or None.
func literal(what string) (any, bool) {
	if n := len(what); n >= 2 && (what[0] == '\'' || what[0] == '"') && what[n-1] == what[0] {
		if inside := what[1 : n-1]; !strings.ContainsRune(inside, rune(what[0])) {
			return inside, true
		}
	}
	return number(what)
}

func number(what string) (any, bool) {
	switch strings.ToLower(what) {
	case "true":
		return true, true
	case "false":
		return false, true
	case "none":
		return nil, true
	}
	if n, err := strconv.Atoi(what); err == nil {
		return n, true
	}
	if f, err := strconv.ParseFloat(what, 64); err == nil && strings.ContainsAny(what, ".") && !strings.ContainsAny(what, "eExXpPnN_") {
		return core.Float(f), true
	}
	return nil, false
}

// split splits an expression at a character outside quotes and brackets.
func split(what string, at rune) (parts []string) {
	var quote rune
	depth, from := 0, 0
	for i, c := range what {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == at && depth == 0:
			parts, from = append(parts, strings.TrimSpace(what[from:i])), i+1
		}
	}
	return append(parts, strings.TrimSpace(what[from:]))
}

// native converts rendered text as the WebSocket API does: numbers, True, False and None become JSON values.
func native(text string) any {
	if text == "True" || text == "False" || text == "None" || strings.Trim(text, "0123456789.-") == "" {
		if v, ok := number(text); ok {
			return v
		}
	}
	return text
}

// renderTemplate renders now, and again whenever an entity that the template reads changes.
func renderTemplate(k *socket, m map[string]any) (any, *commandError) {
	template := text(m, "template")
	variables, _ := m["variables"].(map[string]any)
	_, looked, err := k.home.render(template, variables)
	if err != nil {
		return nil, &commandError{"template_error", err.Error()}
	}
	return k.begin(func(tell func(any)) func() {
		show := func() {
			out, _, _ := k.home.render(template, variables)
			tell(map[string]any{"result": native(out), "listeners": map[string]any{
				"all": false, "domains": []any{}, "entities": append([]string{}, looked...), "time": false,
			}})
		}
		show()
		if len(looked) == 0 {
			return func() {}
		}
		return k.home.core.Watch(looked, func([]core.Entity) {}, func(core.Change) { go show() })
	})
}
