package accountlink

import (
	"net/http"
	"slices"

	"github.com/authconform/authconform/mock"
)

// list answers GET /services.
func (p *Proxy) list(*mock.Call) *mock.Answer {
	return mock.JSON(http.StatusOK, p.Policy().Listed(p.Services))
}

func listed(services []Service) any {
	list := []map[string]any{}
	for _, s := range services {
		v := map[string]any{"service": s.Domain, "min_version": s.MinVersion}
		if s.Accepts != nil {
			v["accepts_new_authorizations"] = *s.Accepts
		}
		list = append(list, v)
	}
	return list
}

func (p *Proxy) service(domain string) (Service, bool) {
	i := slices.IndexFunc(p.Services, func(s Service) bool { return s.Domain == domain })
	if i < 0 {
		return Service{}, false
	}
	return p.Services[i], true
}

func known(services []Service, domain string) bool {
	return slices.ContainsFunc(services, func(s Service) bool { return s.Domain == domain })
}
