package passkey_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/passkey"
	"kopilka/internal/platform/passkey/passkeytest"
)

const here = "https://loyalty.example.org"

func site(t *testing.T, address string) passkey.Site {
	t.Helper()
	s, err := passkey.At(address, address, "Kopilka")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func anna() *passkey.Holder {
	return &passkey.Holder{ID: []byte("12345678"), Name: "anna@example.org", Display: "Анна"}
}

// made is a holder with a key of hers.
func made(t *testing.T, s passkey.Site, k *passkeytest.Key) *passkey.Holder {
	t.Helper()
	h := anna()
	q, err := s.Create(h)
	if err != nil {
		t.Fatal(err)
	}
	key, err := s.Created(q.State, k.Create(q.Options), h)
	if err != nil {
		t.Fatal(err)
	}
	h.Keys = append(h.Keys, key)
	return h
}

func wants(t *testing.T, what string, err error, code string) {
	t.Helper()
	if code == "" && err != nil || code != "" && !fault.Is(err, code) {
		t.Errorf("%s: %v, want %q", what, err, code)
	}
}

// TestCeremony: a key that was made proves its holder, named or not.
func TestCeremony(t *testing.T) {
	t.Parallel()
	s, k := site(t, here), passkeytest.New(t, here)
	h := made(t, s, k)
	if got := strings.Join(h.Keys[0].Transports, " "); got != "usb" {
		t.Errorf("transports: %s", got)
	}
	for _, of := range []*passkey.Holder{h, nil} {
		q, err := s.Ask(of)
		wants(t, "ask", err, "")
		var asked struct {
			PublicKey struct {
				UserVerification string
				RPID             string `json:"rpId"`
				AllowCredentials []any
			}
		}
		if err := json.Unmarshal(q.Options, &asked); err != nil || asked.PublicKey.UserVerification != "required" || asked.PublicKey.RPID != "loyalty.example.org" || (len(asked.PublicKey.AllowCredentials) == 1) != (of != nil) {
			t.Errorf("it asks for %s, %v", q.Options, err)
		}
		a, err := passkey.Read(k.Get(q.Options))
		wants(t, "read", err, "")
		key, copied, err := s.Check(q.State, a, h)
		if wants(t, "check", err, ""); copied || !bytes.Equal(key.ID, h.Keys[0].ID) || !bytes.Equal(a.Key, key.ID) {
			t.Errorf("the key is %+v, a copy: %v", key, copied)
		}
	}
	// Of whoever has a key already no other is asked for on it.
	q, err := s.Create(h)
	if wants(t, "again", err, ""); !strings.Contains(string(q.Options), `"excludeCredentials":[{`) || !strings.Contains(string(q.Options), `"residentKey":"required"`) {
		t.Errorf("it asks for %s", q.Options)
	}
}

// TestLies: what is of another page, of another question, of another's key or
// of whoever was not asked who he is, is refused with one word.
func TestLies(t *testing.T) {
	t.Parallel()
	s := site(t, here)
	for name, lie := range map[string]func(k *passkeytest.Key){
		"another page":    func(k *passkeytest.Key) { k.Origin = "https://loyalty.example.org.evil.example" },
		"another port":    func(k *passkeytest.Key) { k.Origin = here + ":8443" },
		"without TLS":     func(k *passkeytest.Key) { k.Origin = "http://loyalty.example.org" },
		"nobody asked":    func(k *passkeytest.Key) { k.Unverified = true },
		"another's":       func(k *passkeytest.Key) { k.Holder = []byte("87654321") },
		"nobody's":        func(k *passkeytest.Key) { k.Holder = nil },
		"a key of others": func(k *passkeytest.Key) { *k = *passkeytest.New(t, here); k.Holder = anna().ID },
	} {
		k := passkeytest.New(t, here)
		h := made(t, s, k)
		lie(k)
		q, err := s.Ask(nil)
		wants(t, name, err, "")
		a, err := passkey.Read(k.Get(q.Options))
		if err == nil {
			_, _, err = s.Check(q.State, a, h)
		}
		wants(t, name, err, "passkey.wrong")
	}
	k := passkeytest.New(t, here)
	h := made(t, s, k)
	one, err := s.Ask(nil)
	wants(t, "one", err, "")
	other, err := s.Ask(nil)
	wants(t, "other", err, "")
	a, err := passkey.Read(k.Get(one.Options))
	wants(t, "read", err, "")
	_, _, err = s.Check(other.State, a, h)
	wants(t, "an answer to another question", err, "passkey.wrong")
	_, _, err = site(t, "https://shop.example.org").Check(one.State, a, h)
	wants(t, "another site of the program", err, "passkey.wrong")

	for name, lie := range map[string]func(k *passkeytest.Key){
		"another page": func(k *passkeytest.Key) { k.Origin = "https://evil.example" },
		"nobody asked": func(k *passkeytest.Key) { k.Unverified = true },
	} {
		k := passkeytest.New(t, here)
		lie(k)
		q, err := s.Create(anna())
		wants(t, name, err, "")
		_, err = s.Created(q.State, k.Create(q.Options), anna())
		wants(t, "made on "+name, err, "passkey.wrong")
	}
	q, err := s.Create(anna())
	wants(t, "create", err, "")
	boris := anna()
	boris.ID = []byte("87654321")
	_, err = s.Created(q.State, passkeytest.New(t, here).Create(q.Options), boris)
	wants(t, "made for another", err, "passkey.wrong")
	for _, answer := range []string{"", "{}", "null", "[1]", `{"id":"a"}`, strings.Repeat("x", passkey.MaxAnswer+1)} {
		_, err := s.Created(q.State, answer, anna())
		wants(t, "made of "+answer[:min(len(answer), 9)], err, "passkey.wrong")
		_, err = passkey.Read(answer)
		wants(t, "read of "+answer[:min(len(answer), 9)], err, "passkey.wrong")
	}
}

// TestCopies: a key that counts its uses gives away that there are two of it.
func TestCopies(t *testing.T) {
	t.Parallel()
	s, k := site(t, here), passkeytest.New(t, here)
	k.Count = 5
	h := made(t, s, k)
	use := func() (passkey.Key, bool) {
		t.Helper()
		q, err := s.Ask(nil)
		wants(t, "ask", err, "")
		a, err := passkey.Read(k.Get(q.Options))
		wants(t, "read", err, "")
		key, copied, err := s.Check(q.State, a, h)
		wants(t, "check", err, "")
		return key, copied
	}
	k.Count = 6
	key, copied := use()
	if copied || key.Count != 6 {
		t.Errorf("%+v, a copy: %v", key, copied)
	}
	h.Keys[0] = key
	k.Count = 6
	if _, copied := use(); !copied {
		t.Error("two uses with one count are taken")
	}
}

// TestSites: keys are for one origin, with https and a domain, or localhost.
func TestSites(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ named, reached, code string }{
		{"https://loyalty.example.org", "https://loyalty.example.org", ""},
		{"https://loyalty.example.org/", "https://LOYALTY.example.org:443", ""},
		{"https://loyalty.example.org:8443", "https://loyalty.example.org:8443", ""},
		{"https://loyalty.example.org", "https://127.0.0.1", "passkey.elsewhere"},
		{"https://loyalty.example.org", "http://loyalty.example.org", "passkey.behind-proxy"},
		{"https://loyalty.example.org", "https://loyalty.example.org:8443", "passkey.elsewhere"},
		{"http://loyalty.example.org", "http://loyalty.example.org", "passkey.not-secure"},
		{"https://192.0.2.7", "https://192.0.2.7", "passkey.not-secure"},
		{"https://[2001:db8::1]", "https://[2001:db8::1]", "passkey.not-secure"},
		{"http://localhost:8080", "http://localhost:8080", ""},
		{"", "http://localhost:8080", ""},
		{"", "http://127.0.0.1:8080", "passkey.no-address"},
		{"", "https://loyalty.example.org", "passkey.no-address"},
		{"", "https://localhost.evil.example", "passkey.no-address"},
	} {
		_, err := passkey.At(c.named, c.reached, "Kopilka")
		wants(t, c.named+" by "+c.reached, err, c.code)
	}
}
