package importer

import (
	"context"
	"errors"
	"hash/maphash"
	"slices"

	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
)

// PeopleSource is where the members' trail says that an import's members come
// from.
const PeopleSource = "import"

// person is a row understood.
type person struct {
	No   int64
	In   member.Registration
	Card string       // the number on his card; "": he has none
	Refs []member.Ref // of what finds him
}

// card is what his card is found by, in whatever way its number is written.
func (one *person) card() member.Ref {
	ref, err := member.Normalise(member.Card, one.Card, "")
	if err != nil { // refused where it is to be issued
		ref = member.Ref{Kind: member.Card, Value: one.Card}
	}
	return ref
}

// People makes members of the rows of one file. Whoever is found already, by any
// of what would find him, stays as he is; so does who an earlier row names.
type People struct {
	im     *Importer
	rules  member.Rules
	by     member.Actor
	parser *peopleParser
	seen   *Seen
}

// People begins to make members of a file: head is the names of its columns, nil
// where it has none, and sheet tells whether it is a workbook. What is seen says
// whom rows that were met before name.
func (im *Importer) People(ctx context.Context, m *PeopleMap, head []string, sheet bool, by member.Actor, seen *Seen) (*People, error) {
	own, err := member.CustomFields(ctx, im.DB)
	if err != nil {
		return nil, err
	}
	columns, err := m.find(head, own)
	if err != nil {
		return nil, err
	}
	rules, _, err := member.LoadRules(ctx, im.DB)
	if err != nil {
		return nil, err
	}
	p := &People{im: im, rules: rules, by: by, seen: seen}
	p.parser, err = im.parser(ctx, m, columns, own, rules.Region, sheet)
	return p, err
}

// Make makes members of some rows. What became of each goes, in their order, to
// also, in the transaction that makes them; in a dry run, which makes nobody, in
// one of its own.
func (p *People) Make(ctx context.Context, rows []Row, dry bool, also func(tx *db.Tx, list []*Outcome) error) error {
	part, refused := make([]*person, len(rows)), make([]*Outcome, len(rows))
	for i := range rows {
		part[i], refused[i] = p.understand(&rows[i])
	}
	_, err := p.put(ctx, part, refused, dry, also)
	return err
}

// Met notes whom rows name of which it is known already what became.
func (p *People) Met(rows []Row, list []*Outcome) {
	became := map[int64]*Outcome{}
	for _, o := range list {
		became[o.Row] = o
	}
	for i := range rows {
		o := became[rows[i].No]
		if o == nil || o.Status == Rejected {
			continue
		}
		if one, refused := p.understand(&rows[i]); refused == nil {
			p.note(one, o)
		}
	}
}

// note keeps whom a row names, and his card where the row has made him.
func (p *People) note(one *person, o *Outcome) {
	p.seen.add(one)
	if o.New() {
		p.seen.addCard(one)
	}
}

// understand reads a row; nil: it is refused, and told why.
func (p *People) understand(row *Row) (*person, *Outcome) {
	if row.Bad != nil {
		return nil, p.refusal(row.No, "", row.Bad)
	}
	one, bad := p.parser.parse(row.No, row.Cells)
	if len(bad) == 0 {
		return one, nil
	}
	o := p.refusal(row.No, p.parser.names[bad[0].field], bad[0].why)
	for _, cell := range bad[1:] {
		o.Why = o.Why.With(cell.why.At(p.parser.names[cell.field]))
	}
	return nil, o
}

// refusal is a row that is rejected, with the column that is to blame.
func (p *People) refusal(no int64, column string, why *fault.Error) *Outcome {
	if len(why.Fields) > 0 { // of several places the first says enough
		if column == "" {
			column = p.parser.ofField(why.Fields[0].Path)
		}
		if f := why.Fields[0]; f.Code == "member.mandatory" && column == "" {
			return &Outcome{Row: no, Status: Rejected, Why: fault.New(fault.Invalid, "importer.people-missing", "field", f.Path)}
		}
		first := *why
		first.Code, first.Args, first.Fields = why.Fields[0].Code, why.Fields[0].Args, nil
		why = &first
	}
	return &Outcome{Row: no, Column: column, Status: Rejected, Why: why}
}

// put makes members of some rows, but of those that are refused, and gives what
// became of each. Where one can't be made, the others still are.
func (p *People) put(ctx context.Context, part []*person, refused []*Outcome, dry bool, also func(*db.Tx, []*Outcome) error) ([]*Outcome, error) {
	var refs []member.Ref
	for i, one := range part {
		if refused[i] == nil {
			refs = append(refs, one.Refs...)
		}
	}
	there, err := member.ResolveAll(ctx, p.im.DB, refs)
	if err != nil {
		return nil, err
	}
	alone := make([]bool, len(part)) // it was tried by itself
	for {
		list, fresh := p.judge(part, refused, there)
		at, err := p.register(ctx, part, fresh, dry, func(tx *db.Tx) error {
			if also == nil {
				return nil
			}
			return also(tx, list)
		})
		if err == nil {
			for i, one := range part {
				if refused[i] == nil {
					p.note(one, list[i])
				}
			}
			return list, nil
		}
		if at < 0 || ours(err) {
			return nil, err
		}
		found, bad := p.tryEach(ctx, part, fresh, refused, alone)
		if bad != nil {
			return nil, bad
		}
		if !found {
			refused[at] = p.refusal(part[at].No, "", fault.From(err))
		}
	}
}

