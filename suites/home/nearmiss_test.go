package home

import "testing"

// TestNearMissesDifferFromTheSecretAndFromEachOther: a near miss equal to the secret would fail a right server.
func TestNearMissesDifferFromTheSecretAndFromEachOther(t *testing.T) {
	for _, secret := range []string{"s3cret-Password", "c0dec0dec0dec0dec0dec0dec0dec0de", longVerifier} {
		seen := map[string]string{}
		for _, m := range secretMisses(secret) {
			if m.value == secret {
				t.Errorf("%s of %q is %q", m.name, secret, m.value)
			}
			if m.name == "" || seen[m.name] != "" {
				t.Errorf("two are called %q", m.name)
			}
			seen[m.name] = m.value
		}
	}
}

// TestSpoiledMessagesAreNeverRight: each differs from the right message.
func TestSpoiledMessagesAreNeverRight(t *testing.T) {
	list := spoiled(map[string]any{"name": "x", "days": 1})
	if len(list) != 13 {
		t.Errorf("%d messages", len(list))
	}
	for name, fields := range list {
		if len(fields) == 2 && fields["name"] == "x" && fields["days"] == 1 {
			t.Errorf("%s is right", name)
		}
	}
}
