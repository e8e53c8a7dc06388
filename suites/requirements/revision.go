package requirements

import "fmt"

// MCPRevisions lists the revisions of the Model Context Protocol's authorization, the oldest first.
func MCPRevisions() []string { return []string{"2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"} }

// AppliesTo reports whether a revision of the row's specification, a date, requires the row, and the reason if not. "" is the
// newest revision.
func (r *Requirement) AppliesTo(revision string) (bool, string) {
	switch {
	case revision == "":
		return r.Dropped == "", "required until MCP " + r.Dropped
	case r.Asked != "" && revision < r.Asked:
		return false, fmt.Sprintf("required since MCP %s; this run judges by %s", r.Asked, revision)
	case r.Dropped != "" && revision >= r.Dropped:
		return false, fmt.Sprintf("required until MCP %s; this run judges by %s", r.Dropped, revision)
	}
	return true, ""
}
