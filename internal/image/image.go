// Command image builds the container image without a container engine: an OCI layout, from an empty base, with the static
// program, CA certificates, and a user who is not root.
//
//	go run ./internal/image OUT [VERSION]      linux/amd64 and linux/arm64
//
// Any tool that reads OCI layouts pushes it: skopeo copy --all oci:OUT docker://ghcr.io/…
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// architectures are the architectures of the image.
var architectures = []string{"amd64", "arm64"}

// nobody is the unnamed user and group of the image, without any rights.
const nobody = 65532

func main() {
	if len(os.Args) < 2 || len(os.Args) > 3 {
		fmt.Fprintln(os.Stderr, "usage: image OUT [VERSION]")
		os.Exit(2)
	}
	version := "dev"
	if len(os.Args) == 3 {
		version = os.Args[2]
	}
	if err := build(os.Args[1], version, epoch(), compile); err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

// epoch returns the timestamp of every file in the image, so that the same source gives the same image.
func epoch() time.Time {
	seconds, _ := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64)
	return time.Unix(seconds, 0).UTC()
}

// compiler builds the program for an architecture.
type compiler func(arch, version string) ([]byte, error)

// build writes the layout, with the program for each architecture. It replaces an older one.
func build(out, version string, made time.Time, program compiler) error {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, arch := range architectures {
		image, err := imageFor(arch, version, made, program)
		if err != nil {
			return fmt.Errorf("linux/%s: %w", arch, err)
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add: image, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: arch}},
		})
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil { //nolint:gosec // an image holds no secrets
		return err
	}
	_, err := layout.Write(out, index)
	return err
}

// imageFor returns the image of one architecture. The certificates seldom change, so they lie below the program.
func imageFor(arch, version string, made time.Time, program compiler) (v1.Image, error) {
	binary, err := program(arch, version)
	if err != nil {
		return nil, err
	}
	base, err := layerOf(made, []entry{
		{name: "etc/", mode: 0o755}, {name: "etc/ssl/", mode: 0o755}, {name: "etc/ssl/certs/", mode: 0o755},
		{name: "etc/ssl/certs/ca-certificates.crt", mode: 0o644, content: authorities()},
		{name: "etc/passwd", mode: 0o644, content: fmt.Appendf(nil, "nonroot:x:%d:%[1]d::/work:/sbin/nologin\n", nobody)},
		{name: "etc/group", mode: 0o644, content: fmt.Appendf(nil, "nonroot:x:%d:\n", nobody)},
		{name: "tmp/", mode: 0o1777}, {name: "work/", mode: 0o755, owner: nobody},
	})
	if err != nil {
		return nil, err
	}
	top, err := layerOf(made, []entry{
		{name: "usr/", mode: 0o755}, {name: "usr/bin/", mode: 0o755}, {name: "usr/bin/authconform", mode: 0o755, content: binary},
	})
	if err != nil {
		return nil, err
	}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	if image, err = mutate.AppendLayers(image, base, top); err != nil {
		return nil, err
	}
	return mutate.ConfigFile(image, configuration(image, arch, version, made))
}

// configuration returns the configuration of the image's containers.
func configuration(image v1.Image, arch, version string, made time.Time) *v1.ConfigFile {
	file, err := image.ConfigFile()
	if err != nil { // the image was built a moment ago
		panic(err)
	}
	file = file.DeepCopy()
	file.OS, file.Architecture, file.Created = "linux", arch, v1.Time{Time: made}
	file.Config = v1.Config{
		User: fmt.Sprintf("%d:%[1]d", nobody), WorkingDir: "/work", Entrypoint: []string{"/usr/bin/authconform"},
		Env: []string{"PATH=/usr/bin", "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"},
		Labels: map[string]string{
			"org.opencontainers.image.title":    "authconform",
			"org.opencontainers.image.source":   "https://github.com/authconform/authconform",
			"org.opencontainers.image.licenses": "Apache-2.0",
			"org.opencontainers.image.version":  version,
		},
	}
	return file
}
