package webhook_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/loyalty/feed"
	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/webhook"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/post"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// patience is how long a test waits for what must happen.
const patience = 60 * time.Second

// bundle is a base with a feed and webhooks on it.
type bundle struct {
	t     *testing.T
	d     *db.DB
	ids   *id.Maker
	clock *clock.Fixed
	feed  *feed.Feed
	hooks *webhook.Webhooks
}

func setup(t *testing.T, d *db.DB) *bundle {
	t.Helper()
	b := &bundle{t: t, d: d, ids: id.NewMaker(1), clock: clock.NewFixed(time.Now())}
	b.feed = &feed.Feed{DB: d, Clock: b.clock, Keep: 30 * 24 * time.Hour}
	b.hooks = b.sender()
	return b
}

// sender is webhooks as another process has them.
func (b *bundle) sender() *webhook.Webhooks {
	client := post.New(post.Options{Timeout: 500 * time.Millisecond, Private: true, Plain: true})
	b.t.Cleanup(client.Close)
	return webhook.New(webhook.Options{
		DB: b.d, IDs: b.ids, Clock: b.clock, Log: slog.New(slog.DiscardHandler), Feed: b.feed, Post: client, Every: 10 * time.Millisecond,
		Render: func(e feed.Event) ([]byte, error) {
			return json.Marshal(map[string]any{"id": e.ID.String(), "kind": e.Kind})
		},
	})
}

// happen puts events into the feed, the kinds in turn.
func (b *bundle) happen(n int, kinds ...eventtype.Kind) {
	b.t.Helper()
	for i := range n {
		kind := eventtype.Adjusted
		if len(kinds) > 0 {
			kind = kinds[i%len(kinds)]
		}
		batch := eventtype.Batch{Events: []eventtype.Event{{Kind: kind, Home: 5, Op: b.ids.New(), At: b.clock.Now()}}}
		doc, err := batch.AppendJSON(nil)
		b.must(err)
		_, err = b.d.Exec(b.t.Context(), `insert into event (home_id, event_id, doc) values (5, $1, $2)`, b.ids.New(), string(doc))
		b.must(err)
	}
	f := figure.NewDispatcher(figure.Options{DB: b.d, Clock: b.clock, Log: slog.New(slog.DiscardHandler), Feed: b.feed.Collect})
	_, err := f.Drain(b.t.Context())
	b.must(err)
}

func (b *bundle) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// hook makes a webhook to the receiver.
func (b *bundle) hook(r *receiver, kinds ...feed.Kind) id.ID {
	b.t.Helper()
	w, secret, err := b.hooks.Create(b.t.Context(), webhook.Draft{Name: "test", URL: r.url, Kinds: kinds})
	b.must(err)
	r.secret(secret)
	return w.ID
}

func (b *bundle) get(hook id.ID) webhook.Webhook {
	b.t.Helper()
	w, err := b.hooks.Get(b.t.Context(), b.d, hook)
	b.must(err)
	return w
}

func (b *bundle) failed(hook id.ID) []webhook.Delivery {
	b.t.Helper()
	list, err := b.hooks.Deliveries(b.t.Context(), hook, "", 0, 1000)
	b.must(err)
	return list
}

// drain sends what is to be sent now and tells how many attempts it took.
func (b *bundle) drain() int {
	b.t.Helper()
	n, err := b.hooks.Drain(b.t.Context())
	b.must(err)
	return n
}

// message is a request as a receiver got it.
type message struct {
	id, body string
	kind     feed.Kind
	seen     int // how often it came, this time included
}

// receiver is the other side. What its answer does is said by do; nil: 204.
type receiver struct {
	t   *testing.T
	url string

	mu      sync.Mutex
	secrets []*standard.Webhook
	do      func(w http.ResponseWriter, r *http.Request, m message)
	got     map[string]int    // how often each id came
	bodies  map[string]string // by id
	order   []string          // ids as they came
	done    map[string]int    // how often each was answered well
}

func receive(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{t: t, got: map[string]int{}, bodies: map[string]string{}, done: map[string]int{}}
	s := httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(s.Close)
	r.url = s.URL + "/hook"
	return r
}

func (r *receiver) secret(text string) {
	r.t.Helper()
	v, err := standard.NewWebhook(text)
	if err != nil {
		r.t.Fatal(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secrets = append(r.secrets, v)
}

// answers says what the receiver does from now on.
func (r *receiver) answers(do func(w http.ResponseWriter, r *http.Request, m message)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.do = do
}

func status(code int) func(http.ResponseWriter, *http.Request, message) {
	return func(w http.ResponseWriter, _ *http.Request, _ message) { w.WriteHeader(code) }
}

// serve checks the signature with the library of the standard, and that an id
// always comes with the same body.
func (r *receiver) serve(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return
	}
	var v struct {
		ID   string
		Kind feed.Kind
	}
	if err := json.Unmarshal(body, &v); err != nil {
		r.t.Errorf("body %s: %v", body, err)
	}
	r.mu.Lock()
	m := message{id: req.Header.Get("webhook-id"), body: string(body), kind: v.Kind}
	if was, seen := r.bodies[m.id]; v.Kind != webhook.Ping && (m.id != v.ID || seen && was != m.body) {
		r.t.Errorf("%s: %s, before %s", m.id, m.body, was)
	}
	good := false
	for _, s := range r.secrets {
		good = good || s.VerifyIgnoringTimestamp(body, req.Header) == nil
	}
	if !good {
		r.t.Errorf("%s is not signed", m.id)
	}
	r.got[m.id]++
	r.bodies[m.id], r.order, m.seen = m.body, append(r.order, m.id), r.got[m.id]
	do := r.do
	r.mu.Unlock()
	answer := &noted{ResponseWriter: w, status: http.StatusNoContent}
	if do != nil {
		do(answer, req, m)
	} else {
		w.WriteHeader(http.StatusNoContent)
	}
	if answer.status/100 == 2 {
		r.mu.Lock()
		r.done[m.id]++
		r.mu.Unlock()
	}
}

// noted remembers the status of an answer.
type noted struct {
	http.ResponseWriter
	status int
}

// WriteHeader writes it.
func (n *noted) WriteHeader(status int) {
	n.status = status
	n.ResponseWriter.WriteHeader(status)
}

// Unwrap gives the writer below.
func (n *noted) Unwrap() http.ResponseWriter { return n.ResponseWriter }

// counts tells how many ids came, and how many messages.
func (r *receiver) counts() (ids, messages int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.got), len(r.order)
}

// through tells which ids were answered well, and how often: by now, as who has hung up
// may still be answered.
func (r *receiver) through() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.done)
}

func (r *receiver) want(ids, messages int) {
	r.t.Helper()
	if gotIDs, got := r.counts(); gotIDs != ids || got != messages {
		r.t.Errorf("%d events in %d messages, want %d in %d", gotIDs, got, ids, messages)
	}
}

// eventually waits for what must come.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	look, end := time.NewTicker(5*time.Millisecond), time.After(patience)
	defer look.Stop()
	for !is() {
		select {
		case <-look.C:
		case <-end:
			t.Fatalf("%s: it did not come", what)
		}
	}
}

// running runs a sender until the test, or stop, ends it.
func (b *bundle) running(w *webhook.Webhooks) (stop func()) {
	ctx, cancel := context.WithCancel(b.t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.Run(ctx)
	}()
	var once sync.Once
	stop = func() { once.Do(func() { cancel(); <-ended }) }
	b.t.Cleanup(stop)
	return stop
}
