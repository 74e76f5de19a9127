package segment_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func some[T any](r *rand.Rand, of ...T) []T {
	var out []T
	for _, v := range of {
		if r.IntN(3) == 0 {
			out = append(out, v)
		}
	}
	return out
}

// publicNumber is the n-th number that is one.
func publicNumber(n int64) string {
	for d := range int64(10) {
		if s := strconv.FormatInt((100000000+n)*10+d, 10); crypto.ValidLuhn(s) {
			return s
		}
	}
	panic("no digit makes it valid")
}

// draw makes a member. Values are few, so that many are alike.
func draw(r *rand.Rand, n int64, now time.Time) *person {
	p := &person{
		home: home.ID(1000 + n), state: pick(r, "active", "active", "active", "new", "blocked", "closed", "merged"), erased: r.IntN(15) == 0,
		surname: pick(r, "Королёва", "Иванов", "ИВАНОВА", "Smith", ""), name: pick(r, "Анна", "Иван", "Ян"), patronymic: pick(r, "", "Иванович", "Петровна"),
		born: pick(r, "", "2000-02-29", "1985-12-31", "1985-01-01", "2010-11-28", "1999-03-01", "1999-02-28"),
		sex:  pick(r, "", "male", "female"), language: pick(r, "", "ru", "en"), city: pick(r, "", "Москва", "МОСКВА", "Орёл", "Тула"),
		comment: pick(r, "", "", "звонить"), source: pick(r, "till", "self"), category: pick(r, 0, 1, int64(2)), outlet: pick(r, 0, 7, int64(8)),
		registered: clock.Of(now.Add(-time.Duration(r.IntN(20)) * 7 * time.Hour)),
		groups:     some(r, 11, int64(12)), outlets: some(r, 7, 8, int64(9)), tags: some(r, "Кофе", "кино", "Ёлка"),
		household: r.IntN(4) == 0, level: pick(r, "", "gold", "silver"), consents: some(r, "rules", "personal_data", "advertising.sms", "advertising.call"),
		active: r.Int64N(4) * 1050, pending: r.Int64N(2) * 100, earned: r.Int64N(3) * 500, spent: r.Int64N(2) * 700,
		purchases: r.Int64N(4), visits: r.Int64N(3), tickets: r.Int64N(4), orders: r.Int64N(4), unpaid: r.Int64N(2), back: r.Int64N(3), custom: map[string]string{},
	}
	if r.IntN(2) == 0 {
		p.phone = "+7916000" + fmt.Sprintf("%04d", n)
	}
	if r.IntN(2) == 0 {
		p.email = fmt.Sprintf("m%d@example.org", n)
	}
	if r.IntN(3) == 0 {
		p.card = fmt.Sprintf("CARD%d", n)
	}
	if p.purchases > 0 {
		p.turnover = p.purchases * r.Int64N(3) * 5025
		p.average = p.turnover / p.purchases
		p.last = int64(clock.Of(now.Add(-time.Duration(r.IntN(30)) * 5 * time.Hour)))
		p.first = p.last - r.Int64N(3)*int64(24*time.Hour/time.Microsecond)
	}
	for key, values := range map[string][]string{
		"pet": {"", "cat", "dog"}, "shoe": {"", "36.5", "41", "-2", "9.75"}, "vip": {"", "true", "false"}, "since": {"", "2024-05-01", "2025-01-31"},
	} {
		if v := pick(r, values...); v != "" {
			p.custom[key] = v
		}
	}
	p.beside = drawBeside(r, n, now)
	return p
}

const (
	addHome   = `insert into home (home_id, kind, version, seq, head) values ($1, 'member', 0, 0, $2)`
	addMember = `insert into member (home_id, version, number, state, block_reason, erasure_id, surname, name, patronymic, name_folded, birth_date, sex, language,
 address_type, address_city, address_street, address_house, address_flat, address_postcode,
 document_type, document_series, document_number, document_citizenship, document_issued_by, document_issued_on,
 comment, code_word, category_id, custom, registered_at, registered_source, registered_outlet, changed_at)
 values ($1, 1, $2, $3, '', $4, $5, $6, $7, $8, $9, $10, $11, '', $12, '', '', '', '', '', '', '', '', '', '', $13, '', $14, $15, $16, $17, $18, 0)`
	addIdentifier = `insert into identifier (kind, value, excl, home_id, state, member_state, main, proven_at, added_at) values ($1, $2, 0, $3, 'active', 'active', true, 0, 0)`
	addFigures    = `insert into member_figure (home_id, programme_id, level, active, pending, earned, spent, purchases, turnover, average, first_purchase_at, last_purchase_at,
 visits, tickets, orders, orders_unpaid, refunds, consents, city_folded, given_folded)
 values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`
)

