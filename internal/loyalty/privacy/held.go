package privacy

import (
	"strings"

	"kopilka/internal/platform/db"
)

// kind is how a column is written in a copy.
type kind byte

// The kinds, as they stand before a column's name.
const (
	asID    kind = 'i' // a decimal string
	asCount kind = 'n' // a number: a count, kopecks, hundredths of a point
	asTime  kind = 't' // RFC 3339
	asText  kind = 's'
	asBool  kind = 'b'
	asJSON  kind = 'j' // as it is stored
	asHex   kind = 'x' // bytes
)

// section is one table of what is held on a person.
type section struct {
	name    string
	columns string // kind, colon, name, blank between; with a dot, the name is of a joined table
	from    string // without: the table, as x
	of      string // the column that holds the member's home; without: x.home_id
	order   string
}

// column is one of a section's.
type column struct {
	kind  kind
	as    string // its name in the copy
	named string // in SQL
}

func (s *section) list() []column {
	var out []column
	for word := range strings.FieldsSeq(s.columns) {
		name := word[2:]
		c := column{kind: kind(word[0]), as: name, named: "x." + name}
		if table, joined, ok := strings.Cut(name, "."); ok {
			c.as, c.named = table+"_"+joined, name
		}
		out = append(out, c)
	}
	return out
}

// query reads the section of some homes.
func (s *section) query(d db.Dialect) string {
	var b strings.Builder
	b.WriteString("select ")
	for i, c := range s.list() {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(c.named)
		if c.kind == asJSON && d == db.Postgres {
			b.WriteString("::text")
		}
	}
	from, of := s.from, s.of
	if from == "" {
		from = s.name + " x"
	}
	if of == "" {
		of = "x.home_id"
	}
	b.WriteString(" from " + from + " where " + d.In(of, 1) + " order by " + s.order)
	return b.String()
}

