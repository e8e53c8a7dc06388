package mock

import (
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/authconform/authconform/internal/suggest"
)

const longestDelay = time.Hour

// Check says what is wrong with a fault.
func (f Fault) Check() error {
	if err := checkGlob("path", f.Path); err != nil {
		return err
	}
	if wait, err := f.Wait(); err != nil {
		return err
	} else if wait < 0 || wait > longestDelay {
		return fmt.Errorf("delay: %q is not between 0s and %s", f.Delay, longestDelay)
	}
	switch {
	case f.Method != "" && f.Method != strings.ToUpper(f.Method):
		return fmt.Errorf("method: %q is not an HTTP method; did you mean %q?", f.Method, strings.ToUpper(f.Method))
	case f.Phase != "" && f.Phase != Before && f.Phase != After:
		return fmt.Errorf("phase: %q is not before or after%s", f.Phase, suggest.Hint(f.Phase, []string{Before, After}))
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("status: %d is not a response status, 200 to 599", f.Status)
	case f.After < 0 || f.Times < 0 || f.Truncate < 0:
		return errors.New("after, times and truncate must not be negative")
	case f.Chance < 0 || f.Chance > 1:
		return fmt.Errorf("chance: %v is not between 0 and 1", f.Chance)
	case f.Seed != 0 && f.Chance == 0:
		return errors.New("seed: has no effect without chance")
	}
	for name, value := range f.Header {
		if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
			return fmt.Errorf("header: %q is not a header that can be sent", name)
		}
	}
	return f.checkEffect()
}

// checkEffect checks that a fault has exactly one effect.
func (f Fault) checkEffect() error {
	replaces := f.Status != 0 || f.Body != nil
	switch {
	case f.changes() && (replaces || f.Phase == Before):
		return errors.New("set and remove edit the real response; leave out status, body and the phase before")
	case replaces || f.changes() || f.Delay != "" || f.Drop || f.Truncate != 0 || len(f.Header) > 0:
		return nil
	}
	return errors.New("the fault has no effect; give one of status, body, header, delay, drop, truncate, set, remove")
}

func checkGlob(name, glob string) error {
	if _, err := path.Match(glob, ""); err != nil {
		return fmt.Errorf("%s: %q is not a valid glob", name, glob)
	}
	return nil
}

// route is a path of a mock, as http.ServeMux writes it, and its methods.
type route struct {
	path    string
	methods []string
}

type routes []route

// reach says why a fault can hit no request; nil means that it can, or that no routes are known.
func (list routes) reach(f Fault, grants []string) error {
	if len(list) == 0 {
		return nil
	}
	if f.GrantType != "" && !slices.Contains(grants, f.GrantType) {
		return fmt.Errorf("grant_type: no route knows %q%s", f.GrantType, suggest.Hint(f.GrantType, grants))
	}
	var found []route
	for _, r := range list {
		if f.Path == "" || r.under(f.Path) {
			found = append(found, r)
		}
	}
	if len(found) == 0 {
		return fmt.Errorf("path: no route matches %q%s", f.Path, list.near(f.Path))
	}
	var methods []string
	for _, r := range found {
		methods = append(methods, r.methods...)
	}
	slices.Sort(methods)
	methods = slices.Compact(methods)
	if f.Method != "" && f.Method != http.MethodOptions && !slices.Contains(methods, f.Method) {
		return fmt.Errorf("method: no route answers %s %s; it takes %s", f.Method, f.Path, strings.Join(methods, ", "))
	}
	return nil
}

// under reports whether a glob matches some path of the route.
func (r route) under(glob string) bool {
	want, have := strings.Split(glob, "/"), strings.Split(strings.TrimSuffix(r.path, "{$}"), "/")
	for i, segment := range have {
		switch {
		case strings.HasSuffix(segment, "...}"), i == len(have)-1 && segment == "" && !strings.HasSuffix(r.path, "{$}"):
			return len(want) > i
		case i >= len(want):
			return false
		case strings.HasPrefix(segment, "{"):
			if want[i] == "" {
				return false
			}
		default:
			if ok, err := path.Match(want[i], segment); err != nil || !ok {
				return false
			}
		}
	}
	return len(want) == len(have)
}

// near names the route most similar to a path.
func (list routes) near(glob string) string {
	var paths []string
	for _, r := range list {
		paths = append(paths, strings.TrimSuffix(r.path, "{$}"))
	}
	if best := suggest.Nearest(glob, paths); best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	alike := func(p string) (n int) {
		for n < min(len(p), len(glob)) && p[n] == glob[n] {
			n++
		}
		return n
	}
	return fmt.Sprintf("; the nearest is %q", slices.MaxFunc(paths, func(a, b string) int { return alike(a) - alike(b) }))
}
