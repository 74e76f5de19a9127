package admin

import (
	"net/url"
	"slices"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// groupPages is the pages of what members are put together by: groups,
// categories, tags.
func groupPages(a *Admin) {
	a.get("/groups", staff.MembersSee, (*page).memberGroups)
	a.get("/groups/new", staff.GroupsEdit, (*page).newMemberGroup, Everywhere)
	a.post("/groups/new", staff.GroupsEdit, (*page).newMemberGroupSent, Everywhere)
	a.get("/groups/{group}/edit", staff.GroupsEdit, (*page).editMemberGroup, Everywhere)
	a.post("/groups/{group}/edit", staff.GroupsEdit, (*page).editMemberGroupSent, Everywhere)
	a.get("/groups/categories", staff.MembersSee, (*page).memberCategories)
	a.get("/groups/categories/new", staff.GroupsEdit, (*page).newCategory, Everywhere)
	a.post("/groups/categories/new", staff.GroupsEdit, (*page).newCategorySent, Everywhere)
	a.get("/groups/categories/{category}/edit", staff.GroupsEdit, (*page).editCategory, Everywhere)
	a.post("/groups/categories/{category}/edit", staff.GroupsEdit, (*page).editCategorySent, Everywhere)
	a.get("/groups/tags", staff.MembersSee, (*page).memberTags, Everywhere)
}

const (
	memberGroupsHere = "/groups"
	memberGroupsPath = Base + memberGroupsHere
	categoriesPath   = memberGroupsPath + "/categories"
	tagsPath         = memberGroupsPath + "/tags"
)

func (p *page) groupTabs(here string) []kit.Link {
	out := []kit.Link{
		{Text: p.text("admin.groups.groups"), Href: memberGroupsPath, Here: here == memberGroupsPath},
		{Text: p.text("admin.groups.categories"), Href: categoriesPath, Here: here == categoriesPath},
	}
	if p.goes("/groups/tags") { // counted over all members
		out = append(out, kit.Link{Text: p.text("admin.groups.tags"), Href: tagsPath, Here: here == tagsPath})
	}
	return out
}

// used is the state of a thing that is in use, or was put away.
func (p *page) used(r *shelfRow, active bool) {
	r.State = p.text("admin.shelf.is-closed")
	if active {
		r.State, r.Tone = p.text("admin.shelf.is-active"), kit.Good
	}
}

// ofMembers are the columns of what members are put together by.
func (p *page) ofMembers(name string, more ...kit.Column) []kit.Column {
	return append(append([]kit.Column{{Text: p.text(name), Class: "c-who"}}, more...), kit.Column{Text: p.text("segment.field.state"), Class: "c-tag"})
}

func (p *page) memberGroups() error {
	s := p.shelfOf(p.text("admin.nav.groups"), memberGroupsHere, memberGroupsPath)
	may := p.goes("/groups/new")
	s.Tabs, s.Actions = p.groupTabs(memberGroupsPath), p.newOne(may, "admin.groups.new", memberGroupsPath+"/new")
	s.Icon, s.None, s.NoneText = "users", p.text("admin.groups.none"), p.text("admin.groups.none-text")
	s.Columns = p.ofMembers("admin.groups.group", kit.Column{Text: p.text("admin.groups.made"), Class: "c-last"})
	list, err := member.Groups(p.ctx(), p.DB)
	if err != nil {
		return err
	}
	for i := range list {
		g := &list[i]
		r := shelfRow{Name: g.Name, Sub: g.Note, Cells: []string{ui.Date(p.ctx(), g.CreatedAt)}, Href: membersPath + "?in.groups=" + g.ID.String()}
		p.used(&r, g.Active)
		if may {
			r.Edit = memberGroupsPath + "/" + g.ID.String() + "/edit"
		}
		s.Rows = append(s.Rows, r)
	}
	return p.showShelf(s)
}

func (p *page) newMemberGroup() error {
	return p.askMemberGroup(p.filled(nil), member.Group{Active: true})
}

func (p *page) askMemberGroup(f *form, g member.Group) error {
	s := sheet{
		Title: p.text("admin.groups.new"), Here: memberGroupsHere, Action: memberGroupsPath + "/new", Back: memberGroupsPath,
		Crumbs: []kit.Link{{Text: p.text("admin.nav.groups"), Href: memberGroupsPath}},
	}
	entries := lines(
		f.field("name", "outlet-name", needed, first, most(member.MaxName)),
		f.field("note", "group-note", most(member.MaxReason)),
	)
	if g.ID != 0 {
		s.Title, s.Action = g.Name, memberGroupsPath+"/"+g.ID.String()+"/edit"
		entries = append(entries, f.box("active", "group-active"))
	}
	s.Parts = []sheetPart{{Entries: entries}}
	return p.ask(f, s)
}

func (p *page) memberGroupOf() (member.Group, error) {
	i, err := p.param("group")
	if err != nil {
		return member.Group{}, err
	}
	list, err := member.Groups(p.ctx(), p.DB)
	return one(list, err, func(g member.Group) id.ID { return g.ID }, i)
}

// one is the thing of a list that has the id.
func one[T any](list []T, err error, of func(T) id.ID, i id.ID) (none T, _ error) {
	if err != nil {
		return none, err
	}
	at := slices.IndexFunc(list, func(v T) bool { return of(v) == i })
	if at < 0 {
		return none, fault.New(fault.NotFound, "admin.no-page")
	}
	return list[at], nil
}

func (p *page) newMemberGroupSent() error { return p.saveMemberGroup(member.Group{Active: true}) }

func (p *page) editMemberGroup() error {
	g, err := p.memberGroupOf()
	if err != nil {
		return err
	}
	return p.askMemberGroup(p.filled(url.Values{"name": {g.Name}, "note": {g.Note}, "active": yes(g.Active)}), g)
}

func (p *page) editMemberGroupSent() error {
	g, err := p.memberGroupOf()
	if err != nil {
		return err
	}
	return p.saveMemberGroup(g)
}

func (p *page) saveMemberGroup(g member.Group) error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	to := g
	to.Name, to.Note = f.get("name"), f.get("note")
	to.Active = g.ID == 0 || f.on("active")
	if _, err := p.Members.SaveGroup(p.ctx(), to); err != nil {
		if f.refuse(inField(err, map[string]string{"member.name-taken": "name"})) {
			return p.askMemberGroup(f, g)
		}
		return err
	}
	return p.kept(memberGroupsPath)
}

