package whatif

import (
	"context"
	"math"
	"sync"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

const (
	homesPerRun    = 500
	postingsPerRun = 2_000 // about: a home is never split
)

// part is a run of homes with all that is stored of them.
type part struct {
	homes   []homeSize
	rows    rows
	groups  map[home.ID][]id.ID
	known   *purchase.Known
	himself map[home.ID]bool             // who registered themselves
	had     map[home.ID]bool             // the programme's welcome gift, before they left and came back
	former  map[home.ID][]ledger.Present // gifts for occasions, likewise
	gone    map[home.ID]bool             // who have left since
	merged  map[home.ID]bool             // who are left out: a merge concerns them
	books   ledger.Books                 // as they are now, of accounts on which something may be due
}

// run reads the homes in one snapshot and lets workers live them.
func (p *plan) run(ctx context.Context) (*Report, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	parts := make(chan *part, 1)
	total := newTally(p)
	var mu sync.Mutex // of total and what is done
	var done, all int64
	var working sync.WaitGroup
	for range p.Workers {
		working.Go(func() {
			for x := range parts {
				t := newTally(p)
				if ctx.Err() == nil {
					if err := fault.Contain(func() error { return t.part(ctx, x) }); err != nil {
						cancel(err)
					}
				}
				mu.Lock()
				total.add(t)
				done += int64(len(x.homes))
				if p.Progress != nil && ctx.Err() == nil {
					p.Progress(done, max(all, done))
				}
				mu.Unlock()
			}
		})
	}
	err := p.DB.View(ctx, func(q *db.Snapshot) error {
		var n int64
		if err := q.ByKeys(ctx); err != nil {
			return err
		}
		if err := q.Row(ctx, qHomeCount).Scan(&n); err != nil {
			return err
		}
		mu.Lock()
		all = n
		mu.Unlock()
		return p.read(ctx, q, parts)
	})
	close(parts)
	working.Wait()
	if cause := context.Cause(ctx); cause != nil {
		return nil, cause
	}
	if err != nil {
		return nil, err
	}
	return total.report(), nil
}

// read reads all homes, some at a time.
func (p *plan) read(ctx context.Context, q *db.Snapshot, parts chan<- *part) error {
	for from := home.ID(math.MinInt64); ; {
		page, err := db.All(ctx, q, scanHomeSize, qHomePage, from, homesPerRun)
		if err != nil {
			return err
		}
		for rest := page; len(rest) > 0; {
			n, postings := 0, int64(0)
			for n < len(rest) && (n == 0 || postings+rest[n].seq <= postingsPerRun) {
				postings += rest[n].seq
				n++
			}
			x, err := p.readPart(ctx, q, from, rest[:n])
			if err != nil {
				return err
			}
			from, rest = rest[n-1].home, rest[n:]
			select {
			case parts <- x:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if len(page) < homesPerRun {
			return nil
		}
	}
}

// readPart reads the homes after one.
func (p *plan) readPart(ctx context.Context, q *db.Snapshot, after home.ID, homes []homeSize) (*part, error) {
	x := &part{homes: homes, groups: map[home.ID][]id.ID{}, known: purchase.NewKnown(), himself: map[home.ID]bool{}, had: map[home.ID]bool{}, former: map[home.ID][]ledger.Present{}, gone: map[home.ID]bool{}, merged: map[home.ID]bool{}, books: ledger.Books{}}
	before := map[home.ID][]home.ID{}
	b := &db.Batch{}
	member.BeforeAmong(b, after, homes[len(homes)-1].home, func(h, was home.ID) { before[h] = append(before[h], was) })
	member.HimselfAmong(b, after, homes[len(homes)-1].home, func(h home.ID) { x.himself[h] = true })
	x.rows.read(b, p.of, after, homes[len(homes)-1].home)
	groups := p.then.Ladder(p.of).Groups() || p.next.Ladder(p.of).Groups()
	for _, h := range homes {
		if h.home.Kind() != home.Member {
			continue
		}
		if groups {
			member.LoadGroups(b, h.home, func(g id.ID) { x.groups[h.home] = append(x.groups[h.home], g) })
		}
	}
	b.Each(func(r db.Row) error {
		var h home.ID
		err := r.Scan(&h)
		x.gone[h] = true
		return err
	}, qGone, after, homes[len(homes)-1].home)
	b.Each(func(r db.Row) error {
		var h home.ID
		err := r.Scan(&h)
		x.merged[h] = true
		return err
	}, qMerged, after, homes[len(homes)-1].home)
	if err := q.Run(ctx, b); err != nil {
		return nil, err
	}
	for h, was := range before {
		had, err := ledger.HadGift(ctx, q, was, p.of, ledger.GiftWelcome)
		if err != nil {
			return nil, err
		}
		x.had[h] = had
		if x.former[h], err = ledger.PresentsIn(ctx, q, was, p.of); err != nil {
			return nil, err
		}
	}
	if err := p.readKnown(ctx, q, x); err != nil {
		return nil, err
	}
	return x, p.readDue(ctx, q, x)
}

// readKnown reads what is known of the members, and of those of other homes
// who bought on their accounts.
func (p *plan) readKnown(ctx context.Context, q *db.Snapshot, x *part) error {
	for _, h := range x.homes {
		x.known.Want(h.home, p.draft)
		if p.was != nil && len(p.was.Gifts) > 0 {
			x.known.WantGifts(h.home)
		}
	}
	for _, doc := range x.rows.shared {
		s, err := readPurchase(doc.row)
		if err != nil {
			return err
		}
		x.known.Want(s.Home, p.draft)
	}
	for i := range x.rows.given {
		_, c, err := x.rows.given[i].row.read()
		if err != nil {
			return err
		}
		x.known.Want(c.Member, p.draft)
	}
	b := &db.Batch{}
	x.known.Read(b, q.Dialect())
	return q.Run(ctx, b)
}

// readDue reads the accounts as they are now.
func (p *plan) readDue(ctx context.Context, q *db.Snapshot, x *part) error {
	homes := make([]int64, len(x.rows.accounts))
	for i := range x.rows.accounts {
		homes[i] = int64(x.rows.accounts[i].home)
	}
	if len(homes) == 0 {
		return nil
	}
	b := &db.Batch{}
	x.books.Load(b, q.Dialect(), homes, false, p.ends, p.ids)
	if err := q.Run(ctx, b); err != nil {
		return err
	}
	b = &db.Batch{}
	due := homes[:0]
	for _, h := range homes {
		if a := x.books[home.ID(h)].Account(p.of); a != nil && a.Clock < p.ends {
			due = append(due, h)
		}
	}
	if len(due) > 0 {
		x.books.LoadLots(b, q.Dialect(), due)
	}
	return q.Run(ctx, b)
}
