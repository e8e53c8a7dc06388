package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/reports"
)

// matrixFlags are the options of `matrix`.
type matrixFlags struct {
	Format string `flag:"format" value:"NAME" group:"Report" help:"html, markdown, csv or json (default: by the name of --output, or html)"`
	Output string `flag:"output,o" value:"FILE" help:"write the matrix to this file (default: standard output)"`
	configFlag
}

func matrixCommand() *cobra.Command {
	var f matrixFlags
	c := &cobra.Command{
		Use: "matrix DIR…", Short: "Show many servers side by side, row by row",
		Args: folders("which runs? Give the --report-dir of every run", true),
		Long: `Show what several servers did with each requirement: one self-contained HTML
page, in which a cell opens the traffic recorded for it, or Markdown, CSV or
JSON. It is not a ranking.

Each DIR is a folder of --report-dir, or its run.jsonl. The title of a
column is the product and version that the run found; NAME=DIR sets another.`,
		Example: "  authconform matrix ha-2025.4.4 ha-2026.11.0 mock=out --output matrix.html\n  authconform matrix runs/* --format csv",
	}
	declare(c, &f, &f.Config, func(cmd *cobra.Command, dirs []string) error { return f.run(cmd.OutOrStdout(), dirs) })
	complete(c, "format", reports.MatrixNames)
	return c
}

func (f *matrixFlags) run(w io.Writer, dirs []string) error {
	writer, err := f.writer()
	if err != nil {
		return err
	}
	var m evidence.Matrix
	for _, arg := range dirs {
		name, dir := columnOf(arg)
		s, err := evidence.Open(dir)
		if err != nil {
			return exit.With(exit.Usage, err)
		}
		m.Add(name, s, writer.Cells)
	}
	if len(m.Rows) == 0 {
		return exit.Usagef("no run contains a verdict: there is nothing to show")
	}
	if f.Output == "" {
		return exit.With(exit.Broken, writer.Write(w, &m))
	}
	var b bytes.Buffer
	if err := writer.Write(&b, &m); err != nil {
		return exit.With(exit.Broken, err)
	}
	if err := reports.WriteFile(f.Output, b.Bytes()); err != nil {
		return exit.Usagef("--output %s could not be written: %w", f.Output, err)
	}
	return nil
}

// columnOf splits NAME=DIR. An argument that exists as a folder is a DIR.
func columnOf(arg string) (name, dir string) {
	if _, err := os.Stat(arg); err == nil {
		return "", arg
	}
	if name, dir, named := strings.Cut(arg, "="); named && name != "" && dir != "" {
		return name, dir
	}
	return "", arg
}

func (f *matrixFlags) writer() (reports.MatrixWriter, error) {
	if f.Format != "" {
		at := slices.IndexFunc(reports.Matrices, func(m reports.MatrixWriter) bool { return m.Name == f.Format })
		if at < 0 {
			return reports.MatrixWriter{}, exit.Unknown("format", f.Format, reports.MatrixNames())
		}
		return reports.Matrices[at], nil
	}
	ending := strings.ToLower(filepath.Ext(f.Output))
	if f.Output == "" {
		ending = ".html"
	}
	at := slices.IndexFunc(reports.Matrices, func(m reports.MatrixWriter) bool { return m.Ending == ending })
	if at < 0 {
		return reports.MatrixWriter{}, exit.Usagef(
			"--output %s: the name does not tell the format; end it with .html, .md, .csv or .json, or give --format", f.Output)
	}
	return reports.Matrices[at], nil
}
