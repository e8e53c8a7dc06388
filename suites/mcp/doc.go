// Package mcp judges what the Model Context Protocol asks of an endpoint and of its authorization server beyond what OAuth 2
// demands of every one; that is judged by the packages below suites/oauth. The specs send raw messages.
package mcp

// requirement names the row that a spec judges. The runner finds level, needs and time limit by it.
func requirement(id string) string { return id }
