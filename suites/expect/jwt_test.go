package expect

import "testing"

func TestATokenWithThreePartsIsAJWT(t *testing.T) {
	for token, want := range map[string]bool{
		"eyJhbGciOiJIUzI1NiJ9.eyJpYXQiOjF9.c2lnbmVk": true, "eyJhbGciOiJub25lIn0.e30.": true,
		"ory_at_Zb1hVt7b.Q9w0xK4c": false, "a.b.c": false, "": false,
	} {
		if got := IsJWT(token); got != want {
			t.Errorf("%q: %v", token, got)
		}
	}
}
