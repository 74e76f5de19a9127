// Package whatif runs a programme that is not in force over the receipts that
// are stored, and says what would have been: what it would have cost, who would
// have gained and lost, who would have come to which level, by day.
//
// From the first day on each member lives a second life in memory
// (purchase.Life), by the very code of the desk: his receipts and refunds in
// the order in which the books have them, points and levels by hand, and time.
// It begins with the balance, lots, level and sums that the books had at that
// moment. The draft judges with the level and points that this life has; in it
//
//   - a receipt is what its document says: goods as the catalogue knew them,
//     the member as the rules saw him. What they did not look at then is as it
//     is today;
//   - a member spends what he spent then, at most what this life allows;
//   - a receipt that the till had closed already keeps its discounts: what the
//     rules would have given is told beside it (Told);
//   - refunds bring back the same quantities, or the same share of the money;
//   - receipts of before the first day that came late are judged by what was
//     in force at their time;
//   - gifts for occasions are given as the jobs of each day would, to who takes
//     part today or has left since, by the birthdays known today;
//   - points by hand keep their term. A level by hand is given again if there
//     still is one of that id.
//
// A household's account lives in its founder's home, with the receipts of all
// who bought on it; each of them is known to the rules as himself. Where one has
// left, what he bought on his own account is of another life: his limits are
// counted in each. Levels of each member's own (level_scope: member) are
// refused where there are such receipts: they would join lives.
//
// Members who were merged, and those whom they were merged into, are left out, and
// the report says how many they are: two lives became one in the middle of it.
//
// So with the programme that was in force the whole time, now is then, to the
// kopeck, late receipts and all; only that a job had moved an account's clock
// while nothing was due is not in the books, and a late receipt may be of
// before. What is due on the last day and not yet written, for nobody has
// touched the account, is taken for written on both sides.
//
// Homes are independent of each other, so they are walked side by side, some
// hundreds at a time in the order of their ids, in one snapshot: memory holds
// a few such runs and a row for each day and rule, whatever the size of the
// base. Only a campaign's limits over all members would need all homes in the
// order of time. A campaign with the limits that it had is used up where the
// receipts say that it was; of any other these limits are not held, and the
// report names each that would have been exceeded, and by how much. Limits per
// member are held.
//
// Nothing is written. Money is in kopecks, points in hundredths.
package whatif

