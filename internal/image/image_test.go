package main

import (
	"archive/tar"
	"crypto/x509"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

var made = time.Unix(1764201600, 0).UTC()

// here compiles for this machine only: other platforms take minutes, and their programs cannot run here.
func here(arch, version string) ([]byte, error) {
	if arch != runtime.GOARCH {
		return []byte("not compiled in this test"), nil
	}
	return compile(arch, version)
}

// built builds a layout and returns its index.
func built(t *testing.T) v1.ImageIndex {
	t.Helper()
	out := filepath.Join(t.TempDir(), "image")
	if err := build(out, "1.2.3", made, here); err != nil {
		t.Fatal(err)
	}
	index, err := layout.ImageIndexFromPath(out)
	if err != nil {
		t.Fatal(err)
	}
	return index
}

// unpacked extracts an image into a folder, and returns the owner of each file.
func unpacked(t *testing.T, image v1.Image) (dir string, owners map[string]int) {
	t.Helper()
	dir, owners = t.TempDir(), map[string]int{}
	stream := mutate.Extract(image)
	defer stream.Close()
	for r := tar.NewReader(stream); ; {
		head, err := r.Next()
		if errors.Is(err, io.EOF) {
			return dir, owners
		}
		if err != nil {
			t.Fatal(err)
		}
		at := filepath.Join(dir, head.Name)
		owners[head.Name] = head.Uid
		if head.Typeflag == tar.TypeDir {
			err = os.MkdirAll(at, 0o755)
		} else {
			var content []byte
			if content, err = io.ReadAll(r); err == nil {
				err = os.WriteFile(at, content, head.FileInfo().Mode())
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheImageOfThisMachineJudges(t *testing.T) {
	index := built(t)
	if err := validate.Index(index); err != nil {
		t.Fatalf("the layout is not valid: %v", err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	var platforms []string
	for _, m := range manifest.Manifests {
		platforms = append(platforms, m.Platform.String())
		image, err := index.Image(m.Digest)
		if err != nil {
			t.Fatal(err)
		}
		file, err := image.ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		if file.Config.User != "65532:65532" || file.Architecture != m.Platform.Architecture || !file.Created.Equal(made) {
			t.Errorf("%s: user %q, architecture %q, created %v", m.Platform, file.Config.User, file.Architecture, file.Created)
		}
		dir, owners := unpacked(t, image)
		if owners["work"] != nobody {
			t.Errorf("%s: the working folder belongs to %d, %v", m.Platform, owners["work"], owners)
		}
		certificates(t, filepath.Join(dir, "etc/ssl/certs/ca-certificates.crt"))
		if m.Platform.OS == runtime.GOOS && m.Platform.Architecture == runtime.GOARCH {
			judges(t, filepath.Join(dir, file.Config.Entrypoint[0]), file.Config.Env)
		}
	}
	if got := strings.Join(platforms, " "); got != "linux/amd64 linux/arm64" {
		t.Errorf("the image is for %s", got)
	}
}

// certificates checks that a TLS client accepts a file of CA certificates.
func certificates(t *testing.T, file string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if pool := x509.NewCertPool(); !pool.AppendCertsFromPEM(raw) || strings.Count(string(raw), "BEGIN CERTIFICATE") < 100 {
		t.Errorf("%s has no usable certificates", file)
	}
}

// judges runs the program of an image with the image's environment only.
func judges(t *testing.T, program string, env []string) {
	t.Helper()
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"version"}, "authconform 1.2.3 "},
		{[]string{"run", "--select", "section:code", "--browser", "off", "--report-dir", "out"}, " pass"},
	} {
		cmd := exec.CommandContext(t.Context(), program, c.args...)
		cmd.Dir, cmd.Env = t.TempDir(), env
		said, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(said), c.want) {
			t.Errorf("%s %v: %v\n%s", filepath.Base(program), c.args, err, said)
		}
	}
}

func TestTheSameLayersComeOfTheSameFiles(t *testing.T) {
	var digests []v1.Hash
	for range 2 {
		layer, err := layerOf(made, []entry{{name: "etc/", mode: 0o755}, {name: "etc/ca", mode: 0o644, content: authorities()}})
		if err != nil {
			t.Fatal(err)
		}
		digest, err := layer.Digest()
		if err != nil {
			t.Fatal(err)
		}
		digests = append(digests, digest)
	}
	if digests[0] != digests[1] {
		t.Errorf("%s and %s", digests[0], digests[1])
	}
}
