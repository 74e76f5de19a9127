package verify_test

import (
	"fmt"
	"strings"

	"kopilka/internal/loyalty/seal"
	"kopilka/internal/loyalty/verify"
)

// ofLimit changes a row of a limit.
func ofLimit(key func(s *shop) string, change string) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		k := key(s)
		slot := s.one(`select min(slot) from limit_use where limit_key = $1 and used > 0`, k)
		if change == "" {
			s.exec(`delete from limit_use where limit_key = $1 and slot = $2`, k, slot)
		} else {
			s.exec("update limit_use set "+change+" where limit_key = $1 and slot = $2", k, slot)
		}
		return "limit_use", fmt.Sprintf("limit_key=%s slot=%d", k, slot)
	}
}

func all(s *shop) string  { return s.Programme.ID.String() + ":all:all" }
func code(s *shop) string { return s.Programme.ID.String() + ":all:code:all" }
func memberKey(s *shop) string {
	return s.Programme.ID.String() + ":few:member:" + s.buyer.Home.String()
}

// guestKey is the row of the guest whose receipt has used the campaign for all.
func guestKey(s *shop) string {
	return s.Programme.ID.String() + ":all:guest:" + s.Desk.GuestHash(someGuest)
}

// ofDay changes the first row of figures of the outlet.
func ofDay(change string) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		s.exec("update figure_day set "+change+" where day = '2026-03-02' and outlet_id = $1", s.Outlet.ID)
		return "figure_day", fmt.Sprintf("day=2026-03-02 outlet_id=%s programme_id=%s", s.Outlet.ID, s.Programme.ID)
	}
}

// ofCashier changes the first row of figures of the cashier.
func ofCashier(change string) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		s.exec("update figure_cashier set "+change+" where day = '2026-03-02' and cashier_id = $1", someCashier)
		return "figure_cashier", fmt.Sprintf("day=2026-03-02 outlet_id=%s programme_id=%s cashier_id=%s", s.Outlet.ID, s.Programme.ID, someCashier)
	}
}

// ofCampaign changes the first row of figures of a campaign.
func ofCampaign(change string) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		s.exec("update figure_campaign set " + change + " where day = '2026-03-02' and campaign = 'all'")
		return "figure_campaign", fmt.Sprintf("day=2026-03-02 outlet_id=%s programme_id=%s campaign=all", s.Outlet.ID, s.Programme.ID)
	}
}

// ofTotal changes a row of what belongs to no outlet.
func ofTotal(change string) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		s.exec("update figure_day set " + change + " where day = '2026-03-02' and outlet_id = 0")
		return "figure_day", fmt.Sprintf("programme_id=%s", s.Programme.ID)
	}
}

// ofSeal changes a seal and, if asked to, makes its hash anew.
func ofSeal(i int64, rehash bool, change func(x *seal.Seal)) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		page, err := seal.Page(s.t.Context(), s.DB, i-1, 1)
		if err != nil {
			s.t.Fatal(err)
		}
		x := page[0]
		change(&x)
		if rehash {
			x.Hash = x.Digest()
		}
		s.exec(`update seal set at = $2, prev = $3, root = $4, leaves = $5, hash = $6 where seal_id = $1`, i, x.At, x.Prev[:], x.Root[:], x.Leaves, x.Hash[:])
		return "seal", fmt.Sprintf("seal_id=%d", i)
	}
}

// ofChunk changes the leaves of the last seal.
func ofChunk(change func(data []byte)) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		var data []byte
		if err := s.DB.Row(s.t.Context(), `select data from seal_chunk where seal_id = 2 and n = 0`).Scan(&data); err != nil {
			s.t.Fatal(err)
		}
		heads, _ := seal.Records(data)
		change(data)
		s.exec(`update seal_chunk set data = $1 where seal_id = 2 and n = 0`, data)
		return "seal_chunk", fmt.Sprintf("seal_id=2 home_id=%s seq=%d", heads[0].Home, heads[0].Seq)
	}
}

// swap exchanges the first two leaves.
func swap(data []byte) {
	const n = seal.RecordSize
	first := string(data[:n])
	copy(data, data[n:2*n])
	copy(data[n:], first)
}

// ofCode changes, or deletes, the row of the code that a purchase awarded.
func ofCode(change string) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		code := s.rewarded.Awards[0].Code
		if change == "" {
			s.exec("delete from promo_code where code = $1", code)
		} else {
			s.exec("update promo_code set "+change+" where code = $1", code)
		}
		return "promo_code", "code=" + code
	}
}

