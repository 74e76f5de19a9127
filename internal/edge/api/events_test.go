package api

import (
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/loyalty/feed"
	"kopilka/internal/loyalty/figure"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// fold gives what has happened its places in the feed.
func (o *office) fold() {
	o.t.Helper()
	p := &o.parts
	f := figure.NewDispatcher(figure.Options{DB: p.DB, Clock: p.Clock, Log: slog.New(slog.DiscardHandler), Feed: p.Feed.Collect})
	if _, err := f.Drain(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
}

// TestEvents follows what a till and the office do, by pages and by kinds.
func TestEvents(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		s.deals([]deal{
			{step: step{do: "POST /members", body: `{"profile":{"surname":"Секретова"},"identifiers":[{"kind":"phone","value":"+79160000001"}]}`, want: 201, keep: "ann"}},
			{step: step{do: "PATCH /members/$ann", body: `{"set":{"surname":"Тайнова","address_city":"Омск"}}`, want: 200}},
			{step: step{do: "POST /purchases", body: `{"buyer":{"member":"$ann"},"lines":[` + ticket + `]}`, want: 201, keep: "bought=id"}, key: "k1"},
			{step: step{as: "admin", do: "POST /members/$ann/block", body: `{"reason":"Потеря"}`, want: 200}},
		})
		s.fold()
		s.run([]step{
			{
				do: "GET /events", want: 200, keep: "next=next",
				has: `"kind":"member.registered" "kind":"member.changed" "fields":["surname","address_city"] "kind":"account.opened" "kind":"purchase.committed" "operation":"$bought" "kind":"member.blocked" "more":false "member":"$ann" "programme":"$programme"`,
				not: "Секретова Тайнова Омск Потеря 79160000001",
			},
			{do: "GET /events?after=$next", want: 200, has: `"items":[] "next":"$next" "more":false`},
			{do: "GET /events?limit=1", want: 200, has: `member.registered "more":true`, not: "purchase.committed", keep: "first=next"},
			{do: "GET /events?after=$first&limit=1", want: 200, has: `member.changed "more":true`, not: "member.registered"},
			{do: "GET /events?kind=purchase.committed,member.blocked", want: 200, has: `purchase.committed member.blocked "next":"$next"`, not: "member.registered account.opened"},
			{do: "GET /events?kind=purchase", want: 400, code: "api.invalid", at: "kind api.choice"},
			{do: "GET /events?kind=ping", want: 400, code: "api.invalid", at: "kind api.choice"},
			{do: "GET /events?after=x", want: 400, code: "api.invalid", at: "after events.cursor-invalid"},
			{do: "GET /events?after=1-5", want: 400, code: "events.cursor-unknown"},
			{do: "GET /events?after=999-5", want: 400, code: "events.cursor-unknown"},
			{do: "GET /events?limit=1001", want: 400, code: "api.invalid", at: "limit api.range"},
			{as: "outlet", do: "GET /events", want: 403, code: "api.whole-organization"},
			{as: "till", do: "GET /events", want: 403, code: "api.no-till"},
		})
		s.clock.Add(31 * 24 * time.Hour)
		if _, err := s.parts.Feed.Prune(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.run([]step{
			{do: "GET /events?after=$first", want: 400, code: "events.cursor-too-old"},
			{do: "GET /events?after=$next", want: 200, has: `"items":[]`},
			{do: "GET /events", want: 200, has: `"items":[] "more":false`},
		})
	})
}

// TestWebhooks goes through the life of a webhook.
func TestWebhooks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		const body = `{"name":"Сайт","url":"https://shop.example.ru/hook","kinds":["level.changed","card.issued"]}`
		o.run([]step{
			{do: "POST /webhooks", body: body, want: 201, has: `"secret":"whsec_ "kinds":["card.issued","level.changed"] "state":"on" "place":0`, keep: "hook v=version secret=secret"},
			{do: "POST /webhooks", body: `{"name":"x","url":"http://shop.example.ru/"}`, want: 400, code: "api.invalid", at: "url post.not-https"},
			{do: "POST /webhooks", body: `{"name":"x","url":"https://127.0.0.1/"}`, want: 400, code: "api.invalid", at: "url post.private"},
			{do: "POST /webhooks", body: `{"name":"x","url":"https://2130706433/"}`, want: 400, code: "api.invalid", at: "url post.url"},
			{do: "POST /webhooks", body: `{"name":"x","url":"https://shop.example.ru/","kinds":["ping"]}`, want: 400, code: "reference.invalid", at: "kinds events.kind-unknown"},
			{as: "outlet", do: "POST /webhooks", body: body, want: 403, code: "api.whole-organization"},
			{as: "till", do: "POST /webhooks", body: body, want: 403, code: "api.no-till"},
			{do: "GET /webhooks/$hook", want: 200, has: `"name":"Сайт"`, not: "whsec secret"},
			{do: "GET /webhooks/77", want: 404, code: "webhook.not-found"},
			{do: "GET /webhooks?limit=1", want: 200, has: "$hook", not: "whsec next"},
			{do: "PUT /webhooks/$hook", body: `{"name":"Сайт","url":"https://10.0.0.1/","state":"on"}`, want: 400, code: "api.invalid", at: "url post.private"},
			{do: "PUT /webhooks/$hook", body: `{"name":"Сайт 2","url":"https://shop.example.ru/","state":"off","version":$v}`, want: 200, has: `"state":"off" "off_cause":"by-hand" "Сайт`, not: "kinds"},
			{do: "PUT /webhooks/$hook", body: `{"name":"Сайт","url":"https://shop.example.ru/","state":"on","version":$v}`, want: 409, code: "reference.changed"},
			{do: "POST /webhooks/$hook/replay", body: `{}`, want: 409, code: "webhook.off"},
			{do: "PUT /webhooks/$hook", body: `{"name":"Сайт","url":"https://shop.example.ru/","state":"on"}`, want: 200, has: `"state":"on"`, not: "off_cause"},
			{do: "POST /webhooks/$hook/replay", body: `{}`, want: 200, has: `"place":0`},
			{do: "POST /webhooks/$hook/replay", body: `{"after":"9-9"}`, want: 400, code: "events.cursor-unknown"},
			{do: "POST /webhooks/$hook/secret", want: 200, has: `"secret":"whsec_ "old_secret_until":"2026-11-23T09:00:00Z"`, not: "$secret"},
			{do: "GET /webhooks/$hook/deliveries", want: 200, has: `"items":[]`},
			{do: "GET /webhooks/$hook/deliveries?state=lost", want: 400, code: "api.invalid", at: "state api.choice"},
			{do: "GET /webhooks/77/deliveries", want: 404, code: "webhook.not-found"},
			{do: "POST /webhooks/$hook/deliveries/1-5/replay", want: 404, code: "webhook.delivery-not-found"},
			{do: "POST /webhooks/$hook/deliveries/x/replay", want: 400, code: "api.invalid", at: "event events.cursor-invalid"},
			{do: "DELETE /webhooks/$hook", want: 204},
			{do: "DELETE /webhooks/$hook", want: 404, code: "webhook.not-found"},
			{do: "POST /webhooks/$hook/test", want: 404, code: "webhook.not-found"},
			{do: "GET /webhooks", want: 200, has: `"items":[]`},
		})
	})
}

