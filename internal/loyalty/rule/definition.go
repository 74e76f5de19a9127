package rule

import "kopilka/internal/platform/money"

// Kind says what a rule does.
type Kind string

// The kinds of rules.
const (
	TariffRule   Kind = "tariff"   // a price that a campaign opens in place of the till's
	DiscountRule Kind = "discount" // lowers the price
	ShareRule    Kind = "spending" // what share may be paid with points
	AccrualRule  Kind = "accrual"  // how points are earned
	AwardRule    Kind = "award"    // gives a promo code
	MessageRule  Kind = "message"  // says something to the cashier and on the receipt
)

// Stage is when a discount is taken: those of lines come before those of the
// whole receipt.
type Stage string

// The stages.
const (
	LineStage    Stage = "line"
	ReceiptStage Stage = "receipt"
)

// Basis says what a table is read by.
type Basis string

// What a table can be read by.
const (
	BySum   Basis = "sum"   // of the units in scope
	ByCount Basis = "count" // of the units in scope
	ByPast  Basis = "past"  // the member's past purchases, kopecks
	ByUsed  Basis = "used"  // his past purchases as far as their tickets were used, kopecks
)

// Rule is one rule as data. Which of its parts it has says how it works; a
// rule of a kind has exactly one way to work:
//
//   - tariff: Amount is the unit's price;
//   - discount: Rate of the units' sum; Amount off in all, or off each unit; a
//     Table of either; Positions; Take and Pay (N for M); Cheapest; Set;
//   - spending: Rate is the share that points may pay;
//   - accrual: Rate, Points, Points for each full Each, a Table of rates or
//     points, or Multiply;
//   - award: Campaign is the one whose code is given;
//   - message: Text.
//
// It acts when all of When hold, on the units of the lines for which all of
// Scope hold.
type Rule struct {
	ID       string      `json:"id"`
	Name     string      `json:"name,omitempty"`
	Kind     Kind        `json:"kind"`
	Off      bool        `json:"off,omitempty"`
	Priority int         `json:"priority,omitempty"` // higher acts first
	From     string      `json:"from,omitempty"`     // first and last day, YYYY-MM-DD
	To       string      `json:"to,omitempty"`
	When     []Condition `json:"when,omitempty"`
	Scope    []Condition `json:"scope,omitempty"`
	Stage    Stage       `json:"stage,omitempty"`  // of a discount; "": by what it does
	Choice   string      `json:"choice,omitempty"` // of the rules of a campaign with one name here only that acts which gives most
	Group    string      `json:"group,omitempty"`  // of an accrual: its rule group

	Rate      money.Rate   `json:"rate,omitempty"`
	Amount    money.Amount `json:"amount,omitempty"`
	EachUnit  bool         `json:"each_unit,omitempty"` // Amount or Points are for each unit in scope
	Points    money.Points `json:"points,omitempty"`
	Each      money.Amount `json:"each,omitempty"`
	Table     []Row        `json:"table,omitempty"`
	By        Basis        `json:"by,omitempty"`
	Multiply  money.Rate   `json:"multiply,omitempty"` // 2 × is 2 000 000
	Positions []Position   `json:"positions,omitempty"`
	Take      int64        `json:"take,omitempty"` // of each so many units …
	Pay       int64        `json:"pay,omitempty"`  // … so many are paid, the dearest
	Cheapest  *Cheapest    `json:"cheapest,omitempty"`
	Set       *Set         `json:"set,omitempty"`
	Campaign  string       `json:"campaign,omitempty"`
	Text      Text         `json:"text,omitzero"`

	Terms *Terms `json:"terms,omitempty"` // of the points that an accrual earns; nil: the programme's
	Note  string `json:"note,omitempty"`  // for the staff

	way       way
	at        string // its path in the programme
	level     string // folded id of the level whose rule it is
	campaign  *Campaign
	index     int  // among all of the programme, in the order they act
	scoped    bool // any condition on lines
	dynamic   bool // conditions on amounts
	onPayment *Condition
}

// Row is a step of a table: from so much on it gives a rate, an amount or
// points.
type Row struct {
	From   int64        `json:"from"` // kopecks, or units; included
	Rate   money.Rate   `json:"rate,omitempty"`
	Amount money.Amount `json:"amount,omitempty"`
	Points money.Points `json:"points,omitempty"`
}

// Position is a discount of one unit by its place among those in scope,
// counted through the receipt from 1.
type Position struct {
	N     int64      `json:"n"`
	Every bool       `json:"every,omitempty"` // also of 2N, 3N …
	Rate  money.Rate `json:"rate"`
}

// Cheapest lowers the cheapest units where there are enough in scope.
type Cheapest struct {
	Of    int64      `json:"of"`    // at least so many
	Count int64      `json:"count"` // so many of them, the cheapest
	Rate  money.Rate `json:"rate"`  // 100 %: for nothing
}

// Set is units bought together: a bundle with a price or a discount of its
// own, or units whose purchase makes others cheaper (buy X, get Y). A unit
// belongs to one set at most.
type Set struct {
	Parts []SetPart    `json:"parts"`
	Price money.Amount `json:"price,omitempty"` // of the whole set, or
	Off   money.Amount `json:"off,omitempty"`   // kopecks off it, or
	Rate  money.Rate   `json:"rate,omitempty"`  // off it; else each part has its own
	Most  int64        `json:"most,omitempty"`  // sets in a receipt; 0: any number
}