func derivedHarms() []harm {
	day := verify.FigureDay
	out := []harm{
		{"a use more, over all", ofLimit(all, "used = used + 1"), []verify.Invariant{verify.LimitUsed}},
		{"a use less, of a code", ofLimit(code, "used = used - 1"), []verify.Invariant{verify.LimitUsed}},
		{"a use past the limit more, over all", ofLimit(all, "over = over + 1"), []verify.Invariant{verify.LimitUsed}},
		{"no row, over all", ofLimit(all, ""), []verify.Invariant{verify.LimitUsed}},
		{"a use less, of a member", ofLimit(memberKey, "used = used - 1"), []verify.Invariant{verify.LimitUsed}},
		{"a use past the limit less, of a member", ofLimit(memberKey, "over = over - 1"), []verify.Invariant{verify.LimitUsed}},
		{"no row, of a member", ofLimit(memberKey, ""), []verify.Invariant{verify.LimitUsed}},
		{"a use less, of a guest", ofLimit(guestKey, "used = used - 1"), []verify.Invariant{verify.LimitUsed}},
		{"no row, of a guest", ofLimit(guestKey, ""), []verify.Invariant{verify.LimitUsed}},
		{"past the limit, of a guest", ofLimit(guestKey, "used = 3"), []verify.Invariant{verify.LimitRoom, verify.LimitUsed}},
		{"a use that nobody made", func(s *shop) (string, string) {
			k := s.Programme.ID.String() + ":few:member:" + s.rich.Home.String()
			s.exec(`insert into limit_use (limit_key, slot, used, over, room, laid) values ($1, 0, 1, 0, 0, 0)`, k)
			return "limit_use", fmt.Sprintf("limit_key=%s slot=0", k)
		}, []verify.Invariant{verify.LimitUsed}},
		{"past the limit, over all", ofLimit(all, "used = 501"), []verify.Invariant{verify.LimitRoom, verify.LimitUsed}},
		{"past the limit, of a member", ofLimit(memberKey, "used = 2"), []verify.Invariant{verify.LimitRoom, verify.LimitUsed}},

		{"a code is free again", ofCode("state = 'active', used_op = 0, used_home = 0"), []verify.Invariant{verify.CodeUsed}},
		{"a code is used by another", ofCode("used_op = used_op + 1"), []verify.Invariant{verify.CodeUsed}},
		{"a code is used by a purchase of another home", ofCode("used_home = used_home + 1"), []verify.Invariant{verify.CodeUsed}},
		{"a code is another's", ofCode("home_id = home_id + 1"), []verify.Invariant{verify.CodeAwarded}},
		{"a code was awarded for another purchase", ofCode("op_id = op_id + 1"), []verify.Invariant{verify.CodeAwarded}},
		{"a code was made by hand", ofCode("op_id = 0"), []verify.Invariant{verify.CodeAwarded}},
		{"a code is deleted", ofCode(""), []verify.Invariant{verify.CodeAwarded, verify.CodeUsed}},
		{"a code that nobody was awarded", func(s *shop) (string, string) {
			s.exec(`insert into promo_code (code, programme_id, campaign, home_id, state, made_at, made_by, op_id, expires, used_at, used_home, used_op, guest, guest_shown, held_by, held_until)
 values ('x', $1, 'gift', $2, 'active', 1, '', $3, '', 0, 0, 0, '', '', 0, 0)`, s.Programme.ID, s.used.Home, s.used.ID)
			return "promo_code", "code=x"
		}, []verify.Invariant{verify.CodeAwarded}},
		{"a code is used that was not", func(s *shop) (string, string) {
			s.exec(`insert into promo_code (code, programme_id, campaign, home_id, state, made_at, made_by, op_id, expires, used_at, used_home, used_op, guest, guest_shown, held_by, held_until)
 values ('x', $1, 'gift', 0, 'used', 1, 'test', 0, '', 1, $2, $3, '', '', 0, 0)`, s.Programme.ID, s.bought.Home, s.bought.ID)
			return "promo_code", "code=x"
		}, []verify.Invariant{verify.CodeUsed}},
		{"a withdrawn code is back", func(s *shop) (string, string) {
			var code string
			if err := s.DB.Row(s.t.Context(), `select code from promo_code where state = 'withdrawn'`).Scan(&code); err != nil {
				s.t.Fatal(err)
			}
			s.exec(`update promo_code set state = 'active' where code = $1`, code)
			return "promo_code", "code=" + code
		}, []verify.Invariant{verify.CodeAwarded}},

		{"no such version", func(s *shop) (string, string) {
			s.exec(`update programme set version = 99`)
			return "programme", fmt.Sprintf("programme_id=%s", s.Programme.ID)
		}, []verify.Invariant{verify.ProgrammeVersion}},
		{"a version that can't be read", func(s *shop) (string, string) {
			s.exec(`update programme_version set doc = '{}'`)
			return "programme", fmt.Sprintf("programme_id=%s", s.Programme.ID)
		}, []verify.Invariant{verify.ProgrammeVersion, verify.PurchaseActs, verify.RefundActs}},

		{"a day is deleted", func(s *shop) (string, string) {
			table, key := ofDay("money = money")(s)
			s.exec("delete from figure_day where day = '2026-03-02' and outlet_id = $1", s.Outlet.ID)
			return table, key
		}, []verify.Invariant{day}},
		{"a day that never was", func(s *shop) (string, string) {
			s.exec("update figure_day set day = '2020-01-01' where day = '2026-03-02' and outlet_id = $1", s.Outlet.ID)
			return "figure_day", fmt.Sprintf("day=2020-01-01 outlet_id=%s programme_id=%s", s.Outlet.ID, s.Programme.ID)
		}, []verify.Invariant{day}},
		{"another cashier's", func(s *shop) (string, string) {
			_, key := ofCashier("cashier_id = 1")(s)
			return "figure_cashier", strings.Replace(key, "cashier_id="+someCashier.String(), "cashier_id=1", 1)
		}, []verify.Invariant{verify.FigureCashier}},
		{"a campaign's are deleted", func(s *shop) (string, string) {
			table, key := ofCampaign("money = money")(s)
			s.exec("delete from figure_campaign where day = '2026-03-02' and campaign = 'all'")
			return table, key
		}, []verify.Invariant{verify.FigureCampaign}},
		{"an event is deleted", func(s *shop) (string, string) {
			last := s.one(`select max(event_id) from event`)
			s.exec(`delete from event where event_id = $1`, last)
			return "figure_day", fmt.Sprintf("day=2026-05-02 outlet_id=%s programme_id=%s", s.Outlet.ID, s.Programme.ID)
		}, []verify.Invariant{day, verify.FigureCashier, verify.FigureCampaign}},
		{"expired", ofTotal("expired = expired + 1"), []verify.Invariant{verify.FigureTotal}},
		{"adjusted", ofTotal("adjusted = adjusted - 1"), []verify.Invariant{verify.FigureTotal}},
		{"opened", ofTotal("opened = opened + 1"), []verify.Invariant{verify.FigureTotal}},
		{"gifts", ofTotal("gifts = gifts - 1"), []verify.Invariant{verify.FigureTotal}},
		{"levels", ofTotal("levels = levels + 1"), []verify.Invariant{verify.FigureTotal}},

		{"a seal's time", ofSeal(1, false, func(x *seal.Seal) { x.At++ }), []verify.Invariant{verify.SealChain}},
		harm{"a seal's time and hash", ofSeal(1, true, func(x *seal.Seal) { x.At++ }), []verify.Invariant{verify.SealChain}}.
			named("seal", func(*shop) string { return "seal_id=2" }),
		{"a seal after another", ofSeal(2, true, func(x *seal.Seal) { x.Prev[0] ^= 1 }), []verify.Invariant{verify.SealChain}},
		{"a seal is deleted", func(s *shop) (string, string) {
			s.exec(`delete from seal_chunk where seal_id = 1`)
			s.exec(`delete from seal where seal_id = 1`)
			return "seal", "seal_id=2"
		}, []verify.Invariant{verify.SealChain}},
		{"a seal's root", ofSeal(2, true, func(x *seal.Seal) { x.Root[0] ^= 1 }), []verify.Invariant{verify.SealRoot}},
		{"a seal's number of leaves", func(s *shop) (string, string) {
			_, key := ofSeal(2, true, func(x *seal.Seal) { x.Leaves++ })(s)
			return "seal_chunk", key
		}, []verify.Invariant{verify.SealLeaves}},
		harm{"leaves out of order", ofChunk(swap), []verify.Invariant{verify.SealLeaves, verify.SealRoot}}.
			named("seal_chunk", func(*shop) string { return "seal_id=2" }),
		{"leaves are deleted", func(s *shop) (string, string) {
			s.exec(`delete from seal_chunk where seal_id = 2`)
			return "seal_chunk", "seal_id=2"
		}, []verify.Invariant{verify.SealLeaves, verify.SealRoot}},
		{"a leaf's hash", ofChunk(func(data []byte) { data[20] ^= 1 }), []verify.Invariant{verify.SealHead, verify.SealRoot}},
		{"a sealed posting is another", func(s *shop) (string, string) {
			var data []byte
			if err := s.DB.Row(s.t.Context(), `select data from seal_chunk where seal_id = 1 and n = 0`).Scan(&data); err != nil {
				s.t.Fatal(err)
			}
			heads, _ := seal.Records(data)
			h := heads[0]
			s.exec(`update posting set hash = $3 where home_id = $1 and seq = $2`, h.Home, h.Seq, sum("x"))
			return "seal_chunk", fmt.Sprintf("seal_id=1 home_id=%s seq=%d", h.Home, h.Seq)
		}, []verify.Invariant{verify.SealHead, verify.PostingHash, verify.HomeHead}},
	}
	for _, c := range []string{
		"receipts", "member_receipts", "gross", "discount", "paid", "money", "spent", "earned", "refunds", "refunds_whole",
		"refund_gross", "refund_discount", "refund_paid", "refund_withheld", "refund_money", "refund_spent", "refund_earned",
	} {
		out = append(out, harm{c, ofDay(c + " = " + c + " + 1"), []verify.Invariant{day}},
			harm{c + " of a cashier", ofCashier(c + " = " + c + " - 1"), []verify.Invariant{verify.FigureCashier}})
	}
	for _, c := range []string{
		"receipts", "uses", "money", "discount", "earned", "refunds", "refund_uses", "refund_money", "refund_discount", "refund_earned",
	} {
		out = append(out, harm{c + " of a campaign", ofCampaign(c + " = " + c + " + 1"), []verify.Invariant{verify.FigureCampaign}})
	}
	return out
}