// held is what is held on a person, in the order in which it is told.
func held() []section {
	const known = "i:home_id "
	return []section{
		{name: "member", order: "x.home_id", from: "member x left join member_category category on category.category_id = x.category_id", columns: known +
			"n:version s:number s:state s:block_reason i:merged_into i:erasure_id s:surname s:name s:patronymic s:birth_date s:sex s:language" +
			" s:address_type s:address_city s:address_street s:address_house s:address_flat s:address_postcode" +
			" s:document_type s:document_series s:document_number s:document_citizenship s:document_issued_by s:document_issued_on" +
			" s:comment s:code_word i:category_id s:category.name j:custom t:registered_at s:registered_source i:registered_outlet i:registered_cashier i:inviter t:changed_at"},
		{name: "identifier", order: "x.home_id, x.kind, x.value", columns: known + "s:kind s:value s:state b:main t:proven_at t:added_at"},
		{name: "guest_due", order: "x.home_id, x.kind, x.value", columns: known + "s:kind s:value b:told t:due_at i:after_id"},
		{
			name: "member_in_group", order: "x.home_id, x.group_id", from: "member_in_group x left join member_group grouped on grouped.group_id = x.group_id",
			columns: known + "i:group_id s:grouped.name t:added_at",
		},
		{name: "member_tag", order: "x.home_id, x.tag_folded", columns: known + "s:tag"},
		{name: "member_relative", order: "x.home_id, x.relative_id", columns: known + "i:relative_id s:kind s:name s:birth_date"},
		{
			name: "household_member", order: "x.home_id, x.membership_id", from: "household_member x join household of_all on of_all.household_id = x.household_id",
			columns: known + "i:membership_id i:household_id s:of_all.name i:of_all.founder t:of_all.created_at t:of_all.ended_at t:joined_at t:left_at",
		},
		{
			name: "consent", order: "x.home_id, x.consent_id", from: "consent x left join consent_text seen on seen.text_id = x.text_id and seen.version = x.text_version",
			columns: known + "i:consent_id s:kind s:channel s:action i:text_id n:text_version x:text_sha256 s:seen.title s:seen.body s:seen.language" +
				" t:at s:source s:ip s:user_agent i:outlet_id s:actor_kind i:actor_id s:proof",
		},
		{
			name: "one_time_code", order: "x.kind, x.value, x.purpose", from: sentTo("one_time_code"), of: "i.home_id",
			columns: "s:kind s:value s:purpose t:sent_at t:expires_at n:tries t:used_at",
		},
		{name: "one_time_code_count", order: "x.kind, x.value", from: sentTo("one_time_code_count"), of: "i.home_id", columns: "s:kind s:value t:since n:sent"},
		{name: "card", order: "x.home_id, x.card_id", from: "card x left join card_type made on made.card_type_id = x.card_type_id", columns: known +
			"i:card_id i:card_type_id s:made.name s:number s:state s:block_reason b:till_state i:replaced_by t:issued_at i:issued_outlet t:changed_at"},
		{name: "promo_code", order: "x.home_id, x.code", columns: known +
			"s:code i:programme_id s:campaign s:state t:made_at s:made_by i:op_id s:expires t:used_at i:used_home i:used_op i:held_by t:held_until"},
		{name: "home", order: "x.home_id", columns: known + "s:kind n:version n:seq x:head i:account_home i:merged_into s:unserved"},
		{name: "account", order: "x.home_id, x.programme_id", columns: known +
			"i:account_id i:programme_id s:state n:active n:pending n:held n:debt n:earned n:spent n:expired n:purchases n:turnover n:used" +
			" t:first_purchase_at t:last_purchase_at t:slide_at t:clock_at t:due_at n:gifts s:level t:level_since t:level_until s:level_floor t:level_held t:opened_at i:merged_home i:merged_account"},
		{name: "lot", order: "x.home_id, x.lot_id", columns: known +
			"i:lot_id i:account_id n:amount n:remaining n:written_off s:state t:earned_at t:active_at t:expires_at b:sliding s:source i:op_id i:partner_id"},
		{name: "hold", order: "x.home_id, x.hold_id, x.part", columns: known + "i:hold_id n:part i:account_id i:lot_id n:points t:until_at"},
		{name: "purchase", order: "x.home_id, x.purchase_id", from: "(select home_id as whose, p.* from purchase p union all" +
			" select claimed_by as whose, p.* from purchase p where claimed_by is not null) x", of: "x.whose", columns: known +
			"i:purchase_id i:account_id i:programme_id i:outlet_id t:at s:day s:state n:refunded n:tickets i:account_home j:doc j:person x:digest" +
			" i:claimed_by i:claim_id j:claim j:claim_person x:claim_digest"},
		{name: "refund", order: "x.home_id, x.refund_id", from: ofClaimed("refund"), of: "x.whose", columns: known + "i:refund_id i:purchase_id i:outlet_id t:at s:day i:account_id i:account_home j:doc x:digest"},
		{name: "reservation", order: "x.home_id, x.reservation_id", columns: known +
			"i:reservation_id i:account_id i:programme_id i:outlet_id t:at t:until_at s:state i:purchase_id i:account_home j:doc j:person x:digest"},
		{name: "visit", order: "x.home_id, x.visit_id", from: ofClaimed("visit"), of: "x.whose", columns: known + "i:visit_id i:purchase_id i:outlet_id t:at s:day j:doc x:digest"},
		{name: "adjustment", order: "x.home_id, x.op_id", columns: known + "i:op_id i:account_id n:points s:reason s:actor t:at x:digest"},
		{name: "deposit", order: "x.home_id, x.deposit_id", columns: known + "i:deposit_id s:number t:opened_at t:ends_at t:closed_at n:balance n:received n:sold"},
		{name: "deposit_hold", order: "x.home_id, x.hold_id", columns: known + "i:hold_id i:deposit_id n:amount t:until_at"},
		{name: "deposit_op", order: "x.home_id, x.op_id", columns: known +
			"i:op_id i:deposit_id s:kind n:amount s:paid_by i:outlet_id t:ends_at s:reason s:actor t:at x:digest"},
		{name: "adjustment_request", order: "x.request_id", columns: known +
			"i:request_id i:programme_id n:points n:days s:reason s:state i:asked_by s:asked_name t:asked_at t:ends_at i:decided_by s:decided_name t:decided_at s:refusal i:op_home i:op_id"},
		{name: "gift", order: "x.home_id, x.gift_id", columns: known +
			"i:gift_id i:account_id n:seq t:at t:written_at s:occasion s:day i:op_id i:lot_id n:given n:taken n:short x:digest"},
		{name: "level_change", order: "x.home_id, x.change_id", columns: known +
			"i:change_id i:account_id n:seq t:at t:written_at s:from_level s:to_level t:until_at s:cause i:op_id n:given n:taken n:short s:reason s:actor x:digest"},
		{name: "posting", order: "x.home_id, x.seq", columns: known +
			"n:seq i:account_id i:lot_id i:op_id s:kind s:debit s:credit n:amount t:at t:written_at x:hash"},
		{name: "member_merge", order: "x.home_id, x.merge_id", columns: known + "i:merge_id i:member_id t:at j:doc x:digest j:kept"},
		{name: "member_change", order: "x.home_id, x.change_id", columns: known +
			"i:change_id t:at s:actor_kind i:actor_id s:source s:field s:old_value s:new_value"},
	}
}

