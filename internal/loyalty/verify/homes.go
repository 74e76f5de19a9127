package verify

import (
	"math"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/platform/db"
)

const (
	homesPerView    = 500
	postingsPerView = 10_000 // about: a home is never split
)

// homes shares all homes out in runs of some hundreds. The runs cover all
// numbers, so that what lies in a home that is not there is found too.
func (r *run) homes() {
	for from := int64(math.MinInt64); ; {
		// Read to its end before it is shared out: no connection waits for the
		// workers.
		page, err := db.All(r.ctx, r.d, scanHomeSize, qHomePage, from, homesPerView)
		if r.stop(err) {
			return
		}
		var size, postings int64
		for i, h := range page {
			size++
			postings += h.seq
			if postings >= postingsPerView || i == homesPerView-1 {
				r.part(from, int64(h.home), size)
				from, size, postings = int64(h.home), 0, 0
			}
		}
		if len(page) < homesPerView {
			r.part(from, math.MaxInt64, size)
			return
		}
	}
}

// part gives the workers the homes after one up to another.
func (r *run) part(from, to, size int64) {
	r.do(func() error {
		w := &walk{run: r}
		if err := r.view(func(q *db.Snapshot) error { return w.walk(q, from, to) }); err != nil {
			return err
		}
		r.did("homes", size, func(c *Counts) {
			c.Homes += int64(len(w.all.homes))
			c.Accounts += int64(len(w.all.accounts))
			c.Lots += int64(len(w.all.lots))
			c.Postings += int64(len(w.all.postings))
			c.Purchases += int64(len(w.all.purchases))
			c.Refunds += int64(len(w.all.refunds))
			c.Adjustments += int64(len(w.all.adjustments))
			c.Visits += int64(len(w.all.visits))
			c.LevelChanges += int64(len(w.all.changes))
			c.Gifts += int64(len(w.all.presents))
			c.Reservations += int64(len(w.all.reservations))
			c.Deposits += int64(len(w.all.deposits))
		})
		return nil
	})
}

// rows are those of one home, or of a run of them.
type rows struct {
	homes       []homeRow
	accounts    []accountRow
	lots        []lotRow
	postings    []postingRow
	purchases   []purchaseRow
	refunds     []refundRow
	visits      []visitRow
	adjustments []adjustmentRow
	changes     []changeRow
	presents    []presentRow
	shared      []sharedRow
	sharedBack  []sharedBackRow
	given       []givenRow
	givenBack   []givenBackRow
	housed      []housedRow
	unserved    []unservedRow
	erased      []erasedRow

	reservations []reservationRow
	sharedHeld   []sharedHeldRow
	holds        []holdRow

	deposits     []depositRow
	depositHolds []depositHoldRow
	depositOps   []depositOpRow

	merges    []mergeRow    // of others into the home's member
	mergedBy  []mergedRow   // of him into another
	takenLots []takenLotRow // of those who were merged into him
	takenGift []takenGiftRow
	takenUses []takenVisitRow // of their tickets

	former     []formerRow // receipts of others on the home's accounts before those were taken over
	formerBack []formerBackRow
	formerUses []formerVisitRow
}

// walk checks a run of homes in one snapshot.
type walk struct {
	*run
	all     rows
	keys    keysWanted
	uses    usesWanted
	codes   codesWanted
	tickets ticketsWanted
	fiscals fiscalWanted
	moved   map[ledger.AccountRef]ledger.AccountRef // which account has what was on another
}

func (w *walk) walk(q *db.Snapshot, from, to int64) error {
	b := &db.Batch{}
	collect(b, &w.all.homes, scanHome, qHomes, from, to)
	collect(b, &w.all.accounts, scanAccount, qAccounts, from, to)
	collect(b, &w.all.lots, scanLot, qLots, from, to)
	collect(b, &w.all.postings, scanPosting, qPostings, from, to)
	collect(b, &w.all.purchases, scanPurchase, qPurchases, from, to)
	collect(b, &w.all.refunds, scanRefund, qRefunds, from, to)
	collect(b, &w.all.visits, scanVisit, qVisits, from, to)
	collect(b, &w.all.adjustments, scanAdjustment, qAdjustments, from, to)
	collect(b, &w.all.changes, scanChange, qChanges, from, to)
	collect(b, &w.all.presents, scanPresent, qPresents, from, to)
	collect(b, &w.all.shared, scanShared, qShared, from, to)
	collect(b, &w.all.sharedBack, scanSharedBack, qSharedBack, from, to)
	collect(b, &w.all.given, scanGiven, qGiven, from, to)
	collect(b, &w.all.givenBack, scanGivenBack, qGivenBack, from, to)
	collect(b, &w.all.housed, scanHoused, qHoused, from, to)
	collect(b, &w.all.unserved, scanUnserved, qUnserved, from, to)
	collect(b, &w.all.erased, scanErased, qErased, from, to)
	collect(b, &w.all.reservations, scanReservation, qReservations, from, to)
	collect(b, &w.all.sharedHeld, scanSharedHeld, qSharedHeld, from, to)
	collect(b, &w.all.holds, scanHold, qHolds, from, to)
	collect(b, &w.all.deposits, scanDeposit, qDeposits, from, to)
	collect(b, &w.all.depositHolds, scanDepositHold, qDepositHolds, from, to)
	collect(b, &w.all.depositOps, scanDepositOp, qDepositOps, from, to)
	w.collectMerges(b, from, to)
	if err := q.Run(w.ctx, b); err != nil {
		return err
	}
	left := w.all
	for {
		h, ok := left.first()
		if !ok {
			break
		}
		c := w.newHome(q, h, left.cut(h))
		if err := c.check(); err != nil {
			return err
		}
	}
	if err := w.keys.check(w.run, q); err != nil {
		return err
	}
	if err := w.codes.check(w.run, q); err != nil {
		return err
	}
	if err := w.tickets.check(w.run, q); err != nil {
		return err
	}
	if err := w.fiscals.check(w.run, q); err != nil {
		return err
	}
	return w.uses.check(w.run, q)
}

