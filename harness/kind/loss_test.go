package kind

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/authconform/authconform/harness/wire"
)

// doubted is a target whose n-th answer, from 1, comes from answer, and the doubt about it.
func doubted(t *testing.T, answer func(n int64, w http.ResponseWriter, r *http.Request)) (d *Doubt, c *wire.Client, asked *atomic.Int64) {
	t.Helper()
	asked = new(atomic.Int64)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		answer(asked.Add(1), w, r)
	}))
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	d = &Doubt{}
	c = wire.New(wire.Options{Base: s.URL, Timeout: time.Second / 4, Observe: d.Observe})
	d.Settle(c, Question{Ask: func(ctx context.Context) *wire.Exchange { return get(ctx, c) }, Ban: Refused})
	return d, c, asked
}

func get(ctx context.Context, c *wire.Client) *wire.Exchange {
	return c.Do(ctx, wire.Request{Method: http.MethodGet, URL: "/"})
}

func drop(http.ResponseWriter) { panic(http.ErrAbortHandler) }

func TestATargetIsAskedOnlyWhereThereIsDoubt(t *testing.T) {
	d, c, asked := doubted(t, func(int64, http.ResponseWriter, *http.Request) {})
	get(t.Context(), c)
	if err := d.Resolve(t.Context()); err != nil || asked.Load() != 1 {
		t.Errorf("%v after %d requests", err, asked.Load())
	}
	d.Suspect()
	if err := d.Resolve(t.Context()); err != nil || asked.Load() != 2 {
		t.Errorf("suspected: %v after %d requests", err, asked.Load())
	}
	if err := d.Resolve(t.Context()); err != nil || asked.Load() != 2 {
		t.Errorf("settled: %v after %d requests", err, asked.Load())
	}
}

func TestOneLostConnectionIsNoDeath(t *testing.T) {
	d, c, _ := doubted(t, func(n int64, w http.ResponseWriter, _ *http.Request) {
		if n <= 2 {
			drop(w)
		}
	})
	get(t.Context(), c)
	if err := d.Resolve(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestATargetThatIsGoneIsSentNothingMore(t *testing.T) {
	d, c, asked := doubted(t, func(_ int64, w http.ResponseWriter, _ *http.Request) { drop(w) })
	get(t.Context(), c)
	var loss *Loss
	if err := d.Resolve(t.Context()); !errors.As(err, &loss) || loss.Banned {
		t.Fatal(err)
	}
	before := asked.Load()
	if e := get(t.Context(), c); !errors.Is(e.Err, loss) || asked.Load() != before {
		t.Errorf("it was asked again: %s", e)
	}
	if err := d.Resolve(t.Context()); !errors.Is(err, loss) {
		t.Errorf("later: %v", err)
	}
}

func TestATargetThatHangsIsAskedAtOnce(t *testing.T) {
	d, c, asked := doubted(t, func(_ int64, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	get(t.Context(), c)
	if asked.Load() != 2 {
		t.Errorf("%d requests, want one and the question", asked.Load())
	}
	if e := get(t.Context(), c); asked.Load() != 2 || e.Status != 0 {
		t.Errorf("one more is sent to a target that hangs: %s", e)
	}
	var loss *Loss
	if err := d.Resolve(t.Context()); !errors.As(err, &loss) || loss.Reason != "the target cannot be reached: no answer within 250ms" {
		t.Error(err)
	}
}

// TestATargetWhoseBodiesDripHangs, but one slow body is no death.
func TestATargetWhoseBodiesDripHangs(t *testing.T) {
	for name, most := range map[string]int64{"one": 1, "all": 100} {
		d, c, asked := doubted(t, func(n int64, w http.ResponseWriter, r *http.Request) {
			if n <= most {
				_, _ = w.Write([]byte("{"))
				_ = http.NewResponseController(w).Flush()
				<-r.Context().Done()
			}
		})
		get(t.Context(), c)
		var loss *Loss
		if err := d.Resolve(t.Context()); errors.As(err, &loss) != (most > 1) || asked.Load() != 2 {
			t.Errorf("%s: %v after %d requests", name, err, asked.Load())
		}
	}
}

func TestASlowAnswerIsNoDeath(t *testing.T) {
	d, c, _ := doubted(t, func(n int64, _ http.ResponseWriter, r *http.Request) {
		if n == 1 {
			<-r.Context().Done()
		}
	})
	get(t.Context(), c)
	if err := d.Resolve(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestABanIsWhatEverythingIsRefusedWith(t *testing.T) {
	for _, status := range []int{http.StatusForbidden, http.StatusTooManyRequests} {
		d, c, _ := doubted(t, func(_ int64, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		get(t.Context(), c)
		var loss *Loss
		if err := d.Resolve(t.Context()); !errors.As(err, &loss) || !loss.Banned {
			t.Errorf("%d: %v", status, err)
		}
	}
	d, c, _ := doubted(t, func(n int64, w http.ResponseWriter, _ *http.Request) {
		if n == 1 {
			w.WriteHeader(http.StatusForbidden)
		}
	})
	get(t.Context(), c)
	if err := d.Resolve(t.Context()); err != nil {
		t.Errorf("one refusal: %v", err)
	}
}

func TestAQuestionThatIsCutOffIsAskedAgain(t *testing.T) {
	d, c, asked := doubted(t, func(n int64, w http.ResponseWriter, _ *http.Request) {
		if n == 1 {
			drop(w)
		}
	})
	get(t.Context(), c)
	cut, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.Resolve(cut); err != nil {
		t.Error(err)
	}
	before := asked.Load()
	if err := d.Resolve(t.Context()); err != nil || asked.Load() == before {
		t.Errorf("%v, %d requests before and %d after", err, before, asked.Load())
	}
}
