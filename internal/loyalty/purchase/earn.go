package purchase

import (
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/money"
)

// earn makes a lot of the points that were earned on like terms, and one for
// each ticket of those that wait for its use.
func (s *sale) earn(book *ledger.Book, a *ledger.Account, p *Purchase, out *rule.Outcome) {
	for i := range out.Grants {
		grant := &out.Grants[i]
		var rules []string // whose they are, where that is not all there are
		if len(out.Grants) > 1 {
			rules = grant.Rules
		}
		points := grant.Points
		if grant.Terms.OnUse {
			points -= s.earnWaiting(book, a, p, rules)
		}
		if points == 0 {
			continue
		}
		active := s.programme.ActiveAt(&grant.Terms, s.at)
		expires, sliding := s.programme.Expires(&grant.Terms.Expiry, active)
		l := book.Earn(a, ledger.Grant{
			Points: points, EarnedAt: s.at, ActiveAt: active, ExpiresAt: expires, Sliding: sliding,
			Source: ledger.FromPurchase, Op: p.ID, Partner: s.place.Partner.ID,
		})
		p.Lots = append(p.Lots, Lot{ID: l.ID, Points: points, Rules: rules})
	}
}

// earnWaiting makes a lot of each ticket's points of some rules, or of all,
// that wait for its use. It gives how many they are.
func (s *sale) earnWaiting(book *ledger.Book, a *ledger.Account, p *Purchase, rules []string) (sum money.Points) {
	for i := range p.Lines {
		l := &p.Lines[i]
		for piece, points := range l.waiting(rules) {
			if points == 0 {
				continue
			}
			lot := book.Earn(a, ledger.Grant{
				Points: points, EarnedAt: s.at, Waits: true, ExpiresAt: s.programme.LapseAt(max(l.SessionAt, s.at)),
				Source: ledger.FromPurchase, Op: p.ID, Partner: s.place.Partner.ID,
			})
			p.Lots = append(p.Lots, Lot{ID: lot.ID, Points: points, Rules: rules, Of: &Piece{Line: i, Piece: piece}})
			sum += points
		}
	}
	return sum
}
