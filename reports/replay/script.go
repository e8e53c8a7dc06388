package replay

import (
	"slices"
	"strings"

	"github.com/authconform/authconform/evidence"
)

// longestScript is the most requests of a script: nobody would read a longer one.
const longestScript = 40

// Script repeats the exchange at a place of a row's evidence, after the requests that it depends on: those whose
// responses it takes values from, and those that changed the same values. A token that the row got elsewhere and
// that the target accepted before comes from login, if not nil. The script is a single command if that is enough, and
// "" if curl cannot do it: a WebSocket message, a browser's request (its cookies and form are unknown), a body that
// was not recorded completely, or bytes that a page cannot show.
func Script(r evidence.Result, at int, login *Login) string {
	list := exchanges(r, at)
	if list[at] == nil {
		return ""
	}
	all := values(list)
	steps := way(list, all)
	if len(steps) > longestScript {
		steps = []int{at}
	}
	w := writer{chain: chain{list, steps, all}, failures: r.Failures, login: login}
	return w.script()
}

// exchanges returns the exchanges of a row, up to an index, that curl can send and that belong to the vector there or to none.
// Others are nil.
func exchanges(r evidence.Result, at int) []*exchange {
	list := make([]*exchange, at+1)
	for i := range list {
		item := r.Evidence[i]
		if e := item.Exchange; e != nil && sendable(e) && (item.Rank == 0 || item.Rank == r.Evidence[at].Rank) {
			list[i] = &exchange{e, spelled(request(e))}
		}
	}
	return list
}

// sendable reports whether curl can send exactly this request.
func sendable(e *evidence.Exchange) bool {
	browser := slices.ContainsFunc(e.RequestHeaders, func(h evidence.Header) bool { return h.Name == "Sec-Fetch-Mode" })
	return e.Method != "WS" && !browser && e.RequestCut == 0 && !strings.ContainsFunc(e.Method+request(e), unprintable)
}

// unprintable reports whether a page would show a character as something else.
func unprintable(r rune) bool {
	control := r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0
	return control || r == '\uFFFD' || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// way returns the exchanges that lead to the last one, in order.
func way(list []*exchange, all []*value) []int {
	taken := map[int]bool{len(list) - 1: true}
	matters := map[*value]bool{} // values whose earlier changes matter
	for grown := true; grown; {
		grown = false
		for _, v := range all {
			if !matters[v] && taken[v.source] {
				matters[v], grown = true, true
			}
			for _, i := range v.users {
				switch {
				case taken[i] && !matters[v] && (v.source >= 0 || v.isToken()):
					matters[v], taken[v.source], grown = true, v.source >= 0, true
				case !taken[i] && matters[v] && changes(list[i], v):
					taken[i], grown = true, true
				}
			}
		}
	}
	var steps []int
	for i := range list {
		if taken[i] {
			steps = append(steps, i)
		}
	}
	return steps
}

// changes reports whether a request may change what a value stands for: reading with a token does not.
func changes(e *exchange, v *value) bool {
	if e.Method != "GET" && e.Method != "HEAD" && e.Method != "OPTIONS" {
		return true
	}
	for _, h := range e.RequestHeaders {
		if strings.EqualFold(h.Name, "Authorization") && strings.Contains(spelled(h.Value), v.text) {
			return false
		}
	}
	return true
}
