package mock

import (
	"encoding/json"
	"maps"
	"net/http"
)

// afflict applies the fault to an answer; nil means that the request was not processed.
func (f Fault) afflict(a *Answer) *Answer {
	if a == nil {
		a = Text(http.StatusServiceUnavailable, "")
	}
	if f.Status != 0 {
		a = Text(f.Status, "")
	}
	if f.Body != nil {
		a.Body = []byte(*f.Body)
	}
	if members := object(a); f.changes() && members != nil {
		maps.Copy(members, f.Set)
		for _, name := range f.Remove {
			delete(members, name)
		}
		a.Body, _ = json.Marshal(members) // it was JSON
	}
	if a.Header == nil {
		a.Header = http.Header{}
	}
	for name, value := range f.Header {
		a.Header.Set(name, value)
	}
	a.Delay, _ = f.Wait() // its form was checked when the fault was added
	a.Drop, a.Truncate = f.Drop, f.Truncate
	return a
}

// object holds the members of a successful answer; nil if it is an error or not a JSON object.
func object(a *Answer) map[string]json.RawMessage {
	var members map[string]json.RawMessage
	if a.Status >= http.StatusMultipleChoices || json.Unmarshal(a.Body, &members) != nil {
		return nil
	}
	return members
}
