package purchase

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"strings"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// Bounds on a deposit, in kopecks.
const (
	MaxTopUp   = 10_000_000_00
	maxDeposit = rule.MaxCents
)

// DepositDeed is what is done to a deposit by hand.
type DepositDeed string

// The deeds.
const (
	OpenDeposit   DepositDeed = "open"
	MoveTerm      DepositDeed = "term"    // the day on which it ends
	TopUpDeposit  DepositDeed = "top_up"  //
	CloseDeposit  DepositDeed = "close"   // what it has is paid out
	PayOutDeposit DepositDeed = "pay_out" // of what it has, a part or all
)

// DepositRequest does something to a member's deposit by hand.
type DepositRequest struct {
	By      id.ID // the API key or person; with Key it makes the request once-only
	Key     string
	Do      DepositDeed
	Home    home.ID      // that the deposit lies in, or is to
	Deposit id.ID        // 0: it is to be opened
	Amount  money.Amount // put in or paid out; of one that is closed by it all that it has
	PaidBy  string       // kind of payment in which the money comes, or goes back
	Outlet  id.ID        // where; 0: it is not told
	Ends    clock.Micros // of one that is opened, or its term moved: when it ends; 0: it has no end
	Reason  string       // what the paper says, or why; may be empty
	Actor   string
}

// Check refuses what can be done to nobody's deposit.
func (r *DepositRequest) Check() error {
	moves := r.Do == TopUpDeposit || r.Amount != 0
	kind := text.Fold(strings.TrimSpace(r.PaidBy))
	switch {
	case r.Do == TopUpDeposit && (r.Amount <= 0 || r.Amount > MaxTopUp):
		return fault.New(fault.Invalid, "deposit.amount", "most", money.Amount(MaxTopUp))
	case r.Amount < 0 || r.Amount != 0 && (r.Do == OpenDeposit || r.Do == MoveTerm) || r.Do == PayOutDeposit && r.Amount == 0:
		return fault.New(fault.Invalid, "deposit.amount", "most", money.Amount(MaxTopUp))
	case moves && (kind == "" || !text.Valid(kind, maxKind)):
		return fault.New(fault.Invalid, "deposit.kind-needed")
	case moves && (kind == DepositKind || kind == "certificate" || kind == rule.PushkinKind):
		return fault.New(fault.Invalid, "deposit.kind") // else one would pay for the other
	case !text.Valid(r.Reason, maxReason):
		return fault.New(fault.Invalid, "deposit.reason", "most", maxReason)
	}
	return nil
}

// DepositOp is what was done to a deposit by hand.
type DepositOp struct {
	Home    home.ID      `json:"home"`
	ID      id.ID        `json:"id"`
	Deposit id.ID        `json:"deposit"`
	Number  string       `json:"number,omitempty"` // of one that was opened
	Do      DepositDeed  `json:"do"`
	Amount  money.Amount `json:"amount"`
	PaidBy  string       `json:"paid_by"`
	Outlet  id.ID        `json:"outlet"`
	Ends    clock.Micros `json:"ends"`
	Reason  string       `json:"-"`
	Words   ledger.Words `json:"reason"` // of the reason
	Actor   string       `json:"actor"`
	At      clock.Micros `json:"at"`

	Of       ledger.DepositOf `json:"-"` // after it
	Replayed bool             `json:"-"`
}

// Digest is what the chain holds of it.
func (o *DepositOp) Digest() ([32]byte, error) {
	doc, err := json.Marshal(o)
	return sha256.Sum256(doc), err
}

// DoDeposit opens, tops up or closes a deposit, moves its term, or pays out of what
// it has.
func (d *Desk) DoDeposit(ctx context.Context, r *DepositRequest) (*DepositOp, error) {
	if err := checkKey(r.Key); err != nil {
		return nil, err
	}
	mine := *r
	mine.Reason, mine.PaidBy = strings.TrimSpace(r.Reason), strings.TrimSpace(r.PaidBy)
	r = &mine
	if err := r.Check(); err != nil {
		return nil, err
	}
	if r.Home.Kind() != home.Member || r.Home == 0 {
		return nil, errNoHome()
	}
	op := &depositing{req: r, hash: d.hashOf("deposit", r), who: audit.Of(ctx)}
	if r.Do == OpenDeposit {
		var err error
		if op.number, err = d.freeNumber(ctx); err != nil {
			return nil, err
		}
	}
	replayed, err := d.submit(ctx, op)
	if err != nil {
		return nil, err
	}
	op.out.Replayed = replayed
	return op.out, nil
}

const qDepositNumber = `select count(*) from deposit where number = $1`

// freeNumber makes a number that no deposit has: ten digits that can't be
// guessed, and the check digit of Luhn.
func (d *Desk) freeNumber(ctx context.Context) (string, error) {
	for {
		body, err := crypto.Digits(10, rand.Reader)
		if err != nil {
			return "", err
		}
		if body[0] == '0' { // a number that begins with it loses it in tables
			continue
		}
		check, _ := crypto.LuhnDigit(body)
		number := body + string(check)
		var taken int
		if err := d.DB.Row(ctx, qDepositNumber, number).Scan(&taken); err != nil || taken == 0 {
			return number, err
		}
	}
}

