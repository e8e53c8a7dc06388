// Package person plays the user at a server's pages, who logs in and allows or denies access. Pages are driven as plain
// HTML forms, with a small visitor that keeps cookies, or in a real browser by Steps.
package person
