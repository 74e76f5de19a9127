package verify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// A limit's key is programme:campaign:all, programme:campaign:code:CODE,
// programme:campaign:member:HOME or, of buyers who are no members,
// programme:campaign:guest:HASH.
const (
	inAll     = "all"
	perCode   = "code"
	perMember = "member"
	perGuest  = "guest"
)

func splitLimit(key string) (programme, campaign, kind, of string) {
	parts := append(strings.SplitN(key, ":", 4), "", "", "", "")
	return parts[0], parts[1], parts[2], parts[3]
}

// personal tells whether the limit is one member's: all its uses lie in his
// home.
func personal(key string) bool {
	_, _, kind, _ := splitLimit(key)
	return kind == perMember
}

// counter is one row of a limit.
type counter struct {
	key  string
	slot int64
}

// String names the row.
func (c counter) String() string { return fmt.Sprintf("limit_key=%s slot=%d", c.key, c.slot) }

// uses are how often a row was used, within the limit and past it.
type uses struct{ used, over int64 }

// String tells them.
func (u uses) String() string { return fmt.Sprintf("used %d, over %d", u.used, u.over) }

type useSums map[counter]uses

func (s useSums) add(rows []purchase.UseRow, n int64) {
	for _, row := range rows {
		c := counter{row.Key, row.Slot}
		u := s[c]
		if row.Over {
			u.over += n
		} else {
			u.used += n
		}
		s[c] = u
	}
}

// hold adds uses that reservations hold.
func (s useSums) hold(c counter, n int64) {
	u := s[c]
	u.used += n
	s[c] = u
}

// addDoc adds what a purchase's document has used, or a refund's has given
// back. Few documents have uses at all.
func (s useSums) addDoc(doc []byte, refund bool) {
	if !bytes.Contains(doc, []byte(`"uses":`)) {
		return
	}
	if refund {
		var r struct {
			Uses []purchase.UseRow `json:"uses"`
		}
		if json.Unmarshal(doc, &r) == nil { // what can't be read is told of in its home
			s.add(r.Uses, -1)
		}
		return
	}
	var p struct {
		Uses []purchase.Use `json:"uses"`
	}
	if json.Unmarshal(doc, &p) == nil {
		for _, u := range p.Uses {
			s.add(u.Rows, 1)
		}
	}
}

func scanLimit(r db.Row) (c counter, u uses, err error) {
	return c, u, r.Scan(&c.key, &c.slot, &u.used, &u.over)
}

func scanCounter(r db.Row) (c counter, err error) { return c, r.Scan(&c.key, &c.slot) }

const limitsPerView = 500

// limits shares all limits out: those of one member are counted anew from his
// receipts, and none is past what it may come to. Those of all members are
// counted in the snapshot of the whole.
func (r *run) limits() {
	from := counter{slot: -1}
	for n := int64(0); ; n++ {
		page, err := db.All(r.ctx, r.d, scanCounter, qLimitPage, from.key, from.slot, limitsPerView)
		if r.stop(err) || len(page) == 0 {
			return
		}
		first, last := from, page[len(page)-1]
		r.do(func() error {
			return r.view(func(q *db.Snapshot) error { return r.limitPart(q, n, first, last) })
		})
		from = last
	}
}

func (r *run) limitPart(q *db.Snapshot, part int64, from, to counter) error {
	rooms, err := r.rooms(q)
	if err != nil {
		return err
	}
	type row struct {
		counter
		uses
	}
	var rows []row
	homes := map[int64]bool{}
	err = q.Each(r.ctx, func(x db.Row) error {
		c, u, err := scanLimit(x)
		rows = append(rows, row{c, u})
		if _, _, kind, of := splitLimit(c.key); kind == perMember {
			h, _ := strconv.ParseInt(of, 10, 64)
			homes[h] = true
		}
		return err
	}, qLimitRows, from.key, from.slot, to.key, to.slot)
	if err != nil {
		return err
	}
	sums, err := r.usesIn(q, homes)
	if err != nil {
		return err
	}
	for i, row := range rows {
		if !personal(row.key) {
			continue
		}
		at := place{part, int64(i)}
		if most, known := rooms.of(row.key); known && row.used > most {
			r.bad(at, LimitRoom, "limit_use", row.counter.String(), row.used, fmt.Sprintf("at most %d", most))
		}
		if want := sums[row.counter]; row.uses != want {
			r.bad(at, LimitUsed, "limit_use", row.counter.String(), row.uses, want)
		}
	}
	r.did("limits", int64(len(rows)), func(c *Counts) { c.Limits += int64(len(rows)) })
	return nil
}

