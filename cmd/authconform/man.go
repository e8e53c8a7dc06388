package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/internal/flags"
)

// manCommand writes manual pages, for packagers.
func manCommand() *cobra.Command {
	return &cobra.Command{
		Use: "man DIR", Short: "Write the manual pages into a folder", Hidden: true,
		Args: oneArgument("a folder"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil { //nolint:gosec // manual pages are for everybody
				return exit.Usagef("%v", err)
			}
			return exit.With(exit.Usage, writeManual(c.Root(), args[0]))
		},
	}
}

// writeManual writes the pages of a command and of all its subcommands: authconform-run.1. SOURCE_DATE_EPOCH, if set, gives their
// date.
func writeManual(c *cobra.Command, dir string) error {
	name := strings.ReplaceAll(c.CommandPath(), " ", "-")
	head := doc.GenManHeader{Title: strings.ToUpper(name), Section: "1", Source: "authconform " + version, Manual: "authconform manual"}
	c.DisableAutoGenTag = true
	flags.ShowValues(c.Flags())
	var page bytes.Buffer
	if err := doc.GenMan(c, &head, &page); err != nil {
		return err
	}
	text := strings.ReplaceAll(page.String(), "[=false]", "") // a switch takes no value
	text = strings.Replace(text, seeAlso, manualTail+seeAlso, 1)
	if err := os.WriteFile(filepath.Join(dir, name+".1"), []byte(text), 0o644); err != nil { //nolint:gosec // for everybody
		return fmt.Errorf("the manual page of %s could not be written: %w", c.CommandPath(), err)
	}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			if err := writeManual(sub, dir); err != nil {
				return err
			}
		}
	}
	return nil
}

const seeAlso = ".SH SEE ALSO"

// manualTail ends each page (docs/cli.md: "Flags, variables, files", "Exit codes").
const manualTail = `.SH ENVIRONMENT
Every flag has a variable: \fB--report-dir\fP is \fBAUTHCONFORM_REPORT_DIR\fP. \fBNO_COLOR\fP turns colour off.
.SH FILES
\fBauthconform.yaml\fP in the working folder, or the file of \fB--config\fP, has the names of flags as keys.
.SH EXIT STATUS
.TP
\fB0\fP
Everything that was judged conforms, or fails only as the baseline says.
.TP
\fB1\fP
A requirement failed or is blocked, the target was lost, or the baseline no longer fits.
.TP
\fB2\fP
The command line, the configuration or the credentials are wrong.
.TP
\fB3\fP
Nothing can be judged there.
.TP
\fB4\fP
authconform itself broke.
.TP
\fB5\fP
Nothing was judged: the selection is empty, or none of its rows could be run.
.TP
\fB130\fP
The run was interrupted.
`