// ofClaimed finds what is of purchases, a member's own and those of nobody's
// that were given to him.
func ofClaimed(table string) string {
	return "(select o.home_id as whose, o.* from " + table + " o union all" +
		" select p.claimed_by as whose, o.* from purchase p join " + table + " o on o.home_id = p.home_id and o.purchase_id = p.purchase_id" +
		" where p.claimed_by is not null) x"
}

// sentTo finds what was sent to a member's phones and e-mails.
func sentTo(table string) string {
	return table + " x join identifier i on i.kind = x.kind and i.value = x.value"
}

// kept are the columns of those tables that a copy does not have, and why.
func kept() map[string]string {
	const (
		secret  = "a secret: a copy that is shown about would open what it guards"
		derived = "made of what is told"
		own     = "the program's own order"
	)
	return map[string]string{
		"adjustment.words": derived, "deposit_op.words": derived, "adjustment_request.asked_key": own, "level_change.words": derived,
		"member.name_folded": derived, "member_tag.tag_folded": derived, "account.level_sums": derived,
		"identifier.excl": own, "identifier.member_state": derived,
		"one_time_code.code_id": own, "one_time_code.code_hash": secret,
		"card.secret_hash": secret, "card.secret_tries": own, "card.secret_until": own, "card.totp_salt": secret, "card.last_totp_step": own, "card.secret_till_at": own,
		"guest_due.mark": own, "purchase.guest": "a hash that the document has",
		"promo_code.guest": "of a code that is nobody's yet: it names no member", "promo_code.guest_shown": "likewise",
	}
}

// notHeld are the tables that hold nothing on a person, or nothing that is not
// told elsewhere, and why.
func notHeld() map[string]string {
	const (
		place    = "the organization's own: places, goods, rules, keys"
		sums     = "sums over everybody"
		program  = "the program's own"
		told     = "ids and amounts of what is told by the books, kept for some days"
		counters = "numbers of uses; each is told by its purchase"
		workers  = "people who work here, as such"
	)
	return map[string]string{
		"reference_version": place, "organization": place, "partner": place, "outlet": place, "till": place, "cashier": place, "api_key": place, "api_key_outlet": place,
		"product_type": place, "product_group": place, "product": place, "product_in_group": place, "product_barcode": place, "product_word": place,
		"hall": place, "playbill_event": place, "playbill_session": place,
		"member_category": place, "member_group": place, "member_field": place, "member_settings": place, "consent_text": place, "card_type": place, "card_batch": place,
		"programme": place, "programme_version": place, "programme_draft": place, "programme_plan": place, "programme_request": place, "gift_day": place, "webhook": place, "whatif": "sums that a draft would have come to, beside the numbers of some homes",
		"staff": workers, "staff_role": place, "staff_outlet": workers, "staff_partner": workers, "staff_session": workers, "staff_try": program,
		"staff_recovery": workers, "staff_passkey": workers, "staff_question": program, "staff_link": workers,
		"audit": "what people who work here did, to what is not a member's", "audit_head": program,
		"member_erasure": "made without anything personal, of one of whom nothing is held",
		"household":      "what of it is his is told with his time in it",
		"card_stock":     "numbers of plastic; a card that is a member's is told as his",
		"ticket":         "the same numbers are told by the purchase",
		"receipt_key":    "the same till and key are told by the operation",
		"fiscal_receipt": "the same is told by the purchase",
		"limit_use":      counters, "limit_hold": counters,
		"api_request":  "the id of what a request has made, and a hash",
		"promo_making": "a hash of what a form has asked for",
		"pairing":      "codes of tills, with the person of the staff who gave them",
		"event":        told, "feed": told, "feed_state": program, "webhook_delivery": told,
		"figure_day": sums, "figure_cashier": sums, "figure_campaign": sums, "seal": sums, "seal_chunk": sums, "seal_pending": sums,
		"member_figure": "sums over what is told by his accounts and receipts, and his name and city folded", "member_outlet": "the outlets of his purchases, visits and registration",
		"member_stale": program, "member_view": "filters of staff; what they ask for is the organization's own",
		"bulk_action": "what people who work here did to many; what they typed to find somebody is forgotten with its end", "bulk_part": "ids of members to whom something is about to be done; what was done is told by the books and the changes", "bulk_left": "likewise, to whom it was not done, kept half a year",
		"intake": "a file that people who work here have sent: its name, and what a column holds while it has not ended", "intake_piece": "the same file, to its end, or a day where it is not begun: whoever is in it is told by what is made of it", "intake_part": "likewise",
		"intake_outcome": "what became of rows that name nobody, kept a month; of what could not be read, the cell",
		"node":           program, "secret": program, "schema_version": program,
	}
}
