package admin_test

import (
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/reference"
)

// picking is a house with something on its playbill, whose programme is edited.
type picking struct {
	*house
	who, programme, draft string
}

func openPicking(t *testing.T, d *db.DB) *picking {
	t.Helper()
	h := openHouse(t, d)
	next := *h.Programme
	next.Outlets = []id.ID{h.Outlet.ID}
	_, err := h.Programmes.Put(t.Context(), next, "Ольга")
	h.check(err)
	x := &picking{house: h, who: h.hire("edits", []staff.Permission{staff.ProgrammeSee, staff.ProgrammeEdit, staff.PurchasesSee})}
	x.programme = admin.Base + "/programmes/" + h.Programme.ID.String()
	x.draft = x.programme + "/draft"
	h.ask(x.who, http.MethodPost, x.draft+"/begin", url.Values{})
	tomorrow, barn := clock.Of(purchasetest.Start.AddDate(0, 0, 1)), playbill.Hall{Code: "barn", Name: "Сарай", Zones: []playbill.Zone{{Code: "a", Name: "Амфитеатр"}, {Code: "Z"}}}
	h.Show(t, []playbill.Hall{
		{Code: "big", Name: "Большой", Zones: []playbill.Zone{{Code: "A", Name: "Партер"}, {Code: "B"}}, Sectors: []playbill.Sector{{Code: "p", Name: "Центр"}}},
		barn,
	}, []playbill.Event{
		{Code: "hamlet-1", Name: "Гамлет", Type: "play"}, {Code: "lear", Name: "Лир", Type: "Play"}, {Code: "old", Name: "Снятый", Type: "ballet", State: reference.Closed},
	}, []playbill.Session{
		{Code: "s/1", Event: "hamlet-1", Hall: "big", Starts: tomorrow},
		{Code: "s/2", Event: "lear", Hall: "barn", Starts: tomorrow},
		{Code: "s/0", Event: "hamlet-1", Hall: "big", Starts: clock.Of(purchasetest.Start) - 1},
	})
	barn.OutletID = h.other
	_, err = playbill.New(d, h.IDs, h.Clock).SaveHall(t.Context(), barn)
	h.check(err)
	return x
}

// send sends the form of a rule with one condition.
func (x *picking) send(who, query, group, field string, more url.Values) (int, string) {
	form := url.Values{"do": {"save"}, "kind": {"accrual"}, "way": {"rate"}, "active": {"yes"}, "rate": {"5%"}, "name": {"Своим"}, group + ".0.field": {field}, group + ".0.mode": {"in"}}
	maps.Copy(form, more)
	w := x.ask(who, http.MethodPost, x.draft+"/part/rule"+query, form)
	return w.Code, html.UnescapeString(strings.ReplaceAll(w.Body.String(), "\u00a0", " "))
}

// offers tells whether a form offers a value under a name.
func offers(body, value, name string) bool {
	_, after, found := strings.Cut(body, `value="`+value+`"`)
	if !found {
		return false
	}
	after, _, _ = strings.Cut(after, "</label>")
	return strings.Contains(after, "<span>"+name+"</span>")
}

