package admin

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// mandatory stars a field that the organization's rules want of each member.
func (p *page) mandatory(name member.Field) func(*kit.Field) {
	wanted := slices.Contains(p.Rules().Mandatory, name)
	return func(v *kit.Field) { v.Needed = v.Needed || wanted }
}

func example(text string) func(*kit.Field) { return func(v *kit.Field) { v.Example = text } }

// dayForm is how a day of birth is typed and shown in a form.
const (
	dayForm = "02.01.2006"
	maxDay  = len(dayForm)
)

// dayTyped is a day as it is stored: typed as in dayForm, without zeros too, or as
// it is stored already. What is no day stays as it is, to be refused.
func dayTyped(s string) string {
	if t, err := parseDay(s, time.UTC); err == nil {
		return t.Format(time.DateOnly)
	}
	return s
}

// dayShown is a stored day as it is typed.
func dayShown(s string) string {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t.Format(dayForm)
	}
	return s
}

// asTyped speaks of days as a form of the console takes them.
func asTyped(err error) error {
	e := fault.From(err)
	out := *e
	out.Fields = slices.Clone(e.Fields)
	for i := range out.Fields {
		if out.Fields[i].Code == "member.bad-date" {
			out.Fields[i].Code = "admin.bad-day"
		}
	}
	return &out
}

// memberForm is a member's form, ready to be shown.
type memberForm struct {
	Title, Action, Back, Do string
	Crumbs                  []kit.Link
	Actions                 []kit.Action // what is done elsewhere
	Whole                   string
	Wrong                   []kit.Field
	Fields, Aside           []kit.Field
	Boxes                   []box
	Hidden                  []sentAlong
}

// box is a box to tick.
type box struct {
	kit.Field
	On bool
}

// open tells whether anything that is folded is wrong.
func (m *memberForm) open() bool {
	return slices.ContainsFunc(m.Aside, func(v kit.Field) bool { return v.Error != "" })
}

func (p *page) showForm(f *form, m memberForm) error {
	m.Whole, m.Wrong = f.allProblems()
	body := memberFormPage(m)
	if m.Whole != "" || len(m.Wrong) > 0 {
		return p.again(m.Title, "/members", body)
	}
	return p.show(m.Title, "/members", body)
}

func (p *page) newMember() error {
	lines, err := p.profileLines(false)
	if err != nil {
		return err
	}
	return p.askNew(p.filled(nil), lines)
}

func (p *page) askNew(f *form, lines []line) error {
	fields := []kit.Field{
		f.field("phone", "phone", first, kind("tel", "off"), p.mandatory(member.FieldPhone)),
		f.field("mail", "email", kind("email", "off"), most(maxEmail), p.mandatory(member.FieldEmail)),
	}
	seen, aside := unfolded(f, lines)
	fields = append(append(fields, seen...), f.field("tags", "tags"), f.field("inviter", "inviter", most(member.MaxFind)))
	return p.showForm(f, memberForm{
		Crumbs: []kit.Link{{Text: p.text("admin.nav.members"), Href: membersPath}}, Title: p.text("admin.members.new"), Action: membersPath + "/new", Back: membersPath, Do: p.text("admin.members.new-do"), Fields: fields, Aside: aside,
		Boxes: p.programmeBoxes(f),
	})
}

// programmeBoxes offer to open the new member's account in each programme: an
// only one is what he comes for.
func (p *page) programmeBoxes(f *form) []box {
	all := p.joinable()
	out := make([]box, len(all))
	for i, pr := range all {
		name := accountBox(pr.ID)
		out[i] = box{
			Field: kit.Field{Name: name, Label: p.text("admin.members.opens", "programme", pr.Name), Hint: p.text("admin.members.opens-hint")},
			On:    f.on(name) || len(all) == 1 && p.r.Method != http.MethodPost,
		}
	}
	return out
}

func accountBox(programme id.ID) string { return "account-" + programme.String() }

