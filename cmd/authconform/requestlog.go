package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/authconform/authconform/internal/exit"
	"github.com/authconform/authconform/internal/harmless"
	"github.com/authconform/authconform/mock"
)

// formats are the formats of the request log.
var formats = []string{"text", "json"}

func (f *serveFlags) checkLog() error {
	switch f.Log {
	case "", "text", "json":
		return nil
	}
	return exit.Unknown("format of --log", f.Log, formats)
}

// requestLog writes the requests of a server to standard error, if asked for: names of parameters, without values.
func (f *serveFlags) requestLog() func(server string) func(mock.Entry) {
	if !f.Verbose && f.Log == "" {
		return func(string) func(mock.Entry) { return nil }
	}
	write := textLine
	if f.Log == "json" {
		write = jsonLine
	}
	var mu sync.Mutex
	return func(server string) func(mock.Entry) {
		return func(e mock.Entry) {
			mu.Lock()
			defer mu.Unlock()
			write(os.Stderr, server, e)
		}
	}
}

func textLine(w io.Writer, server string, e mock.Entry) {
	line := fmt.Sprintf("%s %-8s %d %s %s", e.At.UTC().Format(time.RFC3339), server, e.Status, e.Method, e.Path)
	for _, more := range [][2]string{
		{"grant", e.Grant}, {"client", e.Client}, {"user", e.User}, {"form", strings.Join(e.Form, ",")},
		{"query", strings.Join(e.Query, ",")}, {"fault", e.Fault}, {"why", e.Why},
	} {
		if more[1] != "" {
			line += fmt.Sprintf(" %s=%q", more[0], more[1])
		}
	}
	fmt.Fprintln(w, harmless.Text(line))
}

func jsonLine(w io.Writer, server string, e mock.Entry) {
	raw, _ := json.Marshal(struct { // all of it encodes
		Server string `json:"server"`
		mock.Entry
	}{server, e})
	fmt.Fprintf(w, "%s\n", raw)
}
