// Package cashier is the cashier workplace: one page, and what it asks the
// program for.
//
// The page is a program of its own in the till's browser (ui/static/js/pos): it
// holds the receipt that is made, finds members, asks what it comes to, sells,
// and goes on without a network, writing down what it will tell later. It is
// given words, not codes, wherever the words depend on the product.
//
// All that moves money is done by the API: the page's requests are passed on to
// it with the till's own key, so there is one truth about what a till may do.
//
// Invariants: the till's key is in a cookie that no script reads, and so is who
// is on duty; without a paired till only pairing is served, without a cashier on
// duty only signing in and the telling of receipts that were sold before; the
// page passes on no operation that the table of them doesn't name; it is told of
// a member what a cashier needs, and no whole phone; a request that comes from
// another site is refused.
package cashier

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"kopilka/internal/edge/httpx"
	"kopilka/internal/edge/ui"
	"kopilka/internal/loyalty/feed"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/organization"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
)

//go:generate go tool -modfile=../../../tools.mod templ generate -include-version=false -log-level=error

// Base is the path that the workplace is under.
const Base = "/pos"

// maxBody is how large a request of the page may be, in bytes; receipts go to
// the API, which has a bound of its own.
const maxBody = 1 << 20

// Parts are what the workplace stands on.
type Parts struct {
	DB     *db.DB
	Clock  clock.Clock
	Log    *slog.Logger
	Texts  *i18n.Catalog
	Faults *httpx.Faults

	API    http.Handler // the JSON API, by its own paths
	Secret []byte       // signs who is on duty

	Organization func() organization.Organization // as it is now
	Rules        func() member.Rules              // as they are now
	Keys         *identity.Keys
	Identity     *identity.Registry
	Cashiers     *identity.Cashiers
	Directory    *partner.Directory
	Programmes   *programme.Programmes
	Desk         *purchase.Desk
	Feed         *feed.Feed
}

// Cashier is the workplace on its parts.
type Cashier struct {
	Parts
}

// New makes the workplace.
func New(p Parts) *Cashier { return &Cashier{p} }

// Mount adds it to a router.
func (c *Cashier) Mount(r chi.Router) {
	look := ui.Reader{Texts: c.Texts, Clock: c.Clock, Zone: func() *time.Location { o := c.Organization(); return o.Location() }}
	own := http.NewCrossOriginProtection()
	own.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.Faults.Write(w, r, fault.New(fault.Denied, "cashier.foreign"))
	}))
	r.Get(Base, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, Base+"/", http.StatusSeeOther) })
	r.Route(Base+"/", func(r chi.Router) {
		r.Use(httpx.CompressPages, ui.Protect, own.Handler, look.With)
		r.Get("/", c.page)
		r.Get("/worker.js", c.worker)
		r.Get("/judge.js", c.judge)
		r.Post("/pair", c.serve(c.pair))
		r.Post("/duty", c.serve(c.atTill(c.signIn)))
		r.Delete("/duty", c.serve(c.atTill(c.signOut)))
		r.Get("/start", c.serve(c.begin))
		r.Get("/rules", c.serve(c.atTill(c.rules)))
		r.Post("/find", c.serve(c.onDuty(c.find)))
		r.Post("/confirm", c.serve(c.onDuty(c.confirm)))
		r.Get("/goods", c.serve(c.onDuty(c.goods)))
		r.Get("/catalogue", c.serve(c.atTill(c.catalogue)))
		r.Get("/shift", c.serve(c.onDuty(c.shift)))
		r.Get("/receipts", c.serve(c.onDuty(c.receipts)))
		r.Handle("/api/*", c.serve(c.atTill(c.pass)))
	})
}

// call is a request of the page that is being answered.
type call struct {
	w    http.ResponseWriter
	r    *http.Request
	key  string             // of the till
	who  identity.Principal // whose key it is
	at   partner.Place
	duty *duty // nil: nobody is on duty
}

func (c *Cashier) serve(do func(*call) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		if err := do(&call{w: w, r: r}); err != nil {
			c.Faults.Write(w, r, err)
		}
	}
}