// TestKindsAreNamed: the document names the kinds that there are.
func TestKindsAreNamed(t *testing.T) {
	t.Parallel()
	var names []string
	for _, k := range feed.Kinds() {
		names = append(names, string(k))
	}
	slices.Sort(names)
	if diff := cmp.Diff(names, slices.Sorted(strings.SplitSeq(kindNames, ","))); diff != "" {
		t.Error(diff)
	}
}

// TestBodiesOfEvents: each kind shows what is its own and nothing else.
func TestBodiesOfEvents(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		kind feed.Kind
		e    eventtype.Event
		want string
	}{
		{
			feed.PurchaseCommitted,
			eventtype.Event{Kind: eventtype.Purchased, Home: 5, Member: true, Seq: 3, Op: 7, Gross: 1000, Discount: 100, Paid: 200, Money: 700, Spent: 200, Earned: 70},
			`"member":"5","journal":3,"operation":"5.7","gross":1000,"discount":100,"paid_with_points":200,"money":700,"spent":200,"earned":70`,
		},
		{feed.PurchaseRecorded, eventtype.Event{Kind: eventtype.Purchased, Home: -5, Op: 7, Money: 700, Recorded: true}, `"operation":"-5.7","money":700`},
		{
			feed.PurchaseRefunded,
			eventtype.Event{Kind: eventtype.Refunded, Home: 5, Member: true, Op: 8, Purchase: 7, Money: 700, Spent: 200, Earned: 70, Last: true},
			`"member":"5","operation":"5.8","purchase":"5.7","money":700,"given_back":200,"taken_back":70,"whole":true`,
		},
		{feed.VisitRecorded, eventtype.Event{Kind: eventtype.Visited, Home: 5, Member: true, Op: 9, Purchase: 7, Earned: 50}, `"member":"5","operation":"5.9","purchase":"5.7","points":50`},
		{
			feed.PurchaseCommitted,
			eventtype.Event{Kind: eventtype.Purchased, Home: 5, Member: true, Op: 7, Purchase: 6, Money: 700},
			`"member":"5","operation":"5.7","reservation":"5.6","money":700`,
		},
		{
			feed.ReservationExtended,
			eventtype.Event{Kind: eventtype.ReservationExtended, Home: 5, Member: true, Seq: 3, Op: 6, Gross: 900, Spent: 200, Until: 2_000_000},
			`"member":"5","journal":3,"operation":"5.6","gross":900,"points":200,"until":"1970-01-01T00:00:02Z"`,
		},
		{feed.PointsExpired, eventtype.Event{Kind: eventtype.Due, Home: 5, Member: true, Expired: 30}, `"member":"5","points":30`},
		{feed.PointsRevived, eventtype.Event{Kind: eventtype.Due, Home: 5, Member: true, Op: 9, Expired: -30}, `"member":"5","operation":"5.9","points":30`},
		{feed.PointsActivated, eventtype.Event{Kind: eventtype.Due, Home: 5, Member: true, Active: 30}, `"member":"5","points":30`},
		{feed.LevelChanged, eventtype.Event{Kind: eventtype.Leveled, Home: 5, Member: true, Op: 9, Earned: -5, From: "gold", To: "base", Cause: "term"}, `"member":"5","operation":"5.9","points":-5,"from":"gold","to":"base","cause":"term"`},
		{feed.CardChanged, eventtype.Event{Kind: eventtype.CardChanged, Home: 5, Member: true, Op: 9, From: "active", To: "lost"}, `"member":"5","card":"9","from":"active","to":"lost"`},
		{feed.MemberChanged, eventtype.Event{Kind: eventtype.MemberChanged, Home: 5, Member: true, Cause: "name email"}, `"member":"5","fields":["name","email"]`},
	} {
		tc.e.At = 1_000_000
		got, err := EventBody(feed.Event{ID: feed.ID{Seq: 3, Row: 4}, Kind: tc.kind, Event: tc.e})
		if want := `{"id":"3-4","kind":"` + string(tc.kind) + `","at":"1970-01-01T00:00:01Z",` + tc.want + `}`; string(got) != want || err != nil || !json.Valid(got) {
			t.Errorf("got\n%s, want\n%s: %v", got, want, err)
		}
	}
}
