package scenario

import (
	"bytes"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
)

// The pages that tell how a till, and a ticketing system, are connected.
const (
	tillGuide   = "../../../docs/till.md"
	ticketGuide = "../../../docs/tickets.md"
)

// exchange is a request of the page with what is said of its answer.
type exchange struct {
	by, key, method, path, body string
	status, answer              string
}

var block = regexp.MustCompile("(?s)```http (\\w+) ?(\\S*)\n(\\w+) (\\S+)\n(.*?)```\n+```json (\\d+)\n(.*?)```")

func exchanges(t *testing.T, guide string) (out []exchange) {
	t.Helper()
	page, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range block.FindAllStringSubmatch(string(page), -1) {
		out = append(out, exchange{by: m[1], key: m[2], method: m[3], path: m[4], body: m[5], status: m[6], answer: m[7]})
	}
	if n := strings.Count(string(page), "```http"); n != len(out) || n < 15 {
		t.Fatalf("%d of %d requests of the page are read", len(out), n)
	}
	return out
}

// TestGuideToTills sends the requests of the page, in its order: each answer
// has what the page says.
func TestGuideToTills(t *testing.T) {
	t.Parallel()
	follow(t, tillGuide)
}

// TestGuideToTicketing does the same with that of ticketing systems.
func TestGuideToTicketing(t *testing.T) {
	t.Parallel()
	follow(t, ticketGuide)
}

func follow(t *testing.T, guide string) {
	t.Helper()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			s := open(t, dialect, "2026-03-02 13:00")
			names := map[string]string{"office_key": s.key}
			for _, x := range exchanges(t, guide) {
				s.exchange(&x, names)
				s.phone(names)
			}
			s.kopilka("verify")
		})
	}
}

// exchange sends a request under the names that are known, and learns those
// that its answer brings.
func (s *shop) exchange(x *exchange, names map[string]string) {
	s.Helper()
	body := known(x.body, names)
	req, err := http.NewRequestWithContext(s.Context(), x.method, s.service.URL+"/api/v1"+known(x.path, names), strings.NewReader(body))
	s.no(err)
	req.Header.Set("Authorization", "Bearer "+names[x.by+"_key"])
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if x.key != "" {
		req.Header.Set("Idempotency-Key", x.key)
	}
	answer, err := http.DefaultClient.Do(req)
	s.no(err)
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	s.no(err)
	if fmt.Sprint(answer.StatusCode) != x.status {
		s.Fatalf("%s %s %s: %d, the page says %s: %s", x.method, x.path, x.key, answer.StatusCode, x.status, got)
	}
	if why := missing(decoded(s.T, []byte(x.answer)), decoded(s.T, got), names); why != "" {
		s.Errorf("%s %s %s: %s in %s", x.method, x.path, x.key, why, got)
	}
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// phone tells what the member's phone shows by now: the code of the last message
// and the QR of the moment.
func (s *shop) phone(names map[string]string) {
	s.Helper()
	if sent := sixDigits.FindAllString(s.messages.String(), -1); len(sent) > 0 {
		names["code"] = sent[len(sent)-1]
	}
	if names["qr_secret"] == "" {
		return
	}
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(names["qr_secret"])
	s.no(err)
	names["qr"] = names["qr_prefix"] + crypto.TOTP(secret, crypto.TOTPStep(s.clock.Now()))
}

var name = regexp.MustCompile(`\$(\w+)`)

func known(text string, names map[string]string) string {
	return name.ReplaceAllStringFunc(text, func(of string) string { return names[of[1:]] })
}

func decoded(t *testing.T, doc []byte) (v any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%s: %v", doc, err)
	}
	return v
}

// missing tells what of the page's answer the real one does not have; a name
// that is new is learned.
func missing(want, got any, names map[string]string) string {
	switch w := want.(type) {
	case map[string]any:
		g, _ := got.(map[string]any)
		for field, v := range w {
			if why := missing(v, g[field], names); why != "" {
				return field + ": " + why
			}
		}
	case []any:
		g, _ := got.([]any)
		if len(g) != len(w) {
			return fmt.Sprintf("%d, want %d", len(g), len(w))
		}
		for i := range w {
			if why := missing(w[i], g[i], names); why != "" {
				return why
			}
		}
	default:
		text := fmt.Sprint(got)
		if m := name.FindStringSubmatch(fmt.Sprint(want)); m != nil {
			if names[m[1]] == "" && got != nil {
				names[m[1]] = text
			}
			want = names[m[1]]
		}
		if text != fmt.Sprint(want) {
			return fmt.Sprintf("%v, want %v", got, want)
		}
	}
	return ""
}
