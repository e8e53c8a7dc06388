// Package mockserver is the mock home: a server that speaks Home Assistant's login as release 2026.11.0 does, without
// its bugs, and breaks only on purpose. Every protocol decision is a field of Policy; one adapter (serve.go) parses
// once and writes once; one file holds each group of endpoints.
package mockserver
