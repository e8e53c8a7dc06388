//go:build unix

package evidence

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// written returns a folder with a record that somebody else wrote.
func written(t *testing.T, result string) string {
	t.Helper()
	dir := t.TempDir()
	text := `{"head":{"version":"authconform/run/v1","target":{"url":"http://h","profile":"p"},"rows":["a"]}}` + "\n" + result + "\n"
	if err := os.WriteFile(filepath.Join(dir, FileName), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestARecordOfSomebodyElseIsReadStrictly(t *testing.T) {
	shown := func(name string) string {
		return `{"result":{"id":"a","verdict":"pass","level":"must","evidence":[{"browser":{"doing":"d","url":"","screenshot":"` + name + `"}}]}}`
	}
	for name, c := range map[string]struct{ result, want string }{
		"a file above":           {shown("../../etc/passwd"), `a refers to the file "../../etc/passwd"; files of a run are in screenshots/`},
		"one beside":             {shown("screenshots/../run.jsonl"), "a refers to the file"},
		"the folder above":       {shown("screenshots/.."), "a refers to the file"},
		"an absolute one":        {shown("/etc/passwd"), "a refers to the file"},
		"another separator":      {shown(`screenshots\\..\\x`), "a refers to the file"},
		"a URL":                  {shown("https://h/x.png"), "a refers to the file"},
		"a verdict that is none": {`{"result":{"id":"a","verdict":"perfect","level":"must"}}`, `a has an unknown verdict "perfect"`},
		"a level that is none":   {`{"result":{"id":"a","verdict":"fail","level":"musty"}}`, `a has an unknown level "musty"`},
		"an unknown member":      {`{"result":{"id":"a","verdict":"pass","level":"must","script":"x"}}`, "script"},
	} {
		if _, err := Read(written(t, c.result)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if _, err := Read(written(t, shown("screenshots/a-1.png"))); err != nil {
		t.Errorf("the control: %v", err)
	}
}

func TestAPictureIsAFileOfItsFolder(t *testing.T) {
	dir := written(t, `{"end":{}}`)
	outside := filepath.Join(t.TempDir(), "outside.png")
	shots := filepath.Join(dir, Shots)
	for _, err := range []error{
		os.WriteFile(outside, []byte("a secret"), 0o600), os.Mkdir(shots, 0o750),
		os.WriteFile(filepath.Join(shots, "a-1.png"), []byte("a picture"), 0o600),
		os.Symlink(outside, filepath.Join(shots, "a-2.png")), syscall.Mkfifo(filepath.Join(shots, "a-3.png"), 0o600),
		os.WriteFile(filepath.Join(shots, "a-4.png"), nil, 0o600), os.Truncate(filepath.Join(shots, "a-4.png"), largestShot+1),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	s := read(t, dir)
	for name, want := range map[string]string{
		"screenshots/a-1.png": "a picture", "screenshots/a-2.png": "", "screenshots/a-3.png": "", "screenshots/a-4.png": "",
	} {
		if got := s.Picture(name); string(got) != want {
			t.Errorf("%s: %q", name, got[:min(len(got), 20)])
		}
	}
}

func TestARecordIsAFileOfABoundedSize(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, FileName)
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, largestFile+1); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(dir); err == nil || !strings.Contains(err.Error(), "the limit is") {
		t.Errorf("a large one: %v", err)
	}
	_ = os.Remove(path)
	if err := os.Mkdir(path, 0o750); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(dir); err == nil || !strings.Contains(err.Error(), "it is not a regular file") {
		t.Errorf("a folder: %v", err)
	}
}

// TestARecordOfManyEmptyValuesIsRefused: a few bytes of each would take hundreds in memory.
func TestARecordOfManyEmptyValuesIsRefused(t *testing.T) {
	row := func(id string, n int) string {
		empty := strings.TrimSuffix(strings.Repeat("{},", n), ",")
		return `{"result":{"id":"` + id + `","verdict":"fail","level":"must","reason":"a, [b], {c}, \"d\", ","failures":[` + empty + `]}}`
	}
	rows := make([]string, 9)
	for i := range rows {
		rows[i] = row(string(rune('a'+i)), mostValues/2-20)
	}
	for name, c := range map[string]struct{ rows, want string }{
		"many":             {row("a", mostValues/2-20), ""},
		"too many":         {row("a", mostValues/2), ":2: it has too many values"},
		"too many in all":  {strings.Join(rows, "\n"), ":10: it has too many values"},
		"many in a string": {`{"result":{"id":"a","verdict":"pass","level":"must","reason":"` + strings.Repeat("{,[", mostValues) + `"}}`, ""},
	} {
		_, err := Read(written(t, c.rows))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
