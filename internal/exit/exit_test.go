package exit

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

func TestAnErrorKeepsItsCodeHoweverItIsWrapped(t *testing.T) {
	plain := errors.New("no")
	for name, c := range map[string]struct {
		err  error
		code int
	}{
		"none":                 {nil, OK},
		"one without a code":   {plain, Broken},
		"one with a code":      {With(NoTarget, plain), NoTarget},
		"wrong usage":          {Usagef("--procs %d", 0), Usage},
		"wrapped":              {fmt.Errorf("so: %w", With(Empty, plain)), Empty},
		"an unknown word":      {Unknown("need", "browsr", []string{"browser"}), Usage},
		"no error with a code": {With(Failed, nil), OK},
		"one that was printed": {Silent(Failed), Failed},
	} {
		if got := Code(c.err); got != c.code {
			t.Errorf("%s: %d, want %d", name, got, c.code)
		}
	}
	if !errors.Is(With(NoTarget, plain), plain) || With(NoTarget, plain).Error() != "no" {
		t.Error("the reason is lost")
	}
	if Silent(Failed).Error() != "" {
		t.Error("it is told twice")
	}
}

func TestAnUnknownWordIsToldWithTheNearest(t *testing.T) {
	if got := Unknown("need", "browsr", []string{"clock", "browser"}).Error(); got != `unknown need "browsr"; did you mean "browser"?` {
		t.Error(got)
	}
}

func TestAnInterruptionTellsItsCause(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("--timeout 1s has passed"))
	err := Interrupt(ctx, "nothing was judged")
	if Code(err) != Interrupted || err.Error() != "interrupted: --timeout 1s has passed; nothing was judged" {
		t.Error(err)
	}
}
