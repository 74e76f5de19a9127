package bench

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kopilka/internal/platform/db"
)

// Members of a benchmark are made by the base itself, a hundred thousand at a
// time: one by one, as people register, a million of them would take an hour.
// What is written is what registration writes, but the trail of changes.
const (
	// firstHome is an id of March 2021; member n's is n milliseconds later.
	firstHome = 40_000_000_000 << 22
	// homeStep is a millisecond of ids.
	homeStep = 1 << 22
	// firstRegistered is when member 0 came, microseconds; member n did n later.
	firstRegistered = 1614556800000000
	// firstPhone is the number of member 0. The code 975 is given to no
	// operator, so the numbers are nobody's.
	firstPhone = 7_975_000_0000

	// MaxMembers is how many numbers the code has.
	MaxMembers = 10_000_000

	peopleAtOnce = 100_000
)

// phoneOf is the phone of member n.
func phoneOf(n int64) string { return "+" + strconv.FormatInt(firstPhone+n, 10) }

// The texts are made for an engine by people: {series} is the table u (n) of
// the numbers $1 to $2, {home} and {phone} are the n-th member's, {number} his
// public number, {registered} when he came, {bytes(x)} a text as bytes.
var peopleTexts = []string{
	`insert into home (home_id, kind, version, seq, head) select {home}, 'member', 0, 0, {bytes('')} from {series}`,
	`insert into member (home_id, version, number, state, block_reason, surname, name, patronymic, name_folded, birth_date, sex, language,
 address_type, address_city, address_street, address_house, address_flat, address_postcode,
 document_type, document_series, document_number, document_citizenship, document_issued_by, document_issued_on,
 comment, code_word, custom, registered_at, registered_source, changed_at)
 select {home}, 1, {number}, 'active', '', 'Участников', 'Пример', cast(n as text), {bytes('участников пример ' || cast(n as text))}, '', '', 'ru',
 '', '', '', '', '', '', '', '', '', '', '', '', '', '', '{}', {registered}, 'bench', {registered} from {series}`,
	`insert into identifier (kind, value, excl, home_id, state, member_state, main, proven_at, added_at)
 select 'phone', {phone}, 0, {home}, 'active', 'active', true, 0, {registered} from {series}`,
	`insert into identifier (kind, value, excl, home_id, state, member_state, main, proven_at, added_at)
 select 'number', {number}, 0, {home}, 'active', 'active', true, 0, {registered} from {series}`,
}

// qOpenAccounts is not for those whose first receipts open their accounts.
const qOpenAccounts = `insert into account (home_id, account_id, programme_id, state, active, pending, held, debt, earned, spent, expired, purchases, turnover, used, clock_at, gifts, level, level_floor, opened_at)
 select {home}, {home} + 1, $3, 'open', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, {registered}, 0, '', '', {registered} from {series}`

// qOpened is what the figures know of the accounts.
const qOpened = `insert into figure_day (day, outlet_id, programme_id, receipts, member_receipts, gross, discount, paid, money, spent, earned,
 refunds, refunds_whole, refund_gross, refund_discount, refund_paid, refund_withheld, refund_money, refund_spent, refund_earned, expired, adjusted, opened, gifts, levels)
 values ('2021-03-01', 0, $1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, $2, 0, 0)
 on conflict (day, outlet_id, programme_id) do update set opened = figure_day.opened + excluded.opened`

// fillPeople makes the members number from to to (not included), with an empty
// account in the programme each if they are to be opened.
func fillPeople(ctx context.Context, d *db.DB, programme, from, to int64, accounts bool, progress func(done int64)) error {
	texts := peopleTexts
	if accounts {
		texts = append(slices.Clip(texts), qOpenAccounts)
	}
	for n := from; n < to; n += peopleAtOnce {
		last := min(n+peopleAtOnce, to) - 1
		err := d.Write(ctx, func(tx *db.Tx) error {
			for _, text := range texts {
				args := []any{n, last}
				if strings.Contains(text, "$3") {
					args = append(args, programme)
				}
				if _, err := tx.Exec(ctx, people(d.Dialect(), text), args...); err != nil {
					return fmt.Errorf("bench: members from %d: %w", n, err)
				}
			}
			_, err := tx.Exec(ctx, qOpened, programme, last-n+1)
			return err
		})
		if err != nil {
			return err
		}
		progress(last + 1)
	}
	return nil
}

func people(engine db.Dialect, text string) string {
	series := `(with recursive s (n) as (select $1 union all select n + 1 from s where n < $2) select n from s) as u`
	bytes := func(x string) string { return "cast(" + x + " as blob)" }
	if engine == db.Postgres {
		series = `generate_series($1::bigint, $2::bigint) as u (n)`
		bytes = func(x string) string { return "convert_to(" + x + ", 'UTF8')" }
	}
	for {
		_, rest, found := strings.Cut(text, "{bytes(")
		if !found {
			break
		}
		inner, _, _ := strings.Cut(rest, ")}")
		text = strings.Replace(text, "{bytes("+inner+")}", bytes(inner), 1)
	}
	return strings.NewReplacer(
		"{series}", series,
		"{home}", fmt.Sprintf("(%d + n * %d)", int64(firstHome), homeStep),
		"{phone}", fmt.Sprintf("('+' || cast(%d + n as text))", int64(firstPhone)),
		"{number}", numberSQL(),
		"{registered}", fmt.Sprintf("%d + n", int64(firstRegistered)),
	).Replace(text)
}

// numberSQL computes the public number of member n: a one, his number in
// eight digits, the Luhn digit of both.
func numberSQL() string {
	const body = "(100000000 + n)"
	var sum []string
	power := int64(1)
	for i := range 9 {
		digit := fmt.Sprintf("%s / %d %% 10", body, power)
		if i%2 == 0 {
			digit = fmt.Sprintf("(%s) * 2 / 10 + (%s) * 2 %% 10", digit, digit)
		}
		sum = append(sum, "("+digit+")")
		power *= 10
	}
	return fmt.Sprintf("cast(%s * 10 + (10 - (%s) %% 10) %% 10 as text)", body, strings.Join(sum, " + "))
}
