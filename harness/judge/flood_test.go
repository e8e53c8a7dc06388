package judge

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/wire"
)

// TestARowThatIsFloodedHoldsLittleAndSaysSo, and redacts the secrets of exchanges that it no longer holds.
func TestARowThatIsFloodedHoldsLittleAndSaysSo(t *testing.T) {
	r := NewRecord()
	ctx := With(t.Context(), r)
	body := func(i int) string { // a new string each time: a shared one would take no memory
		return fmt.Sprintf(`{"filler":"%s","access_token":"secret-number-%06d"}`, strings.Repeat("x", 200<<10), i)
	}
	for i := range 100 {
		wire.Note(ctx, &wire.Exchange{Status: http.StatusOK, Body: body(i)})
	}
	held := 0
	for _, s := range r.seen {
		held += s.value.exchange.Size()
	}
	if most := wire.RowBodies + 100*(evidence.BodyLimit+10<<10); held > most {
		t.Errorf("%d bytes are held, at most %d were to be", held, most)
	}
	for range wire.RowExchanges {
		wire.Note(ctx, &wire.Exchange{Status: http.StatusOK})
	}
	wire.Note(ctx, &wire.Exchange{Status: http.StatusOK, Body: `{"access_token":"secret-that-nobody-holds"}`})
	Violated(ctx, "none", "secret-number-000099 secret-that-nobody-holds")
	out := r.Outcome(evidence.Must, false)
	if got := out.Failures[0].Got; strings.Contains(got, "secret-") {
		t.Errorf("it shows %s", got)
	}
	last := out.Evidence[len(out.Evidence)-1]
	if last.Note != fmt.Sprintf("cut after %d exchanges: 101 more are not kept", wire.RowExchanges) {
		t.Errorf("it ends with %q", last.Note)
	}
	if e := out.Evidence[99].Exchange; len(e.ResponseBody)+e.ResponseCut < 200<<10 || e.ResponseCut == 0 {
		t.Errorf("%d bytes are shown, and %d more are told", len(e.ResponseBody), e.ResponseCut)
	}
}

func TestWhatABrowserShowsIsBoundedForARow(t *testing.T) {
	r := NewRecord()
	ctx := With(t.Context(), r)
	for range 10 {
		r.Shot(ctx, evidence.BrowserStep{Doing: "looks"}, make([]byte, 1<<20), "<p>")
	}
	Held(ctx)
	out := r.Outcome(evidence.Must, false)
	if files := r.Files(&out); len(files) != 6 || out.Evidence[9].Browser.Doing != "looks (cut after 4 MiB: picture and page are not kept)" {
		t.Errorf("%d files, %+v", len(files), out.Evidence[9].Browser)
	}
}

// TestARowThatWouldNeedAnOriginIsNotRun, even if its spec judges the missing answer.
func TestARowThatWouldNeedAnOriginIsNotRun(t *testing.T) {
	kept := &wire.Exchange{Err: &wire.OriginError{Origin: "https://elsewhere.example"}}
	for name, c := range map[string]struct {
		body func(*wire.Exchange, *Record)
		want evidence.Verdict
	}{
		"a failure that follows":    {func(_ *wire.Exchange, r *Record) { Violated(With(t.Context(), r), "a", "b") }, evidence.NotRun},
		"a check that holds":        {func(_ *wire.Exchange, r *Record) { Held(With(t.Context(), r)) }, evidence.NotRun},
		"a block":                   {func(e *wire.Exchange, r *Record) { Block(With(t.Context(), r), "%s", e) }, evidence.NotRun},
		"a failure that was before": {func(*wire.Exchange, *Record) {}, evidence.Fail},
	} {
		r := NewRecord()
		ctx := With(t.Context(), r)
		if c.want == evidence.Fail {
			Violated(ctx, "a", "b")
		}
		wire.Note(ctx, kept)
		Run(func() { c.body(kept, r) })
		out := r.Outcome(evidence.Must, false)
		named := out.Need == "origin" && strings.Contains(out.Reason, "--trust-origin https://elsewhere.example")
		if out.Verdict != c.want || c.want == evidence.NotRun && !named {
			t.Errorf("%s: %s (%s): %s", name, out.Verdict, out.Need, out.Reason)
		}
	}
}

// TestTheFailuresOfARowAreBoundedAndHideTheirSecrets, however many things a target lists, and however long they are.
func TestTheFailuresOfARowAreBoundedAndHideTheirSecrets(t *testing.T) {
	r := NewRecord()
	ctx := With(t.Context(), r)
	for i := range 3 * wire.RowFindings {
		long := strings.Repeat("x", longest-10) + "secret-that-is-cut" + strings.Repeat(fmt.Sprint(i%10), 100<<10)
		Violated(ctx, "none", long)
		Note(ctx, "%s", long)
	}
	Secret(ctx, "token", "secret-that-is-cut")
	held := 0
	for i, f := range r.failures {
		held += len(f.value.got.text) + len(r.notes[i].value.text)
	}
	if held > wire.RowTexts+2*wire.RowFindings*(longest+wire.Margin) {
		t.Errorf("%d bytes are held", held)
	}
	out := r.Outcome(evidence.Must, false)
	if len(out.Failures) != wire.RowFindings || len(out.Notes) != wire.RowFindings {
		t.Fatalf("%d failures, %d notes", len(out.Failures), len(out.Notes))
	}
	for _, text := range append(out.Notes, out.Failures[0].Got, out.Failures[wire.RowFindings-1].Got) {
		if strings.Contains(text, "secret") || !strings.HasSuffix(text, " more bytes)") || !strings.Contains(text, "… (10240") {
			t.Fatalf("it shows %s", text[len(text)-100:])
		}
	}
	if name := fmt.Sprintf("more than %d failures", wire.RowFindings); len(out.Vectors) != 1 || out.Vectors[0] != name {
		t.Errorf("its vectors are %q", out.Vectors)
	}
	want := fmt.Sprintf("cut after %d failures or notes: %d more are not kept", wire.RowFindings, 4*wire.RowFindings)
	if got := out.Evidence[0].Note; got != want {
		t.Errorf("it says %q", got)
	}
}
