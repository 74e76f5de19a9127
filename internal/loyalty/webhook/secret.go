package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"

	"kopilka/internal/platform/clock"
)

const (
	secretPrefix = "whsec_"
	secretSize   = 32 // bytes
)

func newSecret() []byte {
	s := make([]byte, secretSize)
	_, _ = rand.Read(s) // never fails
	return s
}

// secretText is a secret as it is told: what libraries of the standard take.
func secretText(secret []byte) string {
	return secretPrefix + base64.StdEncoding.EncodeToString(secret)
}

// signatures is the value of webhook-signature: one by each secret in force,
// the newest first.
func (w *Webhook) signatures(name string, at clock.Micros, body []byte) string {
	out := []string{signature(w.secret, name, at, body)}
	if len(w.oldSecret) > 0 && at < w.OldUntil {
		out = append(out, signature(w.oldSecret, name, at, body))
	}
	return strings.Join(out, " ")
}

// signature signs a message's name, its time in seconds and its body.
func signature(secret []byte, name string, at clock.Micros, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(name + "." + seconds(at) + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func seconds(at clock.Micros) string { return strconv.FormatInt(at.Time().Unix(), 10) }
