package verify_test

import (
	"fmt"

	"kopilka/internal/loyalty/verify"
)

func journalHarms() []harm {
	return []harm{
		{"a home's row is deleted", func(s *shop) (string, string) {
			s.exec(`delete from home where home_id = $1`, s.rich.Home)
			return "posting", "home_id=" + s.rich.Home.String()
		}, []verify.Invariant{verify.HomeMissing}},
		{"a home's number is another", func(s *shop) (string, string) {
			s.exec(`update home set seq = seq + 1 where home_id = $1`, s.rich.Home)
			return "home", "home_id=" + s.rich.Home.String()
		}, []verify.Invariant{verify.HomeSeq}},
		{"a home's head is another", func(s *shop) (string, string) {
			s.exec(`update home set head = $2 where home_id = $1`, s.rich.Home, sum("x"))
			return "home", "home_id=" + s.rich.Home.String()
		}, []verify.Invariant{verify.HomeHead}},
		{"the last posting is deleted", func(s *shop) (string, string) {
			last := s.one(`select seq from home where home_id = $1`, s.rich.Home)
			s.exec(`delete from posting where home_id = $1 and seq = $2`, s.rich.Home, last)
			return "home", "home_id=" + s.rich.Home.String()
		}, []verify.Invariant{
			verify.HomeSeq, verify.OpChained, verify.LotMade, verify.LotPostings, verify.AccountActive, verify.AccountEarned,
		}},
		{"a posting gets another number", func(s *shop) (string, string) {
			last := s.one(`select seq from home where home_id = $1`, s.rich.Home)
			s.exec(`update posting set seq = seq + 1 where home_id = $1 and seq = $2`, s.rich.Home, last)
			return "posting", fmt.Sprintf("home_id=%s seq=%d", s.rich.Home, last+1)
		}, []verify.Invariant{verify.PostingSeq, verify.HomeSeq}},
		{"a posting in the middle is deleted", func(s *shop) (string, string) {
			seq, _ := s.posting(s.buyer, "take")
			s.exec(`delete from posting where home_id = $1 and seq = $2`, s.buyer.Home, seq)
			return "posting", fmt.Sprintf("home_id=%s seq=%d", s.buyer.Home, seq+1)
		}, []verify.Invariant{
			verify.PostingSeq, verify.OpChained, verify.LotPostings, verify.AccountActive, verify.AccountEarned,
		}},
		{"a posting's time is another", func(s *shop) (string, string) {
			seq, key := s.posting(s.rich, "spend")
			s.exec(`update posting set at = at + 1 where home_id = $1 and seq = $2`, s.rich.Home, seq)
			return "posting", key
		}, []verify.Invariant{verify.PostingHash}},
		{"a posting's amount is another", func(s *shop) (string, string) {
			seq, key := s.posting(s.rich, "spend")
			s.exec(`update posting set amount = amount - 1 where home_id = $1 and seq = $2`, s.rich.Home, seq)
			return "posting", key
		}, []verify.Invariant{verify.PostingHash, verify.OpPostings, verify.LotPostings, verify.AccountActive, verify.AccountSpent}},
		{"a posting's hash is another", func(s *shop) (string, string) {
			seq, key := s.posting(s.rich, "spend")
			s.exec(`update posting set hash = $3 where home_id = $1 and seq = $2`, s.rich.Home, seq, sum("x"))
			return "posting", key
		}, []verify.Invariant{verify.PostingHash}},
		{"a document is changed with its digest", func(s *shop) (string, string) {
			var doc string
			if err := s.DB.Row(s.t.Context(), `select doc from purchase where purchase_id = $1`, s.bought.ID).Scan(&doc); err != nil {
				s.t.Fatal(err)
			}
			s.exec(`update purchase set doc = $2, digest = $3 where purchase_id = $1`, s.bought.ID, doc+" ", sum(doc+" "))
			seq := s.one(`select min(seq) from posting where op_id = $1`, s.bought.ID)
			return "posting", fmt.Sprintf("home_id=%s seq=%d", s.bought.Home, seq)
		}, []verify.Invariant{verify.PostingHash}},
		{"a posting is of no operation", func(s *shop) (string, string) {
			seq, key := s.posting(s.buyer, "expire")
			s.exec(`update posting set op_id = $3 where home_id = $1 and seq = $2`, s.buyer.Home, seq, nobody)
			return "posting", key
		}, []verify.Invariant{verify.PostingOp}},
		{"a posting is of no kind", func(s *shop) (string, string) {
			seq, key := s.posting(s.buyer, "expire")
			s.exec(`update posting set kind = 'gift' where home_id = $1 and seq = $2`, s.buyer.Home, seq)
			return "posting", key
		}, []verify.Invariant{verify.PostingSides, verify.PostingHash, verify.FigureTotal}},
		{"a posting goes to another side", func(s *shop) (string, string) {
			seq, key := s.posting(s.buyer, "expire")
			s.exec(`update posting set credit = 'redeemed' where home_id = $1 and seq = $2`, s.buyer.Home, seq)
			return "posting", key
		}, []verify.Invariant{
			verify.PostingSides, verify.PostingHash, verify.LotWrittenOff, verify.AccountSpent, verify.AccountExpired,
		}},
		{"a posting is of no account", func(s *shop) (string, string) {
			seq, key := s.posting(s.buyer, "expire")
			s.exec(`update posting set account_id = $3 where home_id = $1 and seq = $2`, s.buyer.Home, seq, nobody)
			return "posting", key
		}, []verify.Invariant{
			verify.PostingAccount, verify.PostingHash, verify.LotPostings, verify.LotWrittenOff, verify.AccountActive, verify.AccountExpired, verify.FigureTotal,
		}},
		{"a posting is of no lot", func(s *shop) (string, string) {
			seq, key := s.posting(s.buyer, "expire")
			s.exec(`update posting set lot_id = $3 where home_id = $1 and seq = $2`, s.buyer.Home, seq, nobody)
			return "posting", key
		}, []verify.Invariant{verify.PostingLot, verify.PostingHash, verify.LotPostings, verify.LotWrittenOff}},
		{"a refund's posting is deleted with its place in the home", func(s *shop) (string, string) {
			// The refund of a receipt without a member is a home of one posting.
			h := s.one(`select home_id from refund where home_id < 0`)
			s.exec(`delete from posting where home_id = $1`, h)
			s.exec(`update home set seq = 0, head = $2 where home_id = $1`, h, []byte{})
			return "refund", fmt.Sprintf("home_id=%d refund_id=%d", h, s.one(`select refund_id from refund where home_id = $1`, h))
		}, []verify.Invariant{verify.OpChained}},
		{"a purchase's document is changed", func(s *shop) (string, string) {
			s.exec(`update purchase set doc = doc || ' ' where purchase_id = $1`, s.bought.ID)
			return "purchase", purchaseKey(s.bought)
		}, []verify.Invariant{verify.OpDigest}},
		{"a refund's document is changed", func(s *shop) (string, string) {
			s.exec(`update refund set doc = doc || ' ' where refund_id = $1`, s.part.ID)
			return "refund", refundKey(s.part)
		}, []verify.Invariant{verify.OpDigest}},
		{"an adjustment's reason is changed", func(s *shop) (string, string) {
			op := s.one(`select op_id from adjustment where points < 0`)
			s.exec(`update adjustment set reason = 'другая' where op_id = $1`, op)
			return "adjustment", fmt.Sprintf("home_id=%s op_id=%d", s.rich.Home, op)
		}, []verify.Invariant{verify.KeptHash}},
		{"an adjustment's points are changed", func(s *shop) (string, string) {
			op := s.one(`select op_id from adjustment where points < 0`)
			s.exec(`update adjustment set points = points - 1 where op_id = $1`, op)
			return "adjustment", fmt.Sprintf("home_id=%s op_id=%d", s.rich.Home, op)
		}, []verify.Invariant{verify.OpPostings, verify.OpDigest, verify.FigureTotal}},
	}
}
