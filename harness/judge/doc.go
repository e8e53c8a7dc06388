// Package judge is how a spec reaches its verdict: Control for what must work before a refusal counts, Expect for what
// the row demands, Each for vectors, Note for observations. It collects every failure, not just the first, each under
// the name of its vector, together with the exchanges that led to it. It knows no protocol.
package judge