import (
	"context"
	"runtime"
	"time"

	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// maxDays bounds a period.
const maxDays = 3660

// defaultTop is how many of the largest winners and losers are named.
const defaultTop = 10

// Options say what to run and where.
type Options struct {
	DB         *db.DB
	Programmes *programme.Programmes
	Directory  *partner.Directory
	Catalog    *catalog.Index
	Draft      rule.Programme // its code says which programme it would replace
	From, To   string         // first and last day, YYYY-MM-DD
	Outlets    []id.ID        // what happened at these only is counted, while lives are lived whole; none: at all
	Now        clock.Micros
	Top        int // winners and losers to name; 0: ten
	Workers    int // homes lived at one time; 0: as many as there are processors

	// Progress is told how many homes are done of how many, by one caller at a
	// time. nil: nobody is told.
	Progress func(done, total int64)
}

// Report is what a run came to.
type Report struct {
	Code    string `json:"code"`
	Version int64  `json:"version"` // in force now, 0: none
	From    string `json:"from"`
	To      string `json:"to"`

	Then Sums  `json:"then"`
	Now  Sums  `json:"now"`
	Days []Day `json:"days"`

	Levels []Level `json:"levels"` // in the draft's order
	Rule   []Rule  `json:"rules"`
	Gifts  []Gift  `json:"gifts"`

	Moves   []Move   `json:"moves"` // of levels
	Members Members  `json:"members"`
	Winners []Member `json:"winners"`
	Losers  []Member `json:"losers"`
	Over    []Over   `json:"over_limit"`
	Merged  int64    `json:"merged"`      // members who are left out, as they are or were made one with others
	Unseen  []string `json:"as_of_today"` // what rules look at of members that was not kept with all receipts
}

// Sums are less what refunds of the period gave back.
type Sums struct {
	Receipts int64        `json:"receipts"`
	Refunds  int64        `json:"refunds"`
	Gross    money.Amount `json:"gross"`
	Discount money.Amount `json:"discount"` // by rules
	Told     money.Amount `json:"told"`     // what rules would have taken off receipts that tills had closed; refunds are not taken from it
	Money    money.Amount `json:"money"`    // paid
	Earned   money.Points `json:"earned"`
	Gifts    money.Points `json:"gifts"` // welcome, for occasions, by changes of level; less what was taken
	Spent    money.Points `json:"spent"`
	Expired  money.Points `json:"expired"`
	Value    money.Amount `json:"value"` // of the points earned and given, receipt by receipt
	Cost     money.Amount `json:"cost"`  // discount, told and the points' value
}

// Day is the sums of one day: the outlet's business day of receipts and
// refunds, the programme's day of everything else.
type Day struct {
	Day  string `json:"day"`
	Then Sums   `json:"then"`
	Now  Sums   `json:"now"`
}

// Level is the sums of receipts whose buyers were of a level when they bought,
// and of what came back of them. Gifts and expiries are not among them.
type Level struct {
	Level string `json:"level"` // "": none
	Then  Sums   `json:"then"`
	Now   Sums   `json:"now"`
}

// Rule is what one rule gave.
type Rule struct {
	Rule     string `json:"rule"`
	Name     string `json:"name,omitempty"`
	Campaign string `json:"campaign,omitempty"` // "": base
	Then     Gave   `json:"then"`
	Now      Gave   `json:"now"`
}

// Gave is what a rule gave, less what refunds by line took back.
type Gave struct {
	Receipts int64        `json:"receipts"`
	Discount money.Amount `json:"discount"`
	Told     money.Amount `json:"told"` // now only: of then it was not kept by rule
	Earned   money.Points `json:"earned"`
}

// Gift is what was given for one occasion, less what was taken back of it.
type Gift struct {
	Occasion string `json:"occasion"` // Welcome, LevelGift or one of the programme's
	Then     Given  `json:"then"`
	Now      Given  `json:"now"`
}

// Occasions of gifts that are none of the programme's (rule.Occasions).
const (
	Welcome   = "welcome" // on joining
	LevelGift = "level"   // by changes of level
)

// Given is how many gifts there were, and what they came to.
type Given struct {
	Times  int64        `json:"times"`
	Points money.Points `json:"points"`
	Value  money.Amount `json:"value"`
}

// Move is how many times members went from one level to another.
type Move struct {
	From string `json:"from"` // "": none
	To   string `json:"to"`
	Up   bool   `json:"up"`
	Then int64  `json:"then"`
	Now  int64  `json:"now"`
}

// Members counts those who had anything to do with either side.
type Members struct {
	Gain int64 `json:"gain"`
	Lose int64 `json:"lose"`
	Same int64 `json:"same"`
}

// Member is one winner or loser.
type Member struct {
	Home home.ID      `json:"home"`
	Then money.Amount `json:"then"` // what he was given: discounts, told, the value of points
	Now  money.Amount `json:"now"`
}

// Over is a limit over all members that would have been exceeded.
type Over struct {
	Campaign string `json:"campaign"`
	Code     string `json:"code,omitempty"`
	Limit    int64  `json:"limit"`
	Uses     int64  `json:"uses"`
}

// Run runs a draft over a period.
func Run(ctx context.Context, o Options) (*Report, error) {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Top <= 0 {
		o.Top = defaultTop
	}
	p, err := newPlan(ctx, &o)
	if err != nil {
		return nil, err
	}
	return p.run(ctx)
}

// plan is a run: its programmes and the instants of its period.
type plan struct {
	*Options
	of         id.ID
	draft      *rule.Programme
	was        *rule.Programme // in force now; nil: none
	then, next *programme.Set  // of the first instant, and with the draft
	current    *programme.Set
	begins     clock.Micros // first instant of the period
	ends       clock.Micros // first after it, or now
	ids        *id.Maker
}

func newPlan(ctx context.Context, o *Options) (*plan, error) {
	from, errFrom := time.Parse(time.DateOnly, o.From)
	to, errTo := time.Parse(time.DateOnly, o.To)
	switch {
	case errFrom != nil || errTo != nil || to.Before(from):
		return nil, fault.New(fault.Invalid, "whatif.dates")
	case to.Sub(from) >= maxDays*24*time.Hour:
		return nil, fault.New(fault.Invalid, "whatif.too-long", "most", maxDays)
	}
	p := &plan{Options: o, current: o.Programmes.Current(), ids: id.NewMaker(id.MaxNode)}
	draft := o.Draft
	if p.was = p.current.ByCode(draft.Code); p.was != nil {
		draft.ID, draft.Version = p.was.ID, p.was.Version+1
	} else {
		draft.ID, draft.Version = p.ids.New(), 1
	}
	if err := draft.Compile(); err != nil {
		return nil, err
	}
	if today := draft.Day(o.Now); o.To > today {
		return nil, fault.New(fault.Invalid, "whatif.future", "today", today)
	}
	p.of, p.draft, p.next = draft.ID, &draft, p.current.With(&draft)
	p.begins = draft.EndOf(from.AddDate(0, 0, -1))
	p.ends = min(draft.EndOf(to), o.Now)
	var err error
	if p.then, err = o.Programmes.InForce(ctx, o.DB, p.current, p.begins); err != nil {
		return nil, err
	}
	return p, p.checkHouseholds(ctx)
}

// checkHouseholds refuses levels of each member's own where there are purchases
// on households' accounts: what a member buys on his own account and on that of
// a household makes one level, and homes are lived one by one.
func (p *plan) checkHouseholds(ctx context.Context) error {
	own := p.next.Ladder(p.of).Own() || p.then.Ladder(p.of).Own() || p.current.Ladder(p.of).Own()
	if !own {
		return nil
	}
	var shared int64
	if err := p.DB.Row(ctx, qAnyShared).Scan(&shared); err != nil {
		return err
	}
	if shared > 0 {
		return fault.New(fault.Refused, "whatif.households")
	}
	return nil
}

// version gives one version of a programme, the draft too.
func (p *plan) version(ctx context.Context) func(of id.ID, version int64) (*rule.Programme, error) {
	return func(of id.ID, version int64) (*rule.Programme, error) {
		if of == p.of && version == p.draft.Version {
			return p.draft, nil
		}
		return p.Programmes.VersionIn(ctx, p.DB, of, version)
	}
}

// within tells whether a time is not after the period.
func (p *plan) within(at clock.Micros) bool { return p.draft.Day(at) <= p.To }