func orNull(i int64) any {
	if i == 0 {
		return nil
	}
	return i
}

func (p *person) number() string { return publicNumber(int64(p.home)) }

// put stores a member with the figures that he has.
func (p *person) put(t *testing.T, tx *db.Tx) {
	t.Helper()
	do := func(q string, args ...any) {
		t.Helper()
		if _, err := tx.Exec(t.Context(), q, args...); err != nil {
			t.Fatal(err)
		}
	}
	custom, err := json.Marshal(p.custom)
	if err != nil {
		t.Fatal(err)
	}
	erasure := int64(0)
	if p.erased {
		erasure = int64(p.home)
	}
	do(addHome, p.home, []byte{})
	do(addMember, p.home, p.number(), p.state, orNull(erasure), p.surname, p.name, p.patronymic, []byte(p.folded()), p.born, p.sex, p.language, p.city,
		p.comment, orNull(p.category), string(custom), p.registered, p.source, orNull(p.outlet))
	for kind, v := range map[string]string{"phone": p.phone, "email": p.email, "card": p.card, "number": p.number()} {
		if v != "" {
			do(addIdentifier, kind, v, p.home)
		}
	}
	for _, g := range p.groups {
		do(`insert into member_in_group (home_id, group_id, added_at) values ($1, $2, 0)`, p.home, g)
	}
	for _, o := range p.outlets {
		do(`insert into member_outlet (home_id, outlet_id) values ($1, $2)`, p.home, o)
	}
	for _, tag := range p.tags {
		do(`insert into member_tag (home_id, tag_folded, tag) values ($1, $2, $3)`, p.home, text.Fold(tag), tag)
	}
	if p.household {
		do(`insert into household (household_id, founder, name, created_at) values ($1, $1, '', 0)`, p.home)
		do(`insert into household_member (home_id, membership_id, household_id, joined_at) values ($1, $1, $1, 0)`, p.home)
	} else if p.home%2 == 0 { // he was in one
		do(`insert into household (household_id, founder, name, created_at, ended_at) values ($1, $1, '', 0, 1)`, p.home)
		do(`insert into household_member (home_id, membership_id, household_id, joined_at, left_at) values ($1, $1, $1, 0, 1)`, p.home)
	}
	var bits int64
	for i, name := range []string{"rules", "personal_data", "advertising.sms", "advertising.email", "advertising.push", "advertising.call"} {
		if slices.Contains(p.consents, name) {
			bits |= 1 << i
		}
	}
	do(addFigures, p.home, p.level, p.active, p.pending, p.earned, p.spent, p.purchases, p.turnover, p.average, p.first, p.last, p.visits, p.tickets, p.orders, p.unpaid, p.back, bits,
		text.Fold(p.city), []byte(p.given()))
}

// town is a base full of members that the model knows too.
type town struct {
	world
	lists  *segment.Lists
	people []*person
	fields []segment.Field
}

