package requirements

import (
	"bytes"
	"fmt"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"
)

// retiredFile lists the retired rows. It is not a section.
const retiredFile = "retired.yaml"

// gone is a retired row.
type gone struct {
	ID     string   `yaml:"id"`
	By     []string `yaml:"by"`     // the rows that replaced it
	Reason string   `yaml:"reason"` // why
}

var retired = sync.OnceValues(func() ([]gone, error) {
	raw, err := files.ReadFile(retiredFile)
	if err != nil {
		return nil, err
	}
	var doc struct {
		Retired []gone `yaml:"retired"`
	}
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(&doc); err != nil {
		return nil, fmt.Errorf("%s: %w", retiredFile, err)
	}
	return doc.Retired, nil
})

// Retired returns the rows that replaced a retired one; nil for an id that was never retired.
func Retired(id string) (replacedBy []string) {
	list, _ := retired() // a test makes sure that the list can be read
	for _, g := range list {
		if g.ID == id {
			return g.By
		}
	}
	return nil
}

// Gone explains a retired id: "a.b was retired; use c.d instead". It returns "" for any other id.
func Gone(id string) string {
	by := Retired(id)
	if by == nil {
		return ""
	}
	return fmt.Sprintf("%s was retired; use %s instead", id, strings.Join(by, " and "))
}
