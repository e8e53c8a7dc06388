package requirements

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"sort"
	"sync"

	"go.yaml.in/yaml/v4"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/harness/condition"
	"github.com/authconform/authconform/internal/suggest"
)

//go:embed *.yaml
var files embed.FS

// Requirement is one row: a sentence that a target keeps or breaks.
type Requirement struct {
	ID         string           `yaml:"id"`         // stable, dotted: "oauth2.code.single-use"
	Level      evidence.Level   `yaml:"level"`      // must, should, may, info
	Text       string           `yaml:"text"`       // the sentence, in our words
	Source     string           `yaml:"spec"`       // "RFC 6749 §4.1.2"; see source.go for the names
	Judged     string           `yaml:"judged"`     // how it is judged: what is sent, what must come back
	Failure    string           `yaml:"failure"`    // an example of a target that breaks it
	Fix        string           `yaml:"fix"`        // what to change in a target that breaks it; none if it cannot fail
	Since      string           `yaml:"since"`      // first release of the profile's product that promises it
	Until      string           `yaml:"until"`      // first release that no longer does
	Instead    string           `yaml:"instead"`    // of a row with until: the row that replaced it
	Asked      string           `yaml:"asked"`      // first revision of its specification (2025-11-25) that asks for it
	Dropped    string           `yaml:"dropped"`    // first revision that no longer does
	Needs      []condition.Name `yaml:"needs"`      // what it needs of the harness and of the target
	Alone      bool             `yaml:"alone"`      // runs last, by itself: moves time, provokes limits
	Waits      bool             `yaml:"waits"`      // waits for a time-out of the target, or moves its time past it
	Untestable string           `yaml:"untestable"` // why it cannot be judged from outside

	// LevelReason is why the profile's level differs from the catalogue's; "" if it does not.
	LevelReason string `yaml:"-"`

	Section string        `yaml:"-"` // the section of its file
	Spec    evidence.Spec `yaml:"-"` // Source, resolved
}

// CanFail reports whether the row can fail or warn: rows of the levels may and info only note observations.
func (r *Requirement) CanFail() bool {
	return r.Untestable == "" && (r.Level == evidence.Must || r.Level == evidence.Should)
}

// Section is one file of the catalogue.
type Section struct {
	Name  string        `yaml:"section"`
	Title string        `yaml:"title"`
	Order int           `yaml:"order"` // place in lists and reports
	Rows  []Requirement `yaml:"rows"`
}

var (
	levels = []evidence.Level{evidence.Must, evidence.Should, evidence.May, evidence.Info}
	idForm = regexp.MustCompile(`^[a-z0-9]+(\.[a-z0-9]+(-[a-z0-9]+)*)+$`)
)

// Levels lists the levels of rows.
func Levels() []evidence.Level { return slices.Clone(levels) }

// Catalogue is every section, in order.
type Catalogue struct {
	Sections []Section
	SHA256   string // of the files, for the report
	byID     map[string]*Requirement
}

// Load reads the embedded catalogue once. An error names the file and the row and is a bug in authconform.
var Load = sync.OnceValues(func() (*Catalogue, error) { return load(files) })

func load(fsys fs.FS) (*Catalogue, error) {
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, err
	}
	c := &Catalogue{byID: map[string]*Requirement{}}
	sum := sha256.New()
	for _, name := range slices.DeleteFunc(names, func(name string) bool { return name == retiredFile }) {
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(sum, "%s\n%s", name, raw)
		var s Section
		dec := yaml.NewDecoder(bytes.NewReader(raw))
		dec.KnownFields(true)
		if err := dec.Decode(&s); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if s.Name+".yaml" != name {
			return nil, fmt.Errorf("%s: section is %q; the file must bear its name", name, s.Name)
		}
		c.Sections = append(c.Sections, s)
	}
	sort.SliceStable(c.Sections, func(i, j int) bool { return c.Sections[i].Order < c.Sections[j].Order })
	for i := range c.Sections {
		s := &c.Sections[i]
		for j := range s.Rows {
			r := &s.Rows[j]
			r.Section = s.Name
			if err := c.admit(r); err != nil {
				return nil, fmt.Errorf("%s.yaml: %s: %w", s.Name, r.ID, err)
			}
		}
	}
	if err := c.replaced(); err != nil {
		return nil, err
	}
	c.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return c, nil
}

// replaced checks that a row begins where the row that it replaced ends: no release meets both.
func (c *Catalogue) replaced() error {
	for id, r := range c.byID {
		if next := c.byID[r.Instead]; r.Instead != "" && (next == nil || r.Until == "" || next.Since != r.Until) {
			return fmt.Errorf("%s: instead: %q is not a row since %q", id, r.Instead, r.Until)
		}
	}
	return nil
}

func (c *Catalogue) admit(r *Requirement) (err error) {
	switch {
	case !idForm.MatchString(r.ID):
		return fmt.Errorf("an id is dotted lower-case words, like oauth2.code.single-use")
	case c.byID[r.ID] != nil:
		return fmt.Errorf("the id is listed twice")
	case !slices.Contains(levels, r.Level):
		return fmt.Errorf("level %q; valid: must, should, may and info", r.Level)
	case r.Text == "":
		return fmt.Errorf("no text")
	case r.Untestable == "" && r.Judged == "":
		return fmt.Errorf("neither judged nor untestable")
	case r.CanFail() != (r.Fix != ""):
		return fmt.Errorf("fix: a must or should row that is testable has one, and no other row")
	}
	for _, n := range r.Needs {
		if !n.Known() {
			return fmt.Errorf("need %q%s", n, suggest.Hint(string(n), condition.Words()))
		}
	}
	for _, v := range []string{r.Since, r.Until} {
		if _, err := ParseVersion(v); v != "" && err != nil {
			return err
		}
	}
	for _, v := range []string{r.Asked, r.Dropped} {
		if v != "" && !slices.Contains(MCPRevisions(), v) {
			return fmt.Errorf("revision %q; valid: %v", v, MCPRevisions())
		}
	}
	if r.Spec, err = Resolve(r.Source); err != nil {
		return err
	}
	c.byID[r.ID] = r
	return nil
}

// Lookup finds a row by id.
func (c *Catalogue) Lookup(id string) (*Requirement, bool) {
	r, ok := c.byID[id]
	return r, ok
}

// IDs lists every id in catalogue order.
func (c *Catalogue) IDs() []string {
	var ids []string
	for _, s := range c.Sections {
		for _, r := range s.Rows {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// Revision names the edition of the catalogue. It changes when a row is added, removed or means something else.
const Revision = "2026-11"
