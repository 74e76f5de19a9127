package purchase

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
)

// A guest buys without being a member, and gives a phone or an e-mail. The
// limits of a buyer hold for him by it, and codes may be bound to it, also
// once it is a member's. What is kept of it is a keyed hash, so that neither
// receipts nor counters tell whose it is.
//
// A use is counted in the buyer's own row: a member's, or a guest's. What it
// may come to is asked of that row together with those that are the same
// person's: a member's, and the guests' of all his phones and e-mails. A guest
// is the members who have what he gave. That is found out before his rows are
// locked, and asked again after: whoever has become a member and bought in
// between has locked the same rows.

// Guest is how a buyer who is no member can be told apart; the zero Guest is
// nobody. The value is normalised.
type Guest member.Ref

// None tells whether the receipt names no guest.
func (g Guest) None() bool { return g == Guest{} }

// GuestHash is what is kept of a guest's phone or e-mail: of the same one
// always the same, for as long as the base keeps its secret.
func (d *Desk) GuestHash(g Guest) string {
	mac := hmac.New(sha256.New, d.Secret)
	for _, part := range []string{"guest", string(g.Kind), g.Value} {
		_, _ = mac.Write([]byte(part))
		_, _ = mac.Write([]byte{0})
	}
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// GuestsOf are the hashes of a member's phones and e-mails: what he was known
// by as a guest.
func (d *Desk) GuestsOf(ctx context.Context, q db.Q, h home.ID) ([]string, error) {
	c := contacts{}
	c.want(h)
	b := &db.Batch{}
	c.read(b, q.Dialect())
	if b.Len() == 0 {
		return nil, nil
	}
	err := q.Run(ctx, b)
	return d.hashes(c.of[h]), err
}

func (d *Desk) hashes(refs []member.Ref) (out []string) {
	for _, r := range refs {
		out = append(out, d.GuestHash(Guest(r)))
	}
	return out
}

// contacts are the phones and e-mails of members, of those who need them.
type contacts struct {
	wanted []home.ID
	of     map[home.ID][]member.Ref
	merged map[home.ID][]home.ID // who were merged into them
}

func (c *contacts) want(h home.ID) {
	if h.Kind() == home.Member && !slices.Contains(c.wanted, h) {
		c.wanted = append(c.wanted, h)
	}
}

// read adds to the batch what reads all that was asked.
func (c *contacts) read(b *db.Batch, dialect db.Dialect) {
	if len(c.wanted) > 0 {
		c.of, c.merged = map[home.ID][]member.Ref{}, map[home.ID][]home.ID{}
		member.ReadContacts(b, dialect, c.wanted, c.of)
		member.ReadMerged(b, dialect, c.wanted, c.merged)
	}
}

// heads are the rows in which a buyer's limits are counted, by the ends of
// their keys.
type heads struct {
	own    string
	beside []string // that count with it
	guests []string // hashes that the buyer is or was known by
}

func headOfMember(h home.ID) string  { return "member:" + h.String() }
func headOfGuest(hash string) string { return "guest:" + hash }

// wantsContacts tells whether the buyer's phones and e-mails matter: to a limit
// that is his, or to a code that is bound to one.
func (s *sale) wantsContacts() bool {
	for _, c := range s.receipt.Codes {
		if row := s.rows[c.Text]; row != nil && row.Guest != "" {
			return true
		}
	}
	return slices.ContainsFunc(s.limited, func(u rule.Use) bool { return u.PerHead > 0 })
}

// wantContacts asks for the phones and e-mails of those who are the buyer.
func (s *sale) wantContacts(c *contacts) {
	if !s.wantsContacts() {
		return
	}
	c.want(s.home)
	for _, h := range s.same {
		c.want(h)
	}
}

// finds says whose rows count for the buyer.
func (s *sale) finds(d *Desk, c *contacts) {
	if s.guest == "" {
		s.heads = heads{own: headOfMember(s.home), guests: d.hashes(c.of[s.home])}
		s.heads.members(c.merged[s.home]...)
		s.heads.add(s.heads.guests)
		return
	}
	s.heads = heads{own: headOfGuest(s.guest), guests: []string{s.guest}}
	for _, h := range s.same {
		s.heads.members(h)
		s.heads.members(c.merged[h]...)
		s.heads.add(d.hashes(c.of[h]))
	}
}

// members lets members' rows count beside the buyer's own.
func (h *heads) members(homes ...home.ID) {
	for _, x := range homes {
		h.beside = append(h.beside, headOfMember(x))
	}
}

// add lets guests' rows count beside the buyer's own, each once: members may
// share a phone.
func (h *heads) add(guests []string) {
	for _, hash := range guests {
		if head := headOfGuest(hash); head != h.own && !slices.Contains(h.beside, head) {
			h.beside = append(h.beside, head)
		}
	}
}

// lookUpGuest asks which member has the guest's phone or e-mail.
func (s *sale) lookUpGuest(l *look) {
	if g := s.cart.Guest; !g.None() {
		s.guest = l.desk.GuestHash(g)
		l.refs = append(l.refs, member.Ref(g))
	}
}

// foundGuest takes it.
func (s *sale) foundGuest(found map[member.Ref][]member.Resolved) {
	s.same = nil
	if s.cart.Guest.None() {
		return
	}
	for _, r := range found[member.Ref(s.cart.Guest)] {
		if r.Identifier == member.On {
			s.same = append(s.same, r.Home)
		}
	}
	slices.Sort(s.same)
}

// ofGuest is an operation whose receipt may name a guest: the sale that it is,
// whether it notes whose the receipt may be, and whether its limits rest on
// who the guest is.
type ofGuest interface {
	ofGuest() (s *sale, notes, counts bool)
}

func (s *sale) ofGuest() (of *sale, notes, counts bool)       { return s, true, s.wantsContacts() }
func (r *reserving) ofGuest() (of *sale, notes, counts bool)  { return r.sale, false, r.wantsContacts() }
func (o *confirming) ofGuest() (of *sale, notes, counts bool) { return o.sale, true, false }

// guestsStand sees, now that their rows are locked and that it is their phones'
// and e-mails' turn, who guests are. errAgain says that one of whom limits are
// counted is not whom he was found to be, and has been corrected.
func (g *group) guestsStand(mine []*ticket) error {
	var guests, counted []*sale
	var refs []member.Ref
	now := contacts{}
	for _, t := range mine {
		o, ok := t.op.(ofGuest)
		if !ok || t.err != nil {
			continue
		}
		s, notes, counts := o.ofGuest()
		if !notes && !counts || s.cart.Guest.None() {
			continue
		}
		guests, refs = append(guests, s), append(refs, member.Ref(s.cart.Guest))
		if counts {
			counted = append(counted, s)
			s.wantContacts(&now)
		}
	}
	if len(guests) == 0 {
		return nil
	}
	b := &db.Batch{}
	member.ShareTurn(b, g.tx.Dialect(), refs)
	var members map[member.Ref][]member.Resolved
	resolved := member.Resolve(b, g.tx.Dialect(), refs, &members)
	now.read(b, g.tx.Dialect())
	if err := g.tx.Run(g.ctx, b); err != nil {
		return err
	}
	if err := resolved(); err != nil {
		return err
	}
	return g.areThey(guests, counted, members, &now)
}

// areThey takes who guests are.
func (g *group) areThey(guests, counted []*sale, members map[member.Ref][]member.Resolved, now *contacts) error {
	again := false
	for _, s := range guests {
		before := s.same
		s.foundGuest(members)
		if !slices.Contains(counted, s) {
			continue
		}
		again = again || !slices.Equal(s.same, before)
		for _, h := range s.same {
			again = again || !slices.Equal(now.of[h], g.contacts.of[h]) || !slices.Equal(now.merged[h], g.contacts.merged[h])
		}
	}
	if again {
		return errAgain
	}
	return nil
}
