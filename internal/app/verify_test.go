package app

import (
	"encoding/json"
	"strings"
	"testing"

	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/i18n"
)

func TestVerifyCommand(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			url := dbtest.URL(t, dialect)
			d, err := db.Open(t.Context(), db.Options{URL: url, MaxConns: 4})
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			s := purchasetest.Open(t, d, purchasetest.Programme())
			b := s.Member(t)
			s.Give(t, b, 12300)

			got := kopilka(t, nil, "verify", "--db", url)
			if got.code != ExitOK || !strings.Contains(got.out, "проводок: 1\n") || !strings.Contains(got.out, "Всё сходится.") || got.errOut != "" {
				t.Errorf("%+v", got)
			}
			if _, err := d.Exec(t.Context(), "update account set active = active + 5"); err != nil {
				t.Fatal(err)
			}
			got = kopilka(t, nil, "verify", "--db", url, "--lang", "en", "--workers", "1")
			for _, want := range []string{
				"An account's active points are not the sum of its postings (account-active)",
				"where:    account home_id=" + b.Home.String() + " programme_id=" + s.Programme.ID.String(), "found:    12305", "wanted:   12300",
			} {
				if !strings.Contains(got.out, want) {
					t.Errorf("no %q in %s", want, got.out)
				}
			}
			if got.code != ExitFailure || !strings.Contains(got.errOut, "Invariants broken: 2") {
				t.Errorf("%+v", got)
			}
			got = kopilka(t, nil, "verify", "--db", url, "--json")
			var r verify.Report
			if err := json.Unmarshal([]byte(got.out), &r); err != nil {
				t.Fatalf("%v: %s", err, got.out)
			}
			if got.code != ExitFailure || len(r.Breaks) != 2 || r.Breaks[1].Invariant != verify.AccountActive || r.Counts.Postings != 1 {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestVerifyNoBase(t *testing.T) {
	t.Parallel()
	if got := kopilka(t, nil, "verify"); got.code != ExitFailure || !strings.Contains(got.errOut, "новую создаёт команда") {
		t.Errorf("%+v", got)
	}
}

func TestInvariantsHaveTexts(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]verify.Invariant{}
	for _, i := range verify.Invariants() {
		for _, lang := range i18n.Langs() {
			text := texts.Text(lang, "verify."+string(i))
			if other, twice := seen[text]; twice || !texts.Has(lang, "verify."+string(i)) {
				t.Errorf("%s %s: %q is missing or that of %s", lang, i, text, other)
			}
			seen[text] = i
		}
	}
}
