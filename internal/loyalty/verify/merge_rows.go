package verify

import (
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/merge"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

const (
	mergeColumns = `g.home_id, g.merge_id, g.member_id, g.at, g.doc, g.digest, coalesce(g.kept, ''), m.state, coalesce(m.merged_into, 0), coalesce(h.merged_into, 0), case
 when exists (select 1 from identifier x where x.home_id = g.member_id) then 'identifier'
 when exists (select 1 from guest_due x where x.home_id = g.member_id) then 'guest_due'
 when exists (select 1 from consent x where x.home_id = g.member_id) then 'consent'
 else '' end
 from member_merge g left join member m on m.home_id = g.member_id left join home h on h.home_id = g.member_id`
	qMerges   = `select ` + mergeColumns + ` where g.home_id > $1 and g.home_id <= $2 order by g.home_id, g.merge_id`
	qMergedBy = `select ` + mergeColumns + ` where g.member_id > $1 and g.member_id <= $2 order by g.member_id, g.merge_id`
	qTakenLot = `select g.home_id, g.member_id, l.lot_id, l.account_id, l.amount, l.op_id from member_merge g join lot l on l.home_id = g.member_id
 where g.home_id > $1 and g.home_id <= $2 order by g.home_id, l.lot_id`
	qTakenGift = `select a.merged_home, gift_id, a.merged_account, seq, at, written_at, occasion, day, op_id, lot_id, given, taken, short
 from account a join gift g on g.home_id = a.home_id and g.account_id = a.account_id where a.merged_home > $1 and a.merged_home <= $2 order by a.merged_home, g.home_id, g.seq`
	qTakenUses = `select v.home_id, v.visit_id, v.purchase_id, v.outlet_id, v.at, v.day, v.doc, v.digest, m.merged_into
 from member m join visit v on v.home_id = m.home_id where m.merged_into > $1 and m.merged_into <= $2 order by m.merged_into, v.visit_id`

	// What was posted in a home whose accounts were taken over later, by receipts
	// of others: of those who had been merged into its member, and their claims.
	ofFormer = `%' || '"account_home":"' || cast(b.home_id as text) || '"%'`
	qFormer  = `select b.home_id, p.home_id, p.purchase_id, p.doc, p.digest from member b join purchase p on p.account_home = b.merged_into
 where b.home_id > $1 and b.home_id <= $2 and p.home_id <> b.home_id and p.claim is null and p.doc like '` + ofFormer + ` order by b.home_id, p.purchase_id`
	qFormerBack = `select b.home_id, r.home_id, r.refund_id, r.doc, r.digest from member b join refund r on r.account_home = b.merged_into
 where b.home_id > $1 and b.home_id <= $2 and r.home_id <> b.home_id and r.doc like '` + ofFormer + ` order by b.home_id, r.refund_id`
	qFormerUses = `select b.home_id, v.home_id, v.visit_id, v.doc, v.digest from member b join member m on m.merged_into = b.merged_into
 join visit v on v.home_id = m.home_id
 where b.home_id > $1 and b.home_id <= $2 and v.home_id <> b.home_id and v.doc like '` + ofFormer + ` order by b.home_id, v.visit_id`
)

// collectMerges adds to a batch what reads all that merges have left of a run of
// homes.
func (w *walk) collectMerges(b *db.Batch, from, to int64) {
	collect(b, &w.all.merges, scanMerge, qMerges, from, to)
	collect(b, &w.all.mergedBy, scanMergedBy, qMergedBy, from, to)
	collect(b, &w.all.takenLots, scanTakenLot, qTakenLot, from, to)
	collect(b, &w.all.takenGift, scanTakenGift, qTakenGift, from, to)
	collect(b, &w.all.takenUses, scanTakenUse, qTakenUses, from, to)
	collect(b, &w.all.former, func(r db.Row) (f formerRow, err error) { f.formerOp, err = scanFormer(r); return f, err }, qFormer, from, to)
	collect(b, &w.all.formerBack, func(r db.Row) (f formerBackRow, err error) { f.formerOp, err = scanFormer(r); return f, err }, qFormerBack, from, to)
	collect(b, &w.all.formerUses, func(r db.Row) (f formerVisitRow, err error) { f.formerOp, err = scanFormer(r); return f, err }, qFormerUses, from, to)
}

// mergeRow is an act in the home of who stays, with what the member's rows say.
type mergeRow struct {
	home, member home.ID
	id           id.ID
	at           clock.Micros
	doc, digest  []byte
	kept         []byte
	state        string
	memberInto   home.ID
	homeInto     home.ID
	left         string // table that has something of his still; "": none has

	act merge.Act
	err error
}

func (r *mergeRow) of() home.ID { return r.home }

func scanMerge(r db.Row) (m mergeRow, err error) {
	var state *string
	err = r.Scan((*int64)(&m.home), (*int64)(&m.id), (*int64)(&m.member), (*int64)(&m.at), &m.doc, &m.digest, &m.kept, &state, (*int64)(&m.memberInto), (*int64)(&m.homeInto), &m.left)
	if state != nil {
		m.state = *state
	}
	return m, err
}

// mergedRow is the same, read for who was merged.
type mergedRow struct{ mergeRow }

func (r *mergedRow) of() home.ID { return r.member }

func scanMergedBy(r db.Row) (m mergedRow, err error) {
	m.mergeRow, err = scanMerge(r)
	return m, err
}

// takenLotRow is a lot of who was merged, as it lies in his home.
type takenLotRow struct {
	home, from  home.ID
	lot         id.ID
	account, op id.ID
	amount      money.Points
}

func (r *takenLotRow) of() home.ID { return r.home }

func scanTakenLot(r db.Row) (l takenLotRow, err error) {
	return l, r.Scan((*int64)(&l.home), (*int64)(&l.from), (*int64)(&l.lot), (*int64)(&l.account), (*int64)(&l.amount), (*int64)(&l.op))
}

// takenGiftRow is a gift of who was merged, as one of the account that has taken
// his over.
type takenGiftRow struct{ ledger.Present }

func (r *takenGiftRow) of() home.ID { return r.Home }

func scanTakenGift(r db.Row) (g takenGiftRow, err error) {
	g.Present, err = ledger.ScanPresent(r)
	return g, err
}

// takenVisitRow is a use of tickets of who was merged.
type takenVisitRow struct {
	visitRow
	into home.ID
}

func (r *takenVisitRow) of() home.ID { return r.into }

func scanTakenUse(r db.Row) (v takenVisitRow, err error) {
	v.visitRow, err = scanVisit(withMember{r, &v.into})
	return v, err
}

// formerOp is a document of another home that was posted in one.
type formerOp struct {
	home, own   home.ID
	id          id.ID
	doc, digest []byte
}

func (r *formerOp) of() home.ID { return r.home }

func scanFormer(r db.Row) (f formerOp, err error) {
	return f, r.Scan((*int64)(&f.home), (*int64)(&f.own), (*int64)(&f.id), &f.doc, &f.digest)
}

type (
	formerRow      struct{ formerOp }
	formerBackRow  struct{ formerOp }
	formerVisitRow struct{ formerOp }
)

// formerCheck are those documents.
type formerCheck struct {
	sales   []*saleCheck
	refunds []*refundCheck
	visits  []*visitCheck
}

// readFormer reads them, and the uses of tickets that were posted in the home
// since it has taken their accounts over.
func (c *homeCheck) readFormer() {
	for i := range c.rows.former {
		row := &c.rows.former[i].formerOp
		if p := readPurchase(row.doc); p != nil && p.AccountHome == c.home {
			c.foreign(row.id, row.digest)
			c.former.sales = append(c.former.sales, &saleCheck{purchaseRow: &purchaseRow{home: row.own, id: row.id}, doc: p})
		}
	}
	for i := range c.rows.formerBack {
		row := &c.rows.formerBack[i].formerOp
		if f := readRefund(row.doc); f != nil && f.AccountHome == c.home {
			c.foreign(row.id, row.digest)
			c.former.refunds = append(c.former.refunds, &refundCheck{refundRow: &refundRow{home: row.own, id: row.id}, doc: f})
		}
	}
	for i := range c.rows.formerUses {
		row := &c.rows.formerUses[i].formerOp
		c.readUse(row.own, row.id, row.doc, row.digest)
	}
	for i := range c.rows.takenUses {
		row := &c.rows.takenUses[i].visitRow
		c.readUse(row.home, row.id, row.doc, row.digest)
	}
}

func (c *homeCheck) readUse(own home.ID, i id.ID, doc, digest []byte) {
	if v := readVisit(doc); v != nil && v.AccountHome == c.home {
		c.foreign(i, digest)
		c.former.visits = append(c.former.visits, &visitCheck{visitRow: &visitRow{home: own, id: i}, doc: v})
	}
}

// checkFormer holds them to the home's journal.
func (c *homeCheck) checkFormer() {
	for _, s := range c.former.sales {
		at := key("purchase_id", s.id)
		c.checkPoints(s.doc, at)
		if o := c.chained("purchase", at, s.id); o != nil {
			c.movedBySale(s, o)
		}
	}
	for _, f := range c.former.refunds {
		if o := c.chained("refund", key("refund_id", f.id), f.id); o != nil {
			c.movedByRefund(f, o)
		}
	}
	for _, v := range c.former.visits {
		c.activated(v, v.doc.Active)
	}
}