// TestPlaybillIsPicked: conditions on what is on the playbill are picked by names and
// kept as codes, and said by names beside the form; zones and sectors that the playbill
// does not know may be typed besides.
func TestPlaybillIsPicked(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := openPicking(t, d)
		day := "03.03.2026 " // after the day that a shop opens on
		for _, c := range []struct {
			field  string
			offers map[string]string
			none   []string
			typed  url.Values
			text   string
			said   string
		}{
			{"event", map[string]string{"hamlet-1": "Гамлет (hamlet-1)", "lear": "Лир (lear)"}, []string{"old"}, url.Values{"scope.0.in": {"hamlet-1", "lear"}}, "event: [hamlet-1, lear]", "Мероприятие – Гамлет или Лир"},
			{"event_type", map[string]string{"Play": "Play"}, []string{"ballet", "play"}, url.Values{"scope.0.in": {"Play"}, "scope.0.words": {"опера"}}, "event_type: [Play, опера]", "Play или опера"},
			{"session", map[string]string{"s/1": "Гамлет, " + day + "12:00, Большой", "s/2": "Лир, " + day + "12:00, Сарай"}, []string{"s/0"}, url.Values{"scope.0.in": {"s/1"}}, "session: s/1", "Сеанс – Гамлет, " + day},
			{"hall", map[string]string{"big": "Большой, " + x.Outlet.Name, "barn": "Сарай, Бар"}, nil, url.Values{"scope.0.in": {"barn"}}, "hall: barn", "Зал – Сарай, Бар"},
			{"zone", map[string]string{"a": "Амфитеатр / Партер (a)", "B": "B", "Z": "Z"}, nil, url.Values{"scope.0.in": {"a"}, "scope.0.words": {"VIP"}}, "zone: [a, VIP]", "Амфитеатр / Партер (a) или VIP"},
			{"sector", map[string]string{"p": "Центр (p)"}, nil, url.Values{"scope.0.in": {"p"}}, "sector: p", "Центр (p)"},
		} {
			_, body := x.send(x.who, "", "scope", c.field, url.Values{"do": {"fields"}})
			for value, name := range c.offers {
				if !offers(body, value, name) {
					t.Errorf("%s: %q is not offered as %q: %s", c.field, value, name, mainForm.FindString(body))
				}
			}
			for _, value := range c.none {
				if strings.Contains(body, `value="`+value+`"`) {
					t.Errorf("%s: %q is offered", c.field, value)
				}
			}
			say := maps.Clone(c.typed)
			say.Set("do", "say")
			if _, body := x.send(x.who, "", "scope", c.field, say); !strings.Contains(body, c.said) {
				_, says, _ := strings.Cut(body, `id="says"`)
				t.Errorf("%s: no %q: %s", c.field, c.said, tags.ReplaceAllString(says, " "))
			}
			if code, body := x.send(x.who, "", "scope", c.field, c.typed); code != http.StatusSeeOther {
				t.Errorf("%s: %d %s", c.field, code, mainForm.FindString(body))
			}
			if got := x.formAt(x.who, x.draft+"/text").Get("text"); !strings.Contains(strings.ReplaceAll(got, `"`, ""), c.text) {
				t.Errorf("%s: the text has %s", c.field, got)
			}
		}
	})
}

// TestPickedAndGoneStays: what a draft names and the playbill has no longer stands in
// the form ticked, by its name where there is one, and stays when the form is saved.
func TestPickedAndGoneStays(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := openPicking(t, d)
		for _, c := range []struct{ field, code, name, kept string }{
			{"event", "old", "Снятый (old)", "event: [old, lear]"},
			{"event", "Никогда, не было", "Никогда, не было", "event: [Никогда, не было, lear]"},
			{"session", "s/0", "Гамлет, 02.03.2026", "session: [s/0, s/1]"},
			{"hall", "снесён", "снесён", "hall: [снесён, big]"},
			{"zone", "Q", "Q", "zone: [Q, B]"},
		} {
			if code, _ := x.send(x.who, "", "scope", c.field, url.Values{"scope.0.in": {c.code}}); code != http.StatusSeeOther {
				t.Fatalf("%s: %d", c.code, code)
			}
			of := x.lastRule()
			w := x.ask(x.who, http.MethodGet, x.draft+"/part/rule"+of, nil)
			body := html.UnescapeString(w.Body.String())
			if _, after, _ := strings.Cut(body, `value="`+c.code+`"`); !strings.Contains(after[:min(len(after), 200)], c.name) || !strings.Contains(after[:min(len(after), 60)], "checked") {
				t.Errorf("%s is not shown as %q: %s", c.code, c.name, mainForm.FindString(body))
			}
			form := formIn(w.Body.String())
			form.Set("do", "save")
			add := c.kept[strings.LastIndex(c.kept, " ")+1 : len(c.kept)-1]
			form["scope.0.in"] = append(form["scope.0.in"], add)
			if w := x.ask(x.who, http.MethodPost, x.draft+"/part/rule"+of, form); w.Code != http.StatusSeeOther {
				t.Fatalf("%s: %d", c.code, w.Code)
			}
			if got := x.formAt(x.who, x.draft+"/text").Get("text"); !strings.Contains(strings.NewReplacer(`"`, "", "'", "").Replace(got), c.kept) {
				t.Errorf("%s: the text has %s", c.code, got)
			}
		}
	})
}

