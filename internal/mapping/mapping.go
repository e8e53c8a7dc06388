// Package mapping reads YAML mappings whose keys are known.
package mapping

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/authconform/authconform/internal/suggest"
)

// Each calls do with every key of a mapping and its value. A key that is unknown or occurs twice is an error that names the file,
// the line and the nearest known key.
func Each(n *yaml.Node, file string, keys []string, do func(key string, value *yaml.Node) error) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("%s:%d: must be a mapping with %s", file, n.Line, strings.Join(keys, ", "))
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if !slices.Contains(keys, key.Value) {
			return fmt.Errorf("%s:%d: unknown key %q%s", file, key.Line, key.Value, suggest.Hint(key.Value, keys))
		}
		if seen[key.Value] {
			return fmt.Errorf("%s:%d: key %q appears twice", file, key.Line, key.Value)
		}
		seen[key.Value] = true
		if err := do(key.Value, n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}
