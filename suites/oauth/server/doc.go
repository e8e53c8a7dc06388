// Package server judges an authorization server by what OAuth 2 demands of every one: a home's login, and a third party.
// One file per section of the catalogue reads like that section's table of contents: one It per row, whose id leads to
// level, sentence, source and needs. A spec asks for the narrowest role of harness/oauth that its sentence needs; it is the
// happy path plus one named change, next to the control that shows the happy path. Where targets differ in what is right,
// their profiles say so.
package server

// requirement names the row that a spec judges. The runner finds level, needs and time limit by it.
func requirement(id string) string { return id }
