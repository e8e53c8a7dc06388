package requirements

import (
	"bytes"
	"fmt"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"
)

// retiredFile is the list of rows that are gone. It is no section.
const retiredFile = "retired.yaml"

// gone is a row that was retired.
type gone struct {
	ID     string   `yaml:"id"`
	By     []string `yaml:"by"`     // the rows that took its place
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

// Retired names the rows that took the place of one that is gone; nil for an id that was never retired.
func Retired(id string) (replacedBy []string) {
	list, _ := retired() // a list that cannot be read is a defect of ours, which a test finds
	for _, g := range list {
		if g.ID == id {
			return g.By
		}
	}
	return nil
}

// Gone tells somebody who names a retired row what has become of it: "a.b was retired; use c.d instead". It is "" for any
// other id.
func Gone(id string) string {
	by := Retired(id)
	if by == nil {
		return ""
	}
	return fmt.Sprintf("%s was retired; use %s instead", id, strings.Join(by, " and "))
}
