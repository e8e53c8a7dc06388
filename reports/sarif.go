package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"
	"time"

	"github.com/authconform/authconform/evidence"
)

// The part of SARIF 2.1.0 that we write (docs.oasis-open.org/sarif/sarif/v2.1.0).
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Automation  sarifID           `json:"automationDetails"`
		Invocations []sarifInvocation `json:"invocations"`
		Results     []sarifResult     `json:"results"`
		ColumnKind  string            `json:"columnKind"`
	}
	sarifID struct {
		ID string `json:"id"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID         string        `json:"id"`
		Short      sarifText     `json:"shortDescription"`
		Help       sarifText     `json:"help"`
		HelpURI    string        `json:"helpUri,omitempty"`
		Config     sarifLevel    `json:"defaultConfiguration"`
		Properties sarifProperty `json:"properties"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifLevel struct {
		Level string `json:"level"`
	}
	sarifProperty struct {
		Tags []string `json:"tags"`
	}
	sarifInvocation struct {
		Successful bool          `json:"executionSuccessful"`
		Start      string        `json:"startTimeUtc,omitempty"`
		End        string        `json:"endTimeUtc,omitempty"`
		Notices    []sarifNotice `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotice struct {
		Level   string    `json:"level"`
		Message sarifText `json:"message"`
	}
	sarifResult struct {
		Rule         string             `json:"ruleId"`
		Index        int                `json:"ruleIndex"`
		Kind         string             `json:"kind"`
		Level        string             `json:"level"`
		Message      sarifText          `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Fingerprints map[string]string  `json:"partialFingerprints"`
		Suppressions []sarifSuppression `json:"suppressions,omitempty"`
	}
	sarifLocation struct {
		Physical *sarifPhysical `json:"physicalLocation,omitempty"`
		Logical  []sarifLogical `json:"logicalLocations"`
	}
	sarifPhysical struct {
		Artifact struct {
			URI string `json:"uri"`
		} `json:"artifactLocation"`
		Region struct {
			Line int `json:"startLine"`
		} `json:"region"`
	}
	sarifLogical struct {
		Name string `json:"fullyQualifiedName"`
		Kind string `json:"kind"`
	}
	sarifSuppression struct {
		Kind   string `json:"kind"`
		Status string `json:"status"`
		Reason string `json:"justification"`
	}
)

// SARIF writes authconform.sarif, for upload: only failures that are not in the baseline.
func SARIF(w io.Writer, s *evidence.Set, o Options) error {
	return sarif(w, s, failing(s, o.Strict), o)
}

// FullSARIF writes authconform.full.sarif: every row, with known failures marked as suppressed.
func FullSARIF(w io.Writer, s *evidence.Set, o Options) error { return sarif(w, s, s.Results, o) }

func sarif(w io.Writer, s *evidence.Set, rows []evidence.Result, o Options) error {
	profile := s.Head.Target.Profile
	r := sarifRun{
		Tool:        sarifTool{sarifDriver{Name: "authconform", Version: s.Head.Tool.Version, Rules: []sarifRule{}}},
		Automation:  sarifID{"authconform/" + profile + "/"},
		Invocations: []sarifInvocation{invocation(s)}, Results: []sarifResult{}, ColumnKind: "utf16CodeUnits",
	}
	for i, row := range rows {
		r.Tool.Driver.Rules = append(r.Tool.Driver.Rules, rule(row))
		result := sarifResult{Rule: row.ID, Index: i, Message: sarifText{summary(row)}, Locations: o.Place.sarif(row, s.Head.Target.URL)}
		result.Kind, result.Level = kindOf(row.Verdict)
		sum := sha256.Sum256([]byte(profile + "\x00" + row.ID)) // independent of port, release and date
		result.Fingerprints = map[string]string{"primaryLocationLineHash": hex.EncodeToString(sum[:8]) + ":1"}
		if row.Verdict == evidence.KnownFail {
			result.Suppressions = []sarifSuppression{{"external", "accepted", line(row.Known)}}
		}
		r.Results = append(r.Results, result)
	}
	raw, err := json.MarshalIndent(sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{r}}, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, clean(string(raw))+"\n")
	return err
}

func rule(r evidence.Result) sarifRule {
	level := "warning"
	if r.Level == evidence.Must {
		level = "error"
	}
	return sarifRule{
		ID: r.ID, Short: sarifText{line(r.Title)}, Help: sarifText{line(r.Title + " (" + source(r.Spec) + ")")}, HelpURI: link(r.Spec.URL),
		Config: sarifLevel{level}, Properties: sarifProperty{[]string{"oauth", "security", r.Section}},
	}
}

// kindOf translates a verdict into SARIF's terms (§3.27.9, §3.27.10): only failures have a level.
func kindOf(v evidence.Verdict) (kind, level string) {
	switch v {
	case evidence.Pass:
		return "pass", "none"
	case evidence.Note:
		return "informational", "none"
	case evidence.NotApplicable:
		return "notApplicable", "none"
	case evidence.NotRun:
		return "open", "none"
	case evidence.Warn:
		return "fail", "warning"
	}
	return "fail", "error"
}

func (p Place) sarif(r evidence.Result, target string) []sarifLocation {
	at := sarifLocation{Logical: []sarifLogical{{line(target), "resource"}}}
	if p.File != "" {
		at.Physical = &sarifPhysical{}
		at.Physical.Artifact.URI, at.Physical.Region.Line = p.path(), p.line(r.ID)
	}
	return []sarifLocation{at}
}

// invocation is the run itself; it succeeded if it finished, whatever its verdicts.
func invocation(s *evidence.Set) sarifInvocation {
	i := sarifInvocation{Successful: s.End != nil && len(s.End.Broken) == 0 && s.End.Interrupt == ""}
	if started := s.Head.Started; !started.IsZero() {
		i.Start = started.UTC().Format(time.RFC3339)
		i.End = started.Add(time.Duration(end(s).DurationMS) * time.Millisecond).UTC().Format(time.RFC3339)
	}
	for _, n := range notices(s) {
		level := "note"
		if n.serious {
			level = "error"
		}
		i.Notices = append(i.Notices, sarifNotice{level, sarifText{line(n.text)}})
	}
	i.Notices = slices.Clip(i.Notices)
	return i
}
