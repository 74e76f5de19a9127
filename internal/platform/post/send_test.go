package post

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func server(t *testing.T, serve http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(serve)
	t.Cleanup(s.Close)
	return s.URL
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	// Patient with those that answer: a busy machine is slow to shake hands.
	patient := New(Options{Timeout: time.Minute, Private: true, Plain: true})
	t.Cleanup(patient.Close)
	hasty := New(Options{Timeout: 300 * time.Millisecond, Private: true, Plain: true})
	t.Cleanup(hasty.Close)
	followed := make(chan struct{}, 1)
	elsewhere := server(t, func(http.ResponseWriter, *http.Request) { followed <- struct{}{} })
	answer := func(status int, headers ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < len(headers); i += 2 {
				w.Header().Set(headers[i], headers[i+1])
			}
			w.WriteHeader(status)
		}
	}
	hang := func(r *http.Request) { // until the other side has gone
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}
	closed := httptest.NewServer(answer(200))
	closed.Close()
	secure := httptest.NewUnstartedServer(answer(200))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	for name, tc := range map[string]struct {
		url  string
		want Answer
	}{
		"done":        {server(t, answer(200)), Answer{Outcome: Done, Status: 200}},
		"no content":  {server(t, answer(204)), Answer{Outcome: Done, Status: 204}},
		"failed":      {server(t, answer(500)), Answer{Outcome: Status, Status: 500}},
		"gone":        {server(t, answer(410)), Answer{Outcome: Gone, Status: 410}},
		"redirect":    {server(t, answer(307, "Location", elsewhere)), Answer{Outcome: Redirect, Status: 307}},
		"not found":   {server(t, answer(302, "Location", elsewhere)), Answer{Outcome: Redirect, Status: 302}},
		"too often":   {server(t, answer(429, "Retry-After", "7")), Answer{Outcome: Status, Status: 429, Wait: 7 * time.Second}},
		"for ever":    {server(t, answer(503, "Retry-After", "999999999")), Answer{Outcome: Status, Status: 503, Wait: time.Hour}},
		"some day":    {server(t, answer(503, "Retry-After", "Fri, 31 Dec 2999 23:59:59 GMT")), Answer{Outcome: Status, Status: 503}},
		"refused":     {closed.URL, Answer{Outcome: Connect}},
		"certificate": {secure.URL, Answer{Outcome: Secure}},
		"not http":    {"ftp://example.ru/", Answer{Outcome: Address}},
		"link local":  {"http://169.254.169.254/", Answer{Outcome: Address}},
		"hangs":       {server(t, func(_ http.ResponseWriter, r *http.Request) { hang(r) }), Answer{Outcome: Timeout}},
		"hangs in its body": {server(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = fmt.Fprint(w, "so far")
			_ = http.NewResponseController(w).Flush()
			hang(r)
		}), Answer{Outcome: Timeout, Status: 200}},
		"cut": {server(t, func(w http.ResponseWriter, _ *http.Request) {
			conn, _, _ := http.NewResponseController(w).Hijack()
			_ = conn.Close()
		}), Answer{Outcome: Cut}},
		"cut in its body": {server(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = fmt.Fprint(w, "so far")
		}), Answer{Outcome: Cut, Status: 200}},
		"a long body": {server(t, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(make([]byte, 1<<20))
		}), Answer{Outcome: Done, Status: 200}},
		"a long header": {server(t, func(w http.ResponseWriter, _ *http.Request) {
			for i := range 100 {
				w.Header().Set(fmt.Sprint("X-", i), fmt.Sprintf("%01000d", i))
			}
		}), Answer{Outcome: Cut}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := patient
			if tc.want.Outcome == Timeout {
				c = hasty
			}
			got := c.Send(t.Context(), tc.url, []byte("{}"))
			if got.Took <= 0 {
				t.Errorf("took %s", got.Took)
			}
			got.Took = 0
			if got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
	t.Cleanup(func() {
		select {
		case <-followed:
			t.Error("a redirect was followed")
		default:
		}
	})
}

// TestWhatIsSent: the body and the headers come as they were given.
func TestWhatIsSent(t *testing.T) {
	t.Parallel()
	got := make(chan string, 1)
	url := server(t, func(_ http.ResponseWriter, r *http.Request) {
		body := make([]byte, r.ContentLength)
		_, _ = r.Body.Read(body)
		got <- fmt.Sprint(r.Method, " ", r.URL, " ", r.Header.Get("Content-Type"), " ", r.Header.Get("Webhook-Id"), " ", string(body))
	})
	c := New(Options{Timeout: 5 * time.Second, Private: true, Plain: true})
	t.Cleanup(c.Close)
	c.Send(t.Context(), url+"/x?y=1", []byte(`{"a":1}`), Header{"webhook-id", "7"})
	if want := `POST /x?y=1 application/json 7 {"a":1}`; <-got != want {
		t.Errorf("not %s", want)
	}
}

// TestStopped: what the program itself breaks off is no fault of the other
// side.
func TestStopped(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	url := server(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		stop()
		<-r.Context().Done()
	})
	c := New(Options{Timeout: 5 * time.Second, Private: true, Plain: true})
	t.Cleanup(c.Close)
	if a := c.Send(ctx, url, nil); a.Outcome != Stopped {
		t.Errorf("got %+v", a)
	}
}

// TestNobodyKnowsTheName: without a name server there is no answer either.
func TestNobodyKnowsTheName(t *testing.T) {
	t.Parallel()
	if got := outcomeOf(&net.DNSError{Err: "no such host", Name: "x.example.ru", IsNotFound: true}); got != Name {
		t.Errorf("got %s", got)
	}
	if got := outcomeOf(&net.DNSError{Err: "i/o timeout", Name: "x.example.ru", IsTimeout: true}); got != Timeout {
		t.Errorf("got %s", got)
	}
}
