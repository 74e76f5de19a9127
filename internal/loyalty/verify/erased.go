package verify

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/privacy"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// Whose person was erased has an act, chained in his journal, and nothing of
// him is left. What documents hold only the hash of is there as long as he is.
const qErased = `select m.home_id, m.erasure_id, coalesce(e.home_id, 0), coalesce(e.doc, ''), e.digest, case
 when m.surname || m.name || m.patronymic || m.birth_date || m.sex || m.language || m.address_type || m.address_city || m.address_street || m.address_house
 || m.address_flat || m.address_postcode || m.document_type || m.document_series || m.document_number || m.document_citizenship || m.document_issued_by
 || m.document_issued_on || m.comment || m.code_word || m.block_reason <> '' or m.category_id is not null or cast(m.custom as text) <> '{}'
 or m.state not in ('closed', 'merged') then 'member'
 when exists (select 1 from identifier x where x.home_id = m.home_id and (x.kind <> 'number' or x.state = 'active')) then 'identifier'
 when exists (select 1 from guest_due x where x.home_id = m.home_id) then 'guest_due'
 when exists (select 1 from member_relative x where x.home_id = m.home_id) then 'member_relative'
 when exists (select 1 from member_tag x where x.home_id = m.home_id) then 'member_tag'
 when exists (select 1 from member_in_group x where x.home_id = m.home_id) then 'member_in_group'
 when exists (select 1 from member_change x where x.home_id = m.home_id and x.field not in ('state', 'registered', 'household') and x.old_value || x.new_value <> '') then 'member_change'
 when exists (select 1 from consent x where x.home_id = m.home_id and x.ip || x.user_agent || x.proof <> '') then 'consent'
 when exists (select 1 from card x where x.home_id = m.home_id and (x.number <> '' or x.secret_hash is not null or x.totp_salt is not null)) then 'card'
 when exists (select 1 from promo_code x where x.home_id = m.home_id and x.home_id <> 0 and x.state = 'active') then 'promo_code'
 else '' end
 from member m left join member_erasure e on e.erasure_id = m.erasure_id
 where m.erasure_id is not null and m.home_id > $1 and m.home_id <= $2 order by m.home_id`

// erasedRow is a member whose person was erased.
type erasedRow struct {
	home, acted home.ID // acted: the home of the act; 0: there is none
	act         id.ID
	doc, digest []byte
	left        string // table that has something of him; "": none has
}

func (r *erasedRow) of() home.ID { return r.home }

func scanErased(r db.Row) (e erasedRow, err error) {
	return e, r.Scan((*int64)(&e.home), (*int64)(&e.act), (*int64)(&e.acted), &e.doc, &e.digest, &e.left)
}

// readErased notes the act as an operation of the home whose member it is of.
func (c *homeCheck) readErased() {
	for i := range c.rows.erased {
		if e := &c.rows.erased[i]; e.acted == c.home {
			c.op(e.act, "member_erasure", key("erasure_id", e.act), sha256.Sum256(e.doc), e.digest)
		}
	}
}

func (c *homeCheck) checkErased() {
	for i := range c.rows.erased {
		e := &c.rows.erased[i]
		at := key("erasure_id", e.act)
		a, err := privacy.ReadAct(e.doc)
		if err != nil || e.acted == 0 || a.ID != e.act || a.Member != e.acted || !slices.Contains(a.Homes, c.home) {
			c.bad(ErasureAct, "member", rowKey{}, "erasure_id "+e.act.String(), "an act that names the member")
			continue
		}
		if e.acted == c.home {
			c.chained("member_erasure", at, e.act)
		}
		if e.left != "" {
			c.bad(ErasureLeft, e.left, rowKey{}, "something of an erased person", "nothing")
		}
	}
	c.checkKept()
}

// checkKept holds what documents have the hash of to that hash.
func (c *homeCheck) checkKept() {
	for _, s := range c.sales {
		if s.doc != nil {
			c.kept("purchase", key("purchase_id", s.id), s.person, s.doc.Seen.Person)
		}
	}
	for _, s := range slices.Concat(c.shared.sales, c.given.sales) {
		if s.claim != nil && s.claim.Member == c.home {
			c.kept("purchase", key("purchase_id", s.id), s.purchaseRow.claim.person, s.claim.Seen.Person)
		}
	}
	for i := range c.rows.reservations {
		r := c.reservations[c.rows.reservations[i].id]
		if r.doc != nil {
			c.kept("reservation", key("reservation_id", r.id), r.person, r.doc.Seen.Person)
		}
	}
	for i := range c.rows.adjustments {
		a := &c.rows.adjustments[i]
		c.said("adjustment", key("op_id", a.id), a.words, a.reason)
	}
	for i := range c.rows.changes {
		x := &c.rows.changes[i]
		c.said("level_change", key("change_id", x.ID), x.Words, x.Reason)
	}
	for i := range c.rows.depositOps {
		x := &c.rows.depositOps[i]
		c.said("deposit_op", key("op_id", x.ID), x.Words, x.Reason)
	}
}

func (c *homeCheck) kept(table string, at rowKey, person []byte, hash string) {
	switch gone := len(c.rows.erased) > 0; {
	case len(person) == 0 && hash == "", len(person) == 0 && gone:
	case len(person) == 0:
		c.bad(KeptHash, table, at, "nothing beside the document", "what its hash is of")
	case gone:
		c.bad(ErasureLeft, table, at, "something of an erased person", "nothing")
	case purchase.PersonHash(person) != hash:
		c.bad(KeptHash, table, at, purchase.PersonHash(person), fmt.Sprintf("%q", hash))
	}
}

func (c *homeCheck) said(table string, at rowKey, words ledger.Words, reason string) {
	gone := len(c.rows.erased) > 0
	switch {
	case gone && reason != "":
		c.bad(ErasureLeft, table, at, "something of an erased person", "nothing")
	case !words.Are(reason), words.Erased() && !gone:
		c.bad(KeptHash, table, at, "another reason", "that which its words are of")
	}
}
