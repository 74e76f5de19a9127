package admin

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"kopilka/internal/edge/ui"
	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/importer"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
)

// reading is a page of whoever may do what is named, in a language.
func reading(t *testing.T, lang i18n.Lang, may ...staff.Permission) *page {
	t.Helper()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(ui.With(t.Context(), &ui.Look{Lang: lang, Texts: texts}), http.MethodGet, Base, nil)
	return &page{Admin: &Admin{Parts: Parts{Texts: texts}}, r: r, who: &staff.Who{Permissions: may}}
}

// TestSpansSpoken: a length of time is in the case that its words want.
func TestSpansSpoken(t *testing.T) {
	t.Parallel()
	ru, en := reading(t, i18n.RU), reading(t, i18n.EN)
	for _, x := range []struct {
		got, want string
	}{
		{ru.text("admin.jobs.in", "span", ru.spanIn(time.Second)), "через 1 секунду"},
		{ru.text("admin.jobs.in", "span", ru.spanIn(22*time.Second)), "через 22 секунды"},
		{ru.text("admin.jobs.in", "span", ru.spanIn(21*time.Minute)), "через 21 минуту"},
		{ru.text("admin.jobs.in", "span", ru.spanIn(25*time.Minute)), "через 25 минут"},
		{ru.often(21 * time.Second), "раз в 21 секунду"},
		{ru.span(time.Second), "1 секунда"},
		{en.text("admin.jobs.in", "span", en.spanIn(time.Minute)), "in 1 minute"},
	} {
		if x.got != x.want {
			t.Errorf("%s, want %s", x.got, x.want)
		}
	}
}

// TestNamesInQuotes: the marks around a name are those of the reader's language.
func TestNamesInQuotes(t *testing.T) {
	t.Parallel()
	doc := `{"name":"Bar"}`
	if ru, en := reading(t, i18n.RU).nameIn(doc), reading(t, i18n.EN).nameIn(doc); ru != "«Bar»" || en != "“Bar”" {
		t.Error(ru, en)
	}
}

// TestUntypedCardLeadsToTypes: a row whose card is of no type leads to where types
// are, if the reader may see them; no other row does.
func TestUntypedCardLeadsToTypes(t *testing.T) {
	t.Parallel()
	untyped := &importer.Outcome{Why: fault.New(fault.Refused, "card.type-unclear", "types", 2)}
	other := &importer.Outcome{Why: fault.New(fault.Refused, "member.mandatory")}
	sees, blind := reading(t, i18n.RU, staff.ReferenceSee), reading(t, i18n.RU)
	if to := sees.importMend(untyped); to.Href != cardsPath || to.Text == "" {
		t.Errorf("it leads to %+v", to)
	}
	if sees.importMend(other).Href != "" || blind.importMend(untyped).Href != "" || sees.importMend(&importer.Outcome{}).Href != "" {
		t.Error("a row leads where it should not")
	}
}

// TestEarnedOfPurchases: the overview says that its points are those of purchases: a
// gift and what is put by hand are not among them.
func TestEarnedOfPurchases(t *testing.T) {
	t.Parallel()
	for lang, want := range map[i18n.Lang]string{i18n.RU: "Начислено за покупки", i18n.EN: "Earned by purchases"} {
		if tiles := reading(t, lang).tiles(&figure.Sums{}, &figure.Sums{}); tiles[4].Label != want {
			t.Errorf("%q, want %q", tiles[4].Label, want)
		}
	}
}
