// Package linking drives a home in its role as an OAuth client: it gives it credentials, starts config flows, plays the
// browser that comes back, polls, and looks at the entries. What the core does not show it asks of the demo thermostat,
// our integration in the home. Everything it makes is taken away when the spec ends.
package linking
