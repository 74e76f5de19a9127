package app

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

const importExtract = "../loyalty/importer/testdata/online-retail-extract.csv"

func TestImportPurchases(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		environ := []string{"KOPILKA_DB__URL=" + dbtest.URL(t, d.Dialect())}
		report := filepath.Join(t.TempDir(), "report.csv")
		args := []string{"import", "purchases", importExtract, "--map", "online-retail", "--report", report}

		got := kopilka(t, environ, append(args, "--dry-run")...)
		if got.code != 0 || !strings.Contains(got.out, "возврат: 283") || !strings.Contains(got.out, "Ничего не записано") {
			t.Errorf("exit code %d\n%s%s", got.code, got.out, got.errOut)
		}
		got = kopilka(t, environ, args...)
		for _, want := range []string{
			"Действующей программы лояльности нет", "Строк прочитано: 3 880", "записано: 3 515", "возврат, покупка найдена: 151",
			"возврат, покупка не найдена: 132", "не принято: 82", "importer.adjustment: 38", "Чеков: 300, из них возвратов: 95. Были записаны раньше: 0",
			"Новых участников: 84, новых товаров: 1 768", "Продано на 363 813,57",
		} {
			if !strings.Contains(strings.ReplaceAll(got.out, "\u00a0", " "), want) {
				t.Errorf("nothing says «%s»:\n%s", want, got.out)
			}
		}
		if got.code != 0 || got.errOut != "" {
			t.Errorf("exit code %d, stderr:\n%s", got.code, got.errOut)
		}
		rows := readReport(t, report)
		if len(rows) != 3881 {
			t.Fatalf("the report has %d rows", len(rows))
		}
		if diff := cmp.Diff([]string{"строка", "чек", "итог", "было раньше", "код", "пояснение"}, rows[0]); diff != "" {
			t.Error(diff)
		}
		for _, want := range []string{
			"573585|записано|||",
			"C541433|возврат, покупка найдена|||",
			"C556445|возврат, покупка не найдена||importer.not-matched|Раньше этот участник такого товара по такой цене не покупал или уже вернул",
			"A563186|не принято||importer.adjustment|Не покупка и не возврат, а запись магазина: Безнадёжный долг (Adjust bad debt) (B)",
		} {
			if !hasRow(rows, want) {
				t.Errorf("the report does not say %s", want)
			}
		}

		got = kopilka(t, environ, append(args, "--lang", "en")...)
		if got.code != 0 || !strings.Contains(got.out, "Recorded earlier: 300") {
			t.Errorf("exit code %d\n%s%s", got.code, got.out, got.errOut)
		}
		if rows := readReport(t, report); !hasRow(rows, "573585|imported|+||") || rows[0][0] != "row" {
			t.Errorf("the English report begins %v", rows[:2])
		}
		left, err := os.ReadDir(filepath.Dir(report))
		if err != nil || len(left) != 1 {
			t.Errorf("%d files where the report is: %v", len(left), err)
		}
	})
}

func readReport(t *testing.T, name string) [][]string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	text, marked := strings.CutPrefix(string(content), "\uFEFF")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || !marked {
		t.Fatalf("marked as UTF-8: %v: %v", marked, err)
	}
	return rows
}

// hasRow tells whether a row, but for its number, is as wanted.
func hasRow(rows [][]string, want string) bool {
	for _, r := range rows {
		if strings.Join(r[1:], "|") == want {
			return true
		}
	}
	return false
}

