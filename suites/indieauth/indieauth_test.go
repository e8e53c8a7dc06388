package indieauth

import "testing"

func TestAProfileURLHasAPathAndNeitherFragmentNorUserNorDotSegments(t *testing.T) {
	for text, want := range map[string]bool{
		"https://ada.example/": true, "https://ada.example/people/ada": true, "http://127.0.0.1:8125/people/ben": true,
		"https://ada.example/?id=1": true, "https://ada.example/a.b/..c": true,
		"https://ada.example": false, "ada.example/": false, "ada": false, "": false, "mailto:ada@ada.example": false,
		"https://ada@ada.example/": false, "https://ada.example/#card": false, "https://ada.example/#": false,
		"https://ada.example/a/../b": false, "https://ada.example/.": false, "ftp://ada.example/": false,
	} {
		if got := isProfileURL(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