// usesIn counts the uses that the receipts of some homes have.
func (r *run) usesIn(q *db.Snapshot, homes map[int64]bool) (useSums, error) {
	sums := useSums{}
	if len(homes) == 0 {
		return sums, nil
	}
	list := make([]int64, 0, len(homes))
	for h := range homes {
		list = append(list, h)
	}
	err := q.Each(r.ctx, func(x db.Row) error {
		c, u, err := scanLimit(x)
		sums.hold(c, u.used)
		return err
	}, qHeldUses)
	if err != nil {
		return nil, err
	}
	for table, refund := range map[string]bool{"purchase": false, "refund": true} {
		err := q.Each(r.ctx, func(x db.Row) error {
			var doc []byte
			err := x.Scan(&doc)
			sums.addDoc(doc, refund)
			return err
		}, `select doc from `+table+` where `+q.Dialect().In("home_id", 1)+` and doc like '%"uses":%'`, list)
		if err != nil {
			return nil, err
		}
	}
	return sums, nil
}

// usesWanted are members' limits that their receipts have used.
type usesWanted struct {
	of map[counter]place
}

func (u *usesWanted) want(key string, slot int64, at place) {
	if u.of == nil {
		u.of = map[counter]place{}
	}
	if c := (counter{key, slot}); u.of[c] == (place{}) {
		u.of[c] = at
	}
}

// check looks for their rows; that they count right is seen where the rows
// are walked.
func (u *usesWanted) check(r *run, q *db.Snapshot) error {
	for c, at := range u.of {
		var n int64
		if err := q.Row(r.ctx, qHasLimit, c.key, c.slot).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			r.bad(at, LimitUsed, "limit_use", c.String(), "no row", "one that counts the uses of receipts")
		}
	}
	return nil
}

// rooms are the limits of campaigns, by programme and campaign, as all versions of
// the programmes have had them: a limit that was lowered has been used before.
type rooms map[string][]rule.Limits

// of is the most that a limit has been; known: by any version.
func (rs rooms) of(key string) (most int64, known bool) {
	programme, campaign, kind, _ := splitLimit(key)
	for _, l := range rs[programme+":"+campaign] {
		most = max(most, map[string]int64{inAll: l.InAll, perCode: l.PerCode, perMember: l.PerHead, perGuest: l.PerHead}[kind])
	}
	return most, most > 0
}

// rooms reads the limits of all versions that the snapshot has; each version
// is read once in a run.
func (r *run) rooms(q *db.Snapshot) (rooms, error) {
	all, err := db.All(r.ctx, q, scanVersion, qVersions)
	if err != nil {
		return nil, err
	}
	out := rooms{}
	for _, v := range all {
		campaigns, err := r.campaigns(q, v)
		if err != nil {
			return nil, err
		}
		for i := range campaigns {
			k := v.programme.String() + ":" + campaigns[i].ID
			out[k] = append(out[k], campaigns[i].Limits)
		}
	}
	return out, nil
}

func (r *run) campaigns(q *db.Snapshot, v version) ([]rule.Campaign, error) {
	if got, ok := r.limited.Load(v); ok {
		return got.([]rule.Campaign), nil
	}
	var doc []byte
	if err := q.Row(r.ctx, qVersionDoc, v.programme, v.version).Scan(&doc); err != nil {
		return nil, err
	}
	var p struct {
		Campaigns []rule.Campaign `json:"campaigns"`
	}
	if err := json.Unmarshal(doc, &p); err != nil {
		p.Campaigns = nil // told of where programmes are checked, if it is the newest
	}
	r.limited.Store(v, p.Campaigns)
	return p.Campaigns, nil
}

// version is one version of a programme.
type version struct {
	programme id.ID
	version   int64
}

func scanVersion(r db.Row) (v version, err error) {
	return v, r.Scan((*int64)(&v.programme), &v.version)
}
