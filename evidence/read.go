package evidence

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/authconform/authconform/internal/bulk"
)

// ErrOld means that an older authconform, which kept no record, wrote the folder.
var ErrOld = errors.New("it was written by an old authconform without run.jsonl; run again")

// Open reads a run, given its folder or its run.jsonl, as strictly as Read.
func Open(path string) (*Set, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("%s: there is no such folder or file", path)
	case err != nil:
		return nil, err
	case info.IsDir():
		return Read(path)
	}
	s, err := readFile(path, info)
	if err == nil && filepath.Base(path) == FileName {
		s.Dir = filepath.Dir(path)
	}
	return s, err
}

// Read reads the run in a folder. It is strict: an unknown format or member, a repeated row, or a file name that
// leads out of the folder is an error that names the line. An incomplete last line is accepted: a killed run leaves one.
func Read(dir string) (*Set, error) {
	path := filepath.Join(dir, FileName)
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		if _, old := os.Stat(filepath.Join(dir, "report.json")); old == nil {
			return nil, fmt.Errorf("%s: %w", dir, ErrOld)
		}
		return nil, fmt.Errorf("%s contains no run: there is no %s", dir, FileName)
	}
	if err != nil {
		return nil, err
	}
	s, err := readFile(path, info)
	if err != nil {
		return nil, err
	}
	s.Dir = dir
	return s, nil
}

func readFile(path string, info os.FileInfo) (*Set, error) {
	if err := readable(info, largestFile); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s, err := parse(f)
	if err != nil {
		return nil, fmt.Errorf("%s%w", path, err)
	}
	return s, nil
}

func parse(r io.Reader) (*Set, error) {
	s := &Set{}
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 1<<20), longestLine)
	seen := map[string]bool{}
	n, all := 0, 0
	for lines.Scan() {
		n++
		length, values := bulk.Within(lines.Bytes(), mostValues)
		if all += values; length < len(lines.Bytes()) || all > mostOfAll {
			return nil, fmt.Errorf(":%d: it has too many values: the limits are %d in a line and %d in all", n, mostValues, mostOfAll)
		}
		var l line
		if err := strictly(lines.Bytes(), &l); err != nil {
			if n > 1 && errors.Is(err, io.ErrUnexpectedEOF) && !lines.Scan() {
				break // the line that was being written
			}
			return nil, fmt.Errorf(":%d: %w", n, err)
		}
		if err := s.take(l, n, seen); err != nil {
			return nil, fmt.Errorf(":%d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf(":%d: %w", n+1, err)
	}
	if n == 0 {
		return nil, errors.New(": it is empty")
	}
	Sort(s.Results)
	return s, nil
}

func strictly(raw []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	return dec.Decode(into)
}

func (s *Set) take(l line, n int, seen map[string]bool) error {
	switch {
	case n == 1 && l.Head == nil:
		return errors.New("it is not a recorded run: the first line has no head")
	case n == 1 && l.Head.Version != Version:
		return fmt.Errorf("version is %q; this program reads %s", l.Head.Version, Version)
	case n == 1:
		s.Head = *l.Head
	case s.End != nil:
		return errors.New("there is extra text after the end")
	case l.End != nil:
		s.End = l.End
	case l.Result == nil:
		return errors.New("the line is neither a result nor the end")
	case seen[l.Result.ID]:
		return fmt.Errorf("%s appears twice", l.Result.ID)
	default:
		if err := errors.Join(l.Result.known(), local(*l.Result)); err != nil {
			return err
		}
		seen[l.Result.ID] = true
		s.Results = append(s.Results, *l.Result)
	}
	return nil
}

// known rejects unknown verdicts and levels, which a reader would take for harmless.
func (r Result) known() error {
	switch {
	case !slices.Contains(Verdicts, r.Verdict):
		return fmt.Errorf("%s has an unknown verdict %q", r.ID, r.Verdict)
	case !slices.Contains(levels, r.Level):
		return fmt.Errorf("%s has an unknown level %q", r.ID, r.Level)
	}
	return nil
}

// shot matches the names of a run's files.
var shot = regexp.MustCompile(`^` + Shots + `/[a-z0-9-][a-z0-9.-]*$`)

// local rejects results that name files outside of the run's folder.
func local(r Result) error {
	for _, item := range r.Evidence {
		if item.Browser == nil {
			continue
		}
		for _, name := range []string{item.Browser.Screenshot, item.Browser.DOM} {
			if name != "" && !shot.MatchString(name) {
				return fmt.Errorf("%s refers to the file %q; files of a run are in %s/", r.ID, name, Shots)
			}
		}
	}
	return nil
}

// Picture reads a file of the run's folder; nil if it does not exist or leads out of the folder.
func (s *Set) Picture(name string) []byte {
	if s.Dir == "" || !shot.MatchString(name) {
		return nil
	}
	root, err := os.OpenRoot(s.Dir)
	if err != nil {
		return nil
	}
	defer root.Close()
	name = filepath.FromSlash(name)
	if info, err := root.Stat(name); err != nil || readable(info, largestShot) != nil {
		return nil
	}
	f, err := root.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, largestShot))
	if err != nil {
		return nil
	}
	return raw
}

// readable returns why a file is not read: it is no regular file (reading a pipe or a device could block), or has more than n
// bytes.
func readable(info os.FileInfo, n int64) error {
	switch {
	case !info.Mode().IsRegular():
		return errors.New("it is not a regular file")
	case info.Size() > n:
		return fmt.Errorf("it has %d bytes; the limit is %d", info.Size(), n)
	}
	return nil
}
