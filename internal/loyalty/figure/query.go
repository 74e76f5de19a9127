package figure

import (
	"context"
	"fmt"
	"strings"
	"time"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// By says what figures are broken down by.
type By string

// What figures can be broken down by.
const (
	ByDay      By = "day"
	ByOutlet   By = "outlet"
	ByCashier  By = "cashier"
	ByCampaign By = "campaign"
)

// MaxDays bounds a period: two years and the day on which the next begins.
const MaxDays = 732

// Query asks for figures.
type Query struct {
	By        By
	From, To  string  // business days, both in
	Outlets   []id.ID // of these only; none: of all, and of what belongs to no outlet
	Programme id.ID   // of this one only; 0: of all
	After     *Place  // after this row; nil: from the first
	Limit     int
}

// Place names a row by what it is of. Which of them tell depends on By.
type Place struct {
	Day       string
	ID        id.ID // outlet or cashier
	Programme id.ID
	Campaign  string
}

// Row is the figures of one day, outlet, cashier or campaign.
type Row struct {
	Place
	Sums Sums         // by day and outlet; by cashier those of receipts only
	Acts CampaignSums // by campaign
}

// Figures are what was asked for.
type Figures struct {
	Rows   []Row
	Totals Sums         // of all that the period has, whatever it is broken down by
	AsOf   clock.Micros // what was written since may not be counted yet
	Behind time.Duration
}

// Reader reads figures.
type Reader struct {
	DB    *db.DB
	Clock clock.Clock
}

// Read reads figures, their totals and how old they are, in one snapshot.
func (r *Reader) Read(ctx context.Context, q Query) (*Figures, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	out := &Figures{}
	err := r.DB.View(ctx, func(s *db.Snapshot) error {
		now := r.Clock.Now()
		var waits int64
		if err := s.Row(ctx, qOldest).Scan(&waits); err != nil {
			return err
		}
		out.AsOf = now
		if waits != 0 {
			out.AsOf = min(now, clock.Of(id.ID(waits).Time()))
		}
		out.Behind = now.Time().Sub(out.AsOf.Time())
		text, args := q.totals(s.Dialect())
		dest := make([]any, Columns)
		for i := range dest {
			dest[i] = &out.Totals[i]
		}
		if err := s.Row(ctx, text, args...).Scan(dest...); err != nil {
			return err
		}
		text, args = q.rows(s.Dialect())
		return s.Each(ctx, func(row db.Row) error {
			x, err := q.scan(row)
			out.Rows = append(out.Rows, x)
			return err
		}, text, args...)
	})
	return out, err
}

func (q *Query) check() error {
	from, err := time.Parse(time.DateOnly, q.From)
	to, err2 := time.Parse(time.DateOnly, q.To)
	switch {
	case err != nil || err2 != nil || to.Before(from):
		return fault.New(fault.Invalid, "figure.period")
	case to.Sub(from) >= MaxDays*24*time.Hour:
		return fault.New(fault.Invalid, "figure.period-most", "most", MaxDays)
	}
	return nil
}

// table is the one that is asked, and the columns of the key in their order.
func (q *Query) table() (t sumsTable, keys []string) {
	switch q.By {
	case ByOutlet:
		return days, []string{"outlet_id"}
	case ByCashier:
		return cashiers, []string{"cashier_id"}
	case ByCampaign:
		return campaigns, []string{"programme_id", "campaign"}
	}
	return days, []string{"day"}
}

// where are the conditions on the rows that are added up.
func (q *Query) where(d db.Dialect) (text string, args []any) {
	text, args = " where day >= $1 and day <= $2", []any{q.From, q.To}
	if q.Outlets != nil {
		all := make([]int64, len(q.Outlets))
		for i, o := range q.Outlets {
			all[i] = int64(o)
		}
		args = append(args, all)
		text += " and " + d.In("outlet_id", len(args))
	}
	if q.Programme != 0 {
		args = append(args, int64(q.Programme))
		text += fmt.Sprintf(" and programme_id = $%d", len(args))
	}
	return text, args
}

func sumOf(columns []string) string {
	sums := make([]string, len(columns))
	for i, c := range columns {
		sums[i] = "cast(coalesce(sum(" + c + "), 0) as bigint)"
	}
	return strings.Join(sums, ", ")
}

func (q *Query) totals(d db.Dialect) (string, []any) {
	where, args := q.where(d)
	return "select " + sumOf(columnNames[:]) + " from figure_day" + where, args
}

func (q *Query) rows(d db.Dialect) (string, []any) {
	t, keys := q.table()
	where, args := q.where(d)
	if q.After != nil {
		after := []any{q.After.Day}
		switch q.By {
		case ByOutlet, ByCashier:
			after[0] = int64(q.After.ID)
		case ByCampaign:
			after = []any{int64(q.After.Programme), q.After.Campaign}
		}
		marks := make([]string, len(after))
		for i, v := range after {
			args = append(args, v)
			marks[i] = fmt.Sprintf("$%d", len(args))
		}
		where += " and (" + strings.Join(keys, ", ") + ") > (" + strings.Join(marks, ", ") + ")"
	}
	args = append(args, q.Limit)
	by := strings.Join(keys, ", ")
	return "select " + by + ", " + sumOf(t.sums) + " from " + t.name + where + " group by " + by + " order by " + by +
		fmt.Sprintf(" limit $%d", len(args)), args
}

func (q *Query) scan(row db.Row) (x Row, err error) {
	t, _ := q.table()
	var dest []any
	sums := x.Sums[:len(t.sums):len(t.sums)]
	switch q.By {
	case ByOutlet, ByCashier:
		dest = append(dest, (*int64)(&x.ID))
	case ByCampaign:
		dest = append(dest, (*int64)(&x.Programme), &x.Campaign)
		sums = x.Acts[:]
	default:
		dest = append(dest, &x.Day)
	}
	for i := range sums {
		dest = append(dest, &sums[i])
	}
	return x, row.Scan(dest...)
}
