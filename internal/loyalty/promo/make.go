package promo

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strconv"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// letters are those of codes: none is taken for another by eye (0 and O, 1 and
// I and L, 2 and Z, 5 and S, 8 and B, U and V).
const letters = "34679acdefghjkmnpqrtvwxy"

// size is how many letters a code has: 55 bits.
const size = 12

// Draw draws a code.
func Draw() string {
	const even = 256 - 256%len(letters) // above it some letters would come more often
	out, buf := make([]byte, 0, size), make([]byte, 2*size)
	for {
		_, _ = rand.Read(buf) // never fails
		for _, v := range buf {
			if int(v) < even && len(out) < size {
				out = append(out, letters[int(v)%len(letters)])
			}
		}
		if len(out) == size {
			return string(out)
		}
	}
}

// Order asks for codes of a campaign.
type Order struct {
	Programme *rule.Programme
	Campaign  string
	Count     int       // of codes; of each member's, where there are members
	Members   []home.ID // whose they are; none: whoever has them,
	Guests    []Guest   // or gave these phones and e-mails
	Expires   string    // last day, YYYY-MM-DD; "": none
	By        string
}

// Guest is a phone or e-mail that a code is bound to.
type Guest struct {
	Hash  string // keyed, as package purchase makes it
	Shown string // what may be shown of it
}

// Make makes codes for a campaign that is opened by codes.
func (s *Codes) Make(ctx context.Context, o Order) ([]Code, error) {
	if err := o.check(s.Clock.Now()); err != nil {
		return nil, err
	}
	list := o.blank(s.Clock.Now())
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := someone(ctx, tx, o.Members); err != nil {
			return err
		}
		if err := draw(ctx, tx, o.Programme, list); err != nil {
			return err
		}
		rows := Insert.Of()
		for i := range list {
			c := &list[i]
			rows.Add(c.Code, int64(c.Programme), c.Campaign, int64(c.Home), c.Guest, c.Shown, int64(c.MadeAt), c.MadeBy, int64(0), c.Expires)
		}
		return rows.Run(ctx, tx)
	})
	return list, err
}

// blank lists the codes, still to be drawn.
func (o *Order) blank(at clock.Micros) (list []Code) {
	one := Code{Programme: o.Programme.ID, Campaign: o.Campaign, State: Active, MadeAt: at, MadeBy: o.By, Expires: o.Expires}
	for range o.Count {
		switch {
		case len(o.Members) > 0:
			for _, h := range o.Members {
				of := one
				of.Home = h
				list = append(list, of)
			}
		case len(o.Guests) > 0:
			for _, g := range o.Guests {
				of := one
				of.Guest, of.Shown = g.Hash, g.Shown
				list = append(list, of)
			}
		default:
			list = append(list, one)
		}
	}
	return list
}

func (o *Order) check(now clock.Micros) error {
	c := o.Programme.CampaignOf(o.Campaign)
	_, err := time.Parse(time.DateOnly, o.Expires)
	switch {
	case c == nil:
		return fault.New(fault.NotFound, "promo.no-campaign")
	case !c.NeedsCode:
		return fault.New(fault.Refused, "promo.open-campaign")
	case o.Count < 1 || o.Count*max(len(o.Members), len(o.Guests), 1) > MaxMade || len(o.Members) > MaxMade || len(o.Guests) > MaxMade:
		return fault.New(fault.Invalid, "promo.count", "most", MaxMade)
	case len(o.Members) > 0 && len(o.Guests) > 0:
		return fault.New(fault.Invalid, "promo.whose")
	case o.Expires != "" && err != nil:
		return fault.New(fault.Invalid, "promo.day")
	case o.Expires != "" && o.Expires < o.Programme.Day(now):
		return fault.New(fault.Invalid, "promo.over")
	}
	for i, h := range o.Members {
		if h.Kind() != home.Member || h == 0 || slices.Contains(o.Members[:i], h) {
			return fault.New(fault.Invalid, "promo.member", "row", i+1)
		}
	}
	for i, g := range o.Guests {
		if slices.Contains(o.Guests[:i], g) {
			return fault.New(fault.Invalid, "promo.guest-twice", "row", i+1)
		}
	}
	return nil
}