// judge tells what is to become of rows, and which of them make members.
func (p *People) judge(part []*person, refused []*Outcome, there map[member.Ref][]member.Resolved) (list []*Outcome, fresh []int) {
	list = make([]*Outcome, len(part))
	here := p.seen.here()
	for i, one := range part {
		if refused[i] != nil {
			list[i] = refused[i]
			continue
		}
		list[i] = &Outcome{Row: one.No, Status: Imported}
		twice := p.seen.has(one) || here.has(one)
		here.add(one)
		switch {
		case twice:
			list[i].Again, list[i].Why = true, fault.New(fault.Conflict, "importer.twice")
		case slices.ContainsFunc(one.Refs, func(ref member.Ref) bool { return slices.ContainsFunc(there[ref], stays) }):
			list[i].Again = true
		case p.seen.hasCard(one) || here.hasCard(one):
			list[i] = p.refusal(one.No, p.parser.names[asCard], fault.New(fault.Conflict, "importer.card-twice"))
		default:
			here.addCard(one)
			fresh = append(fresh, i)
		}
	}
	return list, fresh
}

// stays tells whether a member is still one: what one who is gone was found by
// is free.
func stays(r member.Resolved) bool { return !r.State.Gone() }

// tryEach tries rows by themselves, where they can't be made together, so that
// all of those that can't be are told at once.
func (p *People) tryEach(ctx context.Context, part []*person, fresh []int, refused []*Outcome, alone []bool) (found bool, err error) {
	for _, i := range fresh {
		if alone[i] {
			continue
		}
		alone[i] = true
		_, err := p.register(ctx, part, []int{i}, true, nil)
		if err == nil {
			continue
		}
		if ours(err) {
			return found, err
		}
		refused[i], found = p.refusal(part[i].No, "", fault.From(err)), true
	}
	return found, nil
}

// ours tells whether an error is not the row's.
func ours(err error) bool {
	f := fault.From(err)
	return f.Kind == fault.Internal || f.Kind == fault.Unavailable || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

var errDry = errors.New("importer: nothing is written")

// register makes members in one transaction, which a dry run takes back: so it
// refuses what the import itself would. also is done with them; in a dry run
// afterwards. at is the row that could not be made, -1 where none is to blame.
func (p *People) register(ctx context.Context, part []*person, fresh []int, dry bool, also func(*db.Tx) error) (at int, err error) {
	err = p.im.DB.Write(ctx, func(tx *db.Tx) error {
		at = -1
		for _, i := range fresh {
			if err := p.registerOne(ctx, tx, part[i]); err != nil {
				at = i
				return err
			}
		}
		if dry {
			return errDry
		}
		return also(tx)
	})
	if !errors.Is(err, errDry) {
		return at, err
	}
	if also == nil {
		return -1, nil
	}
	return -1, p.im.DB.Write(ctx, also)
}

// registerOne makes the member of a row, with his card.
func (p *People) registerOne(ctx context.Context, tx *db.Tx, one *person) error {
	m, err := p.im.Members.RegisterIn(ctx, tx, p.rules, one.In, p.by)
	if err != nil || one.Card == "" {
		return err
	}
	if err := p.giveCard(ctx, tx, &m, one.Card); err != nil {
		e := fault.From(err)
		return e.With(e.At(asCard))
	}
	return nil
}

// giveCard gives a new member the card that he has. One that would have a secret
// code made here is refused: there is nobody to tell it to.
func (p *People) giveCard(ctx context.Context, tx *db.Tx, m *member.Member, number string) error {
	typ, err := card.PlasticType(ctx, tx, number)
	if err != nil {
		return err
	}
	issued, err := p.im.Cards.IssueIn(ctx, tx, m, card.NewCard{Type: typ, Number: number}, p.by)
	if err == nil && issued.Secret != "" {
		err = fault.New(fault.Refused, "importer.card-secret")
	}
	return err
}

// Seen is whom the rows of a file have named so far, by hashes.
type Seen struct {
	seed maphash.Seed
	set  map[uint64]struct{}
}

// NewSeen is of a file of which nothing was read.
func NewSeen() *Seen { return &Seen{maphash.MakeSeed(), map[uint64]struct{}{}} }

// here is what some rows name beside it.
func (s *Seen) here() *Seen { return &Seen{s.seed, map[uint64]struct{}{}} }

func (s *Seen) hash(ref member.Ref) uint64 {
	return maphash.String(s.seed, string(ref.Kind)+"\n"+ref.Value)
}

func (s *Seen) has(one *person) bool {
	return slices.ContainsFunc(one.Refs, func(ref member.Ref) bool {
		_, there := s.set[s.hash(ref)]
		return there
	})
}

func (s *Seen) hasCard(one *person) bool {
	_, there := s.set[s.hash(one.card())]
	return one.Card != "" && there
}

// addCard notes the card of one who is made: of whom is there already it is not
// given out.
func (s *Seen) addCard(one *person) {
	if one.Card != "" {
		s.set[s.hash(one.card())] = struct{}{}
	}
}

func (s *Seen) add(one *person) {
	for _, ref := range one.Refs {
		s.set[s.hash(ref)] = struct{}{}
	}
}
