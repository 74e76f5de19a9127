package admin

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"kopilka/internal/edge/ui"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// depositMoveRow is one movement of a deposit.
type depositMoveRow struct {
	Number, Href, Kind, Paid string
	Paper, By                string // the card or what the paper says, and who did it by hand
	Goods, Place, Sum        string
	At                       clock.Micros
	Time                     string // of day
	Plus                     bool
}

// depositMoves are the movements of a deposit, the newest first: those at the
// reader's outlets and those that are told to be at none.
func (p *page) depositMoves(m *member.Member, d *purchase.DepositView) (out []depositMoveRow, on string, err error) {
	before, err := numberOf(p.r.URL.Query().Get("before"))
	if err != nil {
		return nil, "", err
	}
	list, err := p.Desk.DepositMoves(p.ctx(), d.DepositOf, before, listed+1)
	if err != nil {
		return nil, "", err
	}
	if len(list) > listed {
		list = list[:listed]
		on = depositsPath(m.Home) + "?deposit=" + d.ID.String() + "&before=" + strconv.FormatInt(list[listed-1].Seq, 10)
	}
	list = slices.DeleteFunc(list, func(x purchase.DepositMove) bool { return x.Outlet != 0 && !p.who.At(x.Outlet) })
	names, err := p.goodsNames(list)
	if err != nil {
		return nil, "", err
	}
	cards, err := card.Mains(p.ctx(), p.DB, []home.ID{m.Home})
	if err != nil {
		return nil, "", err
	}
	for i := range list {
		out = append(out, p.depositMoveRow(&list[i], cards[m.Home].Number, names))
	}
	return out, on, nil
}

func (p *page) depositMoveRow(x *purchase.DepositMove, main string, names map[string]string) depositMoveRow {
	o, _ := p.Directory.Outlet(x.Outlet)
	r := depositMoveRow{
		Kind: p.text("admin.deposit.move-" + string(x.Kind)), Number: shortNumber(x.Op), Paid: p.payKind(x.PaidBy), Paper: x.Reason, By: p.staffOf(x.Actor),
		Place: o.Name, Sum: signedMoney(p.ctx(), x.Amount), At: x.At, Plus: x.Amount > 0,
		Time: x.At.In(ui.Of(p.ctx()).Zone).Format("15:04"),
	}
	if s := x.Purchase; s != nil {
		r.Number, r.Paid, r.Paper = cmp.Or(s.Number, s.Key), p.payKind(purchase.DepositKind), main
		r.Goods = p.goodsSaid(x, names)
		if p.can(staff.PurchasesSee) && p.who.At(s.Outlet) {
			r.Href = receiptPath(s)
		}
	}
	return r
}

// shownDigits are as many digits of an operation's id as tell it from others of a
// list.
const shownDigits = 8

func shortNumber(op id.ID) string {
	s := op.String()
	if len(s) > shownDigits {
		return "…" + s[len(s)-shownDigits:]
	}
	return s
}

// signedMoney is a sum that came or went: +100 ₽, −57,50 ₽.
func signedMoney(ctx context.Context, a money.Amount) string {
	if a > 0 {
		return "+" + ui.Money(ctx, a)
	}
	return ui.Money(ctx, a)
}

// goodsNames are the catalogue's names of goods that tills gave none.
func (p *page) goodsNames(list []purchase.DepositMove) (map[string]string, error) {
	var bare []string
	for i := range list {
		if s := list[i].Purchase; s != nil {
			for j := range s.Lines {
				if l := &s.Lines[j]; l.Name == "" && !slices.Contains(bare, l.SKU) {
					bare = append(bare, l.SKU)
				}
			}
		}
	}
	if len(bare) == 0 {
		return nil, nil
	}
	return p.Products.Names(p.ctx(), bare)
}

// goodsTold is how many goods of a receipt are named in a list.
const goodsTold = 2

// goodsSaid names the first of what was bought, or has come back.
func (p *page) goodsSaid(x *purchase.DepositMove, names map[string]string) string {
	var goods []string
	for _, i := range movedLines(x) {
		l := &x.Purchase.Lines[i]
		if name := cmp.Or(l.Name, names[l.SKU], l.SKU); !slices.Contains(goods, name) {
			goods = append(goods, name)
		}
	}
	if more := len(goods) - goodsTold; more > 0 {
		return p.text("admin.deposit.and-more", "goods", strings.Join(goods[:goodsTold], ", "), "count", more)
	}
	return strings.Join(goods, ", ")
}

// movedLines are the lines of a receipt that a movement is about: of a refund those
// that have come back, else all.
func movedLines(x *purchase.DepositMove) (out []int) {
	for _, f := range x.Purchase.Refunds {
		if f.ID == x.Op {
			for i := range f.Lines {
				out = append(out, f.Lines[i].Line)
			}
		}
	}
	if len(out) == 0 {
		for i := range x.Purchase.Lines {
			out = append(out, i)
		}
	}
	return out
}
