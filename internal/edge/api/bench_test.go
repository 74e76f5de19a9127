package api

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"

	"kopilka/internal/edge/httpx"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/log"
	"kopilka/internal/platform/metrics"
	"kopilka/internal/platform/money"
)

const benchBody = `{"number":"17","buyer":{"phone":"+79160000001"},"lines":[` +
	`{"sku":"T1","quantity":"1","price":50000},{"sku":"B1","quantity":"2","price":30000},{"sku":"popcorn-l","name":"Попкорн большой","quantity":1,"price":40000}]}`

// sold is a purchase of three lines as the desk gives it.
func sold() *purchase.Purchase {
	p := &purchase.Purchase{
		Home: 912230453329530880, ID: 912230453354700800, Mode: purchase.Commit, Till: 912230453010763776, Outlet: 912230452901711872,
		Partner: 912230452767494144, Key: "till-1-000017", Number: "17", At: 1_774_000_000_000_000, WrittenAt: 1_774_000_000_000_000, Day: "2026-03-20",
		Account: 912230453346312192, Programme: 912230453312753664, Version: 1, Gross: 150000, Due: 150000, Earned: 7900,
		Payments: []purchase.Payment{{Kind: "money", Amount: 150000}}, Balance: purchase.Balance{Active: 7900},
	}
	for _, sku := range []string{"T1", "B1", "popcorn-l"} {
		p.Lines = append(p.Lines, purchase.Line{
			SKU: sku, Product: 912230453262422016, Type: "bar", Quantity: 1000, Price: 50000, Gross: 50000,
			Earned: []purchase.RuleAmount{{Rule: "earn.bar", Amount: 2633}}, Pays: []money.Amount{50000},
		})
	}
	return p
}

// BenchmarkRequest is what a commit of three lines costs before and after the
// desk: middleware, key, rate, reading, the answer. Beside it the same through
// huma's own reading and validation.
func BenchmarkRequest(b *testing.B) {
	d := dbtest.Open(b, db.SQLite)
	c := clock.System{}
	_, token, err := identity.New(d, idsOf(b), c).MakeKey(b.Context(), identity.Key{Name: "k", Scopes: identity.Scopes(), Rate: identity.MaxRate})
	if err != nil {
		b.Fatal(err)
	}
	done := sold()
	b.Run("ours", func(b *testing.B) {
		router, faults := benchRouter(b, log.New(io.Discard, slog.LevelInfo, "text"))
		rules := member.DefaultRules()
		a := &API{limiter: httpx.NewLimiter(c), Parts: Parts{
			Faults: faults, Keys: identity.NewKeys(d, c), Limit: httpx.Rate{PerMinute: 1 << 30, Burst: 1 << 30}, Rules: func() member.Rules { return rules },
		}}
		add(a, operation{id: "x", method: http.MethodPost, path: "/purchases", status: http.StatusCreated, scopes: []identity.Scope{identity.PurchasesWrite}, keyed: true},
			func(_ context.Context, c *call, in *commitIn) (*Purchase, error) {
				if _, err := c.buyer(in.Body.Buyer); err != nil {
					return nil, err
				}
				return purchaseOf(done, in.Fiscal), nil
			})
		router.Method(http.MethodPost, Base+"/purchases", a.routes[0].serve)
		benchServe(b, router, token)
	})
	b.Run("huma", func(b *testing.B) {
		router, _ := benchRouter(b, log.New(io.Discard, slog.LevelInfo, "text"))
		cfg := huma.DefaultConfig("x", "1")
		cfg.CreateHooks = nil
		api := humachi.New(router, cfg)
		type in struct {
			Key    string `header:"Idempotency-Key" required:"true"`
			Fiscal bool   `query:"fiscal"`
			Body   humaCart
		}
		huma.Register(api, huma.Operation{OperationID: "x", Method: http.MethodPost, Path: Base + "/purchases", DefaultStatus: http.StatusCreated},
			func(context.Context, *in) (*output[*Purchase], error) {
				return &output[*Purchase]{purchaseOf(done, false)}, nil
			})
		benchServe(b, router, token)
	})
	b.Run("middleware only", func(b *testing.B) {
		router, _ := benchRouter(b, log.New(io.Discard, slog.LevelInfo, "text"))
		router.Post(Base+"/purchases", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) })
		benchServe(b, router, token)
	})
	b.Run("answer only", func(b *testing.B) {
		measure(b)
		for b.Loop() {
			buf := buffers.Get().(*bytes.Buffer)
			if _, err := buf.Write(purchaseOf(done, false).appendJSON(buf.AvailableBuffer())); err != nil {
				b.Fatal(err)
			}
			putBuffer(buf)
		}
	})
}

// humaCart is CommitBody with types that huma's validation can see through.
type humaCart struct {
	Number string `json:"number,omitempty" maxLength:"64"`
	Buyer  struct {
		Phone string `json:"phone,omitempty" maxLength:"64"`
	} `json:"buyer,omitempty"`
	Lines []struct {
		SKU      string `json:"sku" minLength:"1" maxLength:"64"`
		Name     string `json:"name,omitempty" maxLength:"300"`
		Quantity any    `json:"quantity"`
		Price    int64  `json:"price" minimum:"0"`
	} `json:"lines" minItems:"1" maxItems:"5000"`
}

func benchRouter(b *testing.B, logger *slog.Logger) (chi.Router, *httpx.Faults) {
	return httpx.NewRouter(httpx.Stack{
		Log: logger, Texts: texts(b), Lang: i18n.RU, Metrics: metrics.New("test"), Health: httpx.NewHealth(clock.System{}), Body: 1 << 20, Timeout: time.Minute,
	})
}

func benchServe(b *testing.B, h http.Handler, token string) {
	measure(b)
	for b.Loop() {
		r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, Base+"/purchases", strings.NewReader(benchBody))
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set(keyHeader, "till-1-000017")
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusCreated {
			b.Fatal(w.Code, w.Body.String())
		}
	}
}

func idsOf(testing.TB) *id.Maker { return id.NewMaker(9) }

// processor is the time that the process has had of the processor: on a busy
// machine it tells more than the clock.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Skip("the system does not tell processor time")
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measure reports processor time beside the clock's.
func measure(b *testing.B) {
	began := processor(b)
	b.Cleanup(func() { b.ReportMetric(float64(processor(b)-began)/float64(b.N), "cpu-ns/op") })
	b.ReportAllocs()
}