func newTown(t *testing.T, d *db.DB, n int) *town {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Moscow")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 2, 20, 1, 30, 0, 0, zone)
	w := &town{world: world{now: at, zone: zone}}
	w.lists = &segment.Lists{DB: d, IDs: id.NewMaker(1), Clock: clock.NewFixed(at), Zone: func() *time.Location { return zone }}
	r := rand.New(rand.NewPCG(1, uint64(n)))
	err = d.Write(t.Context(), func(tx *db.Tx) error {
		for _, q := range []string{
			`insert into member_category (category_id, name, name_folded, active, created_at) values (1, 'А', 'а', true, 0), (2, 'Б', 'б', true, 0)`,
			`insert into member_group (group_id, name, name_folded, note, active, created_at) values (11, 'Я', 'я', '', true, 0), (12, 'Ю', 'ю', '', true, 0)`,
			`insert into card_type (card_type_id, code, name, kind, properties, active, created_at) values (1, 'a', 'А', 'plastic', '{}', true, 0), (2, 'b', 'Б', 'plastic', '{}', true, 0)`,
			`insert into member_field (field_key, kind, label_ru, label_en, required, active, position, choices) values
 ('pet', 'choice', 'п', 'p', false, true, 1, '[{"key":"cat"},{"key":"dog"}]'), ('shoe', 'number', 'р', 's', false, true, 2, '[]'),
 ('vip', 'bool', 'в', 'v', false, true, 3, '[]'), ('since', 'date', 'с', 'd', false, true, 4, '[]'), ('gone', 'text', 'г', 'g', false, false, 5, '[]')`,
		} {
			if _, err := tx.Exec(t.Context(), q); err != nil {
				return err
			}
		}
		for i := range n {
			p := draw(r, int64(i), at)
			w.people = append(w.people, p)
			p.put(t, tx)
			p.putBeside(t, tx, at)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := w.lists.Catalogue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.fields = c.Fields()
	return w
}

// values are those that a field may be asked for.
func (w *town) values(r *rand.Rand, f *segment.Field) []string {
	p := w.people[r.IntN(len(w.people))]
	days := []string{"2024-05-01", "2025-01-31", "1985-12-31", "2000-02-29", day(w.now), day(w.now.AddDate(0, 0, -1)), day(w.now.AddDate(0, 0, -4))}
	if values := valuesBeside(r, f); values != nil {
		return values
	}
	switch f.Code {
	case "name":
		return []string{"иван", "КОРОЛЕВА а", "s", "я"}
	case "phone":
		return []string{"8 916 000-00-0" + strconv.Itoa(r.IntN(10)), "+79160000011"}
	case "email":
		return []string{fmt.Sprintf("M%d@Example.org", r.IntN(20))}
	case "card":
		return []string{fmt.Sprintf("card %d", r.IntN(20))}
	case "number":
		return []string{p.number()}
	case "external":
		return []string{"crm-1"}
	case "level":
		return []string{"gold", "silver", "bronze"}
	case "category":
		return []string{"1", "2", "3"}
	case "groups":
		return []string{"11", "12", "13"}
	case "tags":
		return []string{"кофе", "КИНО", "елка", "нет"}
	case "outlets", "registered_outlet":
		return []string{"7", "8", "9"}
	case "city":
		return []string{"москва", "орел", "Пермь"}
	case "registered_source":
		return []string{"till", "self", "import"}
	case "birthday":
		return []string{"02-29", "12-31", "01-01", "03-01", "11-28"}
	case "birthday_in":
		return []string{"0", "8", "9", "10", "300", "400"}
	case "custom.pet":
		return []string{"cat", "dog"}
	case "custom.shoe":
		return []string{"-2", "9.750", "40", "36.5", "1e1"}
	case "purchases", "visits", "tickets", "orders", "orders_unpaid", "refunds", "registered_days", "last_purchase_days", "age":
		return []string{"0", "1", "2", "3", "5", "26", "41"}
	}
	switch f.Kind {
	case segment.Money, segment.Points:
		return []string{"0", "10.5", "10.49", "21", "50.25", "100.5"}
	case segment.Time, segment.Day:
		return days
	}
	return f.Values
}

// condition draws one of a field with an operator.
func (w *town) condition(r *rand.Rand, f *segment.Field, op segment.Op) segment.Condition {
	c := segment.Condition{Field: f.Code, Op: op}
	all := w.values(r, f)
	switch op {
	case segment.OpFrom, segment.OpTo:
		c.Values = []string{pick(r, all...)}
	case segment.OpBetween:
		c.Values = []string{pick(r, all...), pick(r, all...)}
	case segment.OpIn, segment.OpNotIn, segment.OpStarts:
		c.Values = append(some(r, all...), pick(r, all...))
	}
	return c
}

// same compares a list with the model's, page by page, both ways.
func (w *town) same(t *testing.T, q segment.Query) {
	t.Helper()
	var outlets []int64
	for _, o := range q.Outlets {
		outlets = append(outlets, int64(o))
	}
	want := w.list(w.people, &q.Filter, q.Order, outlets)
	var got, back []home.ID
	var last segment.Page
	for n := 0; ; n++ {
		p, err := w.lists.List(t.Context(), q)
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		if (p.Prev == "") != (n == 0) || len(p.Rows) > q.Limit {
			t.Fatalf("%+v: page %d has %d rows, and before it %q", q, n, len(p.Rows), p.Prev)
		}
		for i := range p.Rows {
			got = append(got, p.Rows[i].Home)
		}
		if last = p; p.Next == "" {
			break
		}
		q.After = p.Next
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("%+v: %s", q, diff)
	}
	for _, x := range last.Rows {
		back = append(back, x.Home)
	}
	for q.After = ""; last.Prev != ""; {
		var err error
		q.Before = last.Prev
		if last, err = w.lists.List(t.Context(), q); err != nil {
			t.Fatal(err)
		}
		var page []home.ID
		for _, x := range last.Rows {
			page = append(page, x.Home)
		}
		back = append(page, back...)
	}
	if diff := cmp.Diff(want, back, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("backward: %+v: %s", q, diff)
	}
	n, more, err := w.lists.Count(t.Context(), q.Filter, q.Outlets)
	if err != nil || more || n != int64(len(want)) {
		t.Fatalf("%+v: counted %d, %v, %v; want %d", q, n, more, err, len(want))
	}
}

func (w *town) orders() []segment.Order {
	out := []segment.Order{{}}
	for _, f := range w.fields {
		if f.Order {
			out = append(out, segment.Order{Field: f.Code}, segment.Order{Field: f.Code, Desc: true})
		}
	}
	return out
}

func (w *town) columns() []string {
	var out []string
	for _, f := range w.fields {
		if f.Column {
			out = append(out, f.Code)
		}
	}
	return out
}

// TestEveryFieldEveryOrder walks all that the catalogue offers.
func TestEveryFieldEveryOrder(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d, 60)
		r := rand.New(rand.NewPCG(2, 2))
		for turn, o := range w.orders() {
			w.same(t, segment.Query{Order: o, Limit: 7, Columns: w.columns()})
			for _, f := range w.fields {
				for _, op := range f.Ops {
					if turn++; turn%6 != 0 && !dbtest.Long() { // each with each takes minutes
						continue
					}
					filter := segment.Filter{Conditions: []segment.Condition{w.condition(r, &f, op)}}
					w.same(t, segment.Query{Filter: filter, Order: o, Limit: 25})
				}
			}
		}
	})
}

