package linking

import (
	"context"
	"slices"
	"sync"
)

// The states of an entry.
const (
	Loaded     = "loaded"
	SetupError = "setup_error"
	SetupRetry = "setup_retry"
)

// entry is a linked account. Its fields are guarded by Linker.mu; refresh serialises what may refresh its token.
type entry struct {
	id, domain, title, account, implementation string
	token                                      Token
	state, reason                              string
	device                                     *Device // nil: the third party has none

	agent      *connection // of an MCP server; nil: it is none
	registered *Credential // the client that it gave the home; nil: the home had one

	refresh sync.Mutex
}

// Entry is a linked account, without its secrets.
type Entry struct {
	ID, Domain, Title, Account, Implementation, State, Reason string
	Token                                                     Token
}

// Entries lists the linked accounts.
func (l *Linker) Entries() []Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := []Entry{}
	for _, e := range l.entries {
		list = append(list, Entry{e.id, e.domain, e.title, e.account, e.implementation, e.state, e.reason, e.token})
	}
	return list
}

func (l *Linker) entry(id string) *entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.entries {
		if e.id == id {
			return e
		}
	}
	return nil
}

func (l *Linker) tokenOf(e *entry) Token {
	l.mu.Lock()
	defer l.mu.Unlock()
	return e.token
}

func (l *Linker) implementationOf(e *entry) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return e.implementation
}

// keep stores an entry's token.
func (l *Linker) keep(e *entry, t Token) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.token = t
}

const maxEntries = 1000

// link makes a new entry one of the linked; false: its account is known already.
func (l *Linker) link(e *entry) bool {
	for {
		linked := l.accounts()
		if l.Policy().Known(linked, e.account) {
			return false
		}
		if l.addEntry(e, linked) {
			return true
		}
	}
}

func (l *Linker) accounts() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.accountsLocked()
}

func (l *Linker) accountsLocked() []string {
	var list []string
	for _, e := range l.entries {
		if e.agent == nil {
			list = append(list, e.account)
		}
	}
	return list
}

// addEntry adds an entry, if the linked accounts are still those that were asked about. What is beyond maxEntries is not
// kept.
func (l *Linker) addEntry(e *entry, linked []string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.Equal(l.accountsLocked(), linked) {
		return false
	}
	if len(l.entries) < maxEntries {
		l.entries = append(l.entries, e)
	}
	return true
}

// Remove deletes an entry and everything that belongs to it.
func (l *Linker) Remove(ctx context.Context, id string) bool {
	if e := l.entry(id); e != nil {
		if way := l.implementationOf(e); way != cloud {
			c, _ := l.credential(way)
			if e.agent == nil {
				l.tell(ctx, l.Policy().Unlinked(l.provider(c.ClientID), c, l.tokenOf(e)))
			}
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.entries)
	l.entries = slices.DeleteFunc(l.entries, func(e *entry) bool { return e.id == id })
	for flowID, f := range l.flows {
		if f.entryID == id {
			delete(l.flows, flowID)
		}
	}
	return len(l.entries) < n
}

// Summary is an entry as the REST API shows it, without its token.
func (l *Linker) Summary(id string) map[string]any {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.entries {
		if e.id == id {
			var reason any
			if e.reason != "" {
				reason = e.reason
			}
			return map[string]any{
				"entry_id": e.id, "domain": e.domain, "title": e.title, "source": "user", "state": e.state, "reason": reason,
				"supports_options": false, "supports_remove_device": false, "supports_unload": true, "supports_reconfigure": false,
				"pref_disable_new_entities": false, "pref_disable_polling": false, "disabled_by": nil,
			}
		}
	}
	return nil
}
