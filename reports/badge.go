package reports

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/authconform/authconform/evidence"
	"github.com/authconform/authconform/internal/exit"
)

const badgeLabel = "authconform"

// badge is the content of a badge, in the words and colours of shields.io.
func badge(s *evidence.Set, strict bool) (text, colour string) {
	n := evidence.Count(s.Results)
	switch code := exit.Code(s.Outcome(strict)); {
	case code == exit.Failed && n.Fail > 0:
		return fmt.Sprintf("%d failing", n.Fail), "red"
	case code == exit.Failed && n.Blocked > 0:
		return fmt.Sprintf("%d blocked", n.Blocked), "red"
	case code == exit.Failed:
		return "failing", "red"
	case code != exit.OK:
		return "not judged", "lightgrey"
	case n.KnownFail > 0:
		return fmt.Sprintf("%d passing, %d known", n.Pass, n.KnownFail), "yellow"
	}
	return fmt.Sprintf("%d passing", n.Pass), "brightgreen"
}

// BadgeJSON writes badge.json, which shields.io shows (shields.io/badges/endpoint-badge).
func BadgeJSON(w io.Writer, s *evidence.Set, o Options) error {
	text, colour := badge(s, o.Strict)
	return json.NewEncoder(w).Encode(struct {
		Version int    `json:"schemaVersion"`
		Label   string `json:"label"`
		Message string `json:"message"`
		Color   string `json:"color"`
	}{1, badgeLabel, text, colour})
}

var badgeColours = map[string]string{"red": "#c0392b", "lightgrey": "#6b7280", "yellow": "#8a6100", "brightgreen": "#2e7d32"}

// The widths of a badge, in pixels.
const (
	badgeChar = 7 // of a character of 11 pixels, generously
	badgePad  = 10
)

// BadgeSVG writes badge.svg, for pages that must not ask another server.
func BadgeSVG(w io.Writer, s *evidence.Set, o Options) error {
	text, colour := badge(s, o.Strict)
	wide := func(text string) int { return utf8.RuneCountInString(text)*badgeChar + badgePad }
	left, right := wide(badgeLabel), wide(text)
	var said strings.Builder
	if err := xml.EscapeText(&said, []byte(text)); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="20" role="img" aria-label="%[4]s: %[5]s">
<title>%[4]s: %[5]s</title>
<clipPath id="round"><rect width="%[1]d" height="20" rx="3"/></clipPath>
<g clip-path="url(#round)"><rect width="%[2]d" height="20" fill="#374151"/><rect x="%[2]d" width="%[3]d" height="20" fill="%[6]s"/></g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="%[7]d" y="14">%[4]s</text><text x="%[8]d" y="14">%[5]s</text></g>
</svg>
`, left+right, left, right, badgeLabel, said.String(), badgeColours[colour], left/2, left+right/2)
	return err
}