// lastRule is the query of the form of the rule that was made last.
func (x *picking) lastRule() string {
	body := html.UnescapeString(x.ask(x.who, http.MethodGet, x.draft, nil).Body.String())
	_, after, _ := strings.Cut(body[strings.LastIndex(body, "/part/rule?id="):], "?")
	query, _, _ := strings.Cut(after, `"`)
	return "?" + query
}

// TestManyAreFound: of more events and sessions than a form offers those that are looked
// for are offered, beside those that are chosen; so are goods.
func TestManyAreFound(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := openPicking(t, d)
		bill := playbill.New(d, x.IDs, x.Clock)
		var events []playbill.Event
		var sessions []playbill.Session
		for i := range 300 {
			events = append(events, playbill.Event{Code: fmt.Sprint("e", i), Name: fmt.Sprint("Показ ", i), Type: "film"})
			sessions = append(sessions, playbill.Session{Code: fmt.Sprint("t", i), Event: fmt.Sprint("e", i), Hall: "big", Starts: clock.Of(purchasetest.Start.AddDate(0, 0, 2))})
		}
		_, err := bill.SaveEvents(t.Context(), events)
		x.check(err)
		_, err = bill.SaveSessions(t.Context(), sessions)
		x.check(err)
		for field, c := range map[string]struct{ chosen, find, value, name string }{
			"event":   {"lear", "показ 299", "e299", "Показ 299 (e299)"},
			"session": {"s/2", "показ 299", "t299", "Показ 299, "},
		} {
			_, body := x.send(x.who, "", "scope", field, url.Values{"do": {"find"}, "scope.0.in": {c.chosen}, "scope.0.find": {c.find}})
			form := formIn(body)
			if !strings.Contains(body, `value="`+c.value+`"`) || !strings.Contains(body, "<span>"+c.name) || !strings.Contains(body, "<span>Лир") || strings.Contains(body, `value="e1"`) || strings.Contains(body, `value="t1"`) {
				t.Errorf("%s: %s", field, mainForm.FindString(body))
			}
			if got := form["scope.0.in"]; len(got) != 1 || got[0] != c.chosen {
				t.Errorf("%s: ticked are %v", field, got)
			}
			if !strings.Contains(body, `value="find"`) {
				t.Errorf("%s: no button looks them up", field)
			}
		}
		if _, body := x.send(x.who, "", "scope", "product", url.Values{"do": {"fields"}}); !strings.Contains(body, `value="find"`) {
			t.Error("no button looks goods up")
		}
	})
}

// TestGoodsOfASetAreFound: the goods of a set are looked for by their names and ticked; a
// search of which nothing was ticked is told, a set of the text keeps its goods.
func TestGoodsOfASetAreFound(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := openPicking(t, d)
		for sku, name := range map[string]string{"tea-1": "Чай с мятой", "tea-2": "Чай с лимоном"} {
			_, err := catalog.New(d, x.IDs).SaveProduct(t.Context(), catalog.Product{SKU: sku, Name: name})
			x.check(err)
		}
		set := url.Values{"kind": {"discount"}, "way": {"set"}, "active": {"yes"}, "name": {"К чаю"}, "set.parts.0.count": {"2"}, "set.parts.0.find": {"с мятой"}, "set.price": {"150"}}
		send := func(do string) (int, string) {
			set.Set("do", do)
			w := x.ask(x.who, http.MethodPost, x.draft+"/part/rule", set)
			return w.Code, html.UnescapeString(w.Body.String())
		}
		if _, body := send("find"); !strings.Contains(body, `name="set.parts.0.product" value="tea-1"`) || strings.Contains(body, "tea-2") || strings.Contains(body, `-error"`) {
			t.Errorf("found: %s", mainForm.FindString(body))
		}
		if code, body := send("save"); code != http.StatusUnprocessableEntity || !strings.Contains(body, `id="set.parts.0.find-error"`) {
			t.Errorf("nothing is ticked: %d %s", code, mainForm.FindString(body))
		}
		set.Set("set.parts.0.product", "tea-1")
		if code, body := send("save"); code != http.StatusSeeOther {
			t.Fatalf("%d %s", code, mainForm.FindString(body))
		}
		if text := x.formAt(x.who, x.draft+"/text").Get("text"); !strings.Contains(text, "product: tea-1") {
			t.Errorf("the text has %s", text)
		}
		body := html.UnescapeString(x.ask(x.who, http.MethodGet, x.draft+"/part/rule"+x.lastRule(), nil).Body.String())
		if got := formIn(body)["set.parts.0.product"]; len(got) != 1 || got[0] != "tea-1" || !strings.Contains(body, "<span>Чай с мятой") {
			t.Errorf("its goods are %v: %s", got, mainForm.FindString(body))
		}
	})
}

