package main

import (
	"fmt"
	"io"
	"time"

	"github.com/authconform/authconform/proof"
)

// print prints the results of a proof.
func (f *proveFlags) print(w io.Writer, m *proof.Matrix) {
	fmt.Fprintf(w, "%s\n", m.Profile)
	for _, s := range m.Sections() {
		fmt.Fprintf(w, "  %-20s %3d rows  %4d catches  at least %d per row\n", s.Name, s.Rows, s.Catches, s.Least)
		for _, r := range m.Rows {
			if f.Verbose && r.Section == s.Name {
				fmt.Fprintf(w, "    %s\n%s\n", r.ID, fold(fmt.Sprint(r.Caught), "        "))
			}
		}
	}
	say := func(head string, lines []string) {
		if len(lines) > 0 {
			fmt.Fprintf(w, "\n%s\n", head)
			for _, l := range lines {
				fmt.Fprintln(w, fold(l, "  "))
			}
		}
	}
	say("A CONFORMING MOCK FAILS", unwell(m))
	say("UNEARNED: null targets that pass", unearned(m))
	say("BROKEN: a defect of authconform", m.Broken)
	say("HOLES: rows that no defect aimed at them breaks", m.Holes())
	say("SURPRISES: results that differ from proof/testdata (run prove --update and read the diff)", surprises(m))
	say("Surprising once, but not when judged again", m.Fickle)
	doors := m.Doors()
	say(fmt.Sprintf("%d defects stop the run before the first row", len(doors)), doorLines(doors))
	var elsewhere string
	if m.Elsewhere > 0 {
		elsewhere = fmt.Sprintf("; %d more are proven in a profile above", m.Elsewhere)
	}
	fmt.Fprintf(w, "\n%d rows, %d defects, %d holes, %d surprises; %d rows not judged%s\n%.1f s, %d specs\n\n",
		len(m.Rows), len(m.Defects), len(m.Holes()), m.Surprises(), len(m.Unjudged), elsewhere, m.Took.Seconds(), m.Specs)
}

func unwell(m *proof.Matrix) (lines []string) {
	for _, u := range m.Unwell {
		if u.Flavour != 0 {
			u.ID += fmt.Sprintf(" (flavour %d)", u.Flavour)
		}
		lines = append(lines, u.ID+": "+string(u.Verdict)+": "+u.Reason)
	}
	return lines
}

func unearned(m *proof.Matrix) (lines []string) {
	for _, u := range m.Unearned {
		lines = append(lines, u.ID+" at null target "+u.Null)
	}
	return lines
}

func doorLines(doors []proof.DefectProof) (lines []string) {
	for _, d := range doors {
		lines = append(lines, d.ID+": "+d.Door)
	}
	return lines
}

func surprises(m *proof.Matrix) (lines []string) {
	for _, d := range m.Defects {
		for _, s := range d.Surprises {
			lines = append(lines, d.ID+" → "+change(s)+": "+s.Why)
		}
	}
	return lines
}

// change describes a surprise.
func change(s proof.Surprise) string {
	switch {
	case s.Row == "" && s.Is == proof.AtDoor:
		return "now stops the run before the first row"
	case s.Row == "":
		return "no longer stops the run before the first row"
	case s.Aims:
		return s.Row + " is aimed at but not broken"
	case s.Is == proof.Nothing:
		return s.Row + " no longer " + string(s.Was)
	case s.Was == proof.Nothing:
		return s.Row + " " + string(s.Is) + " now"
	}
	return s.Row + " " + string(s.Is) + " now, and " + string(s.Was) + " before"
}

// printTotals sums up several proofs.
func printTotals(w io.Writer, all []*proof.Matrix, took time.Duration) {
	var rows, defects, holes, surprises, doors, specs int
	for _, m := range all {
		rows, defects, holes = rows+len(m.Rows), defects+len(m.Defects), holes+len(m.Holes())
		surprises, doors, specs = surprises+m.Surprises(), doors+len(m.Doors()), specs+m.Specs
	}
	fmt.Fprintf(w, "%d profiles: %d rows, %d defects (%d stop the run before the first row), %d holes, %d surprises\n%.1f s, %d specs\n",
		len(all), rows, defects, doors, holes, surprises, took.Seconds(), specs)
}
