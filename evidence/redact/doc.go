// Package redact replaces secrets by typed, comparable names: ‹access_token 1› is the same secret everywhere within
// one row's evidence. It learns a secret from the member, parameter or header that carries it, then hides it in every
// spelling: as it is, escaped for JSON, HTML or URLs, in base64 or hexadecimal, in either letter case, and split over several
// messages. Hiding takes time linear in the text, however many secrets there are.
package redact
