package app

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kopilka/internal/loyalty/whatif"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

const shopYear = "../../testdata/programmes/shop-year.yaml"

// TestSimulateCommand imports a shop's receipts under a plain programme and
// simulates another.
func TestSimulateCommand(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		environ := []string{"KOPILKA_DB__URL=" + dbtest.URL(t, d.Dialect())}
		plain := filepath.Join(t.TempDir(), "plain.yaml")
		if err := os.WriteFile(plain, []byte("code: shop-year\nname: Было\nearning: {rate: 1%}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		wants := func(code int, out, errOut string, args ...string) result {
			t.Helper()
			got := kopilka(t, environ, args...)
			got.out = strings.ReplaceAll(got.out, "\u00a0", " ")
			if got.code != code || !strings.Contains(got.out, out) || !strings.Contains(got.errOut, errOut) {
				t.Errorf("%v: %d\n%s\n%s\nwant %d, %q, %q", args, got.code, got.out, got.errOut, code, out, errOut)
			}
			return got
		}
		wants(ExitOK, "действует версия 1", "", "programme", "apply", plain, "--yes")
		wants(ExitOK, "", "", "import", "purchases", importExtract, "--map", "online-retail")
		simulate := func(file string, more ...string) []string {
			return append([]string{"programme", "simulate", file, "--from", "2010-12-01", "--to", "2011-12-31"}, more...)
		}
		got := wants(ExitOK, "Программа shop-year из файла вместо версии 1, чеки с 2010-12-01 по 2011-12-31", "", simulate(shopYear)...)
		for _, want := range []string{"three-for-two › Третья бесплатно", "↑ start → regular", "2011-12-09", "выиграют больше всех", "стоимость всего"} {
			if !strings.Contains(got.out, want) {
				t.Errorf("nothing says «%s»:\n%s", want, got.out)
			}
		}
		wants(ExitOK, "Members who gain: ", "", simulate(shopYear, "--lang", "en")...)

		got = wants(ExitOK, "", "", simulate(shopYear, "--json", "--top", "3")...)
		var r whatif.Report
		if err := json.Unmarshal([]byte(got.out), &r); err != nil {
			t.Fatal(err)
		}
		if r.Then.Receipts != 205 || r.Now.Told == 0 || r.Now.Told != 801_01 || len(r.Winners) != 3 || len(r.Moves) == 0 {
			t.Errorf("%+v", r)
		}
		wants(ExitOK, "действует версия 2", "", "programme", "apply", shopYear, "--yes")
		wants(ExitFailure, "", "Дни пишутся", "programme", "simulate", shopYear, "--from", "2011-12-02", "--to", "2011-12-01")
		if err := os.WriteFile(plain, []byte("code: shop-year\nname: Было\nearning: {rate: много}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		wants(ExitFailure, "", "plain.yaml:3:17: earning.rate: ", simulate(plain)...)
		wants(ExitUsage, "", "", "programme", "simulate", shopYear)
	})
}
