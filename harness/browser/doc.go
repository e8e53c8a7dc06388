// Package browser drives a Chromium for the harness: it opens a page, types, presses, sees where the page navigates,
// and takes evidence. It is the only importer of chromedp, whose interface still changes between minor versions.
//
// It owns the browser process, its flags (a browser that connects only to the target), its tabs and their records.
// It knows nothing of Home Assistant, of OAuth or of any requirement: what a page means is decided by its callers.
//
// Every call takes a context, and is in addition bounded by its own limit (limits.go): a page that never answers
// costs a spec an error, never its run. URLs, console texts and HTML are returned as they are; the caller redacts.
package browser
