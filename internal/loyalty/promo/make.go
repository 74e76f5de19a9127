package promo

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
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
	Count     int     // of codes; of each owner's, where there are owners
	Owners    []Owner // whose they are, each once; none: whoever has them
	Expires   string  // last day, YYYY-MM-DD; "": none
	By        string
}

// Owner is whose a code is: a member, or whoever has a phone or an e-mail.
type Owner struct {
	Home  home.ID // 0: it is bound to a phone or an e-mail
	Guest string  // keyed hash of that, as package purchase makes it
	Shown string  // of that what may be shown
}

// OfMembers are members as owners.
func OfMembers(homes ...home.ID) []Owner {
	out := make([]Owner, len(homes))
	for i, h := range homes {
		out[i].Home = h
	}
	return out
}

// Make makes codes for a campaign that is opened by codes. In the order of codes
// they stand as their owners do in the order that asked for them.
func (s *Codes) Make(ctx context.Context, o Order) (list []Code, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		list, err = s.make(ctx, tx, o, s.Clock.Now())
		return err
	})
	return list, err
}

func (s *Codes) make(ctx context.Context, tx *db.Tx, o Order, at clock.Micros) ([]Code, error) {
	if err := o.check(at); err != nil {
		return nil, err
	}
	list := o.blank(at)
	if err := someone(ctx, tx, o.Owners); err != nil {
		return nil, err
	}
	if err := draw(ctx, tx, o.Programme, list); err != nil {
		return nil, err
	}
	rows := Insert.Of()
	for i := range list {
		c := &list[i]
		rows.Add(c.Code, int64(c.Programme), c.Campaign, int64(c.Home), c.Guest, c.Shown, int64(c.MadeAt), c.MadeBy, int64(0), c.Expires)
	}
	if err := rows.Run(ctx, tx); err != nil {
		return nil, err
	}
	return list, o.note(ctx, tx, at)
}

// blank lists the codes, still to be drawn.
func (o *Order) blank(at clock.Micros) (list []Code) {
	one := Code{Programme: o.Programme.ID, Campaign: o.Campaign, State: Active, MadeAt: at, MadeBy: o.By, Expires: o.Expires}
	owners := o.Owners
	if len(owners) == 0 {
		owners = []Owner{{}}
	}
	for _, w := range owners {
		of := one
		of.Home, of.Guest, of.Shown = w.Home, w.Guest, w.Shown
		for range o.Count {
			list = append(list, of)
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
	case len(o.Owners) > 1 && o.Count > 0 && o.Count <= MaxMade && o.Count*len(o.Owners) > MaxMade:
		return fault.New(fault.Invalid, "promo.count-each", "most", MaxMade, "people", len(o.Owners), "asked", o.Count*len(o.Owners))
	case o.Count < 1 || o.Count > MaxMade:
		return fault.New(fault.Invalid, "promo.count", "most", MaxMade)
	case o.Expires != "" && err != nil:
		return fault.New(fault.Invalid, "promo.day")
	case o.Expires != "" && o.Expires < o.Programme.Day(now):
		return fault.New(fault.Invalid, "promo.over")
	}
	seen := make(map[Owner]bool, len(o.Owners))
	for i, w := range o.Owners {
		switch twice := seen[w]; {
		case w.Guest != "" && twice:
			return fault.New(fault.Invalid, "promo.guest-twice", "row", i+1)
		case w.Guest == "" && (w.Home == 0 || w.Home.Kind() != home.Member || twice):
			return fault.New(fault.Invalid, "promo.member", "row", i+1)
		}
		seen[w] = true
	}
	return nil
}

// someone refuses members that are not there.
func someone(ctx context.Context, tx *db.Tx, owners []Owner) error {
	ids := make([]int64, 0, len(owners))
	for _, w := range owners {
		if w.Home != 0 {
			ids = append(ids, int64(w.Home))
		}
	}
	if len(ids) == 0 {
		return nil
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
	for i, w := range owners {
		if w.Home != 0 && !found[w.Home] {
			return fault.New(fault.NotFound, "promo.member", "row", i+1)
		}
	}
	return nil
}

// draw gives each of the list a code that no other has, given out or listed, in the
// list's order: by it whoever gave a list of people finds whose each code is, of whom
// nothing is kept that he could be told by.
func draw(ctx context.Context, tx *db.Tx, p *rule.Programme, list []Code) error {
	seen := make(map[string]bool, len(list))
	codes := make([]string, len(list))
	for i := range list {
		for codes[i] == "" || seen[codes[i]] || p.Opens(&rule.Code{Text: codes[i]}) {
			codes[i] = Draw()
		}
		seen[codes[i]] = true
	}
	slices.Sort(codes)
	for i := range list {
		list[i].Code = codes[i]
	}
	return tx.Each(ctx, func(db.Row) error {
		return fault.New(fault.Unavailable, "promo.draw") // once in a hundred thousand million codes
	}, qKnownOf+tx.Dialect().In("code", 1), codes)
}

// Withdraw takes a code out of use for good; one that is withdrawn already
// stays so, a used one can't be.
func (s *Codes) Withdraw(ctx context.Context, code string) (c Code, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, qWithdraw, text.Fold(code))
		if err != nil {
			return err
		}
		if c, err = Get(ctx, tx, code); err != nil {
			return err
		}
		switch {
		case n > 0:
			return c.note(ctx, tx, s.Clock.Now())
		case c.State == Used:
			return fault.New(fault.Conflict, "promo.used")
		}
		return nil
	})
	return c, err
}

// WithdrawMade takes those codes of a programme out of use that were made at one time
// and were not used, and tells how many they were. Orders that hold some lose them, as
// by Withdraw.
func (s *Codes) WithdrawMade(ctx context.Context, programme id.ID, made clock.Micros) (all int64, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		all = 0
		of, err := activeMade(ctx, tx, programme, made)
		if err != nil {
			return err
		}
		for _, c := range of {
			n, err := tx.Exec(ctx, qWithdrawMade, programme, made, c.campaign)
			if err != nil {
				return err
			}
			all += n
			if n == 0 {
				continue
			}
			if err := noteWithdrawn(ctx, tx, programme, Noted{Campaign: c.campaign, Count: int(n)}, s.Clock.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

// CountActive counts those codes of a programme that were made at one time and were
// neither used nor withdrawn.
func CountActive(ctx context.Context, q db.Q, programme id.ID, made clock.Micros) (n int64, err error) {
	of, err := activeMade(ctx, q, programme, made)
	for _, c := range of {
		n += c.count
	}
	return n, err
}

// ofCampaign is how many codes a campaign has.
type ofCampaign struct {
	campaign string
	count    int64
}

func activeMade(ctx context.Context, q db.Q, programme id.ID, made clock.Micros) ([]ofCampaign, error) {
	return db.All(ctx, q, func(r db.Row) (c ofCampaign, err error) { return c, r.Scan(&c.campaign, &c.count) }, qActiveMade, programme, made)
}

// Get finds a code.
func Get(ctx context.Context, q db.Q, code string) (Code, error) {
	c, err := scan(q.Row(ctx, qGet, text.Fold(code)))
	if errors.Is(err, db.ErrNotFound) {
		return Code{}, fault.New(fault.NotFound, "promo.not-found")
	}
	return c, err
}
