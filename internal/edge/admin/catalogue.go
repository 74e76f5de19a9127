package admin

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/reference"
)

// cataloguePages is the pages of what is sold: products, their types, their
// groups.
func cataloguePages(a *Admin) {
	a.get("/catalogue", staff.ReferenceSee, (*page).products)
	a.get("/catalogue/new", staff.CatalogueEdit, (*page).newProduct, Everywhere)
	a.post("/catalogue/new", staff.CatalogueEdit, (*page).newProductSent, Everywhere)
	a.get("/catalogue/products/{product}", staff.CatalogueEdit, (*page).editProduct, Everywhere)
	a.post("/catalogue/products/{product}", staff.CatalogueEdit, (*page).editProductSent, Everywhere)
	a.get("/catalogue/types", staff.ReferenceSee, (*page).productTypes)
	a.get("/catalogue/types/new", staff.CatalogueEdit, (*page).newProductType, Everywhere)
	a.post("/catalogue/types/new", staff.CatalogueEdit, (*page).newProductTypeSent, Everywhere)
	a.get("/catalogue/types/{type}", staff.CatalogueEdit, (*page).editProductType, Everywhere)
	a.post("/catalogue/types/{type}", staff.CatalogueEdit, (*page).editProductTypeSent, Everywhere)
	a.get("/catalogue/groups", staff.ReferenceSee, (*page).productGroups)
	a.get("/catalogue/groups/new", staff.CatalogueEdit, (*page).newProductGroup, Everywhere)
	a.post("/catalogue/groups/new", staff.CatalogueEdit, (*page).newProductGroupSent, Everywhere)
	a.get("/catalogue/groups/{group}", staff.CatalogueEdit, (*page).editProductGroup, Everywhere)
	a.post("/catalogue/groups/{group}", staff.CatalogueEdit, (*page).editProductGroupSent, Everywhere)
}

const (
	catalogueHere = "/catalogue"
	cataloguePath = Base + catalogueHere
	typesPath     = cataloguePath + "/types"
	groupsPath    = cataloguePath + "/groups"
)

// mostChosen is how many types or groups a list to choose from has.
const mostChosen = reference.MaxLimit

func (p *page) catalogueTabs(here string) []kit.Link {
	return []kit.Link{
		{Text: p.text("admin.catalogue.products"), Href: cataloguePath, Here: here == cataloguePath},
		{Text: p.text("admin.catalogue.types"), Href: typesPath, Here: here == typesPath},
		{Text: p.text("admin.catalogue.groups"), Href: groupsPath, Here: here == groupsPath},
	}
}

// mayCatalogue tells whether the reader may change the catalogue.
func (p *page) mayCatalogue() bool { return p.goes("/catalogue/new") }

// newOne is the way to make a thing, for who may.
func (p *page) newOne(may bool, key, href string) []kit.Action {
	if !may {
		return nil
	}
	return []kit.Action{{Text: p.text(key), Icon: "plus", Weight: kit.Primary, Href: href}}
}

func (p *page) products() error {
	s := p.shelfOf(p.text("admin.nav.catalogue"), catalogueHere, cataloguePath)
	s.Tabs, s.Find = p.catalogueTabs(cataloguePath), p.text("admin.catalogue.find")
	s.Actions = p.newOne(p.mayCatalogue(), "admin.catalogue.new-product", cataloguePath+"/new")
	s.Icon, s.None, s.NoneText = "shopping-bag", p.text("admin.catalogue.none"), p.text("admin.catalogue.none-text")
	s.Columns = []kit.Column{
		{Text: p.text("admin.receipt.product"), Class: "c-who"},
		{Text: p.text("admin.catalogue.type"), Class: "c-last"},
		{Text: p.text("admin.catalogue.groups")},
		{Text: p.text("admin.catalogue.price"), Right: true, Class: "c-sum"},
		{Text: p.text("admin.catalogue.least"), Right: true, Class: "c-sum"},
		{Text: p.text("segment.field.state"), Class: "c-tag"},
	}
	types, err := p.productTypeOptions()
	if err != nil {
		return err
	}
	s.Filters = []shelfFilter{
		{Name: "type", Label: p.text("admin.catalogue.type"), Options: append([]kit.Option{{Text: p.text("admin.shelf.any")}}, types...)},
		{Name: "unknown", Label: p.text("admin.catalogue.entered"), Options: []kit.Option{
			{Text: p.text("admin.catalogue.entered-any")}, {Value: "1", Text: p.text("admin.catalogue.unknown-only")},
		}},
		p.byState(),
	}
	list, err := p.productsAsked(s)
	if err != nil {
		return err
	}
	names, err := p.productNames(types)
	if err != nil {
		return err
	}
	for i := range list.Items {
		s.Rows = append(s.Rows, p.productRow(&list.Items[i], names))
	}
	s.after(list.Next)
	return p.showShelf(s)
}

