package reports

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/authconform/authconform/evidence"
)

func TestAFolderHoldsEveryView(t *testing.T) {
	dir := t.TempDir()
	if err := Folder(dir, sample(), Options{}); err != nil {
		t.Fatal(err)
	}
	for _, name := range Files() {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || len(raw) == 0 {
			t.Errorf("%s: %d bytes, %v", name, len(raw), err)
		}
	}
	if list, _ := os.ReadDir(dir); len(list) != len(Files()) {
		t.Errorf("more is there: %v", list)
	}
}

// TestAViewThatCannotBeWrittenKeepsNoOtherFromIt, and the previous file stays intact.
func TestAViewThatCannotBeWrittenKeepsNoOtherFromIt(t *testing.T) {
	dir := t.TempDir()
	blocked := filepath.Join(dir, "junit.xml")
	if err := os.MkdirAll(filepath.Join(blocked, "a folder in the way"), 0o750); err != nil {
		t.Fatal(err)
	}
	err := Folder(dir, sample(), Options{})
	if err == nil || !strings.Contains(err.Error(), blocked+" could not be written") || strings.Contains(err.Error(), "report.json") {
		t.Errorf("%v", err)
	}
	for _, name := range Files() {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || name != "junit.xml" && info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*-*")); len(left) > 0 {
		t.Errorf("half a file is left: %v", left)
	}
}

func TestAFolderThatCannotBeMadeIsAnErrorBeforeTheRun(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := PrepareFolder(filepath.Join(file, "out")); err == nil || !strings.Contains(err.Error(), "the report folder") {
		t.Error(err)
	}
	if err := PrepareFolder(filepath.Join(t.TempDir(), "a", "b")); err != nil {
		t.Error(err)
	}
}

func TestAPictureOfTheFolderIsPartOfThePage(t *testing.T) {
	dir := t.TempDir()
	s := sample()
	rec, err := evidence.Record(dir, s.Head)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range s.Results {
		rec.Result(r, []evidence.File{{Name: "screenshots/ha.page.labelled-1.png", Content: []byte("a picture")}})
	}
	if err := rec.End(*s.End); err != nil {
		t.Fatal(err)
	}
	read, err := evidence.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	page := shown(t, Writer{Name: "html", Write: HTML}, read, Options{})
	for _, want := range []string{"data:image/png;base64,YSBwaWN0dXJl", `href="screenshots/ha.page.labelled-1.html.txt"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not show %s", want)
		}
	}
	if page := shown(t, Writer{Name: "html", Write: HTML}, s, Options{}); !strings.Contains(page, "is not in the folder") {
		t.Error("a picture that is gone is not told of")
	}
}
