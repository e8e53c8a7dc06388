package home

import (
	"github.com/authconform/authconform/harness/home"
	. "github.com/authconform/authconform/harness/judge"
	. "github.com/authconform/authconform/suites/expect"
)

// mostWrong is how many wrong codes a flow gets: a home may end a flow after three.
const mostWrong = 2

// wrongCode is an answer to the second factor's form that must not pass.
type wrongCode struct {
	name string
	send func(ctx Ctx, flow string) *home.Step
}

// wrongCodes judges the answers to wrong codes, each in a flow that still asks for one. Several codes share a flow: if it asks
// again, it was still asking. If it does not, each code gets its own flow. Right codes are scarce: a home may accept each only
// once.
func wrongCodes(ctx Ctx, user home.Login, x Expectation, list []wrongCode) {
	for len(list) > 0 {
		flow, wrong, answers := asked(ctx, user), 0, []*home.Step(nil)
		for _, w := range list {
			answer := w.send(Step(ctx, w.name), flow.FlowID)
			answers = append(answers, answer)
			if answer.Type == "form" {
				wrong++
			}
			if wrong == mostWrong || answer.Code != "" {
				break
			}
		}
		alive := answers[len(answers)-1].Type == "form" ||
			answerCode(Step(ctx, "then a wrong code"), flow, notTOTP(ctx, user)).Type == "form"
		for i, answer := range answers {
			under := Step(ctx, list[i].name)
			if !alive {
				answer = list[i].send(under, asked(ctx, user).FlowID)
			}
			Expect(under, answer).To(x)
		}
		list = list[len(answers):]
	}
	Control(ctx, answerTOTP(ctx, asked(ctx, user), user, now(ctx))).To(IssueCode())
}
