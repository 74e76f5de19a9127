package purchase

import (
	"context"
	"errors"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
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
		if !p.ActiveOn(p.Day(now)) {
			continue
		}
		for _, g := range p.Dated() {
			bad = append(bad, d.giveDays(ctx, p, g, p.Day(now)))
		}
	}
	return errors.Join(bad...)
}

// giveDays gives the gifts of one occasion, day by day to the last; a gift
// that is new begins with that.
func (d *Desk) giveDays(ctx context.Context, p *rule.Programme, g *rule.GiftRule, last string) error {
	from := last
	var done string
	err := d.DB.Row(ctx, qGiftDay, p.ID, string(g.On)).Scan(&done)
	switch {
	case errors.Is(err, db.ErrNotFound):
	case err != nil:
		return err
	default:
		from = dayAfter(done, 1)
		if missed := dayAfter(last, -mostMissed); from < missed {
			from = missed
		}
	}
	for day := from; day <= last; day = dayAfter(day, 1) {
		if err := d.giveDay(ctx, p, g, day); err != nil {
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
func (d *Desk) giveDay(ctx context.Context, p *rule.Programme, g *rule.GiftRule, day string) error {
	for _, born := range g.BirthdaysOf(day) {
		for after, more := home.ID(0), true; more; {
			homes, err := member.BornOn(ctx, d.DB, g.On == rule.RelativeBirthday, born, after, giftsAtOnce)
			if err != nil {
				return err
			}
			err = submitAll(ctx, d, homes, func(h home.ID) operation { return &settling{home: h, programme: p.ID, missed: day} })
			if err != nil {
				return err
			}
			if more = len(homes) == giftsAtOnce; more {
				after = homes[len(homes)-1]
			}
		}
	}
	return nil
}
