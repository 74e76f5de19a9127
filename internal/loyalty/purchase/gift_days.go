package purchase

import (
	"context"
	"errors"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

const (
	qGiftDay    = `select day from gift_day where programme_id = $1 and occasion = $2`
	qSetGiftDay = `insert into gift_day (programme_id, occasion, day) values ($1, $2, $3)
 on conflict (programme_id, occasion) do update set day = excluded.day where excluded.day > gift_day.day`

	// mostMissed bounds the days that are made good for after a long stop.
	mostMissed = 366
	// giftsAtOnce is how many members are looked up at once.
	giftsAtOnce = 500
)

// GiveDated gives the gifts of all days up to today to members whom nothing
// else touches, those of days that it missed too. It may run late, twice and
// in many processes.
func (d *Desk) GiveDated(ctx context.Context) error {
	if err := d.Programmes.Refresh(ctx); err != nil {
		return err
	}
	now := d.Clock.Now()
	var bad []error
	for _, p := range d.Programmes.Current().All() {
		if p.ActiveOn(p.Day(now)) {
			bad = append(bad, d.giveProgramme(ctx, p, p.Day(now)))
		}
	}
	return errors.Join(bad...)
}

// missedDays are the days of a programme that the job is about: of each
// occasion from one to the last. An account is given all of them at once, in
// their order, whichever of them it was found by.
type missedDays struct {
	programme id.ID
	from      map[rule.Occasion]string
	last      string
}

func (m *missedDays) has(programme id.ID, o rule.Occasion, day string) bool {
	if m == nil || m.programme != programme {
		return false
	}
	from, ok := m.from[o]
	return ok && from <= day && day <= m.last
}

func (d *Desk) giveProgramme(ctx context.Context, p *rule.Programme, last string) error {
	m := &missedDays{programme: p.ID, from: map[rule.Occasion]string{}, last: last}
	for _, g := range p.Dated() {
		from, err := d.firstMissed(ctx, p, g, last)
		if err != nil {
			return err
		}
		m.from[g.On] = from
	}
	var bad []error
	for _, g := range p.Dated() {
		bad = append(bad, d.giveDays(ctx, p, g, m))
	}
	return errors.Join(bad...)
}

// firstMissed is the first day whose gifts for an occasion are still to be
// given; one that is new begins with the last.
func (d *Desk) firstMissed(ctx context.Context, p *rule.Programme, g *rule.GiftRule, last string) (string, error) {
	var done string
	err := d.DB.Row(ctx, qGiftDay, p.ID, string(g.On)).Scan(&done)
	switch {
	case errors.Is(err, db.ErrNotFound):
		return last, nil
	case err != nil:
		return "", err
	}
	return max(dayAfter(done, 1), dayAfter(last, -mostMissed)), nil
}

// giveDays gives the gifts of one occasion, day by day to the last.
func (d *Desk) giveDays(ctx context.Context, p *rule.Programme, g *rule.GiftRule, m *missedDays) error {
	for day := m.from[g.On]; day <= m.last; day = dayAfter(day, 1) {
		if err := d.giveDay(ctx, p, g, day, m); err != nil {
			return err
		}
		err := d.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, qSetGiftDay, p.ID, string(g.On), day)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func dayAfter(day string, n int) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err) // days are written by us
	}
	return t.AddDate(0, 0, n).Format(time.DateOnly)
}

// giveDay looks at all members whose gift is of the day.
func (d *Desk) giveDay(ctx context.Context, p *rule.Programme, g *rule.GiftRule, day string, m *missedDays) error {
	if g.On == rule.NoPurchases {
		from, to := p.SilentSince(g, day)
		return d.giveEach(ctx, m, func(after home.ID) ([]home.ID, error) {
			return ledger.BoughtLast(ctx, d.DB, p.ID, from, to, after, giftsAtOnce)
		})
	}
	for _, born := range g.BirthdaysOf(day) {
		err := d.giveEach(ctx, m, func(after home.ID) ([]home.ID, error) {
			return member.BornOn(ctx, d.DB, g.On == rule.RelativeBirthday, born, after, giftsAtOnce)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// giveEach lets the homes of a list, page by page, be given what is due.
func (d *Desk) giveEach(ctx context.Context, m *missedDays, page func(after home.ID) ([]home.ID, error)) error {
	for after, more := home.ID(0), true; more; {
		homes, err := page(after)
		if err != nil {
			return err
		}
		err = submitAll(ctx, d, homes, func(h home.ID) operation { return &settling{home: h, programme: m.programme, missed: m} })
		if err != nil {
			return err
		}
		if more = len(homes) == giftsAtOnce; more {
			after = homes[len(homes)-1]
		}
	}
	return nil
}
