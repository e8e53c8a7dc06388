package linking

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2/dsl/core"

	"github.com/authconform/authconform/harness/home"
	"github.com/authconform/authconform/harness/home/linking"
	. "github.com/authconform/authconform/harness/judge"
	. "github.com/authconform/authconform/suites/expect"
)

var _ = Describe("Application credentials", func() {
	It(requirement("ha.credentials.created"), func(ctx SpecContext) {
		app := party(ctx)
		made, err := linking.Create(ctx, linking.Fields(app))
		Expect(ctx, err == nil && made.ID != "").To(Be("a record with an id", true))
		Expect(ctx, made.Domain).To(Be("domain", linking.Domain))
		Expect(ctx, made.ClientID).To(Be("client_id", app.ClientID))
		Expect(ctx, made.ClientSecret).To(Be("client_secret", app.Secret))
		stored := linking.Credential{}
		for _, c := range linking.Credentials(ctx) {
			if c.ID == made.ID {
				stored = c
			}
		}
		Expect(ctx, stored.ClientID).To(Be("client_id in the list", app.ClientID))
		Expect(ctx, stored.ClientSecret).To(Be("client_secret in the list", app.Secret))
	})

	It(requirement("ha.credentials.offered"), func(ctx SpecContext) {
		var offer struct{ Domains []string }
		err := home.From(ctx).Admin(ctx).Call(ctx, "application_credentials/config", nil, &offer)
		Expect(ctx, code(err)).To(Be("error", ""))
		named := false
		for _, d := range offer.Domains {
			named = named || d == linking.Domain
		}
		Expect(ctx, named).To(Be(linking.Domain+" among the domains", true))
		_, err = linking.Create(ctx, linking.Fields(party(ctx)))
		Control(ctx, code(err)).To(Be("error of create", ""))
	})

	It(requirement("ha.credentials.same-client"), func(ctx SpecContext) {
		app := party(ctx)
		one, err := linking.Create(ctx, linking.Fields(app))
		Control(ctx, code(err)).To(Be("error of the first", ""))
		two, err := linking.Create(ctx, linking.Fields(app))
		Expect(ctx, code(err)).To(Be("error of the second", ""))
		Expect(ctx, one.ID == two.ID).To(Be("one id for both", false))
		Expect(ctx, listed(ctx, one.ID) && listed(ctx, two.ID)).To(Be("both listed", true))
		Expect(ctx, code(linking.Delete(ctx, two.ID))).To(Be("error of delete", ""))
		Expect(ctx, listed(ctx, one.ID)).To(Be("the other is still there", true))
		Expect(ctx, listed(ctx, two.ID)).To(Be("the deleted one is still there", false))
	})

	It(requirement("ha.credentials.trimmed"), func(ctx SpecContext) {
		app := party(ctx)
		fields := linking.Fields(app)
		fields["client_id"], fields["client_secret"] = " "+app.ClientID+"\n", "\t"+app.Secret+" "
		made, err := linking.Create(ctx, fields)
		Control(ctx, code(err)).To(Be("error", ""))
		Expect(ctx, made.ClientID).To(Be("client_id", app.ClientID))
		Expect(ctx, made.ClientSecret).To(Be("client_secret", app.Secret))
	})

	It(requirement("ha.credentials.unknown-domain"), func(ctx SpecContext) {
		app := party(ctx)
		fields := linking.Fields(app)
		fields["domain"] = "authconform_nowhere"
		made, err := linking.Create(ctx, fields)
		Expect(ctx, code(err)).To(Be("error", "invalid_format"))
		Expect(ctx, made.ID != "" && listed(ctx, made.ID)).To(Be("stored", false))
		_, err = linking.Create(ctx, linking.Fields(app))
		Control(ctx, code(err)).To(Be("error of a known domain", ""))
	})

	It(requirement("ha.credentials.missing-field"), func(ctx SpecContext) {
		app := party(ctx)
		each(ctx, []string{"domain", "client_id", "client_secret"}, AsIs, func(ctx Ctx, name string) {
			fields := linking.Fields(app)
			delete(fields, name)
			_, err := linking.Create(ctx, fields)
			Expect(ctx, code(err)).To(Be("error", "invalid_format"))
		})
		_, err := linking.Create(ctx, linking.Fields(app))
		Control(ctx, code(err)).To(Be("error with all fields", ""))
	})

	It(requirement("ha.credentials.extra-field"), func(ctx SpecContext) {
		app := party(ctx)
		fields := linking.Fields(app)
		fields["client_sceret"] = "x"
		_, err := linking.Create(ctx, fields)
		Expect(ctx, code(err)).To(Be("error", "invalid_format"))
		_, err = linking.Create(ctx, linking.Fields(app))
		Control(ctx, code(err)).To(Be("error without it", ""))
	})

	It(requirement("ha.credentials.no-update"), func(ctx SpecContext) {
		app := party(ctx)
		made, err := linking.Create(ctx, linking.Fields(app))
		Control(ctx, code(err)).To(Be("error of create", ""))
		err = home.From(ctx).Admin(ctx).Call(ctx, "application_credentials/update",
			map[string]any{"application_credentials_id": made.ID, "client_secret": "another"}, nil)
		Expect(ctx, code(err)).To(Be("error", "invalid_format"))
		for _, c := range linking.Credentials(ctx) {
			if c.ID == made.ID {
				Expect(ctx, c.ClientSecret).To(Be("client_secret", app.Secret))
			}
		}
	})

	It(requirement("ha.credentials.deleted"), func(ctx SpecContext) {
		made, err := linking.Create(ctx, linking.Fields(party(ctx)))
		Control(ctx, code(err)).To(Be("error of create", ""))
		Control(ctx, listed(ctx, made.ID)).To(Be("listed", true))
		Expect(ctx, code(linking.Delete(ctx, made.ID))).To(Be("error", ""))
		Expect(ctx, listed(ctx, made.ID)).To(Be("still listed", false))
		Expect(ctx, code(linking.Delete(ctx, made.ID))).To(Be("error of the second delete", "not_found"))
		Expect(ctx, code(linking.Delete(ctx, "authconform_demo_never_was"))).To(Be("error for an invented id", "not_found"))
	})

	It(requirement("ha.credentials.in-use"), func(ctx SpecContext) {
		app := party(ctx)
		credential := linking.Enter(ctx, app, linking.Settings{})
		entry := linking.LinkWith(ctx, app, credential.ID)
		Expect(ctx, code(linking.Delete(ctx, credential.ID))).To(Be("error", "home_assistant_error"))
		Expect(ctx, listed(ctx, credential.ID)).To(Be("still listed", true))
		Control(ctx, linking.Remove(ctx, entry.ID)).To(HaveStatus(http.StatusOK))
		Expect(ctx, code(linking.Delete(ctx, credential.ID))).To(Be("error once the entry is gone", ""))
	})

	It(requirement("ha.credentials.of-entry"), func(ctx SpecContext) {
		app := party(ctx)
		other := linking.Enter(ctx, party(ctx), linking.Settings{})
		credential := linking.Enter(ctx, app, linking.Settings{})
		entry := linking.LinkWith(ctx, app, credential.ID)
		of := func(id string) (string, error) {
			var answer struct {
				ID string `json:"application_credentials_id"`
			}
			err := home.From(ctx).Admin(ctx).Call(ctx, "application_credentials/config_entry", map[string]any{"config_entry_id": id}, &answer)
			return answer.ID, err
		}
		id, err := of(entry.ID)
		Expect(ctx, code(err)).To(Be("error", ""))
		Expect(ctx, id).To(Be("application_credentials_id", credential.ID))
		Control(ctx, id == other.ID).To(Be("the other credential", false))
		_, err = of("0123456789abcdef0123456789abcdef")
		Expect(ctx, code(err)).To(Be("error for an invented entry", "invalid_config_entry_id"))
	})

	It(requirement("ha.credentials.admin-writes"), func(ctx SpecContext) {
		app := party(ctx)
		made, err := linking.Create(ctx, linking.Fields(app))
		Control(ctx, code(err)).To(Be("error for the administrator", ""))
		socket, _ := plainUser(ctx)
		Expect(ctx, code(socket.Call(ctx, "application_credentials/create", linking.Fields(app), nil))).To(Be("error of create", "unauthorized"))
		gone := socket.Call(ctx, "application_credentials/delete", map[string]any{"application_credentials_id": made.ID}, nil)
		Expect(ctx, code(gone)).To(Be("error of delete", "unauthorized"))
		Expect(ctx, listed(ctx, made.ID)).To(Be("still listed", true))
	})

	It(requirement("ha.credentials.admin-reads"), func(ctx SpecContext) {
		app := party(ctx)
		credential := linking.Enter(ctx, app, linking.Settings{})
		entry := linking.LinkWith(ctx, app, credential.ID)
		Control(ctx, listed(ctx, credential.ID)).To(Be("listed for the administrator", true))
		socket, _ := plainUser(ctx)
		Expect(ctx, code(socket.Call(ctx, "application_credentials/list", nil, nil))).To(Be("error of list", "unauthorized"))
		of := socket.Call(ctx, "application_credentials/config_entry", map[string]any{"config_entry_id": entry.ID}, nil)
		Expect(ctx, code(of)).To(Be("error of config_entry", "unauthorized"))
	})
})
