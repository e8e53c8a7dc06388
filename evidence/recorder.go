package evidence

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/authconform/authconform/internal/harmless"
)

// FileName is the run's record in its folder.
const FileName = "run.jsonl"

// Shots is the folder of pictures in the run's folder.
const Shots = "screenshots"

// Recorder records a run while it goes on. It is safe for concurrent use. A nil Recorder writes nothing.
type Recorder struct {
	dir string

	mu   sync.Mutex
	file *os.File
	err  error // the first
}

// Record starts the record of a run in an existing folder.
func Record(dir string, head Head) (*Recorder, error) {
	f, err := os.Create(filepath.Join(dir, FileName))
	if err != nil {
		return nil, fmt.Errorf("the record of the run: %w", err)
	}
	r := &Recorder{dir: dir, file: f}
	head.Version = Version
	r.write(line{Head: &head})
	return r, r.err
}

// Result immediately writes a result and the files that it names.
func (r *Recorder) Result(res Result, files []File) {
	if r == nil {
		return
	}
	for _, f := range files {
		if strings.HasSuffix(f.Name, ".txt") {
			f.Content = []byte(harmless.Text(string(f.Content)))
		}
		r.keep(os.MkdirAll(filepath.Join(r.dir, Shots), 0o755))                                  //nolint:gosec // reports hold no secrets
		r.keep(os.WriteFile(filepath.Join(r.dir, filepath.FromSlash(f.Name)), f.Content, 0o644)) //nolint:gosec // as above
	}
	r.write(line{Result: &res})
}

// End writes the last line and closes the record. It returns the first error of the recorder.
func (r *Recorder) End(end End) error {
	if r == nil {
		return nil
	}
	r.write(line{End: &end})
	r.mu.Lock()
	defer r.mu.Unlock()
	return errors.Join(r.err, r.file.Close())
}

func (r *Recorder) write(l line) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(l); err != nil {
		r.keep(err)
		return
	}
	r.mu.Lock()
	_, err := harmless.Writer{To: r.file}.Write(b.Bytes()) // one write per line, so that a killed run leaves whole lines
	r.mu.Unlock()
	r.keep(err)
}

func (r *Recorder) keep(err error) {
	if err == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = fmt.Errorf("the record of the run: %w", err)
	}
}

// Shot is the file name of a row's picture or page, with characters that every file system allows.
func Shot(id string, n int, ending string) string {
	safe := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '-' {
			return r
		}
		return '-'
	}, id)
	return fmt.Sprintf("%s/%s-%d%s", Shots, safe, n, ending)
}

// Sort puts results into catalogue order.
func Sort(results []Result) {
	slices.SortStableFunc(results, func(a, b Result) int { return a.Place - b.Place })
}
