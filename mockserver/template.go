package mockserver

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/authconform/authconform/mockserver/core"
)

// The mock renders the few expressions that clients try a template with; it has no Jinja.
var (
	expression = regexp.MustCompile(`\{\{(.*?)\}\}`)
	callOf     = regexp.MustCompile(`^(states|is_state|state_attr)\(\s*(['"])([\w.]+)['"]\s*(?:,\s*['"]([^'"]*)['"]\s*)?\)$`)
	stateOf    = regexp.MustCompile(`^states\.([a-z0-9_]+)\.([a-z0-9_]+)\.state$`)
	literal    = regexp.MustCompile(`^(?:'([^']*)'|"([^"]*)"|(\d+(?:\.\d+)?))$`)
)

// render renders a template, and tells which entities it looked at.
func (h *Home) render(template string, variables map[string]any) (text string, looked []string, err error) {
	if strings.Contains(template, "{%") {
		return "", nil, fmt.Errorf("the mock home renders only expressions, not statements: %q", "{%")
	}
	text = expression.ReplaceAllStringFunc(template, func(m string) string {
		what := strings.TrimSpace(m[2 : len(m)-2])
		var out string
		var ids []string
		if out, ids, err = h.value(what, variables, err); err == nil {
			looked = append(looked, ids...)
		}
		return out
	})
	return text, looked, err
}

func (h *Home) value(what string, variables map[string]any, before error) (string, []string, error) {
	if before != nil {
		return "", nil, before
	}
	if m := literal.FindStringSubmatch(what); m != nil {
		return m[1] + m[2] + m[3], nil, nil
	}
	if v, given := variables[what]; given {
		return fmt.Sprint(v), nil, nil
	}
	if m := stateOf.FindStringSubmatch(what); m != nil {
		what = fmt.Sprintf("states('%s.%s')", m[1], m[2])
	}
	m := callOf.FindStringSubmatch(what)
	if m == nil {
		return "", nil, fmt.Errorf("the mock home renders only states(…), is_state(…), state_attr(…), variables and literals, not %q", what)
	}
	e, there := h.state(m[3])
	switch {
	case m[1] == "is_state":
		return map[bool]string{true: "True", false: "False"}[there && e.State == m[4]], []string{m[3]}, nil
	case m[1] == "state_attr":
		if v := e.Attributes[m[4]]; v != nil {
			return fmt.Sprint(v), []string{m[3]}, nil
		}
		return "None", []string{m[3]}, nil
	case !there:
		return "unknown", []string{m[3]}, nil
	}
	return e.State, []string{m[3]}, nil
}

// renderTemplate renders now, and again whenever an entity changes that the template looks at.
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
			tell(map[string]any{"result": out, "listeners": map[string]any{
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