// productsAsked finds a product by its barcode too: the list has that one then.
func (p *page) productsAsked(s *shelf) (reference.List[catalog.Product], error) {
	of, _ := id.Parse(s.query.Get("type"))
	w := catalog.Filter{TypeID: of, Unknown: s.query.Get("unknown") != ""}
	list, err := p.Products.Products(p.ctx(), w, s.asked())
	if err != nil || len(list.Items) > 0 || s.query.Get("q") == "" {
		return list, err
	}
	one, err := p.Products.ByBarcode(p.ctx(), strings.TrimSpace(s.query.Get("q")))
	if fault.Is(err, "catalog.product-not-found") {
		return list, nil
	}
	return reference.List[catalog.Product]{Items: []catalog.Product{one}}, err
}

// productTypeOptions are the types to choose from.
func (p *page) productTypeOptions() ([]kit.Option, error) {
	list, err := p.Products.Types(p.ctx(), reference.Page{Limit: mostChosen})
	out := make([]kit.Option, len(list.Items))
	for i := range list.Items {
		t := &list.Items[i]
		out[i] = kit.Option{Value: t.ID.String(), Text: p.inLang(t.NameRU, t.NameEN)}
	}
	return out, err
}

// productGroupOptions are the groups to choose from.
func (p *page) productGroupOptions() ([]kit.Option, error) {
	list, err := p.Products.Groups(p.ctx(), reference.Page{Limit: mostChosen})
	out := make([]kit.Option, len(list.Items))
	for i := range list.Items {
		out[i] = kit.Option{Value: list.Items[i].ID.String(), Text: list.Items[i].Name}
	}
	return out, err
}

// productNames are what types and groups are called, by their ids.
func (p *page) productNames(types []kit.Option) (map[string]string, error) {
	groups, err := p.productGroupOptions()
	out := map[string]string{}
	for _, o := range append(types, groups...) {
		out[o.Value] = o.Text
	}
	return out, err
}

func (p *page) productRow(v *catalog.Product, names map[string]string) shelfRow {
	groups := make([]string, len(v.GroupIDs))
	for i, g := range v.GroupIDs {
		groups[i] = cmp.Or(names[g.String()], g.String())
	}
	r := shelfRow{Name: cmp.Or(v.Name, v.SKU), Sub: v.SKU, Cells: []string{names[v.TypeID.String()], strings.Join(groups, ", "), p.priceOf(v.Price), p.priceOf(v.Least)}}
	p.state(&r, v.State)
	if v.Unknown {
		r.State, r.Tone = p.text("admin.catalogue.unknown"), kit.Warn
	}
	if p.mayCatalogue() {
		r.Href = cataloguePath + "/products/" + v.ID.String()
	}
	return r
}

// priceOf is a price as a list has it, nothing where there is none.
func (p *page) priceOf(a money.Amount) string {
	if a == 0 {
		return ""
	}
	return ui.Money(p.ctx(), a)
}

func (p *page) newProduct() error {
	return p.askProduct(p.filled(url.Values{"sku": {p.r.URL.Query().Get("sku")}}), &catalog.Product{})
}

func (p *page) askProduct(f *form, v *catalog.Product) error {
	types, err := p.productTypeOptions()
	if err != nil {
		return err
	}
	groups, err := p.productGroupOptions()
	if err != nil {
		return err
	}
	if types, groups, err = p.withOwn(v, types, groups); err != nil {
		return err
	}
	s := sheet{
		Title: p.text("admin.catalogue.new-product"), Here: catalogueHere, Action: cataloguePath + "/new", Back: cataloguePath,
		Crumbs: []kit.Link{{Text: p.text("admin.nav.catalogue"), Href: cataloguePath}}, Hidden: []sentAlong{{"version", f.values.Get("version")}},
	}
	sku := f.field("sku", "sku", needed, most(catalog.MaxSKU))
	if v.ID != 0 {
		s.Title, s.Action = cmp.Or(v.Name, v.SKU), cataloguePath+"/products/"+v.ID.String()
		sku.Off = true
		if v.Unknown {
			s.Notes = []string{p.text("admin.catalogue.unknown-note")}
		}
	}
	entries := lines(
		f.field("name", "outlet-name", needed, first, most(reference.MaxName)), sku,
		f.field("type", "product-type", of(append([]kit.Option{{Text: p.text("admin.catalogue.no-type")}}, types...)...)),
	)
	if len(groups) > 0 {
		entries = append(entries, f.boxes("groups", "product-groups", groups))
	}
	entries = append(entries, lines(
		f.field("barcodes", "barcodes", rows(3), most(maxValue)),
		f.field("price", "price", narrow, mode("decimal"), most(20)),
		f.field("least_price", "least-price", narrow, mode("decimal"), most(20)),
	)...)
	if v.ID != 0 {
		entries = append(entries, lines(f.field("state", "state", of(p.states()...)))...)
	}
	s.Parts = []sheetPart{{Entries: entries}}
	return p.ask(f, s)
}

