package admin

import (
	"cmp"
	"slices"

	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/level"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
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

// ownLots leaves of the accruals of an account those of receipts of the reader's
// outlets, and those that are of no receipt.
func (p *page) ownLots(m *member.Member, v *purchase.AccountView) error {
	ops := make([]id.ID, len(v.Lots))
	for i := range v.Lots {
		ops[i] = v.Lots[i].Op
	}
	homes, err := p.Desk.OpHomes(p.ctx(), cmp.Or(v.Shared, m.Home), ops)
	if err != nil {
		return err
	}
	told, err := p.Desk.Deeds(p.ctx(), homes, ops)
	v.Lots = slices.DeleteFunc(v.Lots, func(l ledger.Lot) bool {
		t := told[l.Op]
		if t.Receipt.ID != 0 {
			return !p.who.At(t.Outlet)
		}
		return l.Source == ledger.FromPurchase || l.Source == ledger.FromRefund // of a receipt that is not found
	})
	return err
}

// movesElsewhere tells whether a movement is of what was done at outlets that are not
// the reader's, or can't be told from it: of what becomes active, and of points that
// are kept for an order, it is not known where they are from.
func (p *page) movesElsewhere(x *ledger.Posting, told map[id.ID]purchase.Deed) bool {
	if !p.who.Narrowed() {
		return false
	}
	t, known := told[x.Op]
	switch {
	case t.Receipt.ID != 0:
		return !p.who.At(t.Outlet)
	case x.Kind == ledger.Activate, x.Kind == ledger.Reserve, x.Kind == ledger.Release:
		return true
	}
	return known && t == (purchase.Deed{Receipt: t.Receipt}) // a refund of a receipt that is not known
}

// noPurchases says that a member has bought nothing, as far as the reader may see.
func (p *page) noPurchases() string {
	if p.who.Narrowed() {
		return p.text("admin.member.no-purchases-own")
	}
	return p.text("admin.member.no-purchases")
}
