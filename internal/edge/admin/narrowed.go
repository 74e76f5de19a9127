package admin

import (
	"cmp"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/level"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/promo"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/spoken"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/id"
)

// idle names what a person's role allows and the outlets that he works at keep him
// from: all pages for it are the whole organization's, or a programme's where none is
// bound to his outlets alone; of programmes, which have pages of either kind, what is
// left to him is told apart.
func (p *page) idle(w *staff.Person) ([]string, error) {
	if !w.Narrowed() {
		return nil, nil
	}
	role, err := p.Staff.Role(p.ctx(), w.Role)
	if err != nil {
		return nil, err
	}
	own, err := p.ownProgramme(w)
	if err != nil {
		return nil, err
	}
	all, every := map[staff.Permission]int{}, map[staff.Permission]int{}
	for _, r := range p.routes {
		all[r.need]++
		if r.reach == Everywhere || r.reach == OfProgramme && !own {
			every[r.need]++
		}
	}
	var out []string
	for _, need := range role.Permissions {
		if all[need] > 0 && all[need] == every[need] {
			out = append(out, p.text("staff.permission."+string(need)))
		}
	}
	if slices.Contains(role.Permissions, staff.ProgrammeEdit) {
		key := "admin.people.idle-drafts"
		if own {
			key = "admin.people.idle-programmes"
		}
		out = append(out, p.text(key))
	}
	return out, nil
}

// ownProgramme tells whether a programme is bound to a person's outlets alone.
func (p *page) ownProgramme(w *staff.Person) (bool, error) {
	who, err := p.Staff.Standing(p.ctx(), w.ID)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(p.Programmes.Current().All(), func(pr *rule.Programme) bool { return who.Covers(pr.Outlets, pr.Partners) }), nil
}

// ahead is the level after one, with what is left to it: of that all that a member has
// bought anywhere follows, so that whoever works at some outlets is told the level only.
func (p *page) ahead(next *level.Left) *level.Left {
	if p.who.Narrowed() {
		return nil
	}
	return next
}

// deeds are what operations of a journal were, and what has caused those of them that
// came of others.
type deeds struct {
	page         *page
	told, causes map[id.ID]purchase.Deed
}

func (p *page) deeds(homes *purchase.OpHomes, ops []id.ID) (*deeds, error) {
	told, err := p.Desk.Deeds(p.ctx(), homes, ops)
	if err != nil || !p.who.Narrowed() {
		return &deeds{page: p, told: told}, err
	}
	causes, err := p.Desk.Causes(p.ctx(), homes, told)
	return &deeds{page: p, told: told, causes: causes}, err
}

// here tells whether an operation is of a receipt of the reader's outlets.
func (p *page) here(t purchase.Deed) bool { return t.Receipt.ID != 0 && p.who.At(t.Outlet) }

// tells tells whether the reader may know of an operation on an account of a
// programme: who works at some outlets of those of receipts of his, and of what comes
// of no receipt at all. What can't be told from others' receipts is not his.
func (d *deeds) tells(op, account, programme id.ID) bool {
	t, known := d.told[op]
	switch {
	case !d.page.who.Narrowed():
		return true
	case op == account: // the gift of the account's opening, which the first purchase may have opened
		pr := d.page.Programmes.Current().Get(programme)
		return pr != nil && pr.Settings.OpenAccount != rule.OpenAtUse
	case !known:
		return false
	case t.Receipt.ID != 0:
		return d.page.here(t)
	case t.Cause == ledger.ByHand:
		return true
	case t.By != 0 || t.Cause != "":
		return d.page.here(d.causes[t.By])
	case t.Occasion != "":
		return t.Occasion == string(rule.Birthday) || t.Occasion == string(rule.RelativeBirthday)
	}
	return t.Actor != "" || t.Reason != ""
}

