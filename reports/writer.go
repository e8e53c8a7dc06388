package reports

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/authconform/authconform/evidence"
)

// Writer is a view of a run. It shows only what is in the set.
type Writer struct {
	Name  string // of --format
	File  string // in the run's folder; "": the view is no file there
	Write func(io.Writer, *evidence.Set, Options) error
	Brief bool // it shows the outcome, and not what is said of the run
}

// Writers are all views.
var Writers = []Writer{
	{Name: "console", Write: Console},
	{Name: "json", File: "report.json", Write: JSON},
	{Name: "junit", File: "junit.xml", Write: JUnit},
	{Name: "html", File: "report.html", Write: HTML},
	{Name: "markdown", File: "report.md", Write: Markdown},
	{Name: "har", File: "exchanges.har", Write: HAR},
	{Name: "sarif", File: "authconform.sarif", Write: SARIF},
	{Name: "sarif-full", File: "authconform.full.sarif", Write: FullSARIF},
	{Name: "annotations", Write: Annotations},
	{Name: "badge", File: "badge.json", Write: BadgeJSON, Brief: true},
	{Name: "badge-svg", File: "badge.svg", Write: BadgeSVG, Brief: true},
	{Name: "comment", File: "comment.md", Write: Comment},
}

// Options configure views.
type Options struct {
	Strict  bool   // warnings make a run red
	Place   Place  // where to show failures in the user's repository
	Link    string // URL of the reports, where they are published; "": the file beside
	Console ConsoleOptions
}

// Find returns the writer with the name.
func Find(name string) (Writer, bool) {
	for _, w := range Writers {
		if w.Name == name {
			return w, true
		}
	}
	return Writer{}, false
}

// Names are the names of all writers.
func Names() []string {
	var names []string
	for _, w := range Writers {
		names = append(names, w.Name)
	}
	return names
}

// Files lists the files that Folder writes.
func Files() []string {
	var files []string
	for _, w := range Writers {
		if w.File != "" {
			files = append(files, w.File)
		}
	}
	return files
}

// PrepareFolder creates the folder and checks that it is writable, before the run starts.
func PrepareFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // reports hold no secrets
		return fmt.Errorf("the report folder: %w", err)
	}
	probe, err := os.CreateTemp(dir, ".probe-*")
	if err != nil {
		return fmt.Errorf("the report folder cannot be written: %w", err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// Folder writes every view that is a file, each completely or not at all. If one cannot be written (a full disk), the
// others still are; the error names each.
func Folder(dir string, s *evidence.Set, o Options) error {
	var errs []error
	for _, w := range Writers {
		if w.File == "" {
			continue
		}
		path := filepath.Join(dir, w.File)
		var b bytes.Buffer
		err := w.Write(&b, s, o)
		if err == nil {
			err = WriteFile(path, b.Bytes())
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s could not be written: %w", path, err))
		}
	}
	return errors.Join(errs...)
}

// WriteFile writes a file completely or not at all.
func WriteFile(path string, content []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(content)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
