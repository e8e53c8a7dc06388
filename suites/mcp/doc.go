// Package mcp judges what the Model Context Protocol demands of an endpoint and its authorization server beyond OAuth 2; the
// packages below suites/oauth judge the rest. The specs send raw messages.
package mcp

// requirement names the row that a spec judges. The runner finds level, needs and time limit by it.
func requirement(id string) string { return id }
