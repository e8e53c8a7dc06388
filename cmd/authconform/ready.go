package main

import (
	"encoding/json"
	"os"
)

// readyFile is the content of the file of --ready-file.
type readyFile struct {
	PID  int `json:"pid"` // of serve: without such a process, the file is a leftover
	Home struct {
		URL   string      `json:"url"`
		Users []readyUser `json:"users"`
	} `json:"home"`
	Provider    *readyProvider `json:"provider,omitempty"`
	AccountLink *readyProxy    `json:"account_link,omitempty"`
	My          *readyPage     `json:"my,omitempty"`
	IndieAuth   *readyPeople   `json:"indieauth,omitempty"`
	Control     struct {
		URL   string `json:"url"`
		Token string `json:"token"`
	} `json:"control"`
}

type readyProvider struct {
	URL     string      `json:"url"`
	Console string      `json:"console"`
	Users   []readyUser `json:"users"`
}

type readyProxy struct {
	URL string `json:"url"`
	CA  string `json:"ca"` // PEM
}

type readyPage struct {
	URL string `json:"url"`
}

type readyPeople struct {
	URL   string      `json:"url"`
	Users []readyUser `json:"users"`
}

type readyUser struct {
	Username string `json:"username"`
	Password string `json:"password"`
	TOTP     string `json:"totp_secret,omitempty"`
	Inactive bool   `json:"inactive,omitempty"`
	Me       string `json:"me,omitempty"`
}

// writeReady writes the file atomically, readable by its owner only.
func (s *ensemble) writeReady(path string) error {
	r := readyFile{PID: os.Getpid()}
	r.Home.URL = s.home.URL
	for _, u := range s.home.Users {
		r.Home.Users = append(r.Home.Users, readyUser{u.Username, u.Password, u.TOTP, u.Inactive, ""})
	}
	if s.provider != nil {
		r.Provider = &readyProvider{URL: s.provider.URL, Console: s.provider.URL + "/console"}
		for _, u := range s.provider.Users {
			r.Provider.Users = append(r.Provider.Users, readyUser{Username: u.Username, Password: u.Password})
		}
	}
	if s.proxy != nil {
		r.AccountLink = &readyProxy{s.proxy.URL, string(s.proxy.CA)}
	}
	if s.people != nil {
		r.IndieAuth = &readyPeople{URL: s.people.URL}
		for _, u := range s.people.Users {
			r.IndieAuth.Users = append(r.IndieAuth.Users, readyUser{Username: u.Username, Password: u.Password, Me: s.people.Me(u.Username)})
		}
	}
	if s.my != nil {
		r.My = &readyPage{s.home.My}
	}
	r.Control.URL, r.Control.Token = s.home.URL, s.home.ControlToken
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return writeWhole(path, raw)
}
