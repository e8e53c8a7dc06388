// Package linking drives a home as an OAuth client: it stores credentials, starts config flows, plays the
// browser that returns, polls, and inspects the entries. What the core does not show, it asks the demo thermostat,
// our integration in the home. It removes everything that it created when the spec ends.
package linking
