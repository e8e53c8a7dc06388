package proof

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// Effect is what a defect does.
type Effect string

// The effects.
const (
	Breaks  Effect = "breaks" // a requirement is not met
	Blocks  Effect = "blocks" // a requirement cannot be judged: its positive control is gone
	AtDoor  Effect = "door"   // a run ends where it looks at its target, and judges nothing
	Nothing Effect = ""
)

// Golden is what the defects of a kind are known to do, beside what they aim at. It is made by `prove --update` and read in
// review: a line is a defect, a requirement and an effect, or a defect and "door".
type Golden struct {
	effects map[string]map[string]Effect // by defect and requirement; "" for the door
}

//go:embed testdata/*.golden
var files embed.FS

// GoldenDir is where the golden files of this program are, in its source tree.
const GoldenDir = "proof/testdata"

// GoldenFile is the name of a kind's.
func GoldenFile(kind string) string { return kind + ".golden" }

// GoldenOf is what is known of the defects of a kind; of an unknown kind nothing.
func GoldenOf(kind string) (*Golden, error) {
	raw, err := files.ReadFile(path.Join("testdata", GoldenFile(kind)))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return ParseGolden(string(raw))
}

// ParseGolden reads a golden file. Empty lines and those that begin with # say nothing.
func ParseGolden(text string) (*Golden, error) {
	g := &Golden{map[string]map[string]Effect{}}
	n := 0
	for line := range strings.Lines(text) {
		n++
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || strings.HasPrefix(words[0], "#"):
		case len(words) == 2 && Effect(words[1]) == AtDoor:
			g.Set(words[0], "", AtDoor)
		case len(words) == 3 && (Effect(words[2]) == Breaks || Effect(words[2]) == Blocks):
			g.Set(words[0], words[1], Effect(words[2]))
		default:
			return nil, fmt.Errorf("golden file, line %d: %q is neither DEFECT REQUIREMENT breaks, DEFECT REQUIREMENT blocks nor DEFECT door",
				n, strings.TrimSpace(line))
		}
	}
	return g, nil
}

// Effect is what a defect is known to do to a requirement; to "" for the door.
func (g *Golden) Effect(defect, requirement string) Effect { return g.effects[defect][requirement] }

// Set notes an effect; Nothing takes a line away.
func (g *Golden) Set(defect, requirement string, e Effect) {
	switch {
	case e == Nothing:
		delete(g.effects[defect], requirement)
	case g.effects[defect] == nil:
		g.effects[defect] = map[string]Effect{requirement: e}
	default:
		g.effects[defect][requirement] = e
	}
}

// Of lists the requirements to which a defect does this.
func (g *Golden) Of(defect string, e Effect) []string {
	var out []string
	for _, requirement := range slices.Sorted(maps.Keys(g.effects[defect])) {
		if g.effects[defect][requirement] == e {
			out = append(out, requirement)
		}
	}
	return out
}

// Prune drops the lines of defects and requirements that there are no longer.
func (g *Golden) Prune(defect, requirement func(id string) bool) {
	for d, effects := range g.effects {
		maps.DeleteFunc(effects, func(r string, _ Effect) bool { return !defect(d) || r != "" && !requirement(r) })
	}
}

const goldenHead = `# What each defect does beside what it aims at (Aims in proof/defects). prove --update writes this file; read its diff.
# breaks: the requirement is not met. blocks: it cannot be judged. door: a run ends before it judges anything.
`

// String is the golden file, sorted.
func (g *Golden) String() string {
	var b strings.Builder
	b.WriteString(goldenHead)
	for _, d := range slices.Sorted(maps.Keys(g.effects)) {
		for _, r := range slices.Sorted(maps.Keys(g.effects[d])) {
			if r == "" {
				fmt.Fprintf(&b, "%s  %s\n", d, AtDoor)
			} else {
				fmt.Fprintf(&b, "%s  %s  %s\n", d, r, g.effects[d][r])
			}
		}
	}
	return b.String()
}