// withOwn adds to what may be chosen what the product has already, so that a
// form that shows only the first of many takes nothing away.
func (p *page) withOwn(v *catalog.Product, types, groups []kit.Option) (_, _ []kit.Option, err error) {
	lacks := func(list []kit.Option, i id.ID) bool {
		return i != 0 && !slices.ContainsFunc(list, func(o kit.Option) bool { return o.Value == i.String() })
	}
	if lacks(types, v.TypeID) {
		t, err := p.Products.Type(p.ctx(), v.TypeID)
		if err != nil {
			return nil, nil, err
		}
		types = append(types, kit.Option{Value: t.ID.String(), Text: p.inLang(t.NameRU, t.NameEN)})
	}
	for _, i := range v.GroupIDs {
		if lacks(groups, i) {
			g, err := p.Products.Group(p.ctx(), i)
			if err != nil {
				return nil, nil, err
			}
			groups = append(groups, kit.Option{Value: g.ID.String(), Text: g.Name})
		}
	}
	return types, groups, nil
}

func (p *page) newProductSent() error { return p.saveProduct(catalog.Product{}) }

func (p *page) productOf() (catalog.Product, error) {
	i, err := p.param("product")
	if err != nil {
		return catalog.Product{}, err
	}
	return p.Products.Product(p.ctx(), i)
}

func (p *page) editProduct() error {
	v, err := p.productOf()
	if err != nil {
		return err
	}
	values := url.Values{
		"name": {v.Name}, "sku": {v.SKU}, "barcodes": {strings.Join(v.Barcodes, "\n")}, "state": {string(v.State)}, "version": {id.ID(v.Version).String()},
	}
	if v.TypeID != 0 {
		values.Set("type", v.TypeID.String())
	}
	for _, g := range v.GroupIDs {
		values.Add("groups", g.String())
	}
	for name, a := range map[string]money.Amount{"price": v.Price, "least_price": v.Least} {
		if a > 0 {
			values.Set(name, a.String())
		}
	}
	return p.askProduct(p.filled(values), &v)
}

func (p *page) editProductSent() error {
	v, err := p.productOf()
	if err != nil {
		return err
	}
	return p.saveProduct(v)
}

func (p *page) saveProduct(v catalog.Product) error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	to, err := f.product(v)
	if err == nil {
		_, err = p.Products.SaveProduct(p.ctx(), to)
	}
	if err != nil {
		if f.refuse(inField(err, map[string]string{"catalog.code-taken": "sku", "catalog.barcode-taken": "barcodes", "catalog.type-not-found": "type", "catalog.group-not-found": "groups"})) {
			return p.askProduct(f, &v)
		}
		return err
	}
	if err := p.Changed(p.ctx()); err != nil {
		return err
	}
	return p.to(cataloguePath, "saved")
}

// product is what was typed of a product.
func (f *form) product(v catalog.Product) (catalog.Product, error) {
	v.Name = f.get("name")
	if v.ID == 0 {
		v.SKU = f.get("sku")
	} else {
		f.values.Set("sku", v.SKU)
	}
	v.Barcodes = strings.Fields(strings.ReplaceAll(f.get("barcodes"), ",", " "))
	var bad []fault.Field
	v.TypeID = f.ref("type", &bad)
	v.GroupIDs = nil
	for _, g := range f.values["groups"] {
		i, err := id.Parse(g)
		if err != nil {
			bad = append(bad, fault.Field{Path: "groups", Code: "admin.bad-choice"})
			break
		}
		v.GroupIDs = append(v.GroupIDs, i)
	}
	v.Price, v.Least = f.money("price", &bad), f.money("least_price", &bad)
	if len(bad) > 0 {
		return v, fault.New(fault.Invalid, "admin.invalid").With(bad...)
	}
	return v, f.stands(&v.State, &v.Version)
}

// ref is the id that was chosen, 0 for none.
func (f *form) ref(name string, bad *[]fault.Field) id.ID {
	typed := f.get(name)
	if typed == "" {
		return 0
	}
	i, err := id.Parse(typed)
	if err != nil {
		*bad = append(*bad, fault.Field{Path: name, Code: "admin.bad-choice"})
	}
	return i
}

// money is the sum that was typed, 0 for none.
func (f *form) money(name string, bad *[]fault.Field) money.Amount {
	typed := f.sum(name)
	if typed == "" {
		return 0
	}
	a, err := money.ParseAmount(typed)
	if err != nil || a < 0 {
		*bad = append(*bad, orDoubtful(err, fault.Field{Path: name, Code: "admin.sum"}))
	}
	return a
}

// orDoubtful is what is wrong with a sum that was typed: where it may be another
// number it is asked which.
func orDoubtful(err error, is fault.Field) fault.Field {
	if fault.Is(err, "money.doubtful") {
		return fault.Field{Path: is.Path, Code: "money.doubtful"}
	}
	return is
}

// stands reads the state and the version that a thing is changed from.
func (f *form) stands(state *reference.State, version *int64) (err error) {
	if s := f.get("state"); s != "" {
		*state = reference.State(s)
	}
	*version, err = numberOf(f.get("version"))
	return err
}

// inField gives a refusal that is of one field the name of it.
func inField(err error, fields map[string]string) error {
	e := fault.From(err)
	name, ok := fields[e.Code]
	if !ok || len(e.Fields) > 0 {
		return err
	}
	out := *e
	return (&out).With(out.At(name))
}
