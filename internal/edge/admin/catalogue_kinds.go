package admin

import (
	"net/url"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

func (p *page) productTypes() error {
	s := p.shelfOf(p.text("admin.nav.catalogue"), catalogueHere, typesPath)
	s.Tabs, s.Find, s.Filters = p.catalogueTabs(typesPath), p.text("admin.catalogue.find-type"), []shelfFilter{p.byState()}
	s.Actions = p.newOne(p.mayCatalogue(), "admin.catalogue.new-type", typesPath+"/new")
	s.Icon, s.None, s.NoneText = "tag", p.text("admin.catalogue.no-types"), p.text("admin.catalogue.no-types-text")
	s.Columns = []kit.Column{
		{Text: p.text("admin.catalogue.type"), Class: "c-who"},
		{Text: p.text("admin.catalogue.payable")},
		{Text: p.text("admin.catalogue.earns")},
		{Text: p.text("segment.field.state"), Class: "c-tag"},
	}
	list, err := p.Products.Types(p.ctx(), s.asked())
	if err != nil {
		return err
	}
	for i := range list.Items {
		t := &list.Items[i]
		r := shelfRow{Name: p.inLang(t.NameRU, t.NameEN), Sub: t.Code, Cells: []string{p.yesNo(t.Payable), p.yesNo(t.Earns)}}
		p.state(&r, t.State)
		if p.mayCatalogue() {
			r.Href = typesPath + "/" + t.ID.String()
		}
		s.Rows = append(s.Rows, r)
	}
	s.after(list.Next)
	return p.showShelf(s)
}

func (p *page) yesNo(yes bool) string {
	if yes {
		return p.text("segment.op.yes")
	}
	return p.text("segment.op.no")
}

func (p *page) newProductType() error {
	return p.askProductType(p.filled(url.Values{"payable": yes(true), "earns": yes(true)}), catalog.Type{})
}

func (p *page) askProductType(f *form, t catalog.Type) error {
	s := sheet{
		Title: p.text("admin.catalogue.new-type"), Here: catalogueHere, Action: typesPath + "/new", Back: typesPath,
		Crumbs: []kit.Link{{Text: p.text("admin.nav.catalogue"), Href: cataloguePath}, {Text: p.text("admin.catalogue.types"), Href: typesPath}},
		Hidden: []sentAlong{{"version", f.values.Get("version")}},
	}
	code := f.field("code", "product-type-code", needed, narrow, most(reference.MaxCode))
	code.Off = t.ID != 0
	entries := append(lines(append(f.names("name_ru", "name_en", reference.MaxName), code)...), f.box("payable", "payable"), f.box("earns", "earns"))
	if t.ID != 0 {
		s.Title, s.Action = p.inLang(t.NameRU, t.NameEN), typesPath+"/"+t.ID.String()
		entries = append(entries, lines(f.field("state", "state", of(p.states()...)))...)
	}
	s.Parts = []sheetPart{{Entries: entries}}
	return p.ask(f, s)
}

func (p *page) newProductTypeSent() error { return p.saveProductType(catalog.Type{}) }

func (p *page) productTypeOf() (catalog.Type, error) {
	i, err := p.param("type")
	if err != nil {
		return catalog.Type{}, err
	}
	return p.Products.Type(p.ctx(), i)
}

func (p *page) editProductType() error {
	t, err := p.productTypeOf()
	if err != nil {
		return err
	}
	return p.askProductType(p.filled(url.Values{
		"name_ru": {t.NameRU}, "name_en": {t.NameEN}, "code": {t.Code}, "payable": yes(t.Payable), "earns": yes(t.Earns),
		"state": {string(t.State)}, "version": {id.ID(t.Version).String()},
	}), t)
}

func (p *page) editProductTypeSent() error {
	t, err := p.productTypeOf()
	if err != nil {
		return err
	}
	return p.saveProductType(t)
}

func (p *page) saveProductType(t catalog.Type) error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	to := t
	to.NameRU, to.NameEN = f.named("name_ru", "name_en")
	to.Payable, to.Earns = f.on("payable"), f.on("earns")
	if t.ID == 0 {
		to.Code = f.get("code")
	} else {
		f.values.Set("code", t.Code) // the field is off: it is not sent
	}
	if err = f.stands(&to.State, &to.Version); err == nil {
		_, err = p.Products.SaveType(p.ctx(), to)
	}
	if err != nil {
		if f.refuse(inField(err, map[string]string{"catalog.code-taken": "code"})) {
			return p.askProductType(f, t)
		}
		return err
	}
	if err := p.Changed(p.ctx()); err != nil {
		return err
	}
	return p.to(typesPath, "saved")
}

