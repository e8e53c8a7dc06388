package reports

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// FolderOptions shape a report folder.
type FolderOptions struct {
	Strict bool // a warning is a failure in junit.xml
}

// PrepareFolder makes the folder and tries to write there, before a run spends its time.
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

// WriteFolder writes report.json, junit.xml, report.html, report.md, exchanges.har and the screenshots. What cannot be written
// (a full disk) does not keep the others from it; the error names each.
func WriteFolder(dir string, r *Report, har []HAREntry, o FolderOptions) error {
	shots := writeScreenshots(dir, r)
	errs := []error{
		shots,
		Write(filepath.Join(dir, "report.json"), r),
		WriteJUnit(filepath.Join(dir, "junit.xml"), r, o.Strict),
		WriteHTML(filepath.Join(dir, "report.html"), r),
		WriteMarkdown(filepath.Join(dir, "report.md"), r),
	}
	if har != nil {
		errs = append(errs, WriteHAR(filepath.Join(dir, "exchanges.har"), r.Tool, har))
	}
	return errors.Join(errs...)
}

// writeScreenshots turns pictures and pages that travelled in the model into files, and names them there.
func writeScreenshots(dir string, r *Report) error {
	var errs []error
	for i := range r.Results {
		n := 0
		for j := range r.Results[i].Evidence {
			b := r.Results[i].Evidence[j].Browser
			if b == nil || (len(b.PNG) == 0 && b.HTML == "") {
				continue
			}
			n++
			name := fmt.Sprintf("screenshots/%s-%d", strings.ReplaceAll(r.Results[i].ID, "/", "-"), n)
			if err := os.MkdirAll(filepath.Join(dir, "screenshots"), 0o755); err != nil { //nolint:gosec // as above
				return err
			}
			if len(b.PNG) > 0 {
				b.Screenshot = name + ".png"
				errs = append(errs, writeFile(filepath.Join(dir, b.Screenshot), b.PNG))
			}
			if b.HTML != "" {
				b.DOM = name + ".html.txt" // text: a browser must not run it
				errs = append(errs, writeFile(filepath.Join(dir, b.DOM), []byte(b.HTML)))
			}
			b.PNG, b.HTML = nil, ""
		}
	}
	return errors.Join(errs...)
}
