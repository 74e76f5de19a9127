package app

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kopilka/client"
	"kopilka/internal/app/bench"
	"kopilka/internal/platform/config"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/i18n"
)

func TestBenchPrintsOneObject(t *testing.T) {
	t.Parallel()
	for engine, caller := range map[db.Dialect]string{db.SQLite: "go", db.Postgres: "raw"} {
		t.Run(string(engine)+" "+caller, func(t *testing.T) {
			t.Parallel()
			args := strings.Fields("bench receipts --members 60 --clients 4 --seconds 1s --warmup 100ms --rounds 1 --bare 300 --json")
			args = append(args, "--engine", string(engine), "--client", caller)
			if engine == db.Postgres {
				args = append(args, "--url", dbtest.URL(t, engine))
			}
			got := kopilka(t, nil, args...)
			if got.code != ExitOK {
				t.Fatalf("exit code %d\n%s%s", got.code, got.out, got.errOut)
			}
			var object map[string]any
			if err := json.Unmarshal([]byte(got.out), &object); err != nil {
				t.Fatal(err)
			}
			for _, key := range []string{"commits_per_second", "bare_per_second", "ratio", "p50_ms", "p99_ms", "rows_per_receipt", "bytes_per_receipt"} {
				if v, _ := object[key].(float64); v <= 0 {
					t.Errorf("%s is %v", key, object[key])
				}
			}
			if object["errors"] != 0.0 || object["verify"] != "clean" {
				t.Errorf("%v errors (%v), the books: %v", object["errors"], object["first_error"], object["verify"])
			}
		})
	}
}

func TestBenchRefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"--members 0":                              "--members: Можно от 1 до 10000000",
		"--clients 99999":                          "--clients: ",
		"--rounds 0 --seconds 1ms":                 "--seconds: ",
		"--engine postgres":                        "--url: Нужен адрес сервера",
		"--engine oracle":                          "«oracle» не годится для --engine",
		"--cpuprofile no/such/folder --members 10": "no/such/folder нельзя записать",
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			got := kopilka(t, nil, append([]string{"bench", "receipts"}, strings.Fields(args)...)...)
			if got.code == ExitOK || !strings.Contains(got.errOut, want) {
				t.Errorf("exit code %d:\n%s", got.code, got.errOut)
			}
		})
	}
}

// What the benchmark sends by itself is what the Go client would send.
func TestBenchCallersSendTheSame(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	cfg := config.Default()
	cfg.DB.URL, cfg.HTTP.Addr = config.DSN(dbtest.URL(t, db.SQLite)), "127.0.0.1:0"
	s, err := Start(t.Context(), ServiceOptions{Config: &cfg, Log: slog.New(slog.DiscardHandler), Texts: texts})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	shop := openShop(t, s)
	receipt := &bench.Receipt{Phone: "+79161234567", Lines: [3]bench.Line{
		{SKU: "a", Pieces: 1, Price: 10_000}, {SKU: "b", Pieces: 2, Price: 25_050}, {SKU: "c", Pieces: 3, Price: 1},
	}}
	var made []client.Purchase
	for key, open := range map[string]func(string, string) (bench.Caller, error){"raw-1": bench.NewHTTPCaller, "go-1": bench.NewGoCaller} {
		caller, err := open(s.URL, shop.token)
		if err != nil {
			t.Fatal(err)
		}
		defer caller.Close()
		receipt.Key = key
		for range 2 { // the second is answered as the first was
			if err := caller.Sell(t.Context(), receipt); err != nil {
				t.Fatal(err)
			}
		}
		list, err := shop.till.ListPurchases(t.Context(), &client.ListPurchasesQuery{Key: key})
		if err != nil || len(list.Items) != 1 {
			t.Fatalf("%d purchases under %s: %v", len(list.Items), key, err)
		}
		made = append(made, list.Items[0])
	}
	// What the first has made known is in the catalogue by the second.
	if diff := cmp.Diff(made[0].Lines, made[1].Lines, cmpopts.IgnoreFields(client.PurchaseLine{}, "Product")); diff != "" {
		t.Error(diff)
	}
	if made[0].Gross != 10_000+2*25_050+3 || made[0].Member == "" || made[0].Member != made[1].Member {
		t.Errorf("it came out as %+v", made[0])
	}
	bad, err := bench.NewHTTPCaller(s.URL, "kp_wrong")
	if err != nil {
		t.Fatal(err)
	}
	defer bad.Close()
	if err := bad.Sell(t.Context(), receipt); err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("a wrong key gave %v", err)
	}
}
