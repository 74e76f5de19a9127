package admin

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"kopilka/internal/edge/httpx"
	"kopilka/internal/edge/ui"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
)

// page is a request that is being answered.
type page struct {
	*Admin
	w   http.ResponseWriter
	r   *http.Request
	who *staff.Who // nil on the door's pages

	route   *route     // that is asked for
	carried url.Values // a form that was kept while its sender signed in again; nil: none
}

func (p *page) ctx() context.Context { return p.r.Context() }

// can tells whether the reader may do what the permission names.
func (p *page) can(need staff.Permission) bool { return p.who != nil && p.who.Can(need) }

// actor is the reader as the members' trail names him.
func (p *page) actor() member.Actor {
	return member.Actor{Kind: member.ByStaff, ID: p.who.Person.ID, Source: "admin"}
}

// param is an id of the path.
func (p *page) param(name string) (id.ID, error) {
	i, err := id.Parse(chi.URLParam(p.r, name))
	if err != nil {
		return 0, fault.Wrap(err, fault.NotFound, "admin.no-page")
	}
	return i, nil
}

// text is a text in the reader's language.
func (p *page) text(key string, args ...any) string { return ui.T(p.ctx(), key, args...) }

// swaps tells whether a script asks for a part of the page only. Who comes
// back by the browser's button gets the whole of it.
func (p *page) swaps() bool {
	return p.r.Header.Get("HX-Request") == "true" && p.r.Header.Get("HX-History-Restore-Request") != "true"
}

// write answers with a component.
func (p *page) write(status int, c templ.Component) error {
	p.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	p.w.Header().Set("Content-Language", string(ui.Of(p.ctx()).Lang))
	p.w.WriteHeader(status)
	return c.Render(p.ctx(), p.w)
}

// show answers with a page of the console: its title, the place in the menu
// that it belongs to, and what is in it.
func (p *page) show(title, here string, body templ.Component) error {
	return p.write(http.StatusOK, console(p.frame(title, here), p.done(), body))
}

// again answers with the same page and what was wrong.
func (p *page) again(title, here string, body templ.Component) error {
	return p.write(http.StatusUnprocessableEntity, console(p.frame(title, here), doneView{}, body))
}

// to sends the reader on to a page; done, if any, is the key of what he is told
// there: admin.done.<done>.
func (p *page) to(path, done string) error {
	if done != "" {
		path = addDone(path, done)
	}
	if p.swaps() {
		p.w.Header().Set("HX-Redirect", path)
		p.w.WriteHeader(http.StatusOK)
		return nil
	}
	http.Redirect(p.w, p.r, path, http.StatusSeeOther)
	return nil
}

const doneParam = "done"

// addDone is an address that says what was done.
func addDone(path, done string) string {
	mark := "?"
	if strings.Contains(path, "?") {
		mark = "&"
	}
	return path + mark + doneParam + "=" + url.QueryEscape(done)
}

// doneView is what the reader has just done, or what has kept it from being done.
type doneView struct {
	Text string // "": nothing is said
	Not  bool
}

// done is what is said after what the reader has done; keys of what was not begin
// with "not-".
func (p *page) done() doneView {
	if p.carried != nil {
		return doneView{Text: p.text("admin.done.kept")}
	}
	what := p.r.URL.Query().Get(doneParam)
	return doneView{Text: p.textOr("admin.done."+what, ""), Not: strings.HasPrefix(what, "not-")}
}

// handler serves a route: who may, what goes wrong.
func (a *Admin) handler(o *route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p := &page{Admin: a, w: w, r: r, route: o}
		err := p.enter(o)
		switch {
		case err != nil:
		case !o.open && p.takeKept():
			err = p.showKept(o)
		default:
			err = o.serve(p)
		}
		if err != nil {
			p.fail(err)
		}
	}
}

// enter finds who asks and whether he may.
func (p *page) enter(o *route) error {
	if o.open {
		return nil
	}
	who, err := p.Staff.Who(p.ctx(), p.token())
	if err != nil {
		return err
	}
	p.who = who
	from := p.where()
	by := audit.Actor{Kind: audit.Staff, ID: who.Person.ID, Name: who.Person.Name, Address: from.Address, Agent: from.Agent}
	p.r = p.r.WithContext(audit.By(p.known(p.ctx(), &who.Person), by))
	return p.allowed(o)
}

// fail answers with what went wrong: to the door where nobody is signed in.
func (p *page) fail(err error) {
	sends := p.r.Method == http.MethodPost
	path, done := "", ""
	if p.who != nil && !p.swaps() {
		path, done = p.overtaken(err)
	}
	ended, half := fault.Is(err, "staff.session-ended"), fault.Is(err, "staff.second-proof-needed")
	switch {
	case (ended || half) && sends && !p.swaps():
		err = p.atEnd(half)
	case ended && !sends:
		err = p.to(Base+"/sign-in?next="+url.QueryEscape(p.place()), "")
	case half && !sends:
		err = p.to(Base+"/prove?next="+url.QueryEscape(p.place()), "")
	case path != "":
		err = p.to(path, done)
	case fault.Is(err, "staff.proof-stale") && p.who != nil && p.r.Method == http.MethodGet:
		err = p.to(confirmPath+"?next="+url.QueryEscape(p.place()), "")
	case fault.Is(err, "staff.proof-stale") && p.who != nil:
		err = p.sureFirst()
	default:
		problem := p.Faults.Problem(p.ctx(), err)
		if p.swaps() {
			// The list stays as it is; a toast says what went wrong.
			p.w.Header().Set("HX-Reswap", "none")
			p.toast(problem.Detail, true)
			p.w.WriteHeader(problem.Status)
			return
		}
		err = p.write(problem.Status, p.broken(problem))
	}
	if err != nil {
		p.Log.WarnContext(p.ctx(), "a page was not written", "error", err)
	}
}

// broken is the page of a failure: inside the console for who is in it.
func (p *page) broken(problem *httpx.Problem) templ.Component {
	if p.who == nil {
		return outside(problem.Title, other(p.r), failure(problem, ""))
	}
	back := ""
	if problem.Status == http.StatusConflict { // it has changed since: the page above shows what it is now
		back = p.pageAbove(p.r.URL.Path)
	}
	return console(p.frame(problem.Title, ""), doneView{}, failed(problem, back))
}

// place is the page that is read, as it can be come back to.
func (p *page) place() string {
	if p.r.Method != http.MethodGet {
		return Base
	}
	return p.r.URL.RequestURI()
}

func noPage(*page) error { return fault.New(fault.NotFound, "admin.no-page") }

// above leads whoever asks for what is only sent to the nearest page above it: he
// has come back to it, or changed his language on its answer.
func above(p *page) error {
	if p.r.Method == http.MethodGet {
		if to := p.pageAbove(p.r.URL.Path); to != "" {
			http.Redirect(p.w, p.r, local(to), http.StatusSeeOther)
			return nil
		}
	}
	return noPage(p)
}

// pageAbove is the nearest page above an address; "": none but the first one.
func (a *Admin) pageAbove(path string) string {
	for at := strings.TrimPrefix(path, Base); at != ""; {
		at = at[:strings.LastIndexByte(at, '/')]
		if at != "" && a.served.Match(chi.NewRouteContext(), http.MethodGet, at) {
			return Base + at
		}
	}
	return ""
}

func (a *Admin) denyForeign(w http.ResponseWriter, r *http.Request) {
	(&page{Admin: a, w: w, r: r}).fail(fault.New(fault.Denied, "admin.foreign"))
}

func (p *page) lang() i18n.Lang { return ui.Of(p.ctx()).Lang }