func collect[T any](b *db.Batch, into *[]T, scan func(db.Row) (T, error), q string, args ...any) {
	b.Each(func(r db.Row) error {
		v, err := scan(r)
		*into = append(*into, v)
		return err
	}, q, args...)
}

func (r *homeRow) of() home.ID       { return r.home }
func (r *accountRow) of() home.ID    { return r.home }
func (r *lotRow) of() home.ID        { return r.home }
func (r *postingRow) of() home.ID    { return r.home }
func (r *purchaseRow) of() home.ID   { return r.home }
func (r *refundRow) of() home.ID     { return r.home }
func (r *adjustmentRow) of() home.ID { return r.home }
func (r *changeRow) of() home.ID     { return r.Home }
func (r *presentRow) of() home.ID    { return r.Home }

// inHome is a row that lies in a home.
type inHome[T any] interface {
	*T
	of() home.ID
}

// first is the lowest home that has a row left.
func (r *rows) first() (h home.ID, ok bool) {
	h = math.MaxInt64
	low(&h, &ok, r.homes)
	low(&h, &ok, r.accounts)
	low(&h, &ok, r.lots)
	low(&h, &ok, r.postings)
	low(&h, &ok, r.purchases)
	low(&h, &ok, r.refunds)
	low(&h, &ok, r.visits)
	low(&h, &ok, r.adjustments)
	low(&h, &ok, r.changes)
	low(&h, &ok, r.presents)
	low(&h, &ok, r.shared)
	low(&h, &ok, r.sharedBack)
	low(&h, &ok, r.given)
	low(&h, &ok, r.givenBack)
	low(&h, &ok, r.housed)
	low(&h, &ok, r.unserved)
	low(&h, &ok, r.erased)
	low(&h, &ok, r.reservations)
	low(&h, &ok, r.sharedHeld)
	low(&h, &ok, r.holds)
	low(&h, &ok, r.deposits)
	low(&h, &ok, r.depositHolds)
	low(&h, &ok, r.depositOps)
	low(&h, &ok, r.merges)
	low(&h, &ok, r.mergedBy)
	low(&h, &ok, r.takenLots)
	low(&h, &ok, r.takenGift)
	low(&h, &ok, r.takenUses)
	low(&h, &ok, r.former)
	low(&h, &ok, r.formerBack)
	low(&h, &ok, r.formerUses)
	return h, ok
}

func low[T any, P inHome[T]](h *home.ID, ok *bool, list []T) {
	if len(list) > 0 {
		*h = min(*h, P(&list[0]).of())
		*ok = true
	}
}

// cut takes the rows of the lowest home off.
func (r *rows) cut(h home.ID) rows {
	return rows{
		cut(&r.homes, h), cut(&r.accounts, h), cut(&r.lots, h), cut(&r.postings, h),
		cut(&r.purchases, h), cut(&r.refunds, h), cut(&r.visits, h), cut(&r.adjustments, h), cut(&r.changes, h), cut(&r.presents, h),
		cut(&r.shared, h), cut(&r.sharedBack, h), cut(&r.given, h), cut(&r.givenBack, h), cut(&r.housed, h), cut(&r.unserved, h), cut(&r.erased, h),
		cut(&r.reservations, h), cut(&r.sharedHeld, h), cut(&r.holds, h),
		cut(&r.deposits, h), cut(&r.depositHolds, h), cut(&r.depositOps, h),
		cut(&r.merges, h), cut(&r.mergedBy, h), cut(&r.takenLots, h), cut(&r.takenGift, h), cut(&r.takenUses, h),
		cut(&r.former, h), cut(&r.formerBack, h), cut(&r.formerUses, h),
	}
}

func cut[T any, P inHome[T]](list *[]T, h home.ID) []T {
	n := 0
	for n < len(*list) && P(&(*list)[n]).of() == h {
		n++
	}
	out := (*list)[:n]
	*list = (*list)[n:]
	return out
}
