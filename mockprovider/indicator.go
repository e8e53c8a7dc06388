package mockprovider

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/authconform/authconform/mock"
)

func invalidTarget(description, rule string) *mock.Refusal {
	return mock.Refuse(http.StatusBadRequest, "invalid_target", description, rule)
}

// knownResource takes absolute URIs without a fragment that the provider knows (RFC 8707 §2).
func knownResource(known, asked []string) *mock.Refusal {
	for _, resource := range asked {
		u, err := url.Parse(resource)
		switch {
		case err != nil || !u.IsAbs() || u.Fragment != "" || u.Host == "":
			return invalidTarget("resource must be an absolute URI without a fragment", "RFC 8707 §2")
		case !slices.Contains(known, resource):
			return invalidTarget("there is no such resource", "RFC 8707 §2.1")
		}
	}
	return nil
}

// restricted are the resources that are asked for, which must be among the granted ones, or all of those (RFC 8707 §2.2).
func restricted(granted, asked []string) ([]string, *mock.Refusal) {
	for _, resource := range asked {
		if !slices.Contains(granted, resource) {
			return nil, invalidTarget("the user did not grant access to this resource", "RFC 8707 §2.2")
		}
	}
	if len(asked) > 0 {
		return asked, nil
	}
	return granted, nil
}
