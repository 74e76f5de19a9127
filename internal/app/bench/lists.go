package bench

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"kopilka/internal/loyalty/segment"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// ListsReport is how fast lists of members are, in milliseconds.
type ListsReport struct {
	Engine      string       `json:"engine"`
	Version     string       `json:"engine_version"`
	Members     int64        `json:"members"`
	FillSeconds float64      `json:"fill_seconds"`
	Rebuild     float64      `json:"figures_seconds"` // of the filling: working out the figures
	Pairs       []ListsTimes `json:"pairs"`
}

// ListsTimes are those of one pair.
type ListsTimes struct {
	Name        string  `json:"name"`
	Found       int64   `json:"found"` // at most segment.MaxCount
	More        bool    `json:"more"`
	First       float64 `json:"first_ms"` // of a page, the first time that it is asked for
	Median      float64 `json:"median_ms"`
	Worst       float64 `json:"worst_ms"`
	CountMedian float64 `json:"count_median_ms"`
	CountWorst  float64 `json:"count_worst_ms"`
}

// Lists measures the pairs over a crowd: a page with the usual columns, of the
// first pages in turn, and the count beside it. Of the options it takes Engine,
// URL, Dir, Members, Rounds (times that each is asked), Keep and Step.
func Lists(ctx context.Context, o Options) (*ListsReport, error) {
	r := &run{Options: o, report: &Report{Durability: map[string]string{}}}
	out := &ListsReport{Engine: string(o.Engine), Members: o.Members}
	err := r.lists(ctx, out)
	return out, errors.Join(err, r.clean(context.WithoutCancel(ctx)))
}

func (r *run) lists(ctx context.Context, out *ListsReport) error {
	var err error
	if r.place, err = newPlace(ctx, &r.Options); err != nil {
		return err
	}
	r.later(func(context.Context) error { r.place.close(); return nil })
	d, err := r.crowd(ctx, out)
	if err != nil {
		return err
	}
	if err := r.describe(ctx, d); err != nil {
		return err
	}
	out.Version = r.report.Version
	lists := &segment.Lists{DB: d, IDs: id.NewMaker(nodeOfBench), Clock: clock.System{}}
	for n, p := range Pairs() {
		r.Step(Step{Name: Measuring, N: int64(n + 1)})
		t, err := timePair(ctx, lists, p, r.Rounds)
		if err != nil {
			return err
		}
		out.Pairs = append(out.Pairs, t)
	}
	return nil
}

// crowd opens the base of an earlier run, or makes one.
func (r *run) crowd(ctx context.Context, out *ListsReport) (*db.DB, error) {
	name := "lists_" + strconv.FormatInt(r.Members, 10)
	there, err := r.place.there(ctx, name)
	if err != nil {
		return nil, err
	}
	address := r.place.address(name)
	if !there || !r.Keep {
		var drop func(context.Context) error
		if address, drop, err = r.place.make(ctx, name); err != nil {
			return nil, err
		}
		r.later(drop)
	}
	d, err := db.Open(ctx, db.Options{URL: address})
	if err != nil {
		return nil, err
	}
	r.later(func(context.Context) error { d.Close(); return nil })
	if there && r.Keep {
		return d, d.CheckSchema(ctx)
	}
	return d, r.fillLists(ctx, d, out)
}

func (r *run) fillLists(ctx context.Context, d *db.DB, out *ListsReport) error {
	began := time.Now()
	if err := d.Migrate(ctx); err != nil {
		return err
	}
	ids := id.NewMaker(nodeOfBench)
	s, err := openShop(ctx, d, ids, 1, 0)
	if err != nil {
		return err
	}
	told := func(step StepName) func(done int64) {
		return func(done int64) { r.Step(Step{Name: step, N: done}) }
	}
	if err := fillCrowd(ctx, d, s.programme, r.Members, told(MakingMembers)); err != nil {
		return err
	}
	reckoning := time.Now()
	refresher := &segment.Refresher{DB: d, IDs: ids, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler)}
	if err := refresher.Rebuild(ctx, told(Reckoning)); err != nil {
		return err
	}
	out.Rebuild = round(time.Since(reckoning).Seconds(), 1)
	if d.Dialect() == db.Postgres {
		if _, err := d.Exec(ctx, "vacuum analyze"); err != nil {
			return err
		}
	}
	out.FillSeconds = round(time.Since(began).Seconds(), 1)
	return nil
}

// timePair asks for pages of a pair, the next one each time, and for its count.
func timePair(ctx context.Context, lists *segment.Lists, p Pair, times int) (ListsTimes, error) {
	t := ListsTimes{Name: p.Name}
	var pages, counts []time.Duration
	q := p.Query
	q.Columns = []string{"level", "active", "purchases", "turnover", "last_purchase", "tags"}
	if q.Outlets != nil { // what was done at all outlets is not for whoever works at some
		q.Columns = []string{"level", "active", "pending", "registered", "birth_date", "tags"}
	}
	for range cmp.Or(times, 1) {
		began := time.Now()
		page, err := lists.List(ctx, q)
		if err != nil {
			return t, err
		}
		pages = append(pages, time.Since(began))
		began = time.Now()
		if t.Found, t.More, err = lists.Count(ctx, q.Filter, q.Outlets); err != nil {
			return t, err
		}
		counts = append(counts, time.Since(began))
		q.After = page.Next
	}
	t.First = percentile(pages[:1], 1)
	slices.Sort(pages)
	slices.Sort(counts)
	t.Median, t.Worst = percentile(pages, 0.5), percentile(pages, 1)
	t.CountMedian, t.CountWorst = percentile(counts, 0.5), percentile(counts, 1)
	return t, nil
}
