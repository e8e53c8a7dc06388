// Package flags makes one declaration serve the command line, the environment, the configuration file and the help. A
// command's options are a struct; its tags say all of it:
//
//	Target string `flag:"target" value:"URL" group:"Target" help:"server to judge"`
//	Procs  int    `flag:"procs" value:"N" help:"workers"`     // of the same group
//	Secret string `env:"CLIENT_SECRET"`                       // AUTHCONFORM_CLIENT_SECRET alone: never on a command line
//
// --report-dir is also AUTHCONFORM_REPORT_DIR, and report-dir or report_dir in a file. A flag wins over its variable, and
// that over the file.
package flags

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/authconform/authconform/internal/exit"
)

// Prefix begins the names of the environment variables.
const Prefix = "AUTHCONFORM_"

// Set holds the flags of one command. A flag of several owners (kinds of targets) is registered once: the same name means the
// same everywhere.
type Set struct {
	flags   *pflag.FlagSet
	options map[string]*option
	groups  []string
	secrets []secret
}

// option is a flag, with every field that takes its value.
type option struct {
	name, group, value string
	owners             []string // "": the command itself
	into               []pflag.Value
}

// secret is a field that only the environment sets.
type secret struct {
	name string
	into reflect.Value
}

// New returns a Set for a command's flags.
func New(f *pflag.FlagSet) *Set {
	f.SortFlags = false
	return &Set{flags: f, options: map[string]*option{}}
}

// Bind registers the fields of a struct and of the structs embedded in it. Their values are the defaults. owner names their
// owner, "" for the command itself. A declaration that cannot be registered is a bug in authconform.
func (s *Set) Bind(options any, owner string) {
	s.bind(reflect.ValueOf(options).Elem(), owner)
}

func (s *Set) bind(v reflect.Value, owner string) {
	group := ""
	for i := range v.NumField() {
		field, into := v.Type().Field(i), v.Field(i)
		name, isFlag := field.Tag.Lookup("flag")
		switch env, isSecret := field.Tag.Lookup("env"); {
		case isFlag:
			if own := field.Tag.Get("group"); own != "" {
				group = own
			}
			s.add(name, group, field, into, owner)
		case isSecret:
			s.secrets = append(s.secrets, secret{Prefix + env, into})
		case field.Anonymous && into.Kind() == reflect.Struct:
			s.bind(into, owner)
		}
	}
}

func (s *Set) add(name, group string, field reflect.StructField, into reflect.Value, owner string) {
	name, short, _ := strings.Cut(name, ",")
	o, known := s.options[name]
	if !known {
		o = &option{name: name, group: group, value: field.Tag.Get("value")}
		s.options[name] = o
		if !slices.Contains(s.groups, o.group) {
			s.groups = append(s.groups, o.group)
		}
		f := s.flags.VarPF(o, name, short, field.Tag.Get("help"))
		if into.Kind() == reflect.Bool {
			f.NoOptDefVal = "true"
		}
		defer func() { f.DefValue = o.String() }()
	} else if help := s.flags.Lookup(name).Usage; help != field.Tag.Get("help") {
		panic(fmt.Sprintf("flags: --%s means two things: %q and %q", name, help, field.Tag.Get("help")))
	}
	o.owners = append(o.owners, owner)
	o.into = append(o.into, valueOf(into))
}

// valueOf wraps a field as a flag's value.
func valueOf(into reflect.Value) pflag.Value {
	f := pflag.NewFlagSet("", pflag.ContinueOnError)
	switch p := into.Addr().Interface().(type) {
	case *string:
		f.StringVar(p, "x", *p, "")
	case *bool:
		f.BoolVar(p, "x", *p, "")
	case *int:
		f.IntVar(p, "x", *p, "")
	case *int64:
		f.Int64Var(p, "x", *p, "")
	case *uint64:
		f.Uint64Var(p, "x", *p, "")
	case *time.Duration:
		f.DurationVar(p, "x", *p, "")
	case *[]string:
		f.StringSliceVar(p, "x", *p, "")
	default:
		panic(fmt.Sprintf("flags: nothing reads a %s", into.Type()))
	}
	return f.Lookup("x").Value
}

