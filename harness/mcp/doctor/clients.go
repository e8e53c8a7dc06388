package doctor

import (
	"bytes"
	_ "embed" // of the table
	"fmt"
	"slices"
	"sync"

	"go.yaml.in/yaml/v4"
)

//go:embed clients.yaml
var table []byte

// known is a client of the table, which clients.yaml explains.
type known struct {
	Name     string   `yaml:"name"`
	Ways     []string `yaml:"ways"`
	Type     string   `yaml:"type"`
	Stops    []string `yaml:"stops"`
	Passes   []string `yaml:"passes"`
	Reported []string `yaml:"reported"`
	Source   string   `yaml:"source"`
	Date     string   `yaml:"date"`
}

var clients = sync.OnceValues(func() (list []known, err error) {
	d := yaml.NewDecoder(bytes.NewReader(table))
	d.KnownFields(true)
	if err := d.Decode(&list); err != nil {
		return nil, fmt.Errorf("the table of MCP clients: %w", err)
	}
	return list, nil
})

// Verdict says whether a client can log in.
type Verdict string

// The verdicts.
const (
	In       Verdict = "in"
	Stopped  Verdict = "stopped"
	Reported Verdict = "reported to stop"
	Unknown  Verdict = "not known"
)

// Client is the diagnosis for a known client.
type Client struct {
	Name    string   `json:"name"`
	Verdict Verdict  `json:"verdict"`
	By      []string `json:"by,omitempty"`  // the causes
	How     string   `json:"how,omitempty"` // how it gets its client id
	Source  string   `json:"source"`
	Date    string   `json:"date"`
}

// judge decides whether causes stop a client that can get a client id in some ways.
func (k known) judge(causes []Cause, offered map[string]bool, home bool) Client {
	c := Client{Name: k.Name, Verdict: In, Source: k.Source, Date: k.Date}
	by := map[Verdict][]string{}
	for _, cause := range causes {
		switch {
		case cause.asked:
		case cause.all || slices.Contains(k.Stops, cause.ID):
			by[Stopped] = append(by[Stopped], cause.ID)
		case slices.Contains(k.Reported, cause.ID):
			by[Reported] = append(by[Reported], cause.ID)
		case cause.Stops && !slices.Contains(k.Passes, cause.ID):
			by[Unknown] = append(by[Unknown], cause.ID)
		}
	}
	way := k.way(offered)
	if way == "" && offered != nil { // the client may know unlisted ways
		c.Verdict = Unknown
		if slices.ContainsFunc(causes, func(c Cause) bool { return c.ID == noRegistration }) {
			by[Unknown] = append(by[Unknown], noRegistration)
		}
	}
	for _, v := range []Verdict{Stopped, Reported, Unknown} {
		if by[v] != nil {
			c.Verdict, c.By = v, by[v]
			break
		}
	}
	if c.Verdict != Stopped {
		c.How = k.how(way, home)
	}
	return c
}

// way returns the first way that the client knows and the server offers.
func (k known) way(offered map[string]bool) string {
	for _, way := range k.Ways {
		if offered[way] {
			return way
		}
	}
	return ""
}

// The ways in which a client gets its id.
const (
	byDocument     = "document"
	byID           = "id"
	byRegistration = "registration"
)

func (k known) how(way string, home bool) string {
	switch {
	case way == byDocument:
		return "with its client document"
	case way == byRegistration:
		return "registers itself"
	case way == byID && home && k.Type != "":
		return "type " + k.Type
	case way == byID && home:
		return "with a client id of its redirect's origin"
	case way == byID:
		return "with a client id that is registered there"
	}
	return ""
}
