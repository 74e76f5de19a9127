package verify

import (
	"fmt"
	"math"

	"kopilka/internal/loyalty/figure"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// keysWanted are the keys that receipts say are theirs.
type keysWanted struct {
	tills []int64
	names []string
	of    []keyWanted
	rows  map[claim]op
}

type keyWanted struct {
	claim
	op
	invariant Invariant
	table     string
	at        place
}

func (k *keysWanted) want(till id.ID, key string, o op, i Invariant, table string, at place) {
	k.tills, k.names = append(k.tills, int64(till)), append(k.names, key)
	k.of = append(k.of, keyWanted{claim{till, key}, o, i, table, at})
}

// check looks the keys up in the snapshot in which the receipts were read.
func (k *keysWanted) check(r *run, q *db.Snapshot) error {
	k.rows = make(map[claim]op, len(k.of))
	onKey := func(row db.Row) error {
		c, o, err := scanKey(row)
		k.rows[c] = o
		return err
	}
	b := &db.Batch{}
	if q.Dialect() == db.Postgres && len(k.of) > 0 {
		b.Each(onKey, qKeysPG, k.tills, k.names)
	} else {
		for i := range k.of {
			b.Each(onKey, qKeyLite, k.tills[i], k.names[i])
		}
	}
	if err := q.Run(r.ctx, b); err != nil {
		return err
	}
	for _, w := range k.of {
		found, ok := k.rows[w.claim]
		if ok && found == w.op {
			continue
		}
		text := "no key"
		if ok {
			text = found.String()
		}
		r.bad(w.at, w.invariant, w.table, fmt.Sprintf("home_id=%s %s_id=%s", w.home, w.table, w.id), text, w.op)
	}
	return nil
}

// String tells an operation.
func (o op) String() string { return fmt.Sprintf("home %s op %s", o.home, o.id) }

const keysPerView = 2000

// keys shares all keys out, to find those that stand for nothing.
func (r *run) keys() {
	from := claim{till: math.MinInt64}
	for n := int64(0); ; n++ {
		page, err := db.All(r.ctx, r.d, scanClaim, qKeyPage, int64(from.till), from.key, keysPerView)
		if r.stop(err) {
			return
		}
		if len(page) == 0 {
			return
		}
		first, last := from, page[len(page)-1]
		r.do(func() error { return r.keyPart(n, first, last) })
		from = last
	}
}

// keyPart checks the keys after one up to another.
func (r *run) keyPart(part int64, from, to claim) error {
	var n int64
	err := r.view(func(q *db.Snapshot) error {
		return eachIn(r.ctx, q, qKeyOps, keySpans(from, to), func(row db.Row) error {
			n++
			k, err := scanKeyOp(row)
			if err != nil {
				return err
			}
			if what, ok := k.stands(); !ok {
				r.bad(place{part, n}, KeyOp, "receipt_key", fmt.Sprintf("till_id=%s key=%s", k.till, k.key), k.op, what)
			}
			return nil
		})
	})
	if err == nil {
		r.did("keys", n, func(c *Counts) { c.Keys += n })
	}
	return err
}

// keyOp is a key with the beginning of the document that it stands for.
type keyOp struct {
	claim
	op
	purchase, refund []byte
	visit, reserved  []byte
	byHand           int64
}

func scanKeyOp(r db.Row) (k keyOp, err error) {
	return k, r.Scan((*int64)(&k.till), &k.key, (*int64)(&k.home), (*int64)(&k.op.id), &k.purchase, &k.refund, &k.visit, &k.reserved, &k.byHand)
}

// stands tells whether the key stands for something that is there and says so
// itself; what was done by hand does not know its key.
func (k *keyOp) stands() (wanted string, ok bool) {
	doc := k.purchase
	if doc == nil {
		doc = k.refund
	}
	if doc == nil {
		doc = k.visit
	}
	if doc == nil {
		doc = k.reserved
	}
	if doc == nil {
		return "a purchase, refund, reservation, visit, adjustment, change of level or operation of a deposit", k.byHand != 0
	}
	c := claimOf(doc)
	return fmt.Sprintf("an operation under till %s key %s", c.till, c.key), c == k.claim
}

// claimOf reads a document's till and key from its beginning.
func claimOf(doc []byte) (out claim) {
	c := figure.NewCursor(doc)
	c.Object(func(name []byte) {
		switch string(name) {
		case "till":
			out.till = id.ID(c.ID())
		case "key":
			out.key = text(c)
			c.Bad = true // the rest is of no interest, and cut off
		default:
			c.Skip()
		}
	})
	return out
}
