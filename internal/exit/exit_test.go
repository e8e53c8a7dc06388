package exit

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

func TestAnErrorDecidesTheExitCode(t *testing.T) {
	plain := errors.New("out of order")
	for name, c := range map[string]struct {
		err  error
		want int
	}{
		"no error":                        {nil, OK},
		"no error, with a code":           {With(NoTarget, nil), OK},
		"an error without a code":         {plain, Broken},
		"an error with a code":            {With(NoTarget, plain), NoTarget},
		"one that is wrapped":             {fmt.Errorf("at the door: %w", With(NoTarget, plain)), NoTarget},
		"one that is joined with another": {errors.Join(plain, With(Empty, plain)), Empty},
		"the outer code of two":           {With(Usage, With(NoTarget, plain)), Usage},
		"one that was printed":            {Silent(Failed), Failed},
		"a wrong call":                    {Usagef("give --%s", "user"), Usage},
		"a word that nothing has":         {Unknown("profile", "x", nil), Usage},
		"an interrupted run":              {Interrupt(context.Background(), "bye"), Interrupted},
	} {
		if got := Code(c.err); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestACodeLeavesTheErrorAsItIs(t *testing.T) {
	plain := errors.New("out of order")
	err := With(NoTarget, plain)
	if err.Error() != "out of order" || !errors.Is(err, plain) {
		t.Errorf("%v", err)
	}
	if text := Silent(Failed).Error(); text != "" {
		t.Errorf("an error that was printed says %q again", text)
	}
}

func TestAWrongWordComesWithTheRightOne(t *testing.T) {
	want := `unknown profile "linkng"; did you mean "linking"?`
	if got := Unknown("profile", "linkng", []string{"home-assistant", "linking"}).Error(); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestAnInterruptSaysWhoEndedItAndWhatIsKept(t *testing.T) {
	signal := errors.New("interrupt signal")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(signal)
	err := Interrupt(ctx, "the report has what was judged until then")
	if err.Error() != "interrupted: interrupt signal; the report has what was judged until then" || !errors.Is(err, signal) {
		t.Errorf("%v", err)
	}
}
