package mockserver

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"

	"go.yaml.in/yaml/v4"

	"github.com/authconform/authconform/internal/mapping"
)

var providerKeys = []string{"type", "id", "name", "trusted_networks", "trusted_users", "allow_bypass_login", "command", "args", "meta"}

// ReadProviders reads auth_providers as in a home's configuration.yaml: the list itself, or a mapping with it. Users in
// trusted_users may also be given by user name. An error names file and line.
func ReadProviders(file string, raw []byte) ([]Provider, error) {
	var doc yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(raw)).Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	entries := &doc
	if len(doc.Content) == 1 {
		entries = providerEntries(doc.Content[0])
	}
	if entries.Kind != yaml.SequenceNode || len(entries.Content) == 0 {
		return nil, fmt.Errorf("%s: must be a list of login providers like `- type: %s`", file, LocalUsers)
	}
	var list []Provider
	for _, n := range entries.Content {
		r := providerReader{file: file}
		err := mapping.Each(n, file, providerKeys, r.set)
		if err == nil {
			if err = r.check(); err != nil {
				err = r.wrong(n, "%w", err)
			}
		}
		if err != nil {
			return nil, err
		}
		list = append(list, r.Provider)
	}
	if err := checkProviders(list); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return list, nil
}

// providerEntries is the list of a document: auth_providers, of homeassistant or by itself, or the document.
func providerEntries(n *yaml.Node) *yaml.Node {
	for _, key := range []string{"homeassistant", "auth_providers"} {
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				n = n.Content[i+1]
				break
			}
		}
	}
	return n
}

// providerReader reads one entry.
type providerReader struct {
	Provider
	file string
}

func (r *providerReader) wrong(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %w", r.file, n.Line, fmt.Errorf(format, args...))
}

// set takes a key of an entry.
func (r *providerReader) set(key string, v *yaml.Node) error {
	switch key {
	case "trusted_networks":
		return each(v, func(n *yaml.Node) error { return r.network(n, key, &r.Networks) })
	case "trusted_users":
		return r.trustedUsers(v)
	case "allow_bypass_login":
		return r.flag(v, key, &r.AllowBypassLogin)
	case "meta":
		return r.flag(v, key, &r.Meta)
	case "args":
		return each(v, func(n *yaml.Node) error { r.Args = append(r.Args, n.Value); return r.scalar(n, key) })
	}
	*map[string]*string{"type": &r.Type, "id": &r.ID, "name": &r.Name, "command": &r.Command}[key] = v.Value
	return r.scalar(v, key)
}

func (r *providerReader) scalar(v *yaml.Node, key string) error {
	if v.Kind != yaml.ScalarNode || v.Tag == "!!null" {
		return r.wrong(v, "%s: must be a text", key)
	}
	return nil
}

func (r *providerReader) flag(v *yaml.Node, key string, into *bool) (err error) {
	if *into, err = strconv.ParseBool(v.Value); err != nil {
		return r.wrong(v, "%s: must be true or false", key)
	}
	return nil
}

// network reads an address, or a network in CIDR notation.
func (r *providerReader) network(v *yaml.Node, key string, into *[]netip.Prefix) error {
	if address, err := netip.ParseAddr(v.Value); err == nil {
		*into = append(*into, netip.PrefixFrom(address, address.BitLen()))
		return nil
	}
	p, err := netip.ParsePrefix(v.Value)
	if err != nil {
		return r.wrong(v, "%s: %q is neither an address nor a network like 192.168.0.0/24", key, v.Value)
	}
	if p != p.Masked() {
		return r.wrong(v, "%s: %s has host bits set; the network is %s", key, v.Value, p.Masked())
	}
	*into = append(*into, p)
	return nil
}

// trustedUsers reads who may be picked from which network.
func (r *providerReader) trustedUsers(v *yaml.Node) error {
	if v.Kind != yaml.MappingNode {
		return r.wrong(v, "trusted_users: must be networks with their users, like `192.168.0.0/24: ada`")
	}
	for pair := v.Content; len(pair) > 1; pair = pair[2:] {
		var of []netip.Prefix
		if err := r.network(pair[0], "trusted_users", &of); err != nil {
			return err
		}
		t := TrustedUsers{Network: of[0]}
		err := each(pair[1], func(n *yaml.Node) error {
			if n.Kind == yaml.MappingNode {
				return mapping.Each(n, r.file, []string{"group"}, func(_ string, group *yaml.Node) error {
					return each(group, func(g *yaml.Node) error { t.Groups = append(t.Groups, g.Value); return r.scalar(g, "group") })
				})
			}
			t.Users = append(t.Users, n.Value)
			return r.scalar(n, "trusted_users")
		})
		if err != nil {
			return err
		}
		r.TrustedUsers = append(r.TrustedUsers, t)
	}
	return nil
}

// each goes through a list, or takes what is none as a list of one.
func each(v *yaml.Node, do func(*yaml.Node) error) error {
	items := []*yaml.Node{v}
	if v.Kind == yaml.SequenceNode {
		items = v.Content
	}
	for _, n := range items {
		if err := do(n); err != nil {
			return err
		}
	}
	return nil
}