// kept takes in what was saved and goes on.
func (p *page) kept(to string) error {
	if err := p.Changed(p.ctx()); err != nil {
		return err
	}
	return p.to(to, "saved")
}

func (p *page) memberCategories() error {
	s := p.shelfOf(p.text("admin.nav.groups"), memberGroupsHere, categoriesPath)
	may := p.goes("/groups/categories/new")
	s.Tabs, s.Actions = p.groupTabs(categoriesPath), p.newOne(may, "admin.groups.new-category", categoriesPath+"/new")
	s.Icon, s.None, s.NoneText = "tag", p.text("admin.groups.no-categories"), p.text("admin.groups.no-categories-text")
	s.Columns = p.ofMembers("admin.groups.category", kit.Column{Text: p.text("admin.groups.made"), Class: "c-last"})
	list, err := member.Categories(p.ctx(), p.DB)
	if err != nil {
		return err
	}
	for i := range list {
		c := &list[i]
		r := shelfRow{Name: c.Name, Cells: []string{ui.Date(p.ctx(), c.CreatedAt)}, Href: membersPath + "?in.category=" + c.ID.String()}
		if p.Rules().Category == c.ID {
			r.Sub = p.text("admin.groups.by-default")
		}
		p.used(&r, c.Active)
		if may {
			r.Edit = categoriesPath + "/" + c.ID.String() + "/edit"
		}
		s.Rows = append(s.Rows, r)
	}
	return p.showShelf(s)
}

func (p *page) newCategory() error {
	return p.askCategory(p.filled(nil), member.Category{Active: true})
}

func (p *page) askCategory(f *form, c member.Category) error {
	s := sheet{
		Title: p.text("admin.groups.new-category"), Here: memberGroupsHere, Action: categoriesPath + "/new", Back: categoriesPath,
		Crumbs: []kit.Link{{Text: p.text("admin.nav.groups"), Href: memberGroupsPath}, {Text: p.text("admin.groups.categories"), Href: categoriesPath}},
	}
	entries := lines(f.field("name", "outlet-name", needed, first, most(member.MaxName)))
	if c.ID != 0 {
		s.Title, s.Action = c.Name, categoriesPath+"/"+c.ID.String()+"/edit"
		entries = append(entries, f.box("active", "group-active"))
	}
	s.Parts = []sheetPart{{Entries: entries}}
	return p.ask(f, s)
}

func (p *page) categoryOf() (member.Category, error) {
	i, err := p.param("category")
	if err != nil {
		return member.Category{}, err
	}
	list, err := member.Categories(p.ctx(), p.DB)
	return one(list, err, func(c member.Category) id.ID { return c.ID }, i)
}

func (p *page) newCategorySent() error { return p.saveCategory(member.Category{Active: true}) }

func (p *page) editCategory() error {
	c, err := p.categoryOf()
	if err != nil {
		return err
	}
	return p.askCategory(p.filled(url.Values{"name": {c.Name}, "active": yes(c.Active)}), c)
}

func (p *page) editCategorySent() error {
	c, err := p.categoryOf()
	if err != nil {
		return err
	}
	return p.saveCategory(c)
}

func (p *page) saveCategory(c member.Category) error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	to := c
	to.Name, to.Active = f.get("name"), c.ID == 0 || f.on("active")
	if _, err := p.Members.SaveCategory(p.ctx(), to); err != nil {
		if f.refuse(inField(err, map[string]string{"member.name-taken": "name"})) {
			return p.askCategory(f, c)
		}
		return err
	}
	return p.kept(categoriesPath)
}

// memberTags are the labels that members have: free words, which come with the
// first member who has one and go with the last.
func (p *page) memberTags() error {
	s := p.shelfOf(p.text("admin.nav.groups"), memberGroupsHere, tagsPath)
	s.Tabs = p.groupTabs(tagsPath)
	s.Icon, s.None, s.NoneText = "tag", p.text("admin.groups.no-tags"), p.text("admin.groups.no-tags-text")
	s.Columns = []kit.Column{{Text: p.text("admin.groups.tag"), Class: "c-who"}, {Text: p.text("admin.nav.members"), Right: true, Class: "c-sum"}}
	list, err := member.TagUses(p.ctx(), p.DB, member.MaxTagUses)
	if err != nil {
		return err
	}
	for _, t := range list {
		s.Rows = append(s.Rows, shelfRow{Name: t.Tag, Href: membersPath + "?" + url.Values{"in.tags": {t.Tag}}.Encode(), Cells: []string{ui.Number(p.ctx(), t.Members)}})
	}
	return p.showShelf(s)
}