// joinable are the programmes that a member may have an account in now.
func (p *page) joinable() []*rule.Programme {
	var out []*rule.Programme
	for _, pr := range p.Programmes.Current().All() {
		if pr.On {
			out = append(out, pr)
		}
	}
	return out
}

// openAccounts opens the accounts that were ticked. He is there: one that could
// not be opened now is opened at its first use.
func (p *page) openAccounts(h home.ID, f *form) {
	for _, pr := range p.joinable() {
		if !f.on(accountBox(pr.ID)) {
			continue
		}
		if _, err := p.Desk.Open(p.ctx(), h, pr.ID); err != nil {
			p.Log.WarnContext(p.ctx(), "account not opened at registration", "error", err)
		}
	}
}

func (p *page) newMemberSent() error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	in := member.Registration{Profile: member.Profile{Custom: map[string]string{}}, Inviter: f.get("inviter"), Tags: words(f.get("tags"))}
	lines, err := p.profileLines(false)
	if err != nil {
		return err
	}
	for i := range lines {
		in.Profile.Put(lines[i].name, lines[i].typed(f))
	}
	var given []string
	if v := f.get("phone"); v != "" {
		in.Identifiers, given = append(in.Identifiers, member.NewIdentifier{Kind: member.Phone, Value: v, Main: true}), append(given, "phone")
	}
	if v := f.get("mail"); v != "" {
		in.Identifiers, given = append(in.Identifiers, member.NewIdentifier{Kind: member.Email, Value: v, Main: true}), append(given, "mail")
	}
	m, err := p.Members.Register(p.ctx(), p.Rules(), in, p.actor())
	if err != nil {
		for i, name := range given {
			path := "identifiers[" + string(rune('0'+i)) + "]"
			err = renamed(renamed(err, path, name), path+".value", name)
		}
		if f.refuse(asTyped(renamed(err, "email", "mail"))) {
			return p.askNew(f, lines)
		}
		return err
	}
	p.openAccounts(m.Home, f)
	return p.to(memberPath(m.Home), "member-new")
}

func (p *page) editMember() error {
	m, err := p.openMember()
	if err != nil {
		return err
	}
	lines, err := p.profileLines(true)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(foldedPersonal, func(f member.Field) bool { return !p.hides(f) && m.Profile.Get(f) != "" }) {
		if err := p.noted("member.contacts-seen", m.Home); err != nil {
			return err
		}
	}
	values := memberValues(&m, lines)
	values.Set(begunField, begun(values))
	return p.askEdit(p.filled(values), &m, lines)
}

// memberValues are a member as his form has him.
func memberValues(m *member.Member, lines []line) url.Values {
	out := url.Values{"version": {id.ID(m.Version).String()}, "tags": {strings.Join(m.Tags, ", ")}}
	for i := range lines {
		out.Set(string(lines[i].name), lines[i].shown(m.Profile.Get(lines[i].name)))
	}
	return out
}

func (p *page) askEdit(f *form, m *member.Member, lines []line) error {
	seen, aside := unfolded(f, lines)
	return p.showForm(f, memberForm{
		Crumbs: p.memberCrumbs(m), Title: p.memberName(m), Action: memberPath(m.Home) + "/edit", Back: memberPath(m.Home), Do: p.text("admin.save"), Fields: append(seen, f.field("tags", "tags")), Aside: aside,
		Hidden:  []sentAlong{{"version", f.values.Get("version")}, {begunField, f.values.Get(begunField)}},
		Actions: []kit.Action{{Text: p.text("admin.identifier.to"), Icon: "phone", Href: identifiersPath(m)}},
	})
}

// editFields are all fields of the form.
func editFields(f *form, lines []line) []kit.Field {
	seen, aside := unfolded(f, lines)
	return append(append(seen, aside...), f.field("tags", "tags"))
}

func (p *page) editMemberSent() error {
	m, err := p.readMember()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	lines, err := p.profileLines(true)
	if err != nil {
		return err
	}
	if err := p.saveMember(f, &m, lines); err != nil {
		if fault.Is(err, "member.moved") {
			return p.editAgain(f, m.Home, lines)
		}
		if f.refuse(asTyped(err)) {
			return p.askEdit(f, &m, lines)
		}
		return err
	}
	return p.to(memberPath(m.Home), "saved")
}

