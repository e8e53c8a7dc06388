package defects

import (
	"net/http"
	"slices"
	"sync"

	"github.com/coder/websocket"

	"github.com/authconform/authconform/mock"
	"github.com/authconform/authconform/mockprovider/accountlink"
)

var accountLinkFlowDefects = []Defect[accountlink.Policy]{
	{
		ID: "proxy.list-203", Story: "The list is sent with 203, as if a cache had transformed it.",
		Aims:   []string{"proxy.services.list"},
		Change: proxyAnswers("GET /services", status(http.StatusNonAuthoritativeInfo)),
	},
	{
		ID: "proxy.binary-frames", Story: "The proxy answers with binary frames.",
		Aims:   []string{"proxy.socket.authorize-url"},
		Change: func(p *accountlink.Policy) { p.FrameType = mock.Is(websocket.MessageBinary) },
	},
	{
		ID: "proxy.refusal-200", Story: "The page for an unknown state has status 200.",
		Aims: []string{"proxy.state.forged", "proxy.state.once"},
		Change: proxyAnswers("GET /callback", func(a mock.Answer) mock.Answer {
			if a.Status == http.StatusBadRequest {
				a.Status = http.StatusOK
			}
			return a
		}),
	},
	{
		ID: "proxy.one-person", Story: "When one user finishes, all other pending conversations are forgotten.",
		Aims:   []string{"proxy.socket.own-tokens"},
		Change: forgetsOthers,
	},
	{
		ID: "proxy.response-type-list", Story: "response_type asks for a code and an ID token.",
		Aims: []string{"proxy.authorize.parameters"},
		Change: func(p *accountlink.Policy) {
			p.Parameters = func(list [][2]string) [][2]string {
				list = slices.Clone(list)
				for i := range list {
					if list[i][0] == "response_type" {
						list[i][1] = "code id_token"
					}
				}
				return list
			}
		},
	},
	{
		ID: "proxy.tokens-for-all", Story: "The tokens are sent to every waiting conversation.",
		Aims:   []string{"proxy.socket.own-tokens"},
		Change: func(p *accountlink.Policy) { p.Shares = mock.Is(true) },
	},
}

// forgetsOthers drops the flows that wait when one is found.
func forgetsOthers(p *accountlink.Policy) {
	var mu sync.Mutex
	gone := map[string]bool{}
	before := p.Whose
	p.Whose = func(state string, waiting []string) string {
		mu.Lock()
		defer mu.Unlock()
		found := before(state, slices.DeleteFunc(slices.Clone(waiting), func(s string) bool { return gone[s] }))
		if found != "" {
			for _, s := range waiting {
				gone[s] = true
			}
		}
		return found
	}
}