// TestChannelsAndTagsAreOffered: sales channels of latest receipts and tags of members
// are offered, others may be typed; who works at some outlets is offered neither halls,
// sessions and channels of others nor anybody's tags.
func TestChannelsAndTagsAreOffered(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := openPicking(t, d)
		m := x.register("Анна", "+79161234567")
		_, err := x.members.Update(t.Context(), member.DefaultRules(), m.Home, 0, member.Patch{Tags: &[]string{"Друг театра", "пресса"}}, member.Actor{Kind: member.BySystem})
		x.check(err)
		for _, channel := range []string{"Сайт", "касса", "сайт", ""} {
			c := x.Cart(purchase.Buyer{}, purchasetest.Line("T1", 1, 100_00))
			c.Channel = channel
			_, err := x.Desk.Commit(t.Context(), c)
			x.check(err)
		}
		for field, c := range map[string]struct {
			offers, in []string
			other      string
			text       string
		}{
			"channel": {[]string{"сайт", "касса"}, []string{"касса"}, "агент", "channel: [касса, агент]"},
			"tag":     {[]string{"Друг театра", "пресса"}, []string{"Друг театра"}, "критик", "tag: [Друг театра, критик]"},
		} {
			_, body := x.send(x.who, "", "when", field, url.Values{"do": {"fields"}})
			for _, w := range c.offers {
				if !offers(body, w, w) {
					t.Errorf("%s: %q is not offered", field, w)
				}
			}
			if strings.Contains(body, `value="Сайт"`) {
				t.Error("a channel is offered twice")
			}
			if code, body := x.send(x.who, "", "when", field, url.Values{"when.0.in": c.in, "when.0.words": {c.other}}); code != http.StatusSeeOther {
				t.Errorf("%s: %d %s", field, code, mainForm.FindString(body))
			}
			if got := x.formAt(x.who, x.draft+"/text").Get("text"); !strings.Contains(strings.ReplaceAll(got, `"`, ""), c.text) {
				t.Errorf("%s: the text has %s", field, got)
			}
		}
		here := x.hire("here", []staff.Permission{staff.ProgrammeSee, staff.ProgrammeEdit}, x.Outlet.ID)
		for field, value := range map[string]string{"hall": "barn", "session": "s/2", "zone": "Z", "tag": "пресса"} {
			group := map[bool]string{true: "when", false: "scope"}[field == "tag"]
			code, body := x.send(here, "", group, field, url.Values{"do": {"fields"}})
			if code != http.StatusOK || strings.Contains(body, `value="`+value+`"`) {
				t.Errorf("%s: %d, who works elsewhere is offered %q", field, code, value)
			}
		}
	})
}

// TestReceiptCallsThePlaybill: a receipt says why a rule did not act with events, halls
// and sessions by their names.
func TestReceiptCallsThePlaybill(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := openPicking(t, d)
		next := *x.Programmes.Current().Get(x.Programme.ID)
		for _, c := range []rule.Condition{{Field: rule.FieldEvent, In: []string{"lear"}}, {Field: rule.FieldHall, In: []string{"barn"}}, {Field: rule.FieldSession, In: []string{"s/2"}}} {
			next.Rules = append(next.Rules, rule.Rule{ID: string(c.Field), Kind: rule.DiscountRule, Rate: 10 * money.Percent, Scope: []rule.Condition{c}})
		}
		_, err := x.Programmes.Put(t.Context(), next, "Ольга")
		x.check(err)
		sold := x.sell()
		body := html.UnescapeString(x.ask(x.who, http.MethodGet, pathOf(sold), nil).Body.String())
		said := tags.ReplaceAllString(body, " ")
		for _, want := range []string{"Лир", "Сарай, Бар", "Лир, 03.03.2026"} {
			if !strings.Contains(said, want) {
				t.Errorf("no %q: %s", want, said)
			}
		}
		for _, code := range []string{"lear", "barn", "s/2"} {
			if strings.Contains(said, code) {
				t.Errorf("%q is told by its code: %s", code, said)
			}
		}
	})
}