// depositing is the operation.
type depositing struct {
	req    *DepositRequest
	hash   [32]byte
	number string // of one that is opened
	who    audit.Actor
	state  member.State // of whom it is; "": he is served
	gone   bool         // he is no member any more, and may be erased: nothing is kept of what is said of him
	out    *DepositOp
}

func (o *depositing) claim() (claim, [32]byte) { return claim{o.req.By, o.req.Key}, o.hash }
func (o *depositing) alone() bool              { return false }
func (o *depositing) beside(*Desk) []home.ID   { return nil }

func (o *depositing) lookUp(l *look) { l.standingOf(Buyer{Home: o.req.Home}) }

// found refuses to take money for who is not served, but for what is owed; what is
// somebody's is given back whatever has become of him.
func (o *depositing) found(l *look) (home.ID, error) {
	s, there := l.states[o.req.Home]
	o.gone = s.State.Gone() || s.Home != o.req.Home
	switch {
	case !there:
		return 0, errNoHome()
	case o.req.Do == CloseDeposit || o.req.Do == PayOutDeposit:
	case o.req.Do == TopUpDeposit:
		if o.state = ""; s.Home != o.req.Home {
			o.state = member.Merged
		} else if !s.State.Serves() {
			o.state = s.State
		}
	case s.Home != o.req.Home:
		return 0, notServed(member.Merged)
	case !s.State.Serves():
		return 0, notServed(s.State)
	}
	return o.req.Home, nil
}

func (o *depositing) load(g *group) error {
	if o.req.Outlet != 0 {
		if _, ok := g.desk.Directory.Outlet(o.req.Outlet); !ok {
			return fault.New(fault.NotFound, "outlet.not-found")
		}
	}
	g.wantDeposits[o.req.Home] = true
	return nil
}

func (o *depositing) do(g *group) error {
	book, r := g.books[o.req.Home], o.req
	out := &DepositOp{
		Home: r.Home, ID: g.desk.IDs.New(), Deposit: r.Deposit, Do: r.Do, Amount: r.Amount, PaidBy: r.PaidBy, Outlet: r.Outlet,
		Reason: r.Reason, Words: ledger.Said(r.Reason), Actor: r.Actor, At: g.now,
	}
	if out.Amount == 0 {
		out.PaidBy = ""
	}
	if o.gone {
		out.Reason, out.Words = "", ""
	}
	mark := book.Mark()
	d, err := o.change(g, book, out)
	if err != nil {
		return err
	}
	digest, err := out.Digest()
	if err != nil {
		return err
	}
	book.Chain(mark, out.ID, digest, g.now)
	g.deposits.Add(int64(r.Home), int64(out.ID), int64(out.Deposit), string(out.Do), int64(out.Amount), out.PaidBy, int64(out.Outlet), int64(out.Ends),
		out.Reason, string(out.Words), out.Actor, int64(out.At), digest[:])
	g.claimKey(claim{r.By, r.Key}, o.hash, r.Home, out.ID)
	if kind := happened[r.Do]; kind != "" {
		g.happened(eventtype.Event{Kind: kind, Home: r.Home, Op: out.ID, At: g.now, Outlet: r.Outlet, Deposit: out.Deposit, Money: out.Amount}, book)
	}
	out.Of = ledger.DepositOf{Home: r.Home, Deposit: d}
	o.out = out
	return audit.Note(audit.By(g.ctx, o.who), g.tx, g.now, audit.Entry{
		Action: "deposit." + strings.ReplaceAll(string(r.Do), "_", "-"), Target: audit.On("member", id.ID(r.Home)),
		After: depositNote{out.ID.String(), d.Number, out.Amount, out.PaidBy, out.Ends},
	})
}

// happened are the events of deeds.
var happened = map[DepositDeed]eventtype.Kind{
	OpenDeposit: eventtype.DepositOpened, TopUpDeposit: eventtype.DepositToppedUp, CloseDeposit: eventtype.DepositClosed, PayOutDeposit: eventtype.DepositPaidOut,
}

// depositNote is what the trail keeps; the reason, which may name somebody, stays
// with the operation.
type depositNote struct {
	Operation string       `json:"operation"`
	Number    string       `json:"number"`
	Amount    money.Amount `json:"amount,omitempty"` // kopecks
	PaidBy    string       `json:"paid_by,omitempty"`
	Ends      clock.Micros `json:"ends,omitempty"`
}