func TestImportRefuses(t *testing.T) {
	t.Parallel()
	environ := []string{"KOPILKA_DB__URL=" + dbtest.URL(t, db.SQLite)}
	file := filepath.Join(t.TempDir(), "other.csv")
	if err := os.WriteFile(file, []byte("a,b\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		args   string
		code   int
		errOut string
	}{
		{"import", 2, "Есть команды: purchases"},
		{"import purchases", 2, "Не хватает"},
		{"import purchases " + file, 2, "Не хватает флагов: --map"},
		{"import purchases " + file + " --map nothing", 1, "Таблицы соответствия nothing нет. Встроенные: online-retail"},
		{"import purchases nothing.csv --map online-retail", 1, "Файла nothing.csv нет"},
		{"import purchases " + file + " --map online-retail", 1, "line.sku: столбца «StockCode» нет"},
		{"import purchases " + file + " --map " + file, 1, "Таблица соответствия не читается"},
		{"import purchases " + file + " --map online-retail --report /no/such/folder/r.csv", 1, "не пишется"},
	} {
		got := kopilka(t, environ, strings.Fields(tc.args)...)
		if got.code != tc.code || !strings.Contains(got.errOut, tc.errOut) {
			t.Errorf("%s: exit code %d\n%s%s", tc.args, got.code, got.out, got.errOut)
		}
	}
	if got := kopilka(t, nil, "import", "purchases", file, "--map", "online-retail"); got.code != 1 || !strings.Contains(got.errOut, "kopilka migrate") {
		t.Errorf("without a base: exit code %d\n%s", got.code, got.errOut)
	}
}

// TestImportStopped: a stopped import says that it goes on, and leaves no
// report.
func TestImportStopped(t *testing.T) {
	t.Parallel()
	url := dbtest.URL(t, db.SQLite)
	d, err := db.Open(t.Context(), db.Options{URL: url, MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	go func() {
		for n := 0; n < 20 && ctx.Err() == nil; {
			_ = d.Row(ctx, "select count(*) from receipt_key").Scan(&n)
		}
		cancel()
	}()
	report := filepath.Join(t.TempDir(), "report.csv")
	got := kopilkaIn(ctx, t.TempDir(), []string{"KOPILKA_DB__URL=" + url}, "import", "purchases", importExtract, "--map", "online-retail", "--report", report)
	if got.code != 1 || !strings.Contains(got.out, "Остановлено. Записано чеков: ") || !strings.Contains(got.errOut, "Прервано") {
		t.Errorf("exit code %d\n%s%s", got.code, got.out, got.errOut)
	}
	if left, err := os.ReadDir(filepath.Dir(report)); err != nil || len(left) != 0 {
		t.Errorf("%v is left: %v", left, err)
	}
}

// TestImportMembers: the command makes members of a file, tells what became of
// its rows and writes the report with the column that is to blame.
func TestImportMembers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		environ := []string{"KOPILKA_DB__URL=" + dbtest.URL(t, d.Dialect())}
		file, report := filepath.Join(t.TempDir(), "people.csv"), filepath.Join(t.TempDir(), "report.csv")
		if err := os.WriteFile(file, []byte("Телефон;Имя;Пол\n89160000051;Анна;ж\n89160000052;Олег;?\nабв;Ира;32\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		for i, want := range []string{"Будет новых участников: 1", "Новых участников: 1", "Новых участников: 0"} {
			args := []string{"import", "members", file, "--report", report}
			if i == 0 {
				args = append(args, "--dry-run")
			}
			got := kopilka(t, environ, args...)
			if got.code != 0 || got.errOut != "" || !strings.Contains(got.out, want) || !strings.Contains(got.out, "importer.sex: 1") {
				t.Errorf("exit code %d\n%s%s", got.code, got.out, got.errOut)
			}
		}
		rows := readReport(t, report)
		want := [][]string{
			{"строка", "столбец", "итог", "было раньше", "код", "пояснение"},
			{"2", "", "записано", "+", "", ""},
			{"3", "Пол", "не принято", "", "importer.sex", "«?» не читается: м или ж"},
			{"4", "Телефон", "не принято", "", "importer.identifier", "«абв» не читается: так это не записывают; Пол: «32» не читается: м или ж"},
		}
		if diff := cmp.Diff(want, rows); diff != "" {
			t.Error(diff)
		}
	})
}
