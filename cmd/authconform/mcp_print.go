package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/authconform/authconform/harness/mcp/doctor"
)

// mostCauses is how many causes are printed.
const mostCauses = 10

// printDiagnoses writes diagnoses for people to paste into an issue.
func printDiagnoses(w io.Writer, found []*doctor.Diagnosis, again string) error {
	var b strings.Builder
	for i, d := range found {
		if i > 0 {
			b.WriteString("\n")
		}
		printDiagnosis(&b, d)
	}
	fmt.Fprintf(&b, "\nReproduce: %s\n", again)
	_, err := io.WriteString(w, b.String())
	return err
}

func printDiagnosis(b *strings.Builder, d *doctor.Diagnosis) {
	kind := ""
	if d.Home {
		kind = " (Home Assistant)"
	}
	fmt.Fprintf(b, "%s%s\n%s\n", d.Target, kind, headline(d))
	if len(d.Causes) > 0 {
		b.WriteString("\n")
	}
	lines := 0
	for i, c := range d.Causes {
		text := fold(c.What+" "+c.Change, "   ")
		n := strings.Count(text, "\n") + 1
		if lines += n; lines > mostCauses {
			fmt.Fprintf(b, "   and %d more: --json\n", len(d.Causes)-i)
			break
		}
		fmt.Fprintf(b, "%d. %s\n", i+1, strings.TrimPrefix(text, "   "))
	}
	if len(d.Clients) > 0 {
		b.WriteString("\n")
	}
	for _, c := range d.Clients {
		text := fold(fortune(c, d.Causes), strings.Repeat(" ", clientColumn))
		fmt.Fprintf(b, "  %-*s%s\n", clientColumn-2, c.Name, text[clientColumn:])
	}
}

// clientColumn is the column of a client's outcome.
const clientColumn = 29

func headline(d *doctor.Diagnosis) string {
	stopped := 0
	for _, c := range d.Clients {
		if c.Verdict == doctor.Stopped {
			stopped++
		}
	}
	switch {
	case d.Open:
		return "It needs no token, so anyone can use it."
	case d.State == doctor.Nothing:
		return "There is nothing that MCP clients could log in to."
	case d.State == doctor.GetIn:
		return "MCP clients can log in."
	case stopped == len(d.Clients):
		return "MCP clients cannot log in."
	}
	return fmt.Sprintf("Something stops %d of these %d MCP clients.", stopped, len(d.Clients))
}

// fortune describes a client's outcome, with the numbers of its causes.
func fortune(c doctor.Client, causes []doctor.Cause) string {
	var numbers []string
	for i, cause := range causes {
		if slices.Contains(c.By, cause.ID) {
			numbers = append(numbers, fmt.Sprint(i+1))
		}
	}
	by := strings.Join(numbers, ", ")
	switch {
	case c.Verdict == doctor.Stopped:
		return "stopped by " + by
	case c.Verdict == doctor.In && c.How == "":
		return "in"
	case c.Verdict == doctor.In:
		return "in: " + c.How
	case by == "":
		return string(c.Verdict)
	case c.How == "":
		return fmt.Sprintf("%s (%s)", c.Verdict, by)
	}
	return fmt.Sprintf("%s (%s): %s", c.Verdict, by, c.How)
}
