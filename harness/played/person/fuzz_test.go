package person

import (
	"net/http"
	"testing"

	"github.com/authconform/authconform/harness/wire"
)

// FuzzPage reads any page that a target may send, and fills in its forms.
func FuzzPage(f *testing.F) {
	for _, seed := range []string{
		`<form method=post action="//x"><input name=user><input type=password name=p><button formaction=y>Allow</button></form>`,
		`<base href="http://[::1%25/"><form id=f></form><button form=f name=a>No</button><a href="javascript:x">Cancel</a>`,
		`<form><select name=a><option selected><option></select><textarea name=b>x<label for=a>Yes<input type=radio id=a name=c>`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(_ *testing.T, page string) {
		e := &wire.Exchange{
			Request: wire.Request{Method: http.MethodGet, URL: "http://h/authorize"},
			Status:  http.StatusOK, Header: http.Header{"Content-Type": {"text/html"}}, Body: page,
		}
		for _, refuse := range []bool{false, true} {
			if form, _ := readPage(e).next(refuse); form != nil {
				_ = form.filled("ben", "secret", refuse)
			}
		}
		_ = FormOf(e)
	})
}