func (p *page) productGroups() error {
	s := p.shelfOf(p.text("admin.nav.catalogue"), catalogueHere, groupsPath)
	s.Tabs, s.Find, s.Filters = p.catalogueTabs(groupsPath), p.text("admin.catalogue.find-group"), []shelfFilter{p.byState()}
	s.Actions = p.newOne(p.mayCatalogue(), "admin.catalogue.new-group", groupsPath+"/new")
	s.Icon, s.None, s.NoneText = "layout-grid", p.text("admin.catalogue.no-groups"), p.text("admin.catalogue.no-groups-text")
	s.Columns = []kit.Column{{Text: p.text("admin.catalogue.group"), Class: "c-who"}, {Text: p.text("segment.field.state"), Class: "c-tag"}}
	list, err := p.Products.Groups(p.ctx(), s.asked())
	if err != nil {
		return err
	}
	for i := range list.Items {
		g := &list.Items[i]
		r := shelfRow{Name: g.Name, Sub: g.Code}
		p.state(&r, g.State)
		if p.mayCatalogue() {
			r.Href = groupsPath + "/" + g.ID.String()
		}
		s.Rows = append(s.Rows, r)
	}
	s.after(list.Next)
	return p.showShelf(s)
}

func (p *page) newProductGroup() error {
	return p.askProductGroup(p.filled(url.Values{}), catalog.Group{})
}

func (p *page) askProductGroup(f *form, g catalog.Group) error {
	s := sheet{
		Title: p.text("admin.catalogue.new-group"), Here: catalogueHere, Action: groupsPath + "/new", Back: groupsPath,
		Crumbs: []kit.Link{{Text: p.text("admin.nav.catalogue"), Href: cataloguePath}, {Text: p.text("admin.catalogue.groups"), Href: groupsPath}},
		Hidden: []sentAlong{{"version", f.values.Get("version")}},
	}
	entries := lines(
		f.field("name", "outlet-name", needed, first, most(reference.MaxName)),
		f.field("code", "product-code", needed, narrow, most(reference.MaxCode)),
	)
	if g.ID != 0 {
		s.Title, s.Action = g.Name, groupsPath+"/"+g.ID.String()
		entries = append(entries, lines(f.field("state", "state", of(p.states()...)))...)
	}
	s.Parts = []sheetPart{{Entries: entries}}
	return p.ask(f, s)
}

func (p *page) newProductGroupSent() error { return p.saveProductGroup(catalog.Group{}) }

func (p *page) productGroupOf() (catalog.Group, error) {
	i, err := p.param("group")
	if err != nil {
		return catalog.Group{}, err
	}
	return p.Products.Group(p.ctx(), i)
}

func (p *page) editProductGroup() error {
	g, err := p.productGroupOf()
	if err != nil {
		return err
	}
	return p.askProductGroup(p.filled(url.Values{
		"name": {g.Name}, "code": {g.Code}, "state": {string(g.State)}, "version": {id.ID(g.Version).String()},
	}), g)
}

func (p *page) editProductGroupSent() error {
	g, err := p.productGroupOf()
	if err != nil {
		return err
	}
	return p.saveProductGroup(g)
}

func (p *page) saveProductGroup(g catalog.Group) error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	to := g
	to.Name, to.Code = f.get("name"), f.get("code")
	if err = f.stands(&to.State, &to.Version); err == nil {
		_, err = p.Products.SaveGroup(p.ctx(), to)
	}
	if err != nil {
		if f.refuse(inField(err, map[string]string{"catalog.code-taken": "code"})) {
			return p.askProductGroup(f, g)
		}
		return err
	}
	if err := p.Changed(p.ctx()); err != nil {
		return err
	}
	return p.to(groupsPath, "saved")
}
