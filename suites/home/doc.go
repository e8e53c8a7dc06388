// Package home judges a target in its role as authorization and resource server. One file per section of the
// protocol, named after it, reads like that section's table of contents: one It per row of the catalogue, whose id leads
// to level, sentence, source, version range and needs. Specs of what a home has in common with every authorization server
// ask target.ServerFrom, and judge third-party providers too. A spec is the happy path plus one named change, next to the
// control that shows the happy path.
package home
