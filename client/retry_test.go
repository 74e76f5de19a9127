package client

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// script is a transport that answers as it is told, then 200.
type script struct {
	steps []step
	keys  []string
	sent  []string
}

// step is an answer, or an attempt that brought none.
type step struct {
	status int
	after  string // Retry-After
	err    error
	body   io.Reader
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	body := []byte{}
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	s.keys, s.sent = append(s.keys, r.Header.Get("Idempotency-Key")), append(s.sent, string(body))
	now := step{status: 200}
	if n := len(s.sent); n <= len(s.steps) {
		now = s.steps[n-1]
	}
	if now.err != nil {
		return nil, now.err
	}
	if now.body == nil {
		now.body = strings.NewReader(`{"id":"1.2","code":"some.code"}`)
	}
	header := http.Header{}
	if now.after != "" {
		header.Set("Retry-After", now.after)
	}
	return &http.Response{StatusCode: now.status, Header: header, Body: io.NopCloser(now.body)}, nil
}

func TestRetry(t *testing.T) {
	t.Parallel()
	lost := step{err: io.ErrUnexpectedEOF}
	untrusted := step{err: &tls.CertificateVerificationError{Err: errors.New("unknown authority")}}
	cut := step{status: 200, body: io.MultiReader(strings.NewReader(`{"id":`), brokenReader{})}
	const keyed, read, write, once = "keyed", "read", "write", "once"
	for name, tc := range map[string]struct {
		what     string
		steps    []step
		attempts int
		fails    bool
		pauses   []time.Duration // the shortest; each is at most twice as long, or what the service asks more
		code     string
	}{
		"a receipt, connection lost":        {keyed, []step{lost, lost}, 3, false, []time.Duration{50 * time.Millisecond, 100 * time.Millisecond}, ""},
		"a receipt, answer cut":             {keyed, []step{cut}, 2, false, []time.Duration{50 * time.Millisecond}, ""},
		"a receipt, 502 and 503":            {keyed, []step{{status: 502}, {status: 503}}, 3, false, []time.Duration{50 * time.Millisecond, 100 * time.Millisecond}, ""},
		"a receipt, 429":                    {keyed, []step{{status: 429, after: "2"}}, 2, false, []time.Duration{2050 * time.Millisecond}, ""},
		"a receipt, 429 for too long":       {keyed, []step{{status: 429, after: "11"}}, 1, true, nil, "some.code"},
		"a receipt, 503 again and again":    {keyed, []step{{status: 503}, {status: 503}, {status: 503}, {status: 503}, {status: 503}}, 5, true, []time.Duration{50e6, 100e6, 200e6, 400e6}, "some.code"},
		"a receipt, lost again and again":   {keyed, []step{lost, lost, lost, lost, lost}, 5, true, []time.Duration{50e6, 100e6, 200e6, 400e6}, ""},
		"a receipt, untrusted service":      {keyed, []step{untrusted}, 1, true, nil, ""},
		"a receipt, 500":                    {keyed, []step{{status: 500}}, 1, true, nil, "some.code"},
		"a receipt, 504":                    {keyed, []step{{status: 504}}, 1, true, nil, "some.code"},
		"a receipt, 409":                    {keyed, []step{{status: 409}}, 1, true, nil, "some.code"},
		"a receipt, redirected":             {keyed, []step{{status: 307}}, 1, true, nil, "some.code"},
		"reading, connection lost":          {read, []step{lost}, 2, false, []time.Duration{50 * time.Millisecond}, ""},
		"reading, 503":                      {read, []step{{status: 503}}, 2, false, []time.Duration{50 * time.Millisecond}, ""},
		"making once, connection lost":      {once, []step{lost}, 2, false, []time.Duration{50 * time.Millisecond}, ""},
		"making once, 409":                  {once, []step{{status: 409}}, 1, true, nil, "some.code"},
		"reading, 404":                      {read, []step{{status: 404}}, 1, true, nil, "some.code"},
		"writing without a key, lost":       {write, []step{lost}, 1, true, nil, ""},
		"writing without a key, answer cut": {write, []step{cut}, 1, true, nil, ""},
		"writing without a key, 503":        {write, []step{{status: 503}}, 1, true, nil, "some.code"},
		"writing without a key, 429":        {write, []step{{status: 429, after: "1"}}, 1, true, nil, "some.code"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &script{steps: tc.steps}
			c, err := New("http://host", testToken, WithTransport(s))
			if err != nil {
				t.Fatal(err)
			}
			var pauses []time.Duration
			c.pause = func(_ context.Context, d time.Duration) error { pauses = append(pauses, d); return nil }
			switch tc.what {
			case keyed:
				_, _, err = c.CommitPurchase(t.Context(), "drive/1", &CommitBody{Number: "7"}, nil)
			case once:
				_, err = c.RegisterMember(Once(t.Context(), "drive/1"), &Registration{})
			case read:
				_, err = c.GetPartner(t.Context(), "1")
			case write:
				_, err = c.CreatePartner(t.Context(), &PartnerBody{})
			}
			if (err != nil) != tc.fails || Code(err) != tc.code || len(s.sent) != tc.attempts {
				t.Errorf("%d attempts, %v", len(s.sent), err)
			}
			for i := range s.sent {
				if s.sent[i] != s.sent[0] || s.keys[i] != s.keys[0] || (tc.what == keyed || tc.what == once) && s.keys[i] != "drive/1" || tc.what == write && s.keys[i] != "" {
					t.Errorf("attempt %d differs: %q under %q", i+1, s.sent[i], s.keys[i])
				}
			}
			if len(pauses) != len(tc.pauses) {
				t.Fatalf("paused %v, want %v", pauses, tc.pauses)
			}
			for i, least := range tc.pauses {
				if pauses[i] < least || pauses[i] > 2*least {
					t.Errorf("paused %v, want from %v", pauses, tc.pauses)
				}
			}
		})
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// Pauses grow no longer than they may, and differ.
func TestPausesAreBounded(t *testing.T) {
	t.Parallel()
	r := Retry{Attempts: 1000, First: time.Millisecond, Longest: time.Second}
	seen := map[time.Duration]bool{}
	for n := 1; n < 200; n++ {
		d, again := r.after(n, &lostError{io.EOF})
		if !again || d <= 0 || d > time.Second {
			t.Fatalf("after %d attempts: %v, %v", n, d, again)
		}
		seen[d] = true
	}
	if len(seen) < 100 {
		t.Errorf("%d different pauses of 199", len(seen))
	}
	if _, again := (&Retry{Attempts: 1}).after(1, &lostError{io.EOF}); again {
		t.Error("one attempt is one")
	}
}

// The caller's context ends a call at once, and says so.
func TestContextEndsCall(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s := &script{steps: []step{{status: 503}, {status: 503}}}
	c, err := New("http://host", testToken, WithTransport(s))
	if err != nil {
		t.Fatal(err)
	}
	c.pause = func(ctx context.Context, _ time.Duration) error {
		cancel()
		return pauseFor(ctx, time.Hour)
	}
	_, err = c.GetPartner(ctx, "1")
	if len(s.sent) != 1 || Code(err) != "some.code" {
		t.Errorf("%d attempts, %v", len(s.sent), err)
	}

	ctx, cancel = context.WithCancel(t.Context())
	hung := make(chan struct{})
	h := serving(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-hung
	})
	defer close(hung)
	if _, err := h.GetPartner(ctx, "1"); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// A service that does not answer in time is asked again.
func TestAttemptIsBounded(t *testing.T) {
	t.Parallel()
	calls := make(chan struct{}, 2)
	hung := make(chan struct{})
	c := serving(t, func(w http.ResponseWriter, r *http.Request) {
		calls <- struct{}{}
		if len(calls) == 1 {
			<-hung
			return
		}
		_, _ = io.WriteString(w, `{"name":"second"}`)
	}, WithTimeout(300*time.Millisecond), WithRetry(Retry{First: time.Millisecond}))
	defer close(hung)
	got, err := c.GetPartner(t.Context(), "1")
	if err != nil || cmp.Diff(&Partner{Name: "second"}, got) != "" || len(calls) != 2 {
		t.Errorf("%+v, %v after %d calls", got, err, len(calls))
	}
}
