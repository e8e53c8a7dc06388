// Package requirements is the catalogue: one YAML file per section of the protocol, one row per sentence. It owns ids, levels,
// sentences, sources, version ranges and needs. The spec with the same id judges the row (package suites/oauth/server and its
// siblings); suites/profiles says which rows a target must meet.
package requirements
