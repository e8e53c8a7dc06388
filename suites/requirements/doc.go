// Package requirements is the catalogue: one YAML file per section of the protocol, one row per sentence. It owns ids,
// levels, sentences, sources, version ranges and needs. How a row is judged stands in the spec of the same id (package
// suites/oauth/server and its siblings); which rows a target must meet stands in suites/profiles.
package requirements