// Set implements pflag.Value and sets every field. An empty value is an error, never a default. So is a URL with a password in
// it, which would be shown.
func (o *option) Set(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return errEmpty
	case o.value == "URL" && holdsUser(text):
		return errUser
	}
	for _, v := range o.into {
		if err := v.Set(text); err != nil {
			return fmt.Errorf("%q is not %s", text, words[v.Type()])
		}
	}
	return nil
}

var (
	errEmpty = errors.New("the value is empty")
	errUser  = errors.New("the URL contains a user name or password; use --user NAME and AUTHCONFORM_PASSWORD")
)

// holdsUser reports whether a URL, even an invalid one, has a user name or password before its host.
func holdsUser(text string) bool {
	if _, rest, ok := strings.Cut(text, "://"); ok {
		text = rest
	}
	if end := strings.IndexAny(text, "/?#"); end >= 0 {
		text = text[:end]
	}
	return strings.Contains(text, "@")
}

// words name the types of values.
var words = map[string]string{
	"int": "a whole number", "int64": "a whole number", "uint64": "a whole number from 0", "bool": "true or false",
	"duration": "a duration like 90s or 5m", "stringSlice": "a comma-separated list",
}

func (o *option) String() string {
	if len(o.into) == 0 {
		return ""
	}
	return o.into[0].String()
}

// Type implements pflag.Value: it returns the name of the value in help.
func (o *option) Type() string {
	if o.value != "" {
		return o.value
	}
	if len(o.into) > 0 {
		return o.into[0].Type()
	}
	return "string"
}

// Settle sets the flags that the command line left open from the environment, then from the file (see File), and the secrets from
// the environment. An empty variable is an error, like an empty flag; an empty secret is left to its user. Unknown keys of the
// file are errors, except those in elsewhere, the flags of other commands.
func (s *Set) Settle(file string, elsewhere ...string) error {
	values, err := s.read(file, elsewhere)
	if err != nil {
		return err
	}
	s.flags.VisitAll(func(f *pflag.Flag) {
		if err != nil || f.Changed || s.options[f.Name] == nil {
			return
		}
		env := Variable(f.Name)
		if v, set := os.LookupEnv(env); set {
			if e := f.Value.Set(v); e != nil {
				err = exit.Usagef("%s: %v", env, e)
			}
		} else if v, ok := values[f.Name]; ok {
			if e := s.flags.Set(f.Name, v.text); e != nil {
				err = exit.Usagef("%s:%d: %s: %v", file, v.line, f.Name, reason(e))
			}
		}
	})
	for _, sec := range s.secrets {
		if v := os.Getenv(sec.name); v != "" {
			sec.into.SetString(v)
		}
	}
	return err
}

// reason returns the value's own error, without pflag's words around it.
func reason(err error) error {
	var wrong *pflag.InvalidValueError
	if errors.As(err, &wrong) {
		return wrong.Unwrap()
	}
	return err
}

// Variable returns the environment variable of a flag.
func Variable(flag string) string {
	return Prefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// of reports whether the option belongs to an owner or to the command itself.
func (o *option) of(owner string) bool {
	return slices.Contains(o.owners, "") || slices.Contains(o.owners, owner)
}

// Secrets lists the environment variables of a struct's fields that only the environment sets.
func Secrets(options any) []string {
	s := New(pflag.NewFlagSet("", pflag.ContinueOnError))
	s.Bind(options, "")
	var names []string
	for _, sec := range s.secrets {
		names = append(names, sec.name)
	}
	return names
}

// Foreign returns a flag that was given but belongs only to other owners; "" if there is none.
func (s *Set) Foreign(owner string) (flag string, owners []string) {
	s.flags.Visit(func(f *pflag.Flag) {
		if o := s.options[f.Name]; o != nil && flag == "" && !o.of(owner) {
			flag, owners = f.Name, o.owners
		}
	})
	return flag, owners
}
