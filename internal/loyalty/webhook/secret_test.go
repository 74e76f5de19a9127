package webhook

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"kopilka/internal/platform/clock"
)

// TestSignatureOfTheStandard signs the example that the standard's libraries
// are tested by.
func TestSignatureOfTheStandard(t *testing.T) {
	t.Parallel()
	const secret, name, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", `{"test": 2432232314}`
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
	if err != nil {
		t.Fatal(err)
	}
	w := &Webhook{secret: key}
	at := clock.Of(time.Unix(1614265330, 0))
	if got, want := w.signatures(name, at, []byte(body)), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if secretText(key) != secret {
		t.Errorf("told as %s", secretText(key))
	}
}

// TestBothSecretsSign: while a secret is being changed the standard's own
// library takes a message by either, and by no other.
func TestBothSecretsSign(t *testing.T) {
	t.Parallel()
	now := clock.System{}.Now()
	w := &Webhook{secret: newSecret(), oldSecret: newSecret(), OldUntil: now + 1}
	verifies := func(secret []byte, at clock.Micros) bool {
		t.Helper()
		v, err := standard.NewWebhook(secretText(secret))
		if err != nil {
			t.Fatal(err)
		}
		h := http.Header{}
		h.Set("webhook-id", "7-8")
		h.Set("webhook-timestamp", seconds(at))
		h.Set("webhook-signature", w.signatures("7-8", at, []byte(`{}`)))
		return v.Verify([]byte(`{}`), h) == nil
	}
	for _, tc := range []struct {
		name   string
		secret []byte
		at     clock.Micros
		want   bool
	}{
		{"new", w.secret, now, true},
		{"old", w.oldSecret, now, true},
		{"other", newSecret(), now, false},
		{"new after", w.secret, now + 1, true},
		{"old after", w.oldSecret, now + 1, false},
	} {
		if got := verifies(tc.secret, tc.at); got != tc.want {
			t.Errorf("%s: %t", tc.name, got)
		}
	}
}
