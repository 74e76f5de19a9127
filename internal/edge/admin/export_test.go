package admin_test

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/importer"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestFileNamesWhom: a file of members begins with who each is, whatever columns are
// chosen, and an import knows its columns.
func TestFileNamesWhom(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d)
		anna := h.register("Анна", "+79161234567")
		who := h.hire("takes", []staff.Permission{staff.MembersSee, staff.MembersContacts, staff.MembersExport})
		if w := h.ask(who, http.MethodGet, admin.Base+"/members/export?as=pdf", nil); w.Code != http.StatusNotFound || w.Header().Get("Content-Disposition") != "" {
			t.Errorf("a file of an unknown kind: %d", w.Code)
		}
		for query, want := range map[string][][]string{
			"&col=sex&col=phone":                    {{"ФИО", "Номер участника", "Пол", "Телефон"}, {"Анна", anna.Number, "", "+79161234567"}},
			"&col=sex&col=number":                   {{"ФИО", "Номер участника", "Пол"}, {"Анна", anna.Number, ""}},
			"&q=%D0%90%D0%BD%D0%BD%D0%B0&col=email": {{"ФИО", "Номер участника", "E-mail"}, {"Анна", anna.Number, ""}},
		} {
			text := h.ask(who, http.MethodGet, admin.Base+"/members/export?as=csv"+query, nil).Body.String()
			rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
			h.check(err)
			if diff := cmp.Diff(want, rows); diff != "" {
				t.Errorf("%s: %s", query, diff)
			}
			book, err := excelize.OpenReader(h.ask(who, http.MethodGet, admin.Base+"/members/export?as=xlsx"+query, nil).Body)
			h.check(err)
			sheet, err := book.GetRows(book.GetSheetName(0))
			h.check(err)
			for i := range want { // of a workbook empty cells at the end are left out
				want[i] = strings.Split(strings.TrimRight(strings.Join(want[i], "\n"), "\n"), "\n")
			}
			if diff := cmp.Diff(want, sheet); diff != "" {
				t.Errorf("the workbook of %s: %s", query, diff)
			}
		}
		if got := importer.GuessPeople([]string{"ФИО", "Номер участника", "Пол", "Телефон"}, nil); got[0] == "" || got[0] != importer.GuessPeople([]string{"fio"}, nil)[0] || got[1] != "" {
			t.Errorf("an import reads the columns as %q", got)
		}
	})
}
