package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/authconform/authconform/internal/exit"
)

func TestServeKeepsItsStateInAFileOfItsOwner(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state.json")
	first, said := heard(t, "--state", file, "--public-url", "https://home.example")
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	second, _ := heard(t, "--state", file, "--public-url", "https://home.example")
	for i, u := range first.Home.Users {
		if second.Home.Users[i] != u || !strings.Contains(said, u.Password) {
			t.Errorf("%+v is %+v after a restart", u, second.Home.Users[i])
		}
	}
	left, err := os.ReadDir(filepath.Dir(file))
	if err != nil || len(left) != 1 {
		t.Errorf("beside it there are %v, %v", left, err)
	}
}

func TestServeRefusesABrokenState(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state.json")
	if err := os.WriteFile(file, []byte(`{"version":1,"sessions":[{"Token":"very-secret"`), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		file: "remove the file", filepath.Join(file, "below"): "not a directory", t.TempDir(): "is a directory",
		filepath.Join(t.TempDir(), "none", "s"): "no such file or directory",
	} {
		o := invoke(t, "serve", "--home", "127.0.0.1:0", "--state", path)
		if o.code != exit.Usage || !strings.Contains(o.err, "--state") || !strings.Contains(o.err, want) {
			t.Errorf("%s: exit %d, %s; want %s", path, o.code, o.err, want)
		}
		if strings.Contains(o.err, "very-secret") {
			t.Errorf("it shows a secret: %s", o.err)
		}
		oneLine(t, o.err)
	}
}
