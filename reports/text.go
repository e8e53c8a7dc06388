package reports

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/internal/harmless"
)

// clean makes a text harmless to show.
func clean(s string) string { return harmless.Text(s) }

// line puts a text on one line.
func line(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

// link returns a URL if it is http or https, else "".
func link(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || clean(raw) != raw {
		return ""
	}
	return u.String()
}

// cut shortens a text to n bytes, at a character, and says how much is missing.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	kept := strings.ToValidUTF8(s[:n], "")
	return kept + "… " + gone(len(s)-len(kept))
}

// gone says how much of a text is missing.
func gone(bytes int) string {
	if bytes == 1 {
		return "(cut: 1 more byte)"
	}
	return fmt.Sprintf("(cut: %d more bytes)", bytes)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// mark formats a section of a specification for people.
func mark(section string) string {
	if section == "" || section[0] < '0' || section[0] > '9' {
		return section
	}
	return "§" + section
}

func source(s evidence.Spec) string { return strings.TrimSpace(s.Name + " " + mark(s.Section)) }

// took formats a duration for people: "0.4 s", "2 min 5 s".
func took(ms int64) string {
	d := time.Duration(ms) * time.Millisecond
	if d < time.Minute {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
}

// milliseconds formats an exchange's duration for people.
func milliseconds(ms float64) string {
	if ms < 10 {
		return fmt.Sprintf("%.1f ms", ms)
	}
	return fmt.Sprintf("%.0f ms", ms)
}

// word returns a verdict as people read it.
func word(v evidence.Verdict) string { return strings.ReplaceAll(string(v), "_", " ") }

// product describes the target's product.
func product(t evidence.Target) string { return strings.TrimSpace(t.Product + " " + t.Version) }

// input formats a failure's vector: its name, and the value if that says more.
func input(f evidence.Failure) string {
	switch {
	case f.Value == "" || f.Value == f.Vector:
		return f.Vector
	case f.Vector == "":
		return f.Value
	}
	return f.Vector + ": " + f.Value
}

// place names the vector and the step of an item.
func place(i evidence.Item) string {
	if i.Vector == "" || i.Step == "" {
		return i.Vector + i.Step
	}
	return i.Vector + ", " + i.Step
}

// answer describes the result of an exchange in a few words.
func answer(e *evidence.Exchange) string {
	if e.Status == 0 {
		return e.Error
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, e.Error))
}
