package evidence

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Matrix shows what several servers did with the same rows. It is not a ranking.
type Matrix struct {
	Columns []Column    `json:"columns"`
	Rows    []MatrixRow `json:"rows"`
}

// Column is a run of a matrix.
type Column struct {
	Name      string    `json:"name"`
	Named     bool      `json:"-"` // the caller chose the name
	Folder    string    `json:"folder,omitempty"`
	Target    Target    `json:"target"`
	Tool      Tool      `json:"tool"`
	Catalogue Catalogue `json:"catalogue"`
	Date      string    `json:"date,omitempty"`  // of its start, 2026-11-27
	Ended     string    `json:"ended,omitempty"` // why it did not finish
}

// MatrixRow is a requirement with a cell for each column.
type MatrixRow struct {
	ID      string  `json:"id"`
	Section string  `json:"section"`
	Level   Level   `json:"level"` // the strictest of all runs
	Title   string  `json:"title"`
	Spec    Spec    `json:"spec"`
	Cells   []*Cell `json:"cells"` // nil if the run does not have the row

	place int
}

// Cell is a row's result in a run.
type Cell struct {
	Verdict  Verdict   `json:"verdict"`
	Reason   string    `json:"reason,omitempty"`
	Failures []Failure `json:"failures,omitempty"`
	Notes    []string  `json:"notes,omitempty"`
	Evidence []Item    `json:"evidence,omitempty"` // the part of it to show
	Left     int       `json:"left_out,omitempty"` // exchanges that are not shown; run.jsonl has them
}

// Add adds a run as the last column. Because evidence is large, shown picks what a cell keeps of it, and counts the exchanges
// it left out. If name is "", the run's product names the column.
func (m *Matrix) Add(name string, s *Set, shown func(Result) ([]Item, int)) {
	h := s.Head
	c := Column{Name: name, Named: name != "", Folder: s.Dir, Target: h.Target, Tool: h.Tool, Catalogue: h.Catalogue, Ended: endedEarly(s)}
	if !h.Started.IsZero() {
		c.Date = h.Started.UTC().Format("2006-01-02")
	}
	m.Columns = append(m.Columns, c)
	at := map[string]int{}
	for i := range m.Rows {
		at[m.Rows[i].ID] = i
		m.Rows[i].Cells = append(m.Rows[i].Cells, nil)
	}
	for _, r := range s.Results {
		i, known := at[r.ID]
		if !known {
			i = len(m.Rows)
			cells := make([]*Cell, len(m.Columns))
			m.Rows = append(m.Rows, MatrixRow{r.ID, r.Section, r.Level, r.Title, r.Spec, cells, r.Place})
		}
		row := &m.Rows[i]
		if slices.Index(levels, r.Level) < slices.Index(levels, row.Level) {
			row.Level = r.Level
		}
		items, left := shown(r)
		row.Cells[len(m.Columns)-1] = &Cell{r.Verdict, r.Reason, r.Failures, r.Notes, items, left}
	}
	m.sort()
	m.name()
}

// sort puts the rows into catalogue order and keeps those of a section together.
func (m *Matrix) sort() {
	first := map[string]int{}
	for _, r := range m.Rows {
		if place, seen := first[r.Section]; !seen || r.place < place {
			first[r.Section] = r.place
		}
	}
	slices.SortStableFunc(m.Rows, func(a, b MatrixRow) int {
		return cmp.Or(first[a.Section]-first[b.Section], strings.Compare(a.Section, b.Section), a.place-b.place)
	})
}

var levels = []Level{Must, Should, May, Info}

// name names the unnamed columns by product and version, and adds what is needed to tell them apart.
func (m *Matrix) name() {
	for i := range m.Columns {
		if c := &m.Columns[i]; !c.Named {
			c.Name = cmp.Or(strings.TrimSpace(c.Target.Product+" "+c.Target.Version), c.Target.URL, filepath.Base(c.Folder))
		}
	}
	for _, more := range []func(Column) string{
		func(c Column) string { return c.Target.Profile },
		func(c Column) string { return c.Target.URL },
		func(c Column) string { return filepath.Base(c.Folder) },
	} {
		for _, alike := range m.byName() {
			told := map[string]bool{}
			for _, i := range alike {
				told[more(m.Columns[i])] = true
			}
			for _, i := range alike {
				if c := &m.Columns[i]; len(told) > 1 && !c.Named && more(*c) != "" {
					c.Name += ", " + more(*c)
				}
			}
		}
	}
	for _, alike := range m.byName() {
		for n, i := range alike[1:] {
			m.Columns[i].Name += fmt.Sprintf(" (%d)", n+2)
		}
	}
}

// byName returns the indices of the columns of each name.
func (m *Matrix) byName() map[string][]int {
	places := map[string][]int{}
	for i, c := range m.Columns {
		places[c.Name] = append(places[c.Name], i)
	}
	return places
}

// Differs reports whether the runs that judged a row have different verdicts.
func (r MatrixRow) Differs() bool {
	var first *Cell
	for _, c := range r.Cells {
		switch {
		case c == nil:
		case first == nil:
			first = c
		case c.Verdict != first.Verdict:
			return true
		}
	}
	return false
}
