package admin

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kopilka/internal/edge/httpx"
	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// keys is the pages of the organization's API keys; those of tills are on the
// pages of outlets. Whoever makes a key gives away what it may do, so nobody
// gives what he may not do himself.
func keys(a *Admin) {
	a.get("/keys", staff.KeysEdit, (*page).keyList)
	a.get("/keys/new", staff.KeysEdit, (*page).newKey)
	a.post("/keys/new", staff.KeysEdit, (*page).newKeySent)
	a.get("/keys/{key}", staff.KeysEdit, (*page).key)
	a.post("/keys/{key}/close", staff.KeysEdit, (*page).keyClosed)
}

const (
	keysHere = "/keys"
	keysPath = Base + keysHere
)

// grants says what a person must be able to do himself to give a scope. The API
// shows a member's contacts whole.
var grants = map[identity.Scope][]staff.Permission{
	identity.MembersRead:     {staff.MembersSee, staff.MembersContacts},
	identity.MembersWrite:    {staff.MembersEdit},
	identity.MembersSelf:     {staff.MembersEdit},
	identity.CardsWrite:      {staff.CardsEdit},
	identity.PurchasesQuote:  {staff.TillWork},
	identity.PurchasesWrite:  {staff.TillWork},
	identity.PurchasesRecord: {staff.TillWork},
	identity.PurchasesRefund: {staff.PurchasesRefund},
	identity.MembersPrivacy:  {staff.MembersPrivacy},
	identity.MembersMerge:    {staff.MembersMerge},
	identity.PurchasesClaim:  {staff.PurchasesClaim},
	identity.VisitsWrite:     {staff.OutletsEdit},
	identity.PointsAdjust:    {staff.PointsAdjust},
	identity.DepositsWrite:   {staff.DepositsEdit},
	identity.ReferenceRead:   {staff.ReferenceSee},
	identity.ReferenceWrite:  {staff.OutletsEdit, staff.CatalogueEdit},
	identity.PlaybillWrite:   {staff.PlaybillEdit},
	identity.ReportsRead:     {staff.ReportsSee},
	identity.EventsRead:      {staff.ReportsSee, staff.MembersSee},
	identity.WebhooksWrite:   {staff.WebhooksEdit},
	identity.Admin:           staff.Permissions(),
}

// ofOutlets are the scopes that act at the outlets of a key and nowhere else. All
// others reach members and things of the whole organization, so that whoever works
// at some outlets would read and do by his key what the console refuses him.
var ofOutlets = []identity.Scope{
	identity.PurchasesQuote, identity.PurchasesWrite, identity.PurchasesRecord, identity.PurchasesRefund, identity.PurchasesClaim,
	identity.VisitsWrite, identity.ReferenceRead, identity.ReportsRead, identity.EventsRead,
}

// gives tells whether the reader may give a key the scope.
func (p *page) gives(s identity.Scope) bool {
	if p.who.Narrowed() && !slices.Contains(ofOutlets, s) {
		return false
	}
	return !slices.ContainsFunc(grants[s], func(need staff.Permission) bool { return !p.can(need) })
}

// keysView is a list of keys, ready to be shown.
type keysView struct {
	Lines    []keyLine
	On, Back string
}

type keyLine struct {
	Href, Name, Scopes, Places, Rate, Used, State string
	Tone                                          kit.Tone
}

func (p *page) keyList() error {
	before, err := numberOf(p.r.URL.Query().Get("before"))
	if err != nil {
		return err
	}
	v := keysView{}
	if before != 0 {
		v.Back = keysPath
	}
	for read := 0; read < linesAtMost; {
		list, err := p.Identity.OrganizationKeys(p.ctx(), id.ID(before), reference.MaxLimit)
		if err != nil {
			return err
		}
		for i := range list {
			if before = int64(list[i].ID); !p.seesKey(&list[i]) {
				continue
			}
			if len(v.Lines) == linesShown {
				v.On = keysPath + "?" + url.Values{"before": {lastOf(v.Lines)}}.Encode()
				return p.show(p.text("admin.nav.keys"), keysHere, keysPage(v))
			}
			v.Lines = append(v.Lines, p.keyLine(&list[i]))
		}
		if read += len(list); len(list) < reference.MaxLimit {
			break
		}
	}
	return p.show(p.text("admin.nav.keys"), keysHere, keysPage(v))
}

// lastOf is the id of the last key of a list.
func lastOf(list []keyLine) string { return strings.TrimPrefix(list[len(list)-1].Href, keysPath+"/") }

