package purchase

import (
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/promo"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// Codes that were given out are rows (package promo). What a code is for never
// changes and is looked up before the lock; whether it can still be used is
// read under the row's lock, after all homes and before the limits, so that no
// two purchases have the use. A receipt without such codes has none of this.

// Given is a code that was given out, as the purchase found it.
type Given struct {
	Code     string `json:"code"` // folded
	Campaign string `json:"campaign"`
	Foreign  bool   `json:"foreign,omitempty"` // another member's
	Gone     string `json:"gone,omitempty"`    // why it was not to be had, as package rule calls it
}

// Award is a code that a rule gave the member for the purchase.
type Award struct {
	Rule     string `json:"rule"`
	Campaign string `json:"campaign"`
	Code     string `json:"code"`            // folded
	Until    string `json:"until,omitempty"` // last day on which it works; "": none
}

// codes are those that a group needs and what it does to them.
type codes struct {
	want      map[string]bool
	rows      map[string]*promo.Code
	made      *db.Many
	used      *db.Many
	held      map[string]bool // rows whose hold has changed
	returned  *db.Many
	withdrawn *db.Many
}

func (v *codes) reset() {
	v.want, v.rows, v.held = map[string]bool{}, map[string]*promo.Code{}, map[string]bool{}
	v.made, v.used, v.returned, v.withdrawn = promo.Insert.Of(), promo.Use.Of(), promo.Return.Of(), promo.Withdraw.Of()
}

// lock locks the wanted rows and reads them.
func (v *codes) lock(g *group) error {
	if len(v.want) == 0 {
		return nil
	}
	codes := make([]string, 0, len(v.want))
	for c := range v.want {
		codes = append(codes, c)
	}
	slices.Sort(codes)
	b := &db.Batch{}
	promo.Lock(b, g.tx.Dialect(), codes, v.rows)
	return g.tx.Run(g.ctx, b)
}

// flush adds what was done. What came back goes first: another may have used
// it since.
func (v *codes) flush(b *db.Batch) {
	held := promo.Hold.Of()
	for code := range v.held {
		row := v.rows[code]
		held.Add(code, int64(row.HeldBy), int64(row.HeldUntil))
	}
	b.Many(held)
	b.Many(v.returned)
	b.Many(v.withdrawn)
	b.Many(v.used)
	b.Many(v.made)
}

// unlisted gives the receipt's codes that may have been given out: that no
// campaign of its programme lists.
func (s *sale) unlisted(d *Desk) (out []string) {
	if len(s.cart.Codes) == 0 {
		return nil
	}
	// A closed receipt may be under an older version, which lists other codes.
	p := d.Programmes.Current().For(s.place.Outlet.ID, s.place.Partner.ID, s.place.Outlet.Moment(d.Clock.Now()).Day)
	if p == nil && s.cart.Facts == nil {
		return nil
	}
	for _, c := range codesOf(s.cart.Codes) {
		if s.cart.Facts != nil || !p.Opens(&c) {
			out = append(out, c.Text)
		}
	}
	return out
}

// name tells the receipt whose campaigns' the codes are that were given out in
// its programme.
func (s *sale) name() {
	for i := range s.receipt.Codes {
		c := &s.receipt.Codes[i]
		if row := s.rows[c.Text]; row != nil && row.Programme == s.programme.ID && !s.programme.Opens(c) {
			c.Campaign = row.Campaign
		}
	}
}

// mark tells the receipt which of its codes can't be used.
func (s *sale) mark(rows map[string]*promo.Code) {
	for i := range s.receipt.Codes {
		c := &s.receipt.Codes[i]
		if row := rows[c.Text]; row != nil && c.Campaign != "" {
			c.Foreign, c.Gone = row.Foreign(s.home, s.heads.guests), gone[row.On(s.receipt.Day)]
			if c.Gone == "" && row.Held(s.at) {
				c.Gone = rule.WhyCodeHeld
			}
		}
	}
}

// gone is why codes of each state are not to be had.
var gone = map[promo.State]string{
	promo.Used: rule.WhyCodeUsed, promo.Expired: rule.WhyCodeExpired, promo.Withdrawn: rule.WhyCodeWithdrawn,
}

// foundCodes is what the receipt's codes were found to be.
func (s *sale) foundCodes() (out []Given) {
	for _, c := range s.receipt.Codes {
		if c.Campaign != "" {
			out = append(out, Given{Code: c.Text, Campaign: c.Campaign, Foreign: c.Foreign, Gone: c.Gone})
		}
	}
	return out
}

// useCodes uses up the codes that were given out and by which campaigns have
// acted, or which the till has honoured already.
func (s *sale) useCodes(g *group, p *Purchase, out *rule.Outcome) {
	for i := range s.receipt.Codes {
		c := &s.receipt.Codes[i]
		row := g.codes.rows[c.Text]
		if c.Campaign == "" || row == nil {
			continue
		}
		switch s.mode {
		case Commit:
			if !slices.Contains(out.Codes, c.Text) {
				continue
			}
		case Record:
			if c.Gone != "" && !slices.Contains(p.Flags, FlagOverLimit) {
				p.Flags = append(p.Flags, FlagOverLimit)
			}
			if row.State != promo.Active {
				continue
			}
		}
		g.codes.use(row, p)
	}
}

// use makes a purchase use a code up.
func (v *codes) use(row *promo.Code, p *Purchase) {
	row.State, row.UsedAt, row.UsedHome, row.UsedOp = promo.Used, p.At, p.Home, p.ID
	v.used.Add(row.Code, int64(row.UsedAt), int64(row.UsedHome), int64(row.UsedOp))
	p.UsedCodes = append(p.UsedCodes, row.Code)
}

// hold keeps a code for a reservation; 0 lets it go.
func (v *codes) hold(row *promo.Code, op id.ID, until clock.Micros) {
	row.HeldBy, row.HeldUntil = op, until
	v.held[row.Code] = true
}

// holdCodes keeps the codes that were given out and by which campaigns act.
func (s *sale) holdCodes(g *group, p *Purchase, out *rule.Outcome, until clock.Micros) {
	for i := range s.receipt.Codes {
		c := &s.receipt.Codes[i]
		if row := g.codes.rows[c.Text]; c.Campaign != "" && row != nil && slices.Contains(out.Codes, c.Text) {
			g.codes.hold(row, p.ID, until)
			p.UsedCodes = append(p.UsedCodes, row.Code)
		}
	}
}

// award gives the member the codes that rules have awarded. They end with
// their campaign.
func (s *sale) award(g *group, p *Purchase, out *rule.Outcome) {
	if p.Home.Kind() != home.Member || slices.Contains(p.Flags, FlagTooLate) {
		return
	}
	for _, a := range out.Awards {
		c := s.programme.CampaignOf(a.Campaign)
		if c == nil {
			continue
		}
		w := Award{Rule: a.Rule, Campaign: a.Campaign, Code: promo.Draw(), Until: c.To}
		g.codes.made.Add(w.Code, int64(p.Programme), w.Campaign, int64(p.Home), "", "", int64(s.at), "", int64(p.ID), w.Until)
		p.Awards = append(p.Awards, w)
	}
}

// returnCodes gives the codes that a purchase has used back when nothing of it
// is left and their campaigns say so, and withdraws those it was awarded that
// are not used.
func (g *group) returnCodes(p *rule.Programme, s *Stored, f *Refund) {
	for _, code := range s.UsedCodes {
		row := g.codes.rows[code]
		if row == nil || row.State != promo.Used || row.UsedOp != s.ID {
			continue
		}
		if c := p.CampaignOf(row.Campaign); c == nil || !c.Limits.Return {
			continue
		}
		row.State, row.UsedAt, row.UsedHome, row.UsedOp = promo.Active, 0, 0, 0
		g.codes.returned.Add(code, int64(s.ID))
		f.Codes = append(f.Codes, code)
	}
	for i := range s.Awards {
		code := s.Awards[i].Code
		if row := g.codes.rows[code]; row != nil && row.State == promo.Active {
			row.State = promo.Withdrawn
			g.codes.withdrawn.Add(code)
			f.Withdrawn = append(f.Withdrawn, code)
		}
	}
}

// wantCodes asks for the codes that a refund of a purchase may change.
func (g *group) wantCodes(s *Stored) {
	for _, code := range s.UsedCodes {
		g.codes.want[code] = true
	}
	for i := range s.Awards {
		g.codes.want[s.Awards[i].Code] = true
	}
}
