// Package redact replaces secrets by typed, comparable names: ‹access_token 1› is the same secret wherever it stands within
// one row's evidence. A secret is learned from the member, parameter or header that carries it, then hidden in every
// spelling: as it is, escaped for JSON, HTML or URLs, in base64 or hexadecimal, in either letter case, and split over several
// messages. Hiding takes time linear in the text, however many secrets there are.
package redact