// ownLots leaves of the accruals of an account those that the reader may know of.
func (p *page) ownLots(m *member.Member, v *purchase.AccountView) error {
	ops := make([]id.ID, len(v.Lots))
	for i := range v.Lots {
		ops[i] = v.Lots[i].Op
	}
	homes, err := p.Desk.OpHomes(p.ctx(), cmp.Or(v.Shared, m.Home), ops)
	if err != nil {
		return err
	}
	told, err := p.deeds(homes, ops)
	if err != nil {
		return err
	}
	v.Lots = slices.DeleteFunc(v.Lots, func(l ledger.Lot) bool { return !told.tells(l.Op, l.Account, v.Account.Programme) })
	return nil
}

// moves tells whether the reader may know of a movement. What becomes active, ends, or is
// kept for an order, and what a merge brought, may be of any receipts: the movement
// does not say of which.
func (d *deeds) moves(x *ledger.Posting, programme id.ID) bool {
	if !d.page.who.Narrowed() {
		return true
	}
	switch x.Kind {
	case ledger.Activate, ledger.Expire, ledger.Revive, ledger.Reserve, ledger.Release, ledger.Move:
		return false
	}
	return d.tells(x.Op, x.Account, programme)
}

// ownChanges leaves of changes of levels those by hand and, to whoever works at some
// outlets, those that receipts of his have caused: by the day of any other it is told
// when something was bought elsewhere.
func (p *page) ownChanges(list []ledger.LevelChange, homes *purchase.OpHomes) ([]ledger.LevelChange, error) {
	if !p.who.Narrowed() {
		return list, nil
	}
	ops := make([]id.ID, len(list))
	for i := range list {
		ops[i] = list[i].Op
	}
	causes, err := p.Desk.Deeds(p.ctx(), homes, ops)
	return slices.DeleteFunc(list, func(c ledger.LevelChange) bool { return c.Cause != ledger.ByHand && !p.here(causes[c.Op]) }), err
}

// ofAllOutlets are the reasons that tell how much, or when, a member has bought anywhere.
var ofAllOutlets = []string{
	rule.Unmet + string(rule.FieldPurchases), rule.Unmet + string(rule.FieldTurnover), rule.Unmet + string(rule.FieldLastPurchase), rule.Unmet + string(rule.FieldLevelDays),
	rule.WhyFewPast, rule.WhyFewUsed,
}

// whySaid is the sentence of a step of the rules, about a member or one who is made up.
// What of a member was found at all outlets is not told to whoever works at some.
func (p *page) whySaid(say *spoken.Speaker, x *rule.Step, imagined bool) string {
	if !imagined && p.who.Narrowed() && slices.Contains(ofAllOutlets, x.Reason) {
		return p.text("admin.receipt.unmet-of-all")
	}
	return say.Say(x)
}

// noPurchases says that a member has bought nothing, as far as the reader may see.
func (p *page) noPurchases() string {
	if p.who.Narrowed() {
		return p.text("admin.member.no-purchases-own")
	}
	return p.text("admin.member.no-purchases")
}

// noChanges says that a member's level has not changed, as far as the reader may see.
func (p *page) noChanges() string {
	if p.who.Narrowed() {
		return p.text("admin.level.no-log-own")
	}
	return p.text("admin.level.no-log")
}

// ownCodes leaves of a member's promo codes those that were given for, and used with, no
// receipt of other outlets.
func (p *page) ownCodes(list []promo.Code) ([]promo.Code, error) {
	if !p.who.Narrowed() {
		return list, nil
	}
	ops := map[home.ID][]id.ID{}
	for i := range list {
		c := &list[i]
		ops[c.Home] = append(ops[c.Home], c.Op)
		ops[c.UsedHome] = append(ops[c.UsedHome], c.UsedOp)
	}
	theirs := map[id.ID]bool{0: true} // of none
	for h, of := range ops {
		homes, err := p.Desk.OpHomes(p.ctx(), h, of)
		if err != nil {
			return nil, err
		}
		told, err := p.Desk.Deeds(p.ctx(), homes, of)
		if err != nil {
			return nil, err
		}
		for i, t := range told {
			theirs[i] = theirs[i] || p.here(t)
		}
	}
	return slices.DeleteFunc(list, func(c promo.Code) bool { return !theirs[c.Op] || !theirs[c.UsedOp] }), nil
}
