package bench

import (
	"context"
	"fmt"
	"strings"
	"time"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// The members of a crowd differ, as people do: by name, age, sex, city, what
// they bought and when, groups, tags, consents. Member n is made of n alone, so
// that a crowd is always the same but for the day it was made on.

// spread is a number below most that looks like chance, made of n.
func spread(salt, most int64) string {
	return fmt.Sprintf("(((n * %d + %d) %% 1000003) %% %d)", salt, salt, most)
}

// oneOf is one of some texts.
func oneOf(which string, texts ...string) string {
	var b strings.Builder
	b.WriteString("(case " + which)
	for i, t := range texts {
		fmt.Fprintf(&b, " when %d then '%s'", i, t)
	}
	return b.String() + " end)"
}

const (
	coffee     = 11 // group with one member in a thousand
	regulars   = 12 // and with one in ten
	outletsOf  = 100
	firstShop  = 1000
	dayMicros  = "86400000000"
	aYear      = 365
	yearsSince = 5 * aYear // days over which they registered
)

// crowdTexts change what fillPeople has made; $1 and $2 are the first and last
// n, $3 the time now.
func crowdTexts() []string {
	names := []string{"Анна", "Мария", "Ольга", "Иван", "Пётр", "Сергей", "Дмитрий", "Елена", "Юлия", "Никита"}
	surnames := []string{
		"Иванов", "Смирнов", "Кузнецов", "Попов", "Васильев", "Соколов", "Михайлов", "Новиков", "Морозов", "Волков", "Алексеев", "Лебедев", "Семёнов", "Егоров", "Павлов",
		"Козлов", "Степанов", "Орлов", "Андреев", "Макаров",
	}
	fold := func(list []string) []string {
		return strings.Split(strings.ReplaceAll(strings.ToLower(strings.Join(list, "|")), "ё", "е"), "|")
	}
	surname, name := spread(7919, int64(len(surnames))), spread(104729, int64(len(names)))
	two := func(x string) string { return "substr(cast(100 + " + x + " as text), 2)" }
	born := "cast(1945 + " + spread(611953, 65) + " as text) || '-' || " + two("1 + "+spread(15485863, 12)) + " || '-' || " + two("1 + "+spread(32452843, 28))
	bought := "(case when " + spread(49979687, 10) + " < 3 then 0 else 1 + " + spread(86028121, 40) + " * " + spread(67867967, 3) + " end)"
	last := "$3 - " + spread(179424673, 2*aYear) + " * " + dayMicros + " - n"
	of := " from {series} where member.home_id = {home}"
	return []string{
		`update member set surname = ` + oneOf(surname, surnames...) + `, name = ` + oneOf(name, names...) + `, patronymic = cast(n as text),
 name_folded = {bytes(` + oneOf(surname, fold(surnames)...) + ` || ' ' || ` + oneOf(name, fold(names)...) + ` || ' ' || cast(n as text))},
 birth_date = case when ` + spread(961748941, 10) + ` < 2 then '' else ` + born + ` end, sex = ` + oneOf(spread(982451653, 3), "", "male", "female") + `,
 address_city = coalesce(` + oneOf(spread(472882027, 100), "Тула", "Орёл", "Тверь", "Казань", "Казань", "Казань") + `, 'Москва'), state = case when ` + spread(533000401, 50) + ` = 0 then 'blocked' else 'active' end,
 registered_at = $3 - ` + spread(217645199, yearsSince) + ` * ` + dayMicros + ` - n` + of,

		`update account set purchases = ` + bought + `, turnover = ` + bought + ` * (30000 + ` + spread(776531401, 400000) + `),
 active = ` + spread(314606869, 5) + ` * ` + spread(413158511, 50000) + `, last_purchase_at = case when ` + bought + ` > 0 then ` + last + ` end,
 first_purchase_at = case when ` + bought + ` > 0 then ` + last + ` - ` + dayMicros + ` end,
 level = coalesce(` + oneOf(spread(198491317, 20), "gold", "silver", "silver", "silver") + `, '') from {series} where account.home_id = {home}`,
		`insert into member_in_group (home_id, group_id, added_at) select {home}, ` + fmt.Sprint(coffee) + `, 0 from {series} where ` + spread(141650939, 1000) + ` = 7`,
		`insert into member_in_group (home_id, group_id, added_at) select {home}, ` + fmt.Sprint(regulars) + `, 0 from {series} where ` + spread(160481183, 10) + ` = 3`,
		`insert into member_tag (home_id, tag_folded, tag) select {home}, 'кофе', 'Кофе' from {series} where ` + spread(275604541, 10) + ` = 1`,
		`insert into consent (home_id, consent_id, kind, channel, action, at, source, ip, user_agent, actor_kind, proof)
 select {home}, 1, 'advertising', 'sms', 'granted', 0, 'bench', '', '', 'system', '' from {series} where ` + spread(295075147, 3) + ` = 0`,
		`insert into member_outlet (home_id, outlet_id) select {home}, ` + fmt.Sprint(firstShop) + ` + ` + spread(334214459, outletsOf) + ` from {series}`,
	}
}

// fillCrowd makes so many members in an empty base, and what they are like.
func fillCrowd(ctx context.Context, d *db.DB, programme id.ID, members int64, progress func(done int64)) error {
	if err := fillPeople(ctx, d, int64(programme), 0, members, true, func(int64) {}); err != nil {
		return err
	}
	for g, name := range map[int64]string{coffee: "кофе", regulars: "постоянные"} {
		if _, err := d.Exec(ctx, `insert into member_group (group_id, name, name_folded, note, active, created_at) values ($1, $2, $2, '', true, 0)`, g, name); err != nil {
			return err
		}
	}
	now := time.Now().UnixMicro()
	for n := int64(0); n < members; n += peopleAtOnce {
		last := min(n+peopleAtOnce, members) - 1
		err := d.Write(ctx, func(tx *db.Tx) error {
			for _, text := range crowdTexts() {
				args := []any{n, last, now}
				text = strings.ReplaceAll(people(d.Dialect(), text), "$3", "cast($3 as bigint)")
				switch {
				case !strings.Contains(text, "$1"):
					args = nil
				case !strings.Contains(text, "$3"):
					args = args[:2]
				}
				if _, err := tx.Exec(ctx, text, args...); err != nil {
					return fmt.Errorf("bench: crowd from %d: %w", n, err)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		progress(last + 1)
	}
	return nil
}
