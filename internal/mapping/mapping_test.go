package mapping

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

func TestAWrongMappingIsRefusedWithItsLine(t *testing.T) {
	for text, want := range map[string]string{
		"name: a\ncolor: b\n": "",
		"name: a\ncolr: b\n":  `f.yaml:2: unknown key "colr"; did you mean "color"?`,
		"- a\n":               "f.yaml:1: must be a mapping with name, color",
		"word\n":              "a mapping",
		"name: a\nname: b\n":  "f.yaml:2: key \"name\" appears twice",
	} {
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatal(err)
		}
		var keys []string
		err := Each(doc.Content[0], "f.yaml", []string{"name", "color"}, func(key string, _ *yaml.Node) error {
			keys = append(keys, key)
			return nil
		})
		good := err != nil && strings.Contains(err.Error(), want)
		if want == "" {
			good = err == nil && strings.Join(keys, " ") == "name color"
		}
		if !good {
			t.Errorf("%q: %v, keys %v, want %q", text, err, keys, want)
		}
	}
}
