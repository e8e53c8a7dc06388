package reports

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

//go:embed schema/report.schema.json
var schema []byte

// Schema is the JSON Schema of report.json (2020-12).
func Schema() []byte { return bytes.Clone(schema) }

// Write writes the report as JSON.
func Write(path string, r *Report) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(r); err != nil {
		return err
	}
	return writeFile(path, b.Bytes())
}

// Read reads a report. It is strict: a format or member that it does not know, or a summary that contradicts the
// results, is an error that names the file.
func Read(path string) (*Report, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var head struct {
		APIVersion string `json:"apiVersion"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, fmt.Errorf("%s is no report: %w", path, err)
	}
	if head.APIVersion != APIVersion {
		return nil, fmt.Errorf("%s: apiVersion is %q; this program reads %s", path, head.APIVersion, APIVersion)
	}
	var r Report
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: something stands behind the report", path)
	}
	if counted := Count(r.Results); counted != r.Summary {
		return nil, fmt.Errorf("%s: the summary says %+v, the results are %+v", path, r.Summary, counted)
	}
	return &r, nil
}

// writeFile writes a file whole or not at all.
func writeFile(path string, content []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("%s could not be written: %w", path, err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
			err = fmt.Errorf("%s could not be written: %w", path, err)
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
