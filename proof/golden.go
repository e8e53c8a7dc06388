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

// Effect is the effect of a defect on a requirement.
type Effect string

// The effects.
const (
	Breaks  Effect = "breaks" // a requirement is not met
	Blocks  Effect = "blocks" // a requirement cannot be judged: its positive control is gone
	AtDoor  Effect = "door"   // a run rejects the target before its first row
	Nothing Effect = ""
)

// Golden is the known effects of a kind's defects, besides their aims. `prove --update` writes it and a reviewer reads it: each
// line is a defect, a requirement and an effect, or a defect and "door".
type Golden struct {
	effects map[string]map[string]Effect // by defect and requirement; "" stands for the look before the first row
}

//go:embed testdata/*.golden
var files embed.FS

// GoldenDir is the folder of the golden files in the source tree.
const GoldenDir = "proof/testdata"

// GoldenFile returns the name of a kind's golden file.
func GoldenFile(kind string) string { return kind + ".golden" }

// GoldenOf returns the known effects of a kind's defects; an unknown kind has none.
func GoldenOf(kind string) (*Golden, error) {
	raw, err := files.ReadFile(path.Join("testdata", GoldenFile(kind)))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return ParseGolden(string(raw))
}

// ParseGolden reads a golden file. It ignores empty lines and lines that begin with #.
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

// Effect returns the known effect of a defect on a requirement; "" as requirement stands for the look before the first row.
func (g *Golden) Effect(defect, requirement string) Effect { return g.effects[defect][requirement] }

// Set records an effect; Nothing removes the line.
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

// Of lists the requirements on which a defect has an effect.
func (g *Golden) Of(defect string, e Effect) []string {
	var out []string
	for _, requirement := range slices.Sorted(maps.Keys(g.effects[defect])) {
		if g.effects[defect][requirement] == e {
			out = append(out, requirement)
		}
	}
	return out
}

// Prune drops the lines whose defect or requirement no longer exists.
func (g *Golden) Prune(defect, requirement func(id string) bool) {
	for d, effects := range g.effects {
		maps.DeleteFunc(effects, func(r string, _ Effect) bool { return !defect(d) || r != "" && !requirement(r) })
	}
}

const goldenHead = `# What each defect does beside what it aims at (Aims in proof/defects). prove --update writes this file; read its diff.
# breaks: the requirement is not met. blocks: it cannot be judged. door: a run ends before it judges anything.
`

// String returns the golden file, sorted.
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
