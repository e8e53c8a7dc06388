package evidence

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Clear removes an earlier run's record and views from a folder, so that nothing there can be mistaken for this run's.
// Other files are left alone.
func Clear(dir string, views []string) error {
	var errs []error
	for _, name := range append(views, FileName) {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	old, _ := filepath.Glob(filepath.Join(dir, Shots, "*"))
	for _, path := range old {
		if shot.MatchString(Shots + "/" + filepath.Base(path)) {
			errs = append(errs, os.Remove(path))
		}
	}
	return errors.Join(errs...)
}
