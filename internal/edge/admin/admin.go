// Package admin is the console: the pages on which an organization is set up
// and run. One file is one action or the few of one page; its templates lie
// beside it; components come from ui/kit, the only place with class names.
//
// The table of routes says for each page which permission it needs and where its
// reader has to work, so that nothing is served that the table does not name; the
// menu and the buttons ask the same table. A page is read by GET and
// changed by POST, which answers 303 to the page that shows the change, or the
// same form with what is wrong in it. Everything works without scripts; with
// them lists are swapped in place.
//
// Invariants: nobody gets in without a whole session but to the door's pages;
// a change that comes from another site is refused; who may not see a thing is
// told who can grant it; no page holds what its reader may not see.
package admin

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"kopilka/internal/edge/httpx"
	"kopilka/internal/edge/ui"
	"kopilka/internal/loyalty/approval"
	"kopilka/internal/loyalty/bulk"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/feed"
	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/intake"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/merge"
	"kopilka/internal/loyalty/organization"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/loyalty/privacy"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/loyalty/webhook"
	"kopilka/internal/loyalty/whatif"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/jobs"
)

//go:generate go tool -modfile=../../../tools.mod templ generate -include-version=false -log-level=error

// Base is the path that all pages are under.
const Base = "/admin"

// Parts are what the console stands on.
type Parts struct {
	DB     *db.DB
	Clock  clock.Clock
	Log    *slog.Logger
	Texts  *i18n.Catalog
	Faults *httpx.Faults

	Staff        *staff.Staff
	Organization func() organization.Organization // as it is now
	Address      string                           // where people reach the program, for links; "": as the reader has reached it
	Partners     *partner.Registry
	Directory    *partner.Directory
	Programmes   *programme.Programmes
	Figures      *figure.Reader

	Members  *member.Members
	Codes    *member.Codes // one-time codes that members are sent
	Merges   *merge.Merges
	Bulk     *bulk.Actions
	Intakes  *intake.Intakes
	Privacy  *privacy.Privacy
	Lists    *segment.Lists
	Desk     *purchase.Desk
	Rules    func() member.Rules // as they are now
	Identity *identity.Registry
	Webhooks *webhook.Webhooks
	Feed     *feed.Feed

	Approvals  *approval.Approvals
	Jobs       *jobs.Runner
	Dispatcher *figure.Dispatcher // of events
	Refresher  *segment.Refresher // of members' figures

	Products *catalog.Registry
	Cards    *card.Cards
	Playbill *playbill.Registry

	Questions *whatif.Questions
	Plans     *programme.Plans

	// Changed takes in what a request has changed of what is kept in memory, so
	// that the next one of the same reader finds it.
	Changed func(ctx context.Context) error
}

// Admin is the console on its parts.
type Admin struct {
	Parts
	routes []route
	served chi.Routes
	pages  map[string]*route // those that are read, by their paths
}

// route is one page, or one thing that is done on it.
type route struct {
	method string
	path   string           // below Base
	need   staff.Permission // "": any person who is signed in
	reach  Reach
	open   bool // nobody needs to be signed in
	serve  func(*page) error
}

// New makes the console.
func New(p Parts) *Admin {
	a := &Admin{Parts: p}
	for _, pages := range []func(*Admin){
		door, setUp, overview, members, purchases, programmes, outlets, cataloguePages, cardPages, groupPages, fieldPages, playbillPages,
		settingPages, consentTextPages, me,
		cashiers, partners, keys, webhooks, operations,
		confirmation, people, roles, trail, jobPages, approvals,
	} {
		pages(a)
	}
	a.pages = make(map[string]*route, len(a.routes))
	for i := range a.routes {
		if a.routes[i].method == http.MethodGet {
			a.pages[strings.TrimSuffix(a.routes[i].path, "/")] = &a.routes[i]
		}
	}
	return a
}

// get and post add a page for whoever may do what the permission names and, if
// it is told, works where the page reaches.
func (a *Admin) get(path string, need staff.Permission, serve func(*page) error, reach ...Reach) {
	a.add(route{method: http.MethodGet, path: path, need: need, serve: serve}, reach)
}

func (a *Admin) post(path string, need staff.Permission, serve func(*page) error, reach ...Reach) {
	a.add(route{method: http.MethodPost, path: path, need: need, serve: serve}, reach)
}

func (a *Admin) add(r route, reach []Reach) {
	if len(reach) > 0 {
		r.reach = reach[0]
	}
	a.routes = append(a.routes, r)
}

// open adds a page of the door, for who is not signed in.
func (a *Admin) open(method, path string, serve func(*page) error) {
	a.routes = append(a.routes, route{method: method, path: path, open: true, serve: serve})
}

// Mount adds the pages to a router.
func (a *Admin) Mount(r chi.Router) {
	own := http.NewCrossOriginProtection()
	look := ui.Reader{Texts: a.Texts, Clock: a.Clock, Zone: func() *time.Location { o := a.Organization(); return o.Location() }}
	own.SetDenyHandler(look.With(http.HandlerFunc(a.denyForeign)))
	r.Route(Base, func(r chi.Router) {
		r.Use(httpx.CompressPages, ui.Protect, own.Handler, look.With)
		a.served = r
		for i := range a.routes {
			r.Method(a.routes[i].method, a.routes[i].path, a.handler(&a.routes[i]))
		}
		r.NotFound(a.handler(&route{open: true, serve: noPage}))
		r.MethodNotAllowed(a.handler(&route{open: true, serve: above}))
	})
}
