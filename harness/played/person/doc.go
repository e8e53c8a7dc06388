// Package person plays the person in front of a server's pages, who logs in and says yes or no. Pages are driven as plain
// HTML forms, by a small visitor of its own that keeps cookies, or in a real browser by Steps.
package person