// SetPart is one sort of units of a set. Those that are lowered are the
// cheapest, those that are only bought the dearest.
type SetPart struct {
	Scope []Condition `json:"scope,omitempty"`
	Count int64       `json:"count"`
	Rate  money.Rate  `json:"rate,omitempty"`
}

// Text is said in both languages; an empty English one is the Russian.
type Text struct {
	RU string `json:"ru"`
	EN string `json:"en,omitempty"`
}

// Terms say when points become active and when they expire.
type Terms struct {
	Delay  int     `json:"delay,omitempty"`  // days until they are active; 0: at once
	OnUse  bool    `json:"on_use,omitempty"` // those of a ticket wait for its use; Delay counts from it
	Expiry *Expiry `json:"expiry,omitempty"` // nil: the programme's
}

// way is how a rule works.
type way uint8

const (
	wayNone way = iota
	wayPrice
	wayRate
	wayAmount
	wayTable
	wayPositions
	wayTake
	wayCheapest
	waySet
	wayPoints
	wayEach
	wayMultiply
	wayAward
	wayText
)

// Combine says how the amounts of one accrual rule group come together.
type Combine string

// The ways to combine.
const (
	AddAll   Combine = "add"  // all are earned
	TakeBest Combine = "best" // each line earns by the rule that gives it most
)

// Campaign is the umbrella of rules, codes and limits with dates.
type Campaign struct {
	ID        string      `json:"id"`
	Name      string      `json:"name,omitempty"`
	Off       bool        `json:"off,omitempty"`
	Priority  int         `json:"priority,omitempty"`
	From      string      `json:"from,omitempty"`
	To        string      `json:"to,omitempty"`
	Alone     bool        `json:"alone,omitempty"` // acts beside no other campaign
	Stack     string      `json:"stack,omitempty"` // acts beside those of its stacking group
	Codes     []string    `json:"codes,omitempty"`
	NeedsCode bool        `json:"needs_code,omitempty"` // opened by a code only: one of Codes, or one that was given out
	MaxUnits  int64       `json:"max_units,omitempty"`  // acts in receipts of at most so many units in scope
	When      []Condition `json:"when,omitempty"`
	Scope     []Condition `json:"scope,omitempty"`
	Limits    Limits      `json:"limits,omitzero"`
	Refund    OnRefund    `json:"refund,omitempty"` // "": the programme's refund_conditions
	Rules     []Rule      `json:"rules,omitempty"`

	AwardOnClaim bool `json:"award_on_claim,omitempty"` // its codes are awarded also when a receipt is given to a member later

	index int
}

// OnRefund says what becomes of the discounts of what stays when a part of a
// purchase comes back.
type OnRefund string

// What becomes of them.
const (
	KeepTerms      OnRefund = "keep"       // what stays keeps its discounts and its rate
	RecomputeTerms OnRefund = "recompute"  // what stays is judged anew: less money comes back, and points are taken
	TakeDifference OnRefund = "difference" // the discount it would not have had is held back from the money
)

// Limits bound the uses of a campaign; 0 is no bound.
type Limits struct {
	InAll   int64 `json:"in_all,omitempty"`
	PerCode int64 `json:"per_code,omitempty"`
	PerHead int64 `json:"per_member,omitempty"`
	Return  bool  `json:"return,omitempty"` // a full refund gives the use back
}

func (l *Limits) bound() bool { return l.InAll > 0 || l.PerCode > 0 || l.PerHead > 0 }

// Level is a standing in the programme. What a member has to do for it is
// told by the parts that are not zero: all of them, or any one.
type Level struct {
	ID       string `json:"id"`
	Name     string `json:"name,omitempty"`
	Priority int    `json:"priority"` // 1 is the lowest

	MemberGroup string       `json:"member_group,omitempty"` // id: only for its members
	Any         bool         `json:"any,omitempty"`
	Total       money.Amount `json:"total,omitempty"`  // kopecks of purchases in all
	Days        int          `json:"days,omitempty"`   // the period of what follows
	Sum         money.Amount `json:"sum,omitempty"`    // kopecks spent in the period
	Parts       []LevelPart  `json:"parts,omitempty"`  // of them, by kinds of goods: one condition with the sum
	Visits      int64        `json:"visits,omitempty"` // in the period
	Points      money.Points `json:"points,omitempty"` // active points

	Term      int          `json:"term,omitempty"`       // days it is kept; 0: to the month's turn
	NoEarning bool         `json:"no_earning,omitempty"` // accrual is off
	EarnDays  int          `json:"earn_days,omitempty"`  // earning lasts so many days from the level; 0: always
	Gift      Gift         `json:"gift,omitzero"`        // given on rising to it
	Price     money.Points `json:"price,omitempty"`      // taken on rising to it
	Fall      money.Points `json:"fall,omitempty"`       // taken on falling from it
	Rules     []Rule       `json:"rules,omitempty"`      // act while it is held
}

// LevelPart is what must be spent in the period on goods of some types.
type LevelPart struct {
	Types []string     `json:"types"`
	Sum   money.Amount `json:"sum"`
}
