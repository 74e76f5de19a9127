package admin

import (
	"net/url"
	"strings"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/bulk"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// bulkPages is what is done to many members at once: asked for over rows that
// are chosen in the list or over all that it finds, looked at, begun, followed.
func bulkPages(a *Admin) {
	a.get("/members/bulk", staff.MembersSee, (*page).bulkActions)
	for _, d := range bulkDeeds() {
		a.get("/members/bulk/"+d.path, d.need, d.show)
		a.post("/members/bulk/"+d.path, d.need, d.sent)
	}
	a.get("/members/bulk/{action}", staff.MembersSee, (*page).bulkAction)
	a.get("/members/bulk/{action}/left", staff.MembersSee, (*page).bulkLeftFile)
	a.post("/members/bulk/{action}/begin", staff.MembersSee, (*page).bulkBegin)
	a.post("/members/bulk/{action}/stop", staff.MembersSee, (*page).bulkStop)
}

const bulkPath = membersPath + "/bulk"

// bulkDeed is one thing that may be done to many, as it is asked for.
type bulkDeed struct {
	path   string // below /members/bulk; its texts are admin.bulk.<path>…
	icon   string
	need   staff.Permission
	fields func(p *page, f *form) ([]kit.Field, error)
	read   func(p *page, f *form) (bulk.Deed, error)
}

func bulkDeeds() []bulkDeed {
	return []bulkDeed{
		{"tag", "tag", bulk.TagGiven.Needs(), (*page).bulkTagFields, readBulkTag},
		{"group", "users", bulk.IntoGroup.Needs(), (*page).bulkGroupFields, readBulkGroup},
		{"block", "lock", bulk.Blocked.Needs(), (*page).bulkBlockFields, readBulkBlock},
		{"points", "coins", bulk.Points.Needs(), (*page).adjustFields, readBulkPoints},
		{"level", "award", bulk.Level.Needs(), (*page).levelFields, readBulkLevel},
	}
}

func (d bulkDeed) show(p *page) error {
	c, err := p.chosen(p.r.URL.Query())
	if err != nil {
		return err
	}
	return p.askBulk(p.filled(url.Values{}), d, c)
}

func (d bulkDeed) sent(p *page) error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	c, err := p.chosen(f.values)
	if err != nil {
		return err
	}
	deed, err := d.read(p, f)
	if err == nil {
		var a bulk.Action
		if a, err = p.Bulk.Ask(p.ctx(), p.asker(), deed, c.filter()); err == nil {
			return p.to(bulkPath+"/"+a.ID.String(), "")
		}
	}
	if f.refuse(levelFault(named(err))) {
		return p.askBulk(f, d, c)
	}
	return err
}

func (p *page) askBulk(f *form, d bulkDeed, c *chosen) error {
	fields, err := d.fields(p, f)
	if err != nil {
		return err
	}
	count, err := p.countOf(c)
	if err != nil {
		return err
	}
	return p.ask(f, sheet{
		Title: p.text("admin.bulk." + d.path + "-title"), Sub: count, Here: "/members", Action: bulkPath + "/" + d.path, Back: c.back(), Do: p.text("admin.bulk.look"),
		Crumbs: []kit.Link{{Text: p.text("admin.nav.members"), Href: c.back()}}, Hidden: c.along(), Parts: []sheetPart{{Entries: lines(fields...)}},
	})
}

// countOf says whom it is about to be done to.
func (p *page) countOf(c *chosen) (string, error) {
	n, more, err := p.Lists.Count(p.ctx(), c.filter(), p.asker().Outlets)
	if err != nil {
		return "", err
	}
	if more {
		return p.text("admin.bulk.whom-more", "number", ui.Number(p.ctx(), n)), nil
	}
	return p.text("admin.bulk.whom", "count", n, "number", ui.Number(p.ctx(), n)), nil
}

// asker is the reader as package bulk knows him.
func (p *page) asker() bulk.Asker {
	who := bulk.Asker{ID: p.who.Person.ID, Name: p.who.Person.Name}
	if p.who.Narrowed() {
		if who.Outlets = p.who.Outlets(); who.Outlets == nil {
			who.Outlets = []id.ID{} // narrowed to none
		}
	}
	return who
}

// chosen is whom something is to be done to: rows of the list, or all of it.
type chosen struct {
	list    url.Values // the list that is seen
	numbers []string   // of the rows; none: all
}

// chosen reads what the list's bar sends: list, the address of the list; all; or
// id, numbers of members, of no more than a page of them.
func (p *page) chosen(q url.Values) (*chosen, error) {
	list, err := url.ParseQuery(q.Get("list"))
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "admin.bad-form")
	}
	c := &chosen{list: list}
	if q.Get("all") != "" {
		return c, nil
	}
	c.numbers = q["id"]
	switch {
	case len(c.numbers) == 0:
		return nil, fault.New(fault.Invalid, "admin.none-chosen")
	case len(c.numbers) > segment.MaxValues:
		return nil, fault.New(fault.TooLarge, "admin.chosen-most", "most", segment.MaxValues)
	}
	return c, nil
}

func (c *chosen) filter() segment.Filter {
	if len(c.numbers) > 0 {
		return segment.Filter{Conditions: []segment.Condition{{Field: "number", Op: segment.OpIn, Values: c.numbers}}}
	}
	a := readAsked(c.list)
	return a.Filter
}

func (c *chosen) along() []sentAlong {
	out := []sentAlong{{"list", c.list.Encode()}}
	for _, n := range c.numbers {
		out = append(out, sentAlong{"id", n})
	}
	if len(c.numbers) == 0 {
		out = append(out, sentAlong{"all", "yes"})
	}
	return out
}

