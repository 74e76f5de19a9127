package importer_test

import (
	"strings"
	"testing"
	"time"

	"kopilka/internal/loyalty/importer"
	"kopilka/internal/loyalty/join"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

const guestsMap = `
place:
  partner: {code: chain, name: Сеть}
  outlet: {code: shop, name: Магазин, zone: Europe/Moscow}
  till: {code: "1", name: Касса}
receipt: {number: number, fiscal: qr}
time: {columns: [time], formats: [YYYY-MM-DD HH:mm]}
member: {column: member, kind: external, unknown: nobody}
guest: {phone: phone, email: email}
line: {sku: sku, price: price}
refund: {prefix: C, quantity: positive}
`

const guestsRows = `number,time,member,phone,email,qr,sku,price
1,2025-03-02 10:00,,8 916 000-00-01,,t=20250302T1000&s=150.00&fn=8716000100025114&i=1&fp=11&n=1,T1,100
1,2025-03-02 10:00,,,anna@example.ru,,B1,50
2,2025-03-02 11:00,,no phone,Anna@Example.ru,t=20250302T1100&s=10.00&fn=8716000100025114&i=2&fp=12&n=1,B1,10
3,2025-03-02 12:00,,no phone,,,B1,10
4,2025-03-02 13:00,nobody-known,,anna@example.ru,,B1,10
5,2025-03-02 14:00,,,anna@example.ru,t=20250302T1400&s=10.00,B1,10
6,2025-03-02 15:00,,,anna@example.ru,t=20250302T1500&s=10.00&fn=8716000100025114&i=6&fp=16&n=1,B1,10
6,2025-03-02 15:00,,,anna@example.ru,t=20250302T1500&s=10.00&fn=8716000100025114&i=7&fp=17&n=1,B1,10
7,2025-03-02 16:00,,,anna@example.ru,t=20250302T1000&s=150.00&fn=8716000100025114&i=1&fp=11&n=1,B1,20
C8,2025-03-02 17:00,,,anna@example.ru,a refund's is not looked at,B1,10
`

// What guests bought is imported with what they left and with the QR of the
// paper: the paper finds it, and it becomes the member's who proves his e-mail.
func TestGuestsAndFiscalReceipts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		m, err := importer.ReadMap(strings.NewReader(guestsMap))
		if err != nil {
			t.Fatal(err)
		}
		rows := strings.Replace(guestsRows, ",anna@example.ru,,B1,50", ",,,B1,50", 1) // one guest a receipt
		rep := report{}
		if _, err := b.im.Import(t.Context(), &importer.Job{File: write(t, "guests.csv", []byte(rows)), Map: m, Report: rep.add}); err != nil {
			t.Fatal(err)
		}
		for row, want := range map[int64]string{
			2: "", 3: "", 4: "", 5: "importer.bad-guest", 6: "", 7: "fiscal.qr", 8: "importer.two-fiscals", 9: "importer.two-fiscals", 10: "", 11: "importer.nobody",
		} {
			got := ""
			if why := rep[row].Why; why != nil {
				got = why.Code
			}
			if got != want {
				t.Errorf("row %d: %q, not %q", row, got, want)
			}
		}
		qr, err := purchase.ParseFiscal("t=20250302T1000&s=150.00&fn=8716000100025114&i=1&fp=11&n=1")
		if err != nil {
			t.Fatal(err)
		}
		got, err := b.Desk.Claim(t.Context(), &purchase.ClaimRequest{Buyer: b.Person(t), Fiscal: &qr})
		if purchasetest.Code(err) != "claim.late" {
			t.Errorf("%+v, %v", got, err) // it is found, and a year old
		}
		at, err := b.Desk.OfFiscal(t.Context(), &qr)
		if err != nil {
			t.Fatal(err)
		}
		phone := purchase.Guest{Kind: member.Phone, Value: "+79160000001"}
		if s, err := b.Desk.Find(t.Context(), at); err != nil || s.Guest != b.Desk.GuestHash(phone) || s.Due != 150_00 || len(s.Flags) != 0 {
			t.Errorf("%+v, %v", s, err)
		}
		// Which of his receipts name the e-mail: those of rows 4, 6 and 10.
		rules := member.DefaultRules()
		rules.Mandatory, rules.GuestPurchases = nil, member.GuestsOrder
		mail := member.Ref{Kind: member.Email, Value: "anna@example.ru"}
		anna, err := b.People().Register(t.Context(), rules, member.Registration{
			Identifiers: []member.NewIdentifier{{Kind: mail.Kind, Value: mail.Value}}, Ordered: mail,
		}, purchasetest.By)
		if err != nil {
			t.Fatal(err)
		}
		joins := &join.Joins{DB: d, Clock: b.Clock, Members: b.People(), Desk: b.Desk, Rules: func() member.Rules { return rules }}
		bought := func(n int64, sum money.Amount) {
			t.Helper()
			b.Clock.Add(2 * time.Minute)
			if err := joins.Past(t.Context()); err != nil {
				t.Fatal(err)
			}
			all, err := b.Desk.OfHome(t.Context(), anna.Home, purchase.Cursor{}, 100)
			if err != nil {
				t.Fatal(err)
			}
			got := money.Amount(0)
			for _, s := range all {
				got += s.Due
			}
			if int64(len(all)) != n || got != sum {
				t.Errorf("%d purchases of %s, not %d of %s", len(all), got, n, sum)
			}
		}
		bought(3, 40_00)
		// What is imported later, when she is a member, is hers as well.
		later := "number,time,member,phone,email,qr,sku,price\n9,2025-03-03 10:00,,,anna@example.ru,,B1,7\n"
		if _, err := b.im.Import(t.Context(), &importer.Job{File: write(t, "later.csv", []byte(later)), Map: m, Report: report{}.add}); err != nil {
			t.Fatal(err)
		}
		bought(4, 47_00)
	})
}
