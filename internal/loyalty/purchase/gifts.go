package purchase

import (
	"cmp"
	"context"
	"math"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// gifts gives what programmes give for occasions, to the accounts of one
// transaction or of one look.
//
// A gift for a birthday is due on a day and is still given for some days after
// it. Whatever writes to the account within them gives it first, at its own
// time; the job of each day does so for members whom nothing touches, and for
// a day that it missed. What an account has had stands in its home, so that it
// gets nothing twice whoever comes, how often and how late.
type gifts struct {
	wanted map[home.ID]bool // true: the profile too
	facts  map[home.ID]*member.Facts
	had    map[home.ID][]ledger.Present
	missed map[home.ID]*missedDays // what the job makes good for

	former []ledger.Present // of a life: of members who have left and come back in it
	rests  []Rest           // of a life: when its account rests

	ctx context.Context
	q   db.Q  // where more may be read of; nil: nowhere
	err error // of reading it
}

func newGifts() gifts {
	return gifts{
		wanted: map[home.ID]bool{}, facts: map[home.ID]*member.Facts{}, had: map[home.ID][]ledger.Present{}, missed: map[home.ID]*missedDays{},
	}
}

// want names what gifts of an account's programme need to know of its home,
// and tells whether the lots are needed too.
func (v *gifts) want(h home.ID, a *ledger.Account, p *rule.Programme) (lots bool) {
	if h.Kind() != home.Member {
		return false
	}
	dated := p != nil && len(p.Dated()) > 0
	if dated || p != nil && p.GiftFor(rule.FirstPurchase) != nil && (a == nil || mayEarnFirst(a)) {
		v.wanted[h] = v.wanted[h] || dated
	}
	return dated
}

// wantAll names all that gifts of a home may need: where an operation follows
// another it is not known what the first will leave.
func (v *gifts) wantAll(h home.ID) {
	if h.Kind() == home.Member {
		v.wanted[h] = true
	}
}

// wantHad names what an account was given: a refund may take it back.
func (v *gifts) wantHad(h home.ID, a *ledger.Account) {
	if _, there := v.wanted[h]; !there && a.Gifts&ledger.GiftFirstPurchase != 0 {
		v.wanted[h] = false
	}
}

// mayEarnFirst tells whether the next purchase is a first one: nothing of
// another is left to the member, or the first came back in full with its gift.
func mayEarnFirst(a *ledger.Account) bool {
	return a.Gifts&ledger.GiftFirstPurchase == 0 && (a.Purchases == 0 || a.Gifts&ledger.GiftFirstAgain != 0)
}

// read adds to the batch what reads all that was named since the last read.
func (v *gifts) read(b *db.Batch, dialect db.Dialect) {
	if len(v.wanted) == 0 {
		return
	}
	var want member.FactsWanted
	homes := make([]int64, 0, len(v.wanted))
	for h, profile := range v.wanted {
		homes = append(homes, int64(h))
		v.had[h] = nil
		want.Part = append(want.Part, h)
		if profile {
			want.Profile, want.Relatives = append(want.Profile, h), append(want.Relatives, h)
		}
	}
	slices.Sort(homes)
	member.ReadFacts(b, dialect, &want, v.facts)
	ledger.LoadPresents(b, dialect, homes, func(g ledger.Present) { v.had[g.Home] = append(v.had[g.Home], g) })
	clear(v.wanted)
}

// formerly gives the gifts of a programme that a member had before he left and
// came back: what is once a person stays so.
func (v *gifts) formerly(h home.ID, programme id.ID) []ledger.Present {
	if v.q == nil || v.err != nil {
		return v.former
	}
	before, err := member.Before(v.ctx, v.q, h)
	if err != nil || len(before) == 0 {
		v.err = err
		return nil
	}
	out, err := ledger.PresentsIn(v.ctx, v.q, before, programme)
	v.err = err
	return out
}

// of lists the gifts that an account has had for an occasion, with those of
// this transaction.
func (v *gifts) of(b *ledger.Book, a *ledger.Account, o rule.Occasion) (out []ledger.Present) {
	keep := func(g ledger.Present) {
		if g.Account == a.ID && g.Occasion == string(o) {
			out = append(out, g)
		}
	}
	for _, g := range v.had[b.Home] {
		keep(g)
	}
	b.Presents(func(_ *ledger.Account, g *ledger.Present) { keep(*g) })
	return out
}

func (v *gifts) takesPart(h home.ID) bool {
	f := v.facts[h]
	return f != nil && f.TakesPart
}

// dueGift is a gift of a day.
type dueGift struct {
	rule *rule.GiftRule
	rule.Day
	dates int // how many dates there are that the occasion is kept for …
	alike int // … and on this very day
}

// due finds the gifts of days that an account is to be given by a time, the
// earliest first.
func (v *gifts) due(b *ledger.Book, a *ledger.Account, p *rule.Programme, to clock.Micros) (out []dueGift) {
	if p == nil || a.Closed || a.LevelOnly || !v.takesPart(b.Home) {
		return nil
	}
	f := v.facts[b.Home]
	for _, g := range p.Dated() {
		if g.On == rule.NoPurchases {
			if d, ok := v.silent(b, a, p, g, to); ok {
				out = append(out, dueGift{rule: g, Day: d, dates: math.MaxInt, alike: 1})
			}
			continue
		}
		births := f.Relatives
		if g.On == rule.Birthday {
			births = []string{f.BirthDate}
		}
		var days []rule.Day
		for _, birth := range births {
			if d, ok := p.BirthdayGift(g, birth, to); ok {
				days = append(days, d)
			}
		}
		for i, d := range days {
			if !v.inTime(b, a, p, dueGift{rule: g, Day: d}, to) || slices.Contains(days[:i], d) {
				continue
			}
			alike := 0
			for _, other := range days {
				if other == d {
					alike++
				}
			}
			out = append(out, dueGift{g, d, len(days), alike})
		}
	}
	slices.SortStableFunc(out, func(x, y dueGift) int { return cmp.Compare(x.From, y.From) })
	return out
}

// inTime tells whether a gift of a day is still given, or is made good by the
// job.
func (v *gifts) inTime(b *ledger.Book, a *ledger.Account, p *rule.Programme, d dueGift, to clock.Micros) bool {
	missed := v.missed[b.Home].has(p.ID, d.rule.On, d.Day.Day) && a.Opened < d.To
	return p.ActiveOn(d.Day.Day) && (to < d.To || missed)
}

// silent is the day of the gift for no purchases, if it is due. An account that
// rests is silent only since others are bought on.
func (v *gifts) silent(b *ledger.Book, a *ledger.Account, p *rule.Programme, g *rule.GiftRule, to clock.Micros) (rule.Day, bool) {
	resting := func(r Rest) bool { return r.From <= to && (r.To == 0 || to < r.To) }
	if b.Keeps() != b.Home || slices.ContainsFunc(v.rests, resting) {
		return rule.Day{}, false
	}
	d, ok := p.SilenceGift(g, a.LastPurchase, to)
	if !ok || !v.inTime(b, a, p, dueGift{rule: g, Day: d}, to) {
		return rule.Day{}, false
	}
	since := p.Day(a.LastPurchase)
	had := slices.ContainsFunc(v.of(b, a, g.On), func(x ledger.Present) bool { return x.Day > since })
	return d, !had // for this silence, of however many days it was then
}

// left is how many gifts of the day the account may still be given: one for
// each date, and within a year no more than there are dates, however they are
// changed.
func (v *gifts) left(b *ledger.Book, a *ledger.Account, d *dueGift) int {
	had := v.of(b, a, d.rule.On)
	if d.without(had) <= 0 {
		return 0
	}
	return d.without(append(had, v.formerly(b.Home, a.Programme)...))
}

// without is how many gifts of the day are left after others.
func (d *dueGift) without(others []ledger.Present) int {
	sameDay, sameYear := 0, 0
	for _, g := range others {
		if g.Occasion != string(d.rule.On) {
			continue
		}
		if g.Day == d.Day.Day {
			sameDay++
		}
		if n := rule.DaysBetween(g.Day, d.Day.Day); n > -rule.GiftGap && n < rule.GiftGap {
			sameYear++
		}
	}
	return min(d.alike-sameDay, d.dates-sameYear)
}

// dated gives an account the gifts of days that are due by a time, each at its
// own.
func (v *levels) dated(b *ledger.Book, a *ledger.Account, to clock.Micros) {
	p := v.set.Get(a.Programme)
	for _, d := range v.gifts.due(b, a, p, to) {
		for range v.gifts.left(b, a, &d) {
			at := max(d.From, a.Clock)
			expires := p.Until(d.rule, at)
			if expires != 0 && expires <= to {
				break // it would be over
			}
			b.Settle(a, at)
			b.Present(a, ledger.Present{At: at, Occasion: string(d.rule.On), Day: d.Day.Day, Given: d.rule.Points}, expires, 0)
			v.Moved(b, a, at)
		}
	}
}

// first gives the gift for a first purchase.
func (v *levels) first(b *ledger.Book, a *ledger.Account, p *rule.Programme, sold *Purchase) {
	g := p.GiftFor(rule.FirstPurchase)
	if g == nil || !mayEarnFirst(a) || sold.Due < g.From || slices.Contains(sold.Flags, FlagTooLate) || !v.gifts.takesPart(b.Home) {
		return
	}
	former := slices.DeleteFunc(v.gifts.formerly(b.Home, a.Programme), func(x ledger.Present) bool { return x.Occasion != string(g.On) })
	if ledger.FirstHeld(former) > 0 {
		return
	}
	b.Present(a, ledger.Present{At: sold.At, Occasion: string(g.On), Op: sold.ID, Given: g.Points}, p.Until(g, sold.At), sold.Partner)
	a.Gifts = a.Gifts&^ledger.GiftFirstAgain | ledger.GiftFirstPurchase
}

// takeFirst takes the gift of a purchase back of which nothing is left. It may
// be earned again unless a part of it was forgiven: else points would come of
// buying and bringing back.
func (v *levels) takeFirst(b *ledger.Book, a *ledger.Account, p *rule.Programme, s *Stored, f *Refund) {
	given := v.gifts.byPurchase(b, s.earnedBy())
	if given == nil || given.Account != a.ID {
		return
	}
	expired := a.Expired
	g := b.TakePresent(a, given, ledger.Present{At: f.At, Op: f.ID}, p.Settings.Clawback == rule.ClawForgive)
	f.GiftTaken = g.Taken
	f.Lapsed += expired - a.Expired
	if g.Short == 0 && ledger.FirstHeld(v.gifts.of(b, a, rule.FirstPurchase)) == 0 {
		a.Gifts = a.Gifts&^ledger.GiftFirstPurchase | ledger.GiftFirstAgain
	}
}

// byPurchase is the gift that a purchase has earned, by the operation that moved
// its points; nil: none.
func (v *gifts) byPurchase(b *ledger.Book, op id.ID) (out *ledger.Present) {
	find := func(g *ledger.Present) {
		if g.Op == op && g.Given > 0 {
			out = g
		}
	}
	for i := range v.had[b.Home] {
		find(&v.had[b.Home][i])
	}
	b.Presents(func(_ *ledger.Account, g *ledger.Present) { find(g) })
	return out
}
