package segment

import (
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/text"
)

// proven is whether an identifier of a kind has been proven to be the member's.
func proven(code string, kind member.Kind) Field {
	return Field{Code: code, Kind: YesNo, Ops: []Op{OpYes, OpNo}, Column: true, shape: shape{
		side: &side{table: "identifier", also: "x.kind = '" + string(kind) + "' and x.state = 'active' and x.proven_at > 0"},
		ask:  askThere, show: func(r *seen) Value { return yesNo(r.proven[kind]) },
	}}
}

// cardStates are the states of all cards that a member has or had.
func cardStates() Field {
	f := several("card_states", FromTexts, side{table: "card", column: "state", walked: true}, func(r *seen) []string { return r.cardStates })
	for _, s := range []card.State{card.New, card.Active, card.Blocked, card.Lost, card.Replaced} {
		f.Values = append(f.Values, string(s))
	}
	return f
}

// openDeposit is the deposit that a member has, one at most: the index of open ones
// leads to all of them.
func openDeposit() *side { return &side{table: "deposit", also: "x.closed_at is null"} }

// askDeposit compares the balance of the open deposit, of which who has none has nothing.
func askDeposit(k *asked) (part, *fault.Field) {
	compares, err := k.numbers()
	if err != nil {
		return part{}, err
	}
	t := k.f.side
	if k.holdsZero() {
		return t.has(false, func(s *statement) string { return "not " + compares.where(s) }), nil
	}
	p := t.has(true, compares.where)
	p.drive = func(s *statement) string { return "select x.home_id " + t.rows(s, compares.where) }
	return p, nil
}

// holdsZero tells whether nothing is within what a condition on sums asks for.
func (k *asked) holdsZero() bool {
	values, err := k.sums()
	if err != nil {
		return false
	}
	from, to := values[0], values[len(values)-1]
	switch k.Op {
	case OpFrom:
		return from <= 0
	case OpTo:
		return to >= 0
	}
	return from <= 0 && to >= 0
}

// askPostcode asks for postcodes, whole or by how they begin: by regions.
func askPostcode(k *asked) (part, *fault.Field) {
	if k.Op != OpStarts {
		return k.plain()
	}
	for i, v := range k.Values {
		if v == "" || !text.Valid(v, MaxSearch) {
			return part{}, k.bad(i, "segment.bad-value")
		}
	}
	return part{where: func(s *statement) string {
		either := "("
		for i, v := range k.Values {
			if i > 0 {
				either += " or "
			}
			either += "substr(" + k.f.expr + ", 1, length(cast(" + s.arg(v) + " as text))) = " + s.arg(v)
		}
		return either + ")"
	}}, nil
}

// askInviter asks by whom a member was invited. Who was merged is found by the number of
// whoever took over what was his.
func askInviter(k *asked) (part, *fault.Field) {
	if !k.Op.valued() {
		return k.plain()
	}
	values, err := parsed(k, func(s string) (string, bool) {
		r, err := member.Normalise(member.Number, s, k.region)
		return r.Value, err == nil
	})
	if err != nil {
		return part{}, err
	}
	return part{where: func(s *statement) string {
		called := func() string {
			return "select i.home_id from identifier i where i.kind = 'number' and " + s.in("i.value", values)
		}
		return "(m.inviter in (" + called() + ") or m.inviter in (select w.home_id from member w where w.merged_into in (" + called() + ")))"
	}}, nil
}

// askRelativeBirthdayIn asks for a birthday of a relative within some days from today.
func askRelativeBirthdayIn(k *asked) (part, *fault.Field) {
	on, err := askBirthdayIn(k)
	if err != nil {
		return part{}, err
	}
	t := k.f.side
	p := t.has(true, on.where)
	p.drive = func(s *statement) string { return "select x.home_id " + t.rows(s, on.where) }
	return p, nil
}

// Points lie in the account that a member uses, his household's founder's or his own, and
// expire by themselves or with it.
const (
	expiring = `exists (select 1 from home h join account a on a.home_id = coalesce(h.account_home, h.home_id)
 join lot x on x.home_id = a.home_id and x.account_id = a.account_id and x.remaining > 0
 where h.home_id = m.home_id and a.merged_home is null and x.state = 'active' and `
	expires = `coalesce(x.expires_at, case when x.sliding then a.slide_at end)`

	// No point of an account expires before its next due; of a founder's account his
	// whole household is asked.
	dueSoon = `select a.home_id from account a where a.due_at is not null and a.due_at <= `
	andKin  = ` union all select o.home_id from account a join household_member x on x.home_id = a.home_id and x.left_at is null
 join household_member o on o.household_id = x.household_id and o.left_at is null where a.due_at is not null and a.due_at <= `
)

// askExpiringIn asks for points that expire by the end of a day so many days from now.
func askExpiringIn(k *asked) (part, *fault.Field) {
	n, err := counts(k)
	if err != nil {
		return part{}, err
	}
	end := int64(clock.Of(k.today.AddDate(0, 0, n[0]+1)))
	return part{
		where: func(s *statement) string { return expiring + expires + " <= " + s.arg(end) + ")" },
		drive: func(s *statement) string { return dueSoon + s.arg(end) + andKin + s.arg(end) },
	}, nil
}
