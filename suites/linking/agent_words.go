package linking

import (
	"errors"
	"net/http"
	"time"

	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/home/linking"
	. "github.com/authconform/authconform/harness/judge"
	"github.com/authconform/authconform/harness/played/mcpserver"
	"github.com/authconform/authconform/harness/played/thirdparty"
	"github.com/authconform/authconform/harness/wire"
	. "github.com/authconform/authconform/suites/expect"
)

// late delays an answer that a client must wait for, although other answers are faster.
const late = 400 * time.Millisecond

// served starts an MCP server for the spec, if the home is a client of such servers.
func served(ctx Ctx) *mcpserver.Server {
	if !linking.HasAgent(ctx) {
		NotRun(ctx, "the target has no MCP client; Home Assistant has the integration %s since 2025.2, with its packages", linking.Agent)
	}
	return mcpserver.New(ctx, home.From(ctx).Site)
}

// connected starts a flow for a server at which the home has a credential, and follows it as far as it goes by itself.
func connected(ctx Ctx, s *mcpserver.Server) *linking.Step {
	return linking.Connect(ctx, s.URL(), linking.EnterAgent(ctx, s).ID)
}

// sentTo is connected, and controls that the home sends the person away.
func sentTo(ctx Ctx, s *mcpserver.Server) *linking.Step {
	step := connected(ctx, s)
	if step.Type != "external" || step.URL == "" {
		Block(ctx, "the flow does not redirect the user to the authorization server: %s", step.Exchange)
	}
	return step
}

// control logs in to a similar server without a fault.
func control(ctx Ctx) {
	s := served(ctx)
	Control(ctx, linking.Finish(ctx, s.App, sentTo(ctx, s)).Exchange).To(makeEntry())
}

// stop holds for a flow that sends nobody away and makes no entry: it has ended, or asks for the address again.
func stop() Expectation {
	return All(HaveStatus(http.StatusOK), Hold("a flow that ends, or asks for another address", func(e *wire.Exchange) error {
		switch kind := e.Text("type"); kind {
		case "abort", "form":
			return nil
		default:
			return errors.New("it continues: " + kind)
		}
	}))
}

// back brings an answer back to the home and polls the flow.
func back(ctx Ctx, s *linking.Step, pairs ...string) *linking.Step {
	linking.Back(ctx, linking.Query(append(pairs, "state", linking.State(s.URL))...))
	return linking.Poll(ctx, s.FlowID)
}

// answered consents at the server and brings the code back, with the pairs.
func answered(ctx Ctx, s *mcpserver.Server, step *linking.Step, pairs ...string) *linking.Step {
	code, _, _ := s.Authorize(ctx, step.URL)
	return back(ctx, step, append([]string{"code", code}, pairs...)...)
}

// elsewhere returns the server's metadata with endpoints of another origin.
func elsewhere(s *mcpserver.Server) map[string]any {
	return with(s.Metadata(), "authorization_endpoint", s.Elsewhere(), "token_endpoint", s.Elsewhere())
}

// with returns a document with other members; nil removes one.
func with(document map[string]any, pairs ...any) map[string]any {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == nil {
			delete(document, pairs[i].(string))
		} else {
			document[pairs[i].(string)] = pairs[i+1]
		}
	}
	return document
}

// change is one fault of a server, by name.
type change struct {
	name string
	make func(*mcpserver.Server)
}

func nameOf(c change) string { return c.name }

// metadataWith publishes the server's metadata with other members.
func metadataWith(pairs ...any) func(*mcpserver.Server) {
	return func(s *mcpserver.Server) { s.Publish(s.OAuth(), with(s.Metadata(), pairs...), 0) }
}

// stopsAt judges that the home logs in to none of the changed servers, but does to an unchanged one.
func stopsAt(ctx Ctx, list ...change) {
	each(ctx, list, nameOf, func(ctx Ctx, c change) {
		s := served(ctx)
		c.make(s)
		Expect(ctx, connected(ctx, s).Exchange).To(stop())
	})
	control(ctx)
}

// short issues tokens of ten seconds: the home refreshes them when it sets the entry up.
func short(ctx Ctx, s *mcpserver.Server, answer func(n int) thirdparty.Reply) {
	refreshing(ctx, s.App, func(n int, _ thirdparty.Request) thirdparty.Reply { return answer(n) })
}
