package demo

import (
	"context"

	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// place is an outlet with how much of the custom goes there and what it sells.
type place struct {
	outlet partner.Outlet
	tills  []id.ID
	goods  []good
	weight int
	open   int // first and last hour of business, on its own clock
	close  int
}

// good is a product with its usual price.
type good struct {
	sku, name, kind string
	price           money.Amount
	weight          int
}

var tickets = []good{
	{"kino-vzr", "Билет в кино, взрослый", "ticket", 45000, 10},
	{"kino-det", "Билет в кино, детский", "ticket", 25000, 4},
	{"kino-vip", "Билет в кино, VIP-зал", "ticket", 90000, 2},
}

var bar = []good{
	{"popcorn-l", "Попкорн большой", "bar", 39000, 8},
	{"popcorn-s", "Попкорн малый", "bar", 24000, 6},
	{"cola", "Лимонад 0,5 л", "bar", 18000, 7},
	{"nachos", "Начос с соусом", "bar", 32000, 3},
	{"coffee", "Кофе", "bar", 21000, 5},
}

var stage = []good{
	{"teatr-parter", "Билет в театр, партер", "ticket", 180000, 6},
	{"teatr-balkon", "Билет в театр, балкон", "ticket", 90000, 6},
	{"programka", "Программка", "goods", 15000, 4},
	{"garderob", "Прокат бинокля", "service", 20000, 2},
}

var shop = []good{
	{"kruzhka", "Кружка с афишей", "goods", 69000, 5},
	{"futbolka", "Футболка", "goods", 149000, 3},
	{"otkrytka", "Открытка", "goods", 9000, 9},
	{"plakat", "Плакат", "goods", 45000, 4},
	{"upakovka", "Подарочная упаковка", "service", 12000, 3},
}

func all(lists ...[]good) (out []good) {
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

// Cinema is the code of the outlet to try things at.
const Cinema = "kino"

// makePlaces makes partners, outlets and tills.
func (f *filler) makePlaces(ctx context.Context) error {
	own, err := f.Partners.SavePartner(ctx, partner.Partner{Code: "aurora", Name: "Кинотеатр «Аврора»"})
	if err != nil {
		return err
	}
	theatre, err := f.Partners.SavePartner(ctx, partner.Partner{Code: "teatr", Name: "Театр на набережной"})
	if err != nil {
		return err
	}
	for _, p := range []struct {
		partner    id.ID
		code, name string
		zone       string
		address    string
		tills      []string
		goods      []good
		weight     int
		open       int
		close      int
		people     []string
	}{
		{own.ID, Cinema, "Кинотеатр «Аврора»", "Europe/Moscow", "Москва", []string{"Касса", "Бар", "Киоск"}, all(tickets, bar), 60, 10, 25, []string{"Дарья Миронова", "Олег Синицын", "Инна Ковалёва"}},
		{theatre.ID, "teatr", "Касса театра", "Europe/Moscow", "Москва", []string{"Касса"}, stage, 15, 11, 20, []string{"Вера Лапина"}},
		{own.ID, "lavka", "Лавка «Афиша»", "Europe/Moscow", "Москва", []string{"Касса"}, shop, 13, 10, 21, []string{"Тимур Гареев"}},
		{own.ID, "lavka-ekb", "Лавка «Афиша», Екатеринбург", "Asia/Yekaterinburg", "Екатеринбург", []string{"Касса"}, shop, 12, 10, 21, []string{"Алла Родина"}},
	} {
		o, err := f.Partners.SaveOutlet(ctx, partner.Outlet{
			PartnerID: p.partner, Code: p.code, Name: p.name, Zone: p.zone, Cutover: partner.DefaultCutover, Address: p.address,
		})
		if err != nil {
			return err
		}
		made := &place{outlet: o, goods: p.goods, weight: p.weight, open: p.open, close: p.close}
		for _, name := range p.tills {
			t, err := f.Partners.SaveTill(ctx, partner.Till{OutletID: o.ID, Code: name, Name: name})
			if err != nil {
				return err
			}
			made.tills = append(made.tills, t.ID)
		}
		if err := f.makeCashiers(ctx, o.ID, p.code, p.people...); err != nil {
			return err
		}
		f.places = append(f.places, made)
	}
	return nil
}

// makeGoods makes the catalogue.
func (f *filler) makeGoods(ctx context.Context) error {
	kinds := map[string]id.ID{}
	for _, k := range []struct {
		code, ru, en string
		free         bool
	}{
		{"ticket", "Билеты", "Tickets", true},
		{"bar", "Бар", "Bar", true},
		{"goods", "Товары", "Goods", true},
		{"service", "Услуги", "Services", false},
	} {
		t, err := f.Products.SaveType(ctx, catalog.Type{Code: k.code, NameRU: k.ru, NameEN: k.en, Payable: k.free, Earns: k.free})
		if err != nil {
			return err
		}
		kinds[k.code] = t.ID
	}
	for _, g := range all(tickets, bar, stage, shop) {
		if _, err := f.Products.SaveProduct(ctx, catalog.Product{SKU: g.sku, Name: g.name, TypeID: kinds[g.kind], Price: g.price}); err != nil {
			return err
		}
	}
	return nil
}
