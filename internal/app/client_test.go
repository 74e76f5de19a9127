package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/client"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/platform/config"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/i18n"
)

// TestClient works a small shop through the Go client, on each engine, the
// whole program behind it: from the first outlet to a receipt whose answer
// was lost.
func TestClient(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			cfg := config.Default()
			cfg.DB.URL, cfg.HTTP.Addr = config.DSN(dbtest.URL(t, dialect)), "127.0.0.1:0"
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
			shop.sell(t)
			shop.fail(t)
			shop.loseAnswers(t)
		})
	}
}

// clientShop is one outlet, as the client made it.
type clientShop struct {
	url, token        string // of its till
	office, till      *client.Client
	outlet, programme string
	member            string
}

func openShop(t *testing.T, s *Service) *clientShop {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, token, err := s.Identity.MakeKey(ctx, identity.Key{Name: "office", Scopes: []identity.Scope{identity.Admin}})
	must(err)
	c, err := client.New(s.URL, token, client.WithLanguage("en"))
	must(err)
	partner, err := c.CreatePartner(ctx, &client.PartnerBody{Code: "own", Name: "Лавка"})
	must(err)
	outlet, err := c.CreateOutlet(ctx, &client.OutletBody{Partner: partner.ID, Code: "main", Name: "Лавка", Zone: "Europe/Moscow", DayCutover: new(int64(0))})
	must(err)
	if outlet.DayCutover == nil || *outlet.DayCutover != 0 {
		t.Errorf("midnight was taken for nothing: %+v", outlet)
	}
	till, err := c.CreateTill(ctx, &client.TillBody{Outlet: outlet.ID, Code: "1", Name: "Касса 1"})
	must(err)
	key, err := c.CreateKey(ctx, &client.NewKey{Till: till.ID, Name: "till"})
	must(err)
	programme, err := c.CreateProgramme(ctx, &client.NewProgramme{
		Text: json.RawMessage(`{"code":"main","name":"Клуб","zone":"Europe/Moscow","earning":{"rate":"5%"},"spending":{"share":"50%"}}`),
	})
	must(err)
	member, err := c.RegisterMember(ctx, &client.Registration{
		Profile:     &client.Profile{Name: "Анна"},
		Identifiers: []client.NewIdentifier{{Kind: client.MemberKindPhone, Value: "8 (916) 123-45-67"}},
	})
	must(err)
	out := &clientShop{url: s.URL, token: key.Token, office: c, outlet: outlet.ID, programme: programme.ID, member: member.ID}
	out.till, err = client.New(s.URL, key.Token, client.WithLanguage("en"))
	must(err)
	t.Cleanup(func() { c.Close(); out.till.Close() })
	return out
}

// receipt is 1 000 roubles, which earn 50 points.
func (s *clientShop) receipt() *client.CommitBody {
	return &client.CommitBody{
		Buyer: &client.Buyer{Phone: "+79161234567"},
		Lines: []client.CartLine{{SKU: "tea", Quantity: "2", Price: 400_00}, {SKU: "чай \"Ассам\" <б>", Quantity: "0.5", Price: 400_00}},
	}
}

func (s *clientShop) sell(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	before := time.Now().Add(-time.Minute)
	quote, err := s.till.QuotePurchase(ctx, &client.CartBody{Buyer: s.receipt().Buyer, Lines: s.receipt().Lines}, &client.QuotePurchaseQuery{Fiscal: true})
	if err != nil || quote.Due != 1000_00 || quote.Earned != 50_00 || len(quote.Lines[0].Fiscal) != 1 {
		t.Fatalf("%+v, %v", quote, err)
	}
	sold, replayed, err := s.till.CommitPurchase(ctx, "drive/1", s.receipt(), nil)
	if err != nil || replayed || sold.Earned != 50_00 || sold.Member != s.member || sold.Mode != client.PurchaseModeCommit || len(sold.Lines) != 2 {
		t.Fatalf("%+v, %v, %v", sold, replayed, err)
	}
	if sold.At.Before(before) || sold.At.After(time.Now().Add(time.Minute)) || sold.Lines[1].SKU != s.receipt().Lines[1].SKU {
		t.Errorf("%+v", sold)
	}
	again, replayed, err := s.till.CommitPurchase(ctx, "drive/1", s.receipt(), nil)
	if err != nil || !replayed {
		t.Errorf("%v, %v", replayed, err)
	}
	if diff := cmp.Diff(sold, again); diff != "" {
		t.Errorf("the second answer differs:\n%s", diff)
	}
	read, err := s.till.GetPurchase(ctx, sold.ID, nil)
	if diff := cmp.Diff(sold, read); err != nil || diff != "" {
		t.Errorf("as it is read: %v\n%s", err, diff)
	}
	back, replayed, err := s.till.RefundPurchase(ctx, "drive/2", &client.RefundBody{
		Purchase: client.PurchaseRef{ID: sold.ID}, Lines: []client.RefundPart{{Line: 0, Quantity: "1"}},
	})
	if err != nil || replayed || back.Money != 400_00 || back.Earned != 20_00 {
		t.Errorf("%+v, %v, %v", back, replayed, err)
	}
	recorded, _, err := s.till.RecordPurchase(ctx, "drive/3", &client.RecordBody{
		At: sold.At.Add(-time.Hour).In(time.FixedZone("", 5*3600)), Lines: []client.RecordLine{{SKU: "cup", Quantity: "1", Price: 100}},
	}, nil)
	if err != nil && client.Code(err) != "identity.no-scope" {
		t.Errorf("%+v, %v", recorded, err)
	}
	accounts, err := s.office.ListAccounts(ctx, s.member)
	if err != nil || len(accounts.Items) != 1 || accounts.Items[0].Balance.Active != 30_00 || accounts.Items[0].State != client.AccountStateOpen {
		t.Errorf("%+v, %v", accounts, err)
	}
}

