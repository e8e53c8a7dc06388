package flags

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// Help describes the flags by purpose, in the order of their declaration: those of an owner and those of the command.
func (s *Set) Help(owner string, width int) string {
	var b strings.Builder
	for _, group := range s.groups {
		list := pflag.NewFlagSet("", pflag.ContinueOnError)
		list.SortFlags = false
		s.flags.VisitAll(func(f *pflag.Flag) {
			o := s.options[f.Name]
			if o == nil || o.group != group || f.Hidden || !o.of(owner) {
				return
			}
			shown := *f
			shown.Value = shape{f.Value, o.kind()}
			if slices.Contains([]string{"[]", "0s", "0", "false"}, f.DefValue) {
				shown.DefValue = "" // nothing to tell
			}
			list.AddFlag(&shown)
		})
		if list.HasFlags() {
			fmt.Fprintf(&b, "\n%s:\n%s", group, list.FlagUsagesWrapped(width))
		}
	}
	return strings.TrimPrefix(b.String(), "\n")
}

// ShowValues makes a manual page show a flag's value (--procs=N), and its default after its help.
func ShowValues(f *pflag.FlagSet) {
	f.VisitAll(func(f *pflag.Flag) {
		if f.NoOptDefVal != "" {
			return
		}
		if d := strings.Trim(f.DefValue, "[]"); !slices.Contains([]string{"", "0s", "0"}, d) && f.Name != "procs" { // procs: by machine
			f.Usage += " (default " + d + ")"
		}
		f.DefValue = f.Value.Type()
	})
}

// kind returns the type of a value in the terms of pflag's help.
func (o *option) kind() string {
	if o.value != "" || len(o.into) == 0 {
		return o.value
	}
	return o.into[0].Type()
}

// shape shows a value under another type.
type shape struct {
	pflag.Value
	kind string
}

// Type implements pflag.Value.
func (s shape) Type() string { return s.kind }