func (p *page) saveMember(f *form, m *member.Member, lines []line) error {
	version, err := numberOf(f.get("version"))
	if err != nil {
		return err
	}
	patch := member.Patch{Set: map[member.Field]string{}}
	for i := range lines {
		l := &lines[i]
		if _, sent := f.values[string(l.name)]; !sent {
			continue // the page that sent it did not ask
		}
		if v := l.typed(f); !l.picked || v != m.Profile.Get(l.name) { // what may be chosen no more stays
			patch.Set[l.name] = v
		}
	}
	tags := words(f.get("tags"))
	patch.Tags = &tags
	_, err = p.Members.Update(p.ctx(), p.Rules(), m.Home, version, patch, p.actor())
	return err
}

// editAgain says that the member was changed while his form was filled in, by whom
// and what of him; where nothing of the form was, it is saved.
func (p *page) editAgain(f *form, h home.ID, lines []line) error {
	m, err := member.Get(p.ctx(), p.DB, h)
	if err != nil {
		return err
	}
	f.values.Set("version", id.ID(m.Version).String())
	changed := f.takeNew(fieldPlaces(editFields(f, lines)), memberValues(&m, lines))
	if len(changed) == 0 && p.saveMember(f, &m, lines) == nil {
		return p.to(memberPath(m.Home), "saved")
	}
	f.whole = p.text("admin.member.meanwhile")
	last, err := member.Changes(p.ctx(), p.DB, m.Home, "", 0, 1)
	if err != nil {
		return err
	}
	if len(last) > 0 && len(changed) > 0 {
		words, err := p.changeWords(last)
		if err != nil {
			return err
		}
		c := words.row(&last[0])
		if last[0].Actor == member.ByStaff && last[0].By == p.who.Person.ID {
			c.By = p.text("admin.member.yourself")
		}
		f.whole = p.text("admin.member.meanwhile-by", "by", c.By, "fields", p.quoted(changed), "time", ui.DateTime(p.ctx(), c.At))
	}
	return p.askEdit(f, &m, lines)
}

// words are the parts of a text between commas.
func words(s string) []string {
	out := []string{}
	for w := range strings.SplitSeq(s, ",") {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

func (p *page) blockMember() error {
	m, err := p.readMember()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	if _, err := p.Members.Block(p.ctx(), m.Home, 0, f.get("reason"), p.actor()); err != nil {
		return p.instead(f, err, "reason", func() sheet {
			return sheet{
				Title: p.text("admin.member.block-ask", "name", p.memberName(&m)), Sub: p.text("admin.member.block-text"), Here: "/members", Crumbs: p.memberCrumbs(&m),
				Action: memberPath(m.Home) + "/block", Back: memberPath(m.Home), Do: p.text("admin.member.block"),
				Parts: []sheetPart{{Entries: []entry{f.asked("reason", "admin.member.block-reason", member.MaxReason)}}},
			}
		})
	}
	return p.to(memberPath(m.Home), "member-blocked")
}

// activateMember lets a new member take part; of who has something to prove first
// his contacts say what.
func (p *page) activateMember() error {
	m, err := p.openMember()
	if err != nil {
		return err
	}
	if _, err := p.Members.Activate(p.ctx(), p.Rules(), m.Home, p.actor()); err != nil {
		if fault.Is(err, "member.unproven") && !p.swaps() {
			return p.showIdentifiers(false, p.Texts.Fault(p.lang(), fault.From(err)))
		}
		return err
	}
	return p.to(memberPath(m.Home), "member-activated")
}

func (p *page) unblockMember() error {
	m, err := p.readMember()
	if err != nil {
		return err
	}
	if _, err := p.Members.Unblock(p.ctx(), m.Home, 0, p.actor()); err != nil {
		return err
	}
	return p.to(memberPath(m.Home), "member-unblocked")
}
