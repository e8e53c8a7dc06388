package assist

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/authconform/authconform/mockserver/core"
)

func TestToolsActOnWhatTheyName(t *testing.T) {
	t.Parallel()
	home := core.New(time.Now)
	var by core.Call
	s := New(Home{Version: "1", States: home.List, Act: func(_ context.Context, c core.Call) ([]core.Entity, error) {
		by = c
		return home.Do(c)
	}})
	for _, c := range []struct{ tool, arguments, entity, state, says string }{
		{"intent__HassTurnOn", `{"name":"Kitchen"}`, "light.kitchen", "on", `light.kitchen`},
		{"intent__HassTurnOff", `{"name":"light.kitchen"}`, "light.kitchen", "off", `light.kitchen`},
		{"intent__HassLightSet", `{"area":"kitchen","brightness":50}`, "light.kitchen", "on", `light.kitchen`},
		{"intent__HassTurnOn", `{"area":"Garden"}`, "switch.fountain", "on", `switch.fountain`},
		{"intent__HassTurnOn", `{"name":"fountain","area":"hall"}`, "light.kitchen", "on", `"isError":true`},
		{"intent__HassTurnOff", `{}`, "light.kitchen", "on", `"isError":true`},
		{"intent__HassClimateSetTemperature", `{"name":"hall","temperature":23}`, "climate.hall", "heat", `climate.hall`},
		{"homeassistant__GetLiveContext", `{}`, "light.kitchen", "on", `Fountain`},
		{"intent__HassTurnOn", `{"name":7}`, "light.kitchen", "on", `"isError":true`},
		{"no_such_tool", `{}`, "light.kitchen", "on", `"error"`},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(fmt.Sprintf(
			`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":%q,"arguments":%s}}`, c.tool, c.arguments)))
		r.Header.Set("Content-Type", "application/json")
		s.Serve(w, r, "ada")
		if e, _ := home.Get(c.entity); e.State != c.state || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s %s: %s is %s, and %s", c.tool, c.arguments, c.entity, e.State, w.Body)
		}
	}
	if by.By.UserID == nil || *by.By.UserID != "ada" {
		t.Errorf("it was called by %v", by.By.UserID)
	}
}
