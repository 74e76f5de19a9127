package admin

import (
	"net/http"
	"net/url"
	"slices"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/platform/reference"
)

// shelf is a list of reference data, ready to be shown: parts of one place in
// the menu, a search, filters, rows, and the way to the rest.
type shelf struct {
	Title, Sub, Here string
	Path             string // of the list, without what is asked for
	Actions          []kit.Action
	Tabs             []kit.Link
	Find             string // what the search is by; "": there is none
	Filters          []shelfFilter
	Columns          []kit.Column // the name's is the first, the state's the last
	Rows             []shelfRow
	On               string
	Seen             string
	Icon             string // of an empty list
	None, NoneText   string

	query url.Values
}

// shelfFilter narrows the list by one parameter of its address.
type shelfFilter struct {
	Name, Label string
	Options     []kit.Option
}

// shelfRow is one thing of a list.
type shelfRow struct {
	Href, Name, Sub string
	Edit            string   // where it is changed, beside where its name leads
	Cells           []string // of the columns between the name's and the state's
	State           string   // "": none
	Tone            kit.Tone
}

// asks are the parameters of the address that the list is made by.
func (s *shelf) asks() url.Values {
	q := url.Values{}
	if v := s.query.Get("q"); v != "" {
		q.Set("q", v)
	}
	for _, f := range s.Filters {
		if v := s.query.Get(f.Name); v != "" {
			q.Set(f.Name, v)
		}
	}
	return q
}

func (s *shelf) href(change func(q url.Values)) string {
	q := s.asks()
	change(q)
	if len(q) == 0 {
		return s.Path
	}
	return s.Path + "?" + q.Encode()
}

// after is where the rest of the list is.
func (s *shelf) after(next string) {
	if next != "" {
		s.On = s.href(func(q url.Values) { q.Set("after", next) })
	}
}

// narrowed tells whether the list is asked for by anything.
func (s *shelf) narrowed() bool { return len(s.asks()) > 0 }

// options of a filter, with the one that is asked for.
func (s *shelf) options(f *shelfFilter) []kit.Option {
	out := slices.Clone(f.Options)
	for i := range out {
		out[i].Chosen = out[i].Value == s.query.Get(f.Name)
	}
	return out
}

// chips are the filters in force, each with a way to drop it.
func (s *shelf) chips() []kit.Link {
	var out []kit.Link
	for _, f := range s.Filters {
		at := slices.IndexFunc(f.Options, func(o kit.Option) bool { return o.Value == s.query.Get(f.Name) && o.Value != "" })
		if at >= 0 {
			out = append(out, kit.Link{Text: f.Label + ": " + f.Options[at].Text, Href: s.href(func(q url.Values) { q.Del(f.Name) })})
		}
	}
	return out
}

// showShelf answers with a list, or with the part of it that changes.
func (p *page) showShelf(s *shelf) error {
	if p.swaps() {
		return p.write(http.StatusOK, shelfPart(s))
	}
	return p.show(s.Title, s.Here, shelfPage(s))
}

// shelfOf begins a list that the address asks for.
func (p *page) shelfOf(title, here, path string) *shelf {
	return &shelf{Title: title, Here: here, Path: path, query: p.r.URL.Query()}
}

// asked is the part of a list of reference data that the address asks for.
func (s *shelf) asked() reference.Page {
	return reference.Page{After: s.query.Get("after"), Find: s.query.Get("q"), State: reference.State(s.query.Get("state"))}
}

// byState narrows a list to what is in use, or is not.
func (p *page) byState() shelfFilter {
	return shelfFilter{Name: "state", Label: p.text("segment.field.state"), Options: []kit.Option{
		{Text: p.text("admin.shelf.any")},
		{Value: string(reference.Active), Text: p.text("admin.shelf.active")},
		{Value: string(reference.Closed), Text: p.text("admin.shelf.closed")},
	}}
}

// state is a row's state in words.
func (p *page) state(r *shelfRow, s reference.State) {
	r.State = p.text("admin.shelf.is-" + string(s))
	if s == reference.Active {
		r.Tone = kit.Good
	}
}

// states are those that a thing may be given.
func (p *page) states() []kit.Option {
	return []kit.Option{
		{Value: string(reference.Active), Text: p.text("admin.shelf.is-" + string(reference.Active))},
		{Value: string(reference.Closed), Text: p.text("admin.shelf.is-" + string(reference.Closed))},
	}
}

// first is where the list begins, for who is further on in it: a list that goes
// by code is read one way.
func (s *shelf) first() string {
	if s.query.Get("after") == "" {
		return ""
	}
	return s.href(func(url.Values) {})
}