// someone refuses members that are not there.
func someone(ctx context.Context, tx *db.Tx, homes []home.ID) error {
	if len(homes) == 0 {
		return nil
	}
	ids := make([]int64, len(homes))
	for i, h := range homes {
		ids[i] = int64(h)
	}
	found := map[home.ID]bool{}
	err := tx.Each(ctx, func(r db.Row) error {
		var h home.ID
		err := r.Scan((*int64)(&h))
		found[h] = true
		return err
	}, qHomesOf+tx.Dialect().In("home_id", 1), ids)
	if err != nil {
		return err
	}
	for i, h := range homes {
		if !found[h] {
			return fault.New(fault.NotFound, "promo.member", "row", i+1)
		}
	}
	return nil
}

// draw gives each of the list a code that no other has, given out or listed.
func draw(ctx context.Context, tx *db.Tx, p *rule.Programme, list []Code) error {
	seen := make(map[string]bool, len(list))
	codes := make([]string, len(list))
	for i := range list {
		for codes[i] == "" || seen[codes[i]] || p.Opens(&rule.Code{Text: codes[i]}) {
			codes[i] = Draw()
		}
		seen[codes[i]] = true
		list[i].Code = codes[i]
	}
	return tx.Each(ctx, func(db.Row) error {
		return fault.New(fault.Unavailable, "promo.draw") // once in a hundred thousand million codes
	}, qKnownOf+tx.Dialect().In("code", 1), codes)
}

// Withdraw takes a code out of use for good; one that is withdrawn already
// stays so, a used one can't be.
func (s *Codes) Withdraw(ctx context.Context, code string) (Code, error) {
	n, err := s.DB.Exec(ctx, qWithdraw, text.Fold(code))
	if err != nil {
		return Code{}, err
	}
	c, err := Get(ctx, s.DB, code)
	if err == nil && n == 0 && c.State == Used {
		err = fault.New(fault.Conflict, "promo.used")
	}
	return c, err
}

// Get finds a code.
func Get(ctx context.Context, q db.Q, code string) (Code, error) {
	c, err := scan(q.Row(ctx, qGet, text.Fold(code)))
	if errors.Is(err, db.ErrNotFound) {
		return Code{}, fault.New(fault.NotFound, "promo.not-found")
	}
	return c, err
}

// Filter picks codes; what is zero picks all.
type Filter struct {
	Programme id.ID
	Campaign  string // of Programme
	Home      home.ID
	Guests    []string // with Home: also what is bound to these hashes
	State     State
	After     string // the code that the part before ended with
}

// List lists codes in the order of codes.
func List(ctx context.Context, q db.Q, f Filter, limit int) ([]Code, error) {
	args := []any{text.Fold(f.After)}
	where := ` where code > $1`
	add := func(what string, v any) {
		args = append(args, v)
		where += what + strconv.Itoa(len(args))
	}
	if f.Programme != 0 {
		add(` and programme_id = $`, f.Programme)
	}
	if f.Campaign != "" {
		add(` and campaign = $`, f.Campaign)
	}
	if f.Home != 0 {
		add(` and (home_id <> 0 and home_id in (select home_id from member where merged_into = $`, f.Home)
		add(` union all select cast($`, f.Home)
		where += ` as bigint))`
		for _, g := range f.Guests {
			add(` or guest <> '' and guest = $`, g)
		}
		where += `)`
	}
	if f.State != "" {
		add(` and state = $`, f.State)
	}
	add(` order by code limit $`, min(limit, maxPage))
	return db.All(ctx, q, scan, `select `+columns+` from promo_code`+where, args...)
}