// whole tells whether a query asks for what was done at all outlets.
func (w *town) whole(q *segment.Query) bool {
	codes := []string{q.Order.Field}
	for _, c := range q.Conditions {
		codes = append(codes, c.Field)
	}
	return slices.ContainsFunc(w.fields, func(f segment.Field) bool { return f.Whole && slices.Contains(codes, f.Code) })
}

// TestFilters draws filters of many conditions.
func TestFilters(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d, 150)
		r := rand.New(rand.NewPCG(3, 3))
		searches := []string{"", "", "", "иван", "анна кор", "Королева Анна", "петровна", "8 916 000 00 05", "m7@example.org", "card 9", "нет такого", w.people[3].number()}
		for range 150 {
			q := segment.Query{Order: pick(r, w.orders()...), Limit: 1 + r.IntN(40)}
			q.Search = pick(r, searches...)
			for range r.IntN(4) {
				f := pick(r, w.fields...)
				if len(f.Ops) > 0 {
					q.Conditions = append(q.Conditions, w.condition(r, &f, pick(r, f.Ops...)))
				}
			}
			if r.IntN(5) == 0 {
				q.Outlets = []id.ID{7, 9}
			}
			if q.Outlets != nil && w.whole(&q) {
				if _, err := w.lists.List(t.Context(), q); !fault.Is(err, "segment.bad-field") && !fault.Is(err, "segment.bad-filter") {
					t.Errorf("figures of all outlets for whoever works at two: %+v: %v", q, err)
				}
				continue
			}
			w.same(t, q)
		}
	})
}
