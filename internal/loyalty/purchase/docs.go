package purchase

import (
	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// docs are the purchases that a group reads under the lock.
type docs struct {
	wanted  []PurchaseRef
	refunds []PurchaseRef
	visits  []PurchaseRef
	newest  []newestOf
	got     map[id.ID]*Stored
	lists   map[home.ID][]*Stored
}

type newestOf struct {
	home home.ID
	at   clock.Micros
}

// maxNewest is how many of a member's newest purchases an unlinked refund is
// matched with.
const maxNewest = 500

// want asks for a purchase with its refunds.
func (d *docs) want(h home.ID, p id.ID) { d.wanted = append(d.wanted, PurchaseRef{Home: h, ID: p}) }

// wantRefunds asks for the refunds of a purchase that is there already.
func (d *docs) wantRefunds(h home.ID, p id.ID) {
	d.refunds = append(d.refunds, PurchaseRef{Home: h, ID: p})
}

// wantVisits asks for the visits of a purchase that is there already; one
// without tickets has none.
func (d *docs) wantVisits(s *Stored) {
	if s.HasTickets() && s.Visits == nil {
		s.Visits = []*Visit{}
		d.visits = append(d.visits, PurchaseRef{Home: s.Home, ID: s.ID})
	}
}

// wantNewest asks for the newest purchases of a home up to a time.
func (d *docs) wantNewest(h home.ID, at clock.Micros) { d.newest = append(d.newest, newestOf{h, at}) }

// read adds to the batch what reads all that was asked since the last read.
func (d *docs) read(b *db.Batch, _ db.Dialect) {
	if d.got == nil {
		d.got, d.lists = map[id.ID]*Stored{}, map[home.ID][]*Stored{}
	}
	for _, w := range d.wanted {
		b.Each(func(r db.Row) error {
			s, err := scanPurchase(r)
			if err == nil {
				d.got[w.ID] = s
			}
			return err
		}, qPurchase, w.Home, w.ID)
		d.readRefunds(b, w)
	}
	for _, w := range d.refunds {
		d.readRefunds(b, w)
	}
	for _, w := range d.visits {
		b.Each(func(r db.Row) error {
			v, err := scanVisit(r)
			if s := d.got[w.ID]; s != nil {
				s.Visits = append(s.Visits, v)
			}
			return err
		}, qVisitsOf, w.Home, w.ID)
	}
	for _, n := range d.newest {
		b.Each(func(r db.Row) error {
			s, err := scanPurchase(r)
			if err == nil {
				d.got[s.ID] = s
				d.lists[n.home] = append(d.lists[n.home], s)
			}
			return err
		}, qNewest, n.home, n.at, maxNewest)
	}
	d.wanted, d.refunds, d.visits, d.newest = nil, nil, nil, nil
}

func (d *docs) readRefunds(b *db.Batch, w PurchaseRef) {
	b.Each(func(r db.Row) error {
		f, err := scanRefund(r)
		if err != nil {
			return err
		}
		if s := d.got[w.ID]; s != nil {
			s.Refunds = append(s.Refunds, f)
		}
		return nil
	}, qRefundsOf, w.Home, w.ID)
}
