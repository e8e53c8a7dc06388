package defects

import (
	"maps"

	"github.com/authconform/authconform/mockserver"
)

// The words for defects of the WebSocket.

// kind reports whether a message has a type.
func kind(m map[string]any, name string) bool { return m["type"] == name }

// resultOf edits the results of a command. It remembers the ids of the command's messages.
func resultOf(command string, edit func(map[string]any) map[string]any) change {
	return func(p *mockserver.Policy) {
		var ids idSet
		hears(func(m map[string]any) map[string]any {
			if kind(m, command) {
				ids.add(m["id"])
			} else {
				ids.drop(m["id"]) // another socket starts its own numbering
			}
			return m
		})(p)
		says(func(m map[string]any) map[string]any {
			if kind(m, "result") && ids.has(m["id"]) {
				return edit(m)
			}
			return m
		})(p)
	}
}

// eachSession edits the entries of auth/refresh_tokens.
func eachSession(edit func(map[string]any)) change {
	return resultOf("auth/refresh_tokens", func(m map[string]any) map[string]any {
		list, ok := m["result"].([]map[string]any)
		if !ok {
			return m
		}
		var out []map[string]any
		for _, entry := range list {
			copied := map[string]any{}
			for k, v := range entry {
				copied[k] = v
			}
			edit(copied)
			out = append(out, copied)
		}
		m["result"] = out
		return m
	})
}

func failed(id any, code string) map[string]any {
	return map[string]any{"id": id, "type": "result", "success": false, "error": map[string]string{"code": code, "message": "no"}}
}

// refusing makes a command fail.
func refusing(command, code string) change {
	return resultOf(command, func(m map[string]any) map[string]any { return failed(m["id"], code) })
}

// says edits the WebSocket messages that the home sends; a nil map is not sent.
func says(edit func(map[string]any) map[string]any) change {
	return func(p *mockserver.Policy) {
		before := p.Says
		p.Says = func(m map[string]any) map[string]any { return edit(maps.Clone(before(m))) }
	}
}

// hears edits the messages that it receives.
func hears(edit func(map[string]any) map[string]any) change {
	return func(p *mockserver.Policy) {
		before := p.Hears
		p.Hears = func(m map[string]any) map[string]any { return edit(maps.Clone(before(m))) }
	}
}