// seesKey tells whether the reader works at all places where the key acts.
func (p *page) seesKey(k *identity.Key) bool {
	if !p.who.Narrowed() {
		return true
	}
	return len(k.OutletIDs) > 0 && !slices.ContainsFunc(k.OutletIDs, func(o id.ID) bool { return !p.who.At(o) })
}

func (p *page) keyLine(k *identity.Key) keyLine {
	l := keyLine{
		Href: keysPath + "/" + k.ID.String(), Name: k.Name, Scopes: scopesText(k.Scopes), Places: p.keyPlaces(k),
		Rate: p.text("admin.keys.any-rate"), Used: p.text("admin.outlet.key-unused"), State: p.text("admin.key.state-" + string(k.State)),
	}
	if k.Rate > 0 {
		l.Rate = p.text("admin.keys.rate", "count", k.Rate)
	}
	if k.UsedDay != "" {
		l.Used = p.day(k.UsedDay)
	}
	switch {
	case k.State == reference.Active && k.Expires != 0 && k.Expires <= p.Clock.Now():
		l.State, l.Tone = p.text("admin.key.expired"), kit.Warn
	case k.State == reference.Active:
		l.Tone = kit.Good
	}
	return l
}

func scopesText(scopes []identity.Scope) string {
	out := make([]string, len(scopes))
	for i, s := range scopes {
		out[i] = string(s)
	}
	return strings.Join(out, ", ")
}

// keyPlaces is where a key acts, in words.
func (p *page) keyPlaces(k *identity.Key) string {
	switch len(k.OutletIDs) {
	case 0:
		return p.text("admin.cashier.anywhere")
	case 1:
		o, _ := p.Directory.Outlet(k.OutletIDs[0])
		return o.Name
	}
	return p.text("admin.partners.outlets", "count", len(k.OutletIDs))
}

// placesSeen is how many outlets are offered as boxes; of more, codes are typed.
const placesSeen = 60

func (p *page) newKey() error {
	return p.askKey(p.filled(url.Values{}))
}

func (p *page) askKey(f *form) error {
	var scopes, places []kit.Option
	for _, s := range identity.Scopes() {
		if p.gives(s) {
			scopes = append(scopes, kit.Option{Value: string(s), Text: p.text("admin.scope." + string(s))})
		}
	}
	own := p.ownOutlets()
	for i := range own {
		places = append(places, kit.Option{Value: own[i].Code, Text: own[i].Name})
	}
	where := f.boxes("outlets", "key-outlets", places)
	if len(own) > placesSeen {
		where = entry{Field: f.field("outlets", "key-outlet-codes", most(maxValue))}
	}
	if p.who.Narrowed() {
		where.Hint = p.text("admin.hint.key-outlets-own")
	}
	entries := append(lines(f.field("name", "key-name", needed, first, most(reference.MaxName))), f.boxes("scopes", "key-scopes", scopes), where)
	entries = append(entries, lines(
		f.field("rate", "key-rate", narrow, mode("numeric"), most(7)),
		f.field("expires", "key-expires", narrow, kind("date", "off")),
	)...)
	var notes []string
	if p.who.Narrowed() {
		notes = append(notes, p.text("admin.keys.narrowed"))
	}
	if len(scopes) == 0 {
		notes = append(notes, p.text("admin.keys.nothing-to-give"))
	}
	return p.ask(f, sheet{
		Notes: notes,
		Title: p.text("admin.keys.new"), Sub: p.text("admin.keys.new-sub"), Action: keysPath + "/new", Back: keysPath, Do: p.text("admin.keys.make"), Here: keysHere,
		Crumbs: []kit.Link{{Text: p.text("admin.nav.keys"), Href: keysPath}}, Parts: []sheetPart{{Entries: entries}},
	})
}

func (p *page) newKeySent() error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	k, err := p.keySent(f)
	if err == nil {
		err = p.fresh()
	}
	var token string
	if err == nil {
		k, token, err = p.Identity.MakeKey(p.ctx(), k)
	}
	if err != nil {
		if f.refuse(err) {
			return p.askKey(f)
		}
		return err
	}
	if err := p.Changed(p.ctx()); err != nil {
		return err
	}
	return p.give(given{At: keysPath + "/" + k.ID.String(), Secret: token})
}