func (c *chosen) back() string { return withQuery(membersPath, c.list) }

// The forms, and what they ask for.

func (p *page) ways(options ...string) func(*kit.Field) {
	var all []kit.Option
	for _, o := range options {
		all = append(all, kit.Option{Value: o, Text: p.text("admin.bulk." + o)})
	}
	return of(all...)
}

func way(f *form, kinds ...bulk.Kind) bulk.Kind {
	for _, k := range kinds {
		if f.get("way") == string(k) {
			return k
		}
	}
	return kinds[0]
}

func (p *page) bulkTagFields(f *form) ([]kit.Field, error) {
	return []kit.Field{
		f.field("way", "way", p.ways(string(bulk.TagGiven), string(bulk.TagTaken))),
		f.field("tag", "tag", needed, first, most(member.MaxTag)),
	}, nil
}

func readBulkTag(_ *page, f *form) (bulk.Deed, error) {
	return bulk.Deed{Kind: way(f, bulk.TagGiven, bulk.TagTaken), Tag: f.get("tag")}, nil
}

func (p *page) bulkGroupFields(f *form) ([]kit.Field, error) {
	list, err := member.Groups(p.ctx(), p.DB)
	if err != nil {
		return nil, err
	}
	var groups []kit.Option
	for _, g := range list {
		if g.Active {
			groups = append(groups, kit.Option{Value: g.ID.String(), Text: g.Name})
		}
	}
	if len(groups) == 0 {
		return nil, fault.New(fault.Conflict, "admin.no-groups")
	}
	return []kit.Field{
		f.field("way", "way", p.ways(string(bulk.IntoGroup), string(bulk.OutOfGroup))),
		f.field("group", "group", first, of(groups...)),
	}, nil
}

func readBulkGroup(_ *page, f *form) (bulk.Deed, error) {
	group, err := id.Parse(f.get("group"))
	if err != nil {
		return bulk.Deed{}, fault.Wrap(err, fault.Invalid, "member.bad-group")
	}
	return bulk.Deed{Kind: way(f, bulk.IntoGroup, bulk.OutOfGroup), Group: group}, nil
}

func (p *page) bulkBlockFields(f *form) ([]kit.Field, error) {
	return []kit.Field{
		f.field("way", "way", p.ways(string(bulk.Blocked), string(bulk.Unblocked))),
		f.field("reason", "block-reason", first, most(member.MaxReason)),
	}, nil
}

func readBulkBlock(_ *page, f *form) (bulk.Deed, error) {
	d := bulk.Deed{Kind: way(f, bulk.Blocked, bulk.Unblocked), Reason: f.get("reason")}
	if d.Kind == bulk.Unblocked {
		d.Reason = ""
	}
	return d, nil
}

func readBulkPoints(p *page, f *form) (bulk.Deed, error) {
	r, err := p.adjustment(f)
	if err != nil {
		return bulk.Deed{}, err
	}
	return bulk.Deed{Kind: bulk.Points, Programme: r.Programme, Points: r.Points, Days: r.Days, Reason: r.Reason}, nil
}

func readBulkLevel(p *page, f *form) (bulk.Deed, error) {
	r, err := p.leveled(f)
	if err != nil {
		return bulk.Deed{}, err
	}
	return bulk.Deed{Kind: bulk.Level, Programme: r.Programme, Level: r.Level, Until: r.Until, Reason: r.Reason}, nil
}

// bulkBar is what the list offers to do to the rows that are chosen: what the
// reader may do.
func (l *memberList) bulkBar() []kit.Action {
	var out []kit.Action
	for _, d := range bulkDeeds() {
		if l.page.can(d.need) {
			out = append(out, kit.Action{Text: l.page.text("admin.bulk." + d.path), Icon: d.icon, Submit: true, Form: chosenForm, To: bulkPath + "/" + d.path})
		}
	}
	if l.page.mayTakeOut() {
		out = append(out, kit.Action{Text: l.page.text("admin.bulk.excel"), Icon: "download", Submit: true, Form: chosenForm, To: membersPath + "/export"})
	}
	return out
}

// chosenForm is the form that the chosen rows are sent with.
const chosenForm = "chosen"

// mayBulk tells whether the reader may do anything to many, so that rows can be
// chosen.
func (l *memberList) mayBulk() bool { return len(l.bulkBar()) > 0 }

// deedWords is what an action does, in words.
func (p *page) deedWords(d *bulk.Deed) string {
	switch d.Kind {
	case bulk.TagGiven, bulk.TagTaken:
		return p.text("admin.bulk.does-"+string(d.Kind), "tag", d.Tag)
	case bulk.IntoGroup, bulk.OutOfGroup:
		return p.text("admin.bulk.does-"+string(d.Kind), "group", p.groupName(d.Group))
	case bulk.Points:
		if d.Points < 0 {
			return p.text("admin.bulk.does-points-out", "points", ui.Points(p.ctx(), -d.Points))
		}
		return p.text("admin.bulk.does-points-in", "points", ui.Points(p.ctx(), d.Points))
	case bulk.Level:
		name := p.Desk.LevelName(d.Programme, d.Level)
		if strings.TrimSpace(name) == "" {
			name = p.text("admin.member.no-level")
		}
		return p.text("admin.bulk.does-level", "level", name)
	case bulk.Blocked, bulk.Unblocked:
	}
	return p.text("admin.bulk.does-" + string(d.Kind))
}

func (p *page) groupName(group id.ID) string {
	list, err := member.Groups(p.ctx(), p.DB)
	if err == nil {
		for _, g := range list {
			if g.ID == group {
				return g.Name
			}
		}
	}
	return group.String()
}
