package admin

import (
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/spreadsheet"
)

// mayTakeOut tells whether the reader may take out of the house who the members
// are, with their phones and cards.
func (p *page) mayTakeOut() bool {
	return p.can(staff.MembersSee) && p.can(staff.MembersExport) && p.can(staff.MembersContacts)
}

// fileBuyers tells in a file of receipts or operations who bought: names, numbers,
// phones and cards to whoever may take them out, what sort of card to everybody.
type fileBuyers struct {
	page  *page
	whole bool
	types map[id.ID]string
	names map[home.ID]member.Named
	mains map[home.ID]card.Main
}

func (p *page) fileBuyers() (*fileBuyers, error) {
	list, err := card.Types(p.ctx(), p.DB)
	b := &fileBuyers{page: p, whole: p.mayTakeOut(), types: make(map[id.ID]string, len(list))}
	for i := range list {
		b.types[list[i].ID] = list[i].Name
	}
	return b, err
}

// head are the titles of the columns.
func (b *fileBuyers) head() []string {
	kind := b.page.text("admin.file.card-type")
	if !b.whole {
		return []string{kind}
	}
	return []string{
		b.page.text("admin.purchases.member"), b.page.text("segment.field.number"), b.page.text("segment.field.phone"), b.page.text("segment.field.card"), kind,
	}
}

// read reads what is told of some members, of up to 200 at once.
func (b *fileBuyers) read(homes []home.ID) (err error) {
	if b.mains, err = card.Mains(b.page.ctx(), b.page.DB, homes); err != nil || !b.whole {
		return err
	}
	b.names, err = member.Names(b.page.ctx(), b.page.DB, homes)
	return err
}

// cells are the columns of one who was read; 0 is nobody.
func (b *fileBuyers) cells(h home.ID) []spreadsheet.Cell {
	m := b.mains[h]
	kind := spreadsheet.Text(b.types[m.Type])
	if !b.whole {
		return []spreadsheet.Cell{kind}
	}
	n := b.names[h]
	return []spreadsheet.Cell{spreadsheet.Text(n.Name), spreadsheet.Text(n.Number), spreadsheet.Text(m.Phone), spreadsheet.Text(m.Number), kind}
}