// fail does what is refused.
func (s *clientShop) fail(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	stranger, err := client.New(s.url, "no-such-key")
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	other := s.receipt()
	other.Lines = other.Lines[:1]
	bad := s.receipt()
	bad.Lines[1].Price = -1
	for name, tc := range map[string]struct {
		ask    func() error
		status int
		code   string
		paths  []string
	}{
		"a stranger":  {func() error { _, err := stranger.ListPartners(ctx, nil); return err }, 401, "", nil},
		"not allowed": {func() error { _, err := s.till.ListKeys(ctx, nil); return err }, 403, "", nil},
		"not there":   {func() error { _, err := s.till.GetPurchase(ctx, "5.6", nil); return err }, 404, "purchase.not-found", nil},
		"another receipt under the key": {
			func() error { _, _, err := s.till.CommitPurchase(ctx, "drive/1", other, nil); return err }, 409, "", nil,
		},
		"a wrong line": {
			func() error { _, _, err := s.till.CommitPurchase(ctx, "drive/4", bad, nil); return err }, 400, "api.invalid", []string{"lines[1].price"},
		},
		"an outlet of nobody": {
			func() error { _, err := s.office.CreateOutlet(ctx, &client.OutletBody{}); return err }, 400, "api.invalid", []string{"code", "name", "zone"},
		},
	} {
		p, ok := errors.AsType[*client.Problem](tc.ask())
		if !ok || p.Status != tc.status || tc.code != "" && p.Code != tc.code || p.Code == "" || p.Title == "" || p.Detail == "" || p.RequestID == "" {
			t.Errorf("%s: %+v", name, p)
			continue
		}
		var paths []string
		for _, e := range p.Errors {
			paths = append(paths, e.Path)
			if e.Code == "" || e.Detail == "" {
				t.Errorf("%s: %+v", name, e)
			}
		}
		if diff := cmp.Diff(tc.paths, paths); diff != "" {
			t.Errorf("%s: wrong places\n%s", name, diff)
		}
	}
}

// lossy carries requests to the service and loses answers: the first of each
// four whole, the second in the middle; the third never reaches the service.
type lossy struct {
	http.RoundTripper
	n atomic.Int64
}

// RoundTrip carries one request.
func (l *lossy) RoundTrip(r *http.Request) (*http.Response, error) {
	turn := l.n.Add(1) % 4
	if turn == 3 {
		return nil, errors.New("connection refused")
	}
	answer, err := l.RoundTripper.RoundTrip(r)
	if err != nil || turn == 0 {
		return answer, err
	}
	body, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil || turn == 1 {
		return nil, errors.Join(io.ErrUnexpectedEOF, err)
	}
	answer.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body[:len(body)/2]), cutReader{}))
	return answer, nil
}

type cutReader struct{}

// Read loses the connection.
func (cutReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// loseAnswers sells over a bad line: each receipt takes four attempts and is
// made once.
func (s *clientShop) loseAnswers(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	line := &lossy{RoundTripper: http.DefaultTransport.(*http.Transport).Clone()}
	c, err := client.New(s.url, s.token, client.WithTransport(line), client.WithRetry(client.Retry{First: time.Millisecond}))
	if err != nil {
		t.Fatal(err)
	}
	defer line.RoundTripper.(*http.Transport).CloseIdleConnections()
	before, err := s.office.ListAccounts(ctx, s.member)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"bad-line/1", "bad-line/2"} {
		sold, replayed, err := c.CommitPurchase(ctx, key, s.receipt(), nil)
		if err != nil || !replayed || sold.Key != key || sold.Due != 1000_00 {
			t.Errorf("%+v, %v, %v", sold, replayed, err)
		}
	}
	if n := line.n.Load(); n != 8 {
		t.Errorf("%d attempts", n)
	}
	after, err := s.office.ListAccounts(ctx, s.member)
	if err != nil {
		t.Fatal(err)
	}
	was, is := before.Items[0], after.Items[0]
	if is.Purchases != was.Purchases+2 || is.Balance.Active != was.Balance.Active+2*50_00 {
		t.Errorf("two receipts turned %+v into %+v", was, is)
	}
	// What has no key is left as it is: done or not, the caller must look.
	office, err := client.New(s.url, s.token, client.WithTransport(&lossy{RoundTripper: line.RoundTripper}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := office.QuotePurchase(ctx, &client.CartBody{Lines: s.receipt().Lines}, nil); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%v", err)
	}
}
