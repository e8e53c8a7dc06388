package proof_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/proof"
	"github.com/authconform/authconform/proof/defects"
	"github.com/authconform/authconform/proof/stand"
	"github.com/authconform/authconform/run"
	"github.com/authconform/authconform/suites/profiles"
	"github.com/authconform/authconform/suites/requirements"
)

// workerWord makes this program a worker of a run.
const workerWord = "worker-of-a-toy"

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == workerWord {
		if err := run.Work(os.Stdin, os.Stdout, append(stand.Kinds(), toyKind())); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// toyProfile is a profile of three rows that apply to every authorization server, as a user would write it.
const toyProfile = `
name: toy
kind: toy
rows: [oauth2.code.single-use, oauth2.code.single-use-parallel, oauth2.code.entropy]
answers:
  code-refused: {status: [400], error: [invalid_grant]}
`

func loadToy(t *testing.T) (*profiles.Profile, []*requirements.Requirement) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "toy.yaml")
	if err := os.WriteFile(file, []byte(toyProfile), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := profiles.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	c, err := requirements.Load()
	if err != nil {
		t.Fatal(err)
	}
	return p, p.Select(c)
}

func known(t *testing.T, text string) *proof.Golden {
	t.Helper()
	g, err := proof.ParseGolden(text)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestANewKindIsJudgedInWorkers: a run judges a target of a kind that the program does not know.
func TestANewKindIsJudgedInWorkers(t *testing.T) {
	profile, _ := loadToy(t)
	flags := toyKind().Flags()
	toy, err := toyStand().Conforming(flags, "")
	if err != nil {
		t.Fatal(err)
	}
	defer toy.Kill()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	r, err := run.Run(t.Context(), run.Options{
		Target: toy.Target, Profile: profile, Kind: toyKind(), Flags: flags, Procs: 2, Seed: 1,
		Worker: []string{self, workerWord}, Progress: run.Quiet{}, Stdout: io.Discard,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range r.Results {
		if row.Verdict != evidence.Pass {
			t.Errorf("%s: %s: %s", row.ID, row.Verdict, row.Reason)
		}
	}
	if len(r.Results) != 3 {
		t.Errorf("%d results", len(r.Results))
	}
}

func proveToy(t *testing.T, list []defects.Defect[toyPolicy], golden string, change func(*proof.Options)) *proof.Matrix {
	t.Helper()
	profile, rows := loadToy(t)
	o := proof.Options{
		Subject: proof.Of(toyStand(), list), Profile: profile, Rows: rows, Golden: known(t, golden),
		Flavours: []uint64{1}, Procs: 4,
	}
	if change != nil {
		change(&o)
	}
	m, err := proof.Prove(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestANewKindIsProven: that takes only a stand and two defects.
func TestANewKindIsProven(t *testing.T) {
	m := proveToy(t, toyDefects, "", func(o *proof.Options) { o.Nulls = true })
	if !m.Sound() || len(m.Rows) != 3 || len(m.Defects) != 2 {
		t.Errorf("%+v", m)
	}
	specs := m.Specs
	all := proveToy(t, toyDefects, "", func(o *proof.Options) { o.All = true })
	if !all.Sound() || all.Specs <= specs {
		t.Errorf("every row against every defect: %+v; %d specs, %d of the rows that a defect shows on", all, all.Specs, specs)
	}
}

// TestARowWithoutADefectThatAimsAtItIsAHole, whatever else breaks it.
func TestARowWithoutADefectThatAimsAtItIsAHole(t *testing.T) {
	m := proveToy(t, toyDefects[:1], "", nil)
	if got := m.Holes(); m.Sound() || !slices.Equal(got, []string{"oauth2.code.entropy"}) {
		t.Errorf("holes: %v", got)
	}
	less := slices.Clone(toyDefects)
	less[0].Aims = less[0].Aims[:1]
	m = proveToy(t, less, "toy.reusable oauth2.code.single-use-parallel breaks", nil)
	if got := m.Holes(); m.Surprises() > 0 || !slices.Equal(got, []string{"oauth2.code.single-use-parallel"}) {
		t.Errorf("holes: %v, %d surprises", got, m.Surprises())
	}
}

// TestWhatIsNotKnownIsASurprise, and so is a known effect that does not occur.
func TestWhatIsNotKnownIsASurprise(t *testing.T) {
	less := slices.Clone(toyDefects)
	less[0].Aims = less[0].Aims[:1]
	m := proveToy(t, less, "toy.short oauth2.code.single-use blocks\ntoy.short door", nil)
	var got []string
	for _, d := range m.Defects {
		for _, s := range d.Surprises {
			got = append(got, d.ID+" "+s.Row+": "+string(s.Was)+" > "+string(s.Is))
		}
	}
	want := []string{
		"toy.reusable oauth2.code.single-use-parallel:  > breaks",
		"toy.short : door > ",
		"toy.short oauth2.code.single-use: blocks > ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	g := known(t, "toy.short oauth2.code.single-use blocks\ntoy.short door")
	m.Update(g)
	if g.Effect("toy.reusable", "oauth2.code.single-use-parallel") != proof.Breaks || len(g.Of("toy.short", proof.Blocks)) > 0 {
		t.Errorf("updated: %s", g)
	}
	if again := proveToy(t, less, g.String(), nil); again.Surprises() > 0 {
		t.Errorf("after an update: %d surprises", again.Surprises())
	}
}

// TestADefectThatEndsAtTheDoorNeedBreakNoRow, because the look at the mock noticed it. A row that only such defects aim at is a
// hole, unless it breaks when it is judged all the same.
func TestADefectThatEndsAtTheDoorNeedBreakNoRow(t *testing.T) {
	closed := append(slices.Clone(toyDefects), defects.Defect[toyPolicy]{
		ID: "toy.unnamed", Story: "The token endpoint is not named.", Aims: []string{"oauth2.code.entropy"},
		Change: func(p *toyPolicy) { p.Door = func(string) map[string]string { return nil } },
	})
	m := proveToy(t, closed, "toy.unnamed door", nil)
	if doors := m.Doors(); !m.Sound() || len(doors) != 1 || !strings.Contains(doors[0].Door, "names no token endpoint") {
		t.Errorf("%+v", m)
	}
	if m = proveToy(t, closed[2:], "", nil); m.Surprises() != 1 || !slices.Contains(m.Holes(), "oauth2.code.entropy") {
		t.Errorf("%d surprises, holes %v", m.Surprises(), m.Holes())
	}
}

// TestWhatTheDoorFindsReachesTheRows: rows that use the facts of the look notice a defect that shows only there.
func TestWhatTheDoorFindsReachesTheRows(t *testing.T) {
	lost := append(slices.Clone(toyDefects), defects.Defect[toyPolicy]{
		ID: "toy.elsewhere", Story: "The token endpoint that is named is none.", Aims: []string{"oauth2.code.entropy"},
		Change: func(p *toyPolicy) {
			p.Door = func(url string) map[string]string { return map[string]string{"token_endpoint": url + "/none"} }
		},
	})
	m := proveToy(t, lost, "toy.elsewhere oauth2.code.single-use blocks", nil)
	var got []string
	for _, s := range m.Defects[2].Surprises {
		got = append(got, s.Row+" "+string(s.Is))
	}
	if !slices.Equal(got, []string{"oauth2.code.single-use-parallel breaks", "oauth2.code.entropy "}) {
		t.Errorf("%q", got)
	}
}

// TestAProofThatIsCutOffSaysSo with an error, and returns no matrix that looks complete.
func TestAProofThatIsCutOffSaysSo(t *testing.T) {
	profile, rows := loadToy(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	o := proof.Options{Subject: proof.Of(toyStand(), toyDefects), Profile: profile, Rows: rows, Golden: known(t, ""), Procs: 1}
	if _, err := proof.Prove(ctx, o); err == nil {
		t.Error("no error")
	}
}