// change does it in the book.
func (o *depositing) change(g *group, book *ledger.Book, out *DepositOp) (*ledger.Deposit, error) {
	r := o.req
	if r.Do == OpenDeposit {
		switch {
		case r.Ends != 0 && r.Ends <= g.now:
			return nil, fault.New(fault.Invalid, "deposit.term")
		case book.OpenDeposit() != nil:
			return nil, fault.New(fault.Conflict, "deposit.open-already", "number", book.OpenDeposit().Number)
		}
		out.Deposit, out.Number, out.Ends = out.ID, o.number, r.Ends
		return book.NewDeposit(out.ID, o.number, r.Ends), nil
	}
	d := book.Deposit(r.Deposit)
	if d == nil {
		return nil, fault.New(fault.NotFound, "deposit.not-found")
	}
	switch r.Do {
	case TopUpDeposit:
		switch owed := d.Balance <= -r.Amount; {
		case o.state != "" && !owed:
			return nil, notServed(o.state)
		case d.Closed != 0:
			return nil, fault.New(fault.Refused, "deposit.closed", "number", d.Number)
		case d.Over(g.now) && !owed:
			return nil, fault.New(fault.Refused, "deposit.ended", "number", d.Number)
		case d.Balance > maxDeposit-r.Amount:
			return nil, fault.New(fault.Refused, "deposit.too-much", "most", money.Amount(maxDeposit))
		}
		book.MoveDeposit(d, out.ID, ledger.TopUp, r.Amount, g.now)
	case MoveTerm:
		switch {
		case d.Closed != 0:
			return nil, fault.New(fault.Refused, "deposit.closed", "number", d.Number)
		case r.Ends != 0 && r.Ends <= g.now:
			return nil, fault.New(fault.Invalid, "deposit.term")
		}
		out.Ends = r.Ends
		book.EndDeposit(d, r.Ends)
	case PayOutDeposit:
		if err := mayPayOut(d, out.Amount, g.now); err != nil {
			return nil, err
		}
		book.MoveDeposit(d, out.ID, ledger.PayOut, out.Amount, g.now)
	case CloseDeposit:
		if err := mayClose(d, out.Amount, g.now); err != nil {
			return nil, err
		}
		if out.Amount > 0 {
			book.MoveDeposit(d, out.ID, ledger.PayOut, out.Amount, g.now)
		}
		book.CloseDeposit(d)
	}
	return d, nil
}

// mayPayOut refuses to pay out what is not there, or is kept for an order. Neither
// its term nor its closing keeps the member from what is his.
func mayPayOut(d *ledger.Deposit, sum money.Amount, now clock.Micros) error {
	switch most := d.Balance - d.HeldAt(now, 0); {
	case d.Balance < 0:
		return fault.New(fault.Refused, "deposit.owes", "owed", -d.Balance)
	case d.Balance == 0:
		return fault.New(fault.Conflict, "deposit.nothing", "number", d.Number)
	case sum > most:
		return fault.New(fault.Refused, "deposit.pays-less", "most", max(most, 0))
	}
	return nil
}

// mayClose wants all that it has to be paid out.
func mayClose(d *ledger.Deposit, sum money.Amount, now clock.Micros) error {
	switch held := d.HeldAt(now, 0); {
	case d.Closed != 0:
		return fault.New(fault.Refused, "deposit.closed", "number", d.Number)
	case held > 0:
		return fault.New(fault.Refused, "deposit.held", "held", held)
	case d.Balance < 0:
		return fault.New(fault.Refused, "deposit.owes", "owed", -d.Balance)
	case d.Balance != sum:
		return fault.New(fault.Conflict, "deposit.moved", "left", d.Balance)
	}
	return nil
}

const qDepositOp = `select ` + depositOpColumns + ` from deposit_op where home_id = $1 and op_id = $2`

func (o *depositing) replay(ctx context.Context, q db.Q, h home.ID, op id.ID) error {
	out, err := scanDepositOp(q.Row(ctx, qDepositOp, h, op))
	if err != nil {
		return err
	}
	list, err := ledger.ViewDeposits(ctx, q, []int64{int64(h)})
	for _, d := range list {
		if d.ID == out.Deposit {
			out.Of, o.out = d, out
		}
	}
	if err == nil && o.out == nil {
		err = fault.New(fault.NotFound, "deposit.not-found")
	}
	return err
}

const depositOpColumns = `home_id, op_id, deposit_id, kind, amount, paid_by, outlet_id, ends_at, reason, words, actor, at`

func scanDepositOp(r db.Row) (*DepositOp, error) {
	o := &DepositOp{}
	return o, r.Scan((*int64)(&o.Home), (*int64)(&o.ID), (*int64)(&o.Deposit), (*string)(&o.Do), (*int64)(&o.Amount), &o.PaidBy, (*int64)(&o.Outlet),
		(*int64)(&o.Ends), &o.Reason, (*string)(&o.Words), &o.Actor, (*int64)(&o.At))
}

var insertDepositOp = db.Many{
	PG: `insert into deposit_op (` + depositOpColumns + `, digest)
 select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::bigint[], $8::bigint[], $9::text[], $10::text[], $11::text[], $12::bigint[], $13::bytea[])`,
	Lite: `insert into deposit_op (` + depositOpColumns + `, digest) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
	Types: []string{
		"bigint", "bigint", "bigint", "text", "bigint", "text", "bigint", "bigint", "text", "text", "text", "bigint", "bytea",
	},
}
