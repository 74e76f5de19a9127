package verify

import (
	"fmt"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/promo"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// codeRow is a promo code that was given out.
type codeRow struct {
	code, state    string
	home, usedHome home.ID
	op, usedOp     id.ID
}

func scanCode(r db.Row) (c codeRow, err error) {
	return c, r.Scan(&c.code, &c.state, (*int64)(&c.home), (*int64)(&c.op), (*int64)(&c.usedHome), (*int64)(&c.usedOp))
}

func (c *codeRow) key() string { return "code=" + c.code }

func scanText(r db.Row) (s string, err error) { return s, r.Scan(&s) }

// codes shares all promo codes out: each that is used or was awarded names a
// purchase that names it. That purchases name codes that name them is seen
// where homes are walked.
func (r *run) codes() {
	from := ""
	for n := int64(0); ; n++ {
		page, err := db.All(r.ctx, r.d, scanText, qCodePage, from, limitsPerView)
		if r.stop(err) || len(page) == 0 {
			return
		}
		first, last := from, page[len(page)-1]
		r.do(func() error {
			return r.view(func(q *db.Snapshot) error { return r.codePart(q, n, first, last) })
		})
		from = last
	}
}

func (r *run) codePart(q *db.Snapshot, part int64, from, to string) error {
	var rows int64
	err := q.Each(r.ctx, func(x db.Row) error {
		var c codeRow
		var awarded, used, claimed []byte
		err := x.Scan(&c.code, &c.state, (*int64)(&c.home), (*int64)(&c.op), (*int64)(&c.usedHome), (*int64)(&c.usedOp), &awarded, &used, &claimed)
		at := place{part, rows}
		rows++
		mine := func(a purchase.Award) bool { return a.Code == c.code }
		if c.op != 0 && !names(awarded, func(p *purchase.Purchase) bool { return slices.ContainsFunc(p.Awards, mine) }) && !claimNames(claimed, mine) {
			r.bad(at, CodeAwarded, "promo_code", c.key(), fmt.Sprintf("op_id %s", c.op), "a purchase that awarded it")
		}
		if c.state == string(promo.Used) && !names(used, func(p *purchase.Purchase) bool { return slices.Contains(p.UsedCodes, c.code) }) {
			r.bad(at, CodeUsed, "promo_code", c.key(), fmt.Sprintf("used_op %s", c.usedOp), "a purchase that used it")
		}
		return err
	}, qCodeRows, from, to)
	if err == nil {
		r.did("codes", rows, func(c *Counts) { c.Codes += rows })
	}
	return err
}

// names tells whether there is a purchase and it names a code.
func names(doc []byte, in func(*purchase.Purchase) bool) bool {
	p := (*purchase.Purchase)(nil)
	if doc != nil {
		p = readPurchase(doc)
	}
	return p != nil && in(p)
}

// claimNames tells whether there is a claim and it awarded a code.
func claimNames(doc []byte, in func(purchase.Award) bool) bool {
	if doc == nil {
		return false
	}
	c, err := purchase.ReadClaim(doc, "")
	return err == nil && slices.ContainsFunc(c.Awards, in)
}

// codeWanted is what a code's row must say for the purchase that names it.
type codeWanted struct {
	op
	code                          string
	used, free, awarded, withdrew bool
	at                            place
}

// codesWanted are those of a run of homes.
type codesWanted struct{ list []codeWanted }

func (c *homeCheck) wantCode(w codeWanted, s *saleCheck) {
	w.at = place{int64(c.home), int64(s.id)}
	if w.op == (op{}) {
		w.op = op{s.home, s.id}
	}
	c.codes.list = append(c.codes.list, w)
}

// checkCodes holds the codes that refunds gave back or withdrew to the
// purchase, and asks for the rows of all that it names.
func (c *homeCheck) checkCodes(s *saleCheck) {
	back, withdrawn := map[string]bool{}, map[string]bool{}
	for _, f := range s.refunds {
		for _, code := range f.doc.Codes {
			if back[code] || !slices.Contains(s.doc.UsedCodes, code) {
				c.bad(RefundUses, "refund", key("refund_id", f.id), "code "+code, "a use of the purchase")
			}
			back[code] = true
		}
		for _, code := range f.doc.Withdrawn {
			withdrawn[code] = true
		}
	}
	for _, code := range s.doc.UsedCodes {
		c.wantCode(codeWanted{code: code, used: !back[code], free: back[code]}, s)
	}
	for i := range s.doc.Awards {
		code := s.doc.Awards[i].Code
		c.wantCode(codeWanted{code: code, awarded: true, withdrew: withdrawn[code]}, s)
	}
	if s.claim == nil {
		return
	}
	for i := range s.claim.Awards {
		code := s.claim.Awards[i].Code
		c.wantCode(codeWanted{op: op{s.claim.Member, s.claim.ID}, code: code, awarded: true, withdrew: withdrawn[code]}, s)
	}
}

func (w *codesWanted) check(r *run, q *db.Snapshot) error {
	for i := range w.list {
		if err := w.list[i].check(r, q); err != nil {
			return err
		}
	}
	return nil
}

func (w *codeWanted) check(r *run, q *db.Snapshot) error {
	rows, err := db.All(r.ctx, q, scanCode, qCode, w.code)
	if err != nil {
		return err
	}
	invariant := CodeUsed
	if w.awarded {
		invariant = CodeAwarded
	}
	if len(rows) == 0 {
		r.bad(w.at, invariant, "promo_code", "code="+w.code, "no row", fmt.Sprintf("one of the purchase %s", w.id))
		return nil
	}
	c := &rows[0]
	mine := c.usedHome == w.home && c.usedOp == w.id
	switch {
	case w.used && !mine:
		r.bad(w.at, CodeUsed, "promo_code", c.key(), fmt.Sprintf("%s, used_op %s", c.state, c.usedOp), fmt.Sprintf("used by the purchase %s", w.id))
	case w.free && mine:
		r.bad(w.at, CodeUsed, "promo_code", c.key(), fmt.Sprintf("used by the purchase %s", w.id), "given back by its refund")
	case w.awarded && (c.home != w.home || c.op != w.id):
		r.bad(w.at, CodeAwarded, "promo_code", c.key(), fmt.Sprintf("home_id %s op_id %s", c.home, c.op), fmt.Sprintf("awarded for the purchase %s", w.id))
	case w.withdrew && c.state != string(promo.Withdrawn):
		r.bad(w.at, CodeAwarded, "promo_code", c.key(), c.state, "withdrawn by a refund")
	}
	return nil
}
