package purchase

import (
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
)

// Known is what is known of members today: what rules look at, whose birthdays
// are when; and what gifts they were given.
type Known struct {
	facts
	gifts gifts
}

// NewKnown knows nothing yet.
func NewKnown() *Known { return &Known{gifts: newGifts()} }

// Want names what a programme looks at of a member.
func (k *Known) Want(h home.ID, p *rule.Programme) {
	k.want(h, p.Needs())
	if len(p.Gifts) > 0 {
		k.gifts.wantAll(h)
	}
}

// WantGifts names the gifts that a member was given.
func (k *Known) WantGifts(h home.ID) { k.gifts.wantAll(h) }

// Read adds to a batch what reads all that was named.
func (k *Known) Read(b *db.Batch, dialect db.Dialect) {
	k.read(b, dialect)
	k.gifts.read(b, dialect)
}

// Presents are the gifts that a member was given for occasions, in the order
// of his journal.
func (k *Known) Presents(h home.ID) []ledger.Present { return k.gifts.had[h] }

// hadGifts sets what an account has had once by the gifts of before.
func hadGifts(a *ledger.Account, presents []ledger.Present) {
	a.Gifts &^= ledger.GiftFirstPurchase | ledger.GiftFirstAgain
	for i := range presents {
		g := &presents[i]
		switch {
		case g.Account != a.ID || g.Occasion != string(rule.FirstPurchase):
		case g.Given > 0:
			a.Gifts = a.Gifts&^ledger.GiftFirstAgain | ledger.GiftFirstPurchase
		case g.Short == 0:
			a.Gifts = a.Gifts&^ledger.GiftFirstPurchase | ledger.GiftFirstAgain
		}
	}
}

// Days gives the gifts of the days that pass up to a time, as the job of each
// day does.
func (l *Life) Days(to clock.Micros) {
	a, p := l.Account(), l.g.set.Get(l.of)
	if a == nil || p == nil {
		return
	}
	for _, at := range l.giftDays(p, max(a.Clock, l.begins-1), to) {
		l.now(at)
		l.g.levels.settle(l.book, a, at)
		l.done()
	}
}

// giftDays are the beginnings of days with a gift, after a time up to another.
func (l *Life) giftDays(p *rule.Programme, after, to clock.Micros) (out []clock.Micros) {
	f := l.g.levels.gifts.facts[l.home]
	if f == nil {
		return nil
	}
	for _, g := range p.Dated() {
		if g.On == rule.NoPurchases {
			// A receipt that was told of after its day was not known to the job.
			if d, ok := p.SilenceGift(g, l.Account().LastPurchase, to); ok && d.From > max(after, l.told) {
				out = append(out, d.From)
			}
			continue
		}
		births := f.Relatives
		if g.On == rule.Birthday {
			births = []string{f.BirthDate}
		}
		for _, birth := range births {
			for d, ok := p.BirthdayGift(g, birth, to); ok && d.From > after; d, ok = p.BirthdayGift(g, birth, d.From-1) {
				out = append(out, d.From)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