// keySent is the key that was asked for.
func (p *page) keySent(f *form) (identity.Key, error) {
	k := identity.Key{Name: f.get("name")}
	var bad []fault.Field
	for _, s := range f.values["scopes"] {
		if slices.Contains(identity.Scopes(), identity.Scope(s)) && !p.gives(identity.Scope(s)) {
			return k, fault.New(fault.Denied, "admin.key-above", "scope", s)
		}
		k.Scopes = append(k.Scopes, identity.Scope(s))
	}
	for _, sent := range f.values["outlets"] {
		for code := range strings.FieldsFuncSeq(sent, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' }) {
			o, ok := p.Directory.OutletByCode(code)
			if !ok || !p.who.At(o.ID) {
				bad = append(bad, fault.Field{Path: "outlets", Code: "admin.no-outlet", Args: fault.Pairs("code", code)})
				break
			}
			k.OutletIDs = append(k.OutletIDs, o.ID)
		}
	}
	if p.who.Narrowed() && len(k.OutletIDs) == 0 && len(bad) == 0 {
		bad = append(bad, fault.Field{Path: "outlets", Code: "admin.key-nowhere"})
	}
	if v := f.number("rate"); v != "" {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			bad = append(bad, fault.Field{Path: "rate", Code: "admin.number"})
		}
		k.Rate = n
	}
	if v := f.get("expires"); v != "" {
		day, err := parseDay(v, ui.Of(p.ctx()).Zone)
		if err != nil {
			bad = append(bad, fault.Field{Path: "expires", Code: "identity.expires-invalid"})
		} else {
			k.Expires = clock.Of(day.AddDate(0, 0, 1)) // it works on that day
		}
	}
	if len(bad) > 0 {
		return k, fault.New(fault.Invalid, "admin.invalid").With(bad...)
	}
	return k, nil
}

// keyOfPage is a key's page.
type keyOfPage struct {
	keyLine
	About  []kit.Pair
	Rights []string
	Open   bool
	Token  string // of a key that was made just now
	Try    string // a command that tries it
}

func (p *page) keyOf() (identity.Key, error) {
	i, err := p.param("key")
	if err != nil {
		return identity.Key{}, err
	}
	k, err := p.Identity.Key(p.ctx(), i)
	if err == nil && (k.TillID != 0 || !p.seesKey(&k)) {
		err = fault.New(fault.NotFound, "identity.key-not-found")
	}
	return k, err
}

func (p *page) key() error {
	k, err := p.keyOf()
	if err != nil {
		return err
	}
	return p.showKey(&k, p.taken().Secret)
}

func (p *page) showKey(k *identity.Key, token string) error {
	v := keyOfPage{keyLine: p.keyLine(k), Open: k.State == reference.Active, Token: token}
	v.About = []kit.Pair{
		{Name: p.text("admin.field.key-outlets"), Value: v.Places},
		{Name: p.text("admin.field.key-rate"), Value: v.Rate},
		{Name: p.text("admin.key.made"), Value: ui.DateTime(p.ctx(), k.Created)},
		{Name: p.text("admin.key.used"), Value: v.Used},
	}
	if k.Expires != 0 {
		v.About = append(v.About, kit.Pair{Name: p.text("admin.key.expires"), Value: ui.DateTime(p.ctx(), k.Expires)})
	}
	for _, s := range k.Scopes {
		v.Rights = append(v.Rights, p.text("admin.scope."+string(s)))
	}
	if token != "" {
		v.Try = "curl -H 'Authorization: Bearer " + token + "' '" + p.host() + tryPath(k.Scopes) + "'"
	}
	return p.show(k.Name, keysHere, keyPage(v))
}

// host is where this page's program answers, as the reader's browser sees it.
func (p *page) host() string {
	if httpx.Secure(p.r) {
		return "https://" + p.r.Host
	}
	return "http://" + p.r.Host
}

// tryPath is a request that changes nothing and that the key may make; where
// there is none, the answer says that it lacks the right, so it is a key.
func tryPath(scopes []identity.Scope) string {
	for _, x := range []struct {
		scope identity.Scope
		path  string
	}{
		{identity.Admin, "/partners"},
		{identity.ReferenceRead, "/partners"},
		{identity.ReferenceWrite, "/partners"},
		{identity.EventsRead, "/events"},
		{identity.WebhooksWrite, "/webhooks"},
	} {
		if slices.Contains(scopes, x.scope) {
			return "/api/v1" + x.path + "?limit=1"
		}
	}
	return "/api/v1/partners?limit=1"
}

// keyClosed revokes a key, whoever has changed it meanwhile.
func (p *page) keyClosed() error {
	k, err := p.keyOf()
	if err != nil {
		return err
	}
	if err := p.fresh(); err != nil {
		return err
	}
	k.State, k.Version = reference.Closed, 0
	if _, err := p.Identity.SaveKey(p.ctx(), k); err != nil {
		return err
	}
	return p.changed(keysPath+"/"+k.ID.String(), "key-closed")
}
