// Package api is the JSON API under /api/v1: what tills, shops and other
// systems talk to. One file per resource; a handler parses, calls the domain
// and renders.
//
// The table of operations (routes) says for each its scopes and whether it
// needs a till's key. The OpenAPI 3.1 document is made from it and from the
// types of requests and answers; requests are read by the same types (package
// strict), so what the document says is what is taken.
//
// Invariants: nobody gets in without a key; a till's key acts as its till and
// a key with outlets at those only; every failure is a problem (RFC 9457); no
// error repeats what was sent.
package api

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/go-chi/chi/v5"

	"kopilka/internal/edge/httpx"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/feed"
	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/join"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/merge"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/loyalty/privacy"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/loyalty/webhook"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/i18n"
)

// Base is the path that all operations are under.
const Base = "/api/v1"

// Parts are what the API stands on.
type Parts struct {
	DB     *db.DB
	Clock  clock.Clock
	Log    *slog.Logger
	Texts  *i18n.Catalog
	Faults *httpx.Faults

	Keys     *identity.Keys
	Identity *identity.Registry

	Partners  *partner.Registry
	Directory *partner.Directory
	Products  *catalog.Registry
	Catalog   *catalog.Index
	Playbill  *playbill.Registry

	Members *member.Members
	Joins   *join.Joins
	Privacy *privacy.Privacy
	Merges  *merge.Merges
	Codes   *member.Codes
	Cards   *card.Cards
	Rules   func() member.Rules // as they are now

	Programmes *programme.Programmes
	Desk       *purchase.Desk

	Figures  *figure.Reader
	Lists    *segment.Lists
	Feed     *feed.Feed
	Webhooks *webhook.Webhooks

	Limit httpx.Rate // of any key that has no rate of its own

	// Ready says why requests can't be served now; nil: they always can.
	Ready func() error
	// Changed takes in what a request has changed of the reference data, so
	// that the next one of the same caller finds it.
	Changed func(ctx context.Context) error
}

// API is the operations on the parts.
type API struct {
	Parts
	limiter *httpx.Limiter
	routes  []route
}

// New makes the API. Without parts it is good for its document only.
func New(p Parts) *API {
	a := &API{Parts: p, limiter: httpx.NewLimiter(clock.System{})}
	for _, resource := range []func(*API){
		quotes, purchases, claims, reservations, refunds, visits,
		members, memberSearch, identifiers, consents, changes, cards, accounts, deposits, levels, codes, households, merges, personalData,
		groups, memberSettings,
		partners, cashiers, catalogue, playbillRows, programmes, settingList, cardStock, keys, pairing, promoCodes,
		figures, events, webhooks,
	} {
		resource(a)
	}
	return a
}

// Mount adds the operations and the document to a router.
func (a *API) Mount(r chi.Router) {
	for i := range a.routes {
		r.Method(a.routes[i].method, Base+a.routes[i].path, a.routes[i].serve)
	}
	a.mountDocument(r)
}

// route is one operation with what documents and serves it.
type route struct {
	operation
	document func(d *document)
	serve    http.HandlerFunc
}
