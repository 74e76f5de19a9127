// Package scenario walks through what the five source documents tell, one
// story a test: the programme is a file of testdata/programmes, the program is
// whole and reached over HTTP by the Go client, the clock stands where the
// story sets it. What is expected is written by hand from the document.
package scenario

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kopilka/client"
	"kopilka/internal/app"
	"kopilka/internal/edge/api"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/config"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/jobs"
)

func TestMain(m *testing.M) { dbtest.Main(m, jobs.Migrate) }

// files is where the programmes lie.
const files = "../../../testdata/programmes/"

// shop is an organization that has everything the programmes name, its
// program, and one of the programmes in force.
type shop struct {
	*testing.T
	url     string // of the base
	service *app.Service
	clock   *clock.Fixed
	office  *client.Client // speaks Russian
	english *client.Client
	gate    *client.Client            // where tickets are used
	tills   map[string]*client.Client // by outlet
	groups  map[string]string         // member groups by name

	category, cards, trainee string // ids: a category, a type of cards, a cashier

	programme *client.Programme
	key       string // of the office
	receipts  int
	messages  bytes.Buffer // with one-time codes, as they were sent
}

// tell tells a story on each engine: a programme of a file, the hour at which
// it begins in Moscow, what happens. The books are proved at its end.
func tell(t *testing.T, file, begins string, story func(s *shop)) {
	t.Helper()
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			s := open(t, dialect, begins)
			s.put(s.read(file))
			s.days(0)
			story(s)
			s.kopilka("verify")
		})
	}
}

// open starts the program on an empty base and makes the organization.
func open(t *testing.T, dialect db.Dialect, begins string) *shop {
	t.Helper()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{T: t, url: dbtest.URL(t, dialect), clock: &clock.Fixed{}, tills: map[string]*client.Client{}, groups: map[string]string{}}
	s.at(begins)
	cfg := config.Default()
	cfg.DB.URL, cfg.HTTP.Addr, cfg.DB.MaxConns = config.DSN(s.url), "127.0.0.1:0", 4
	s.service, err = app.Start(t.Context(), app.ServiceOptions{Config: &cfg, Log: slog.New(slog.DiscardHandler), Texts: texts, Clock: s.clock, Codes: &s.messages})
	s.no(err)
	t.Cleanup(func() {
		if err := s.service.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	_, s.key, err = s.service.Identity.MakeKey(t.Context(), identity.Key{Name: "office", Scopes: []identity.Scope{identity.Admin}, Rate: 1_000_000})
	s.no(err)
	s.office, s.english = s.client(s.key, "ru"), s.client(s.key, "en")
	s.furnish()
	return s
}

func (s *shop) client(key, lang string) *client.Client {
	c, err := client.New(s.service.URL, key, client.WithLanguage(lang))
	s.no(err)
	s.Cleanup(c.Close)
	return c
}

// furnish makes the organization: one partner, a till in each outlet, goods of
// four types, staff, groups.
func (s *shop) furnish() {
	s.Helper()
	ctx := s.Context()
	partner, err := s.office.CreatePartner(ctx, &client.PartnerBody{Code: "own", Name: "Своя сеть"})
	s.no(err)
	for _, code := range []string{"hall", "site"} {
		outlet, err := s.office.CreateOutlet(ctx, &client.OutletBody{Partner: partner.ID, Code: code, Name: code, Zone: "Europe/Moscow"})
		s.no(err)
		till, err := s.office.CreateTill(ctx, &client.TillBody{Outlet: outlet.ID, Code: "1", Name: "Касса"})
		s.no(err)
		key, err := s.office.CreateKey(ctx, &client.NewKey{Till: till.ID, Name: code, Rate: 1_000_000})
		s.no(err)
		s.tills[code] = s.client(key.Token, "ru")
		gate, err := s.office.CreateKey(ctx, &client.NewKey{Till: till.ID, Name: "gate of " + code, Scopes: []string{"visits.write"}, Rate: 1_000_000})
		s.no(err)
		s.gate = s.client(gate.Token, "ru")
	}
	group, err := s.office.CreateProductGroup(ctx, &client.ProductGroupBody{Code: "coffee", Name: "Кофе"})
	s.no(err)
	for _, code := range []string{"ticket", "bar", "service", "goods"} {
		typ, err := s.office.CreateProductType(ctx, &client.ProductTypeBody{Code: code, NameRU: code, NameEN: code, Payable: true, Earns: true})
		s.no(err)
		_, err = s.office.CreateProduct(ctx, &client.ProductBody{SKU: code, Name: code, Type: typ.ID})
		s.no(err)
		if code == "bar" {
			_, err = s.office.CreateProduct(ctx, &client.ProductBody{SKU: "latte", Name: "Латте", Type: typ.ID, Groups: []string{group.ID}})
			s.no(err)
		}
	}
	for _, name := range []string{"VIP", "Сотрудники"} {
		made, err := s.office.CreateGroup(ctx, &client.GroupBody{Name: name})
		s.no(err)
		s.groups[name] = made.ID
	}
	category, err := s.office.CreateCategory(ctx, &client.CategoryBody{Name: "Общий"})
	s.no(err)
	s.category = category.ID
	cards, err := s.office.CreateCardType(ctx, &client.CardTypeBody{Code: "standard", Name: "Стандартная карта", Kind: client.CardKindVirtual, Properties: &client.CardProperties{Prefix: "29"}})
	s.no(err)
	s.cards = cards.ID
	trainee, err := s.office.CreateCashier(ctx, &client.CashierBody{Code: "7", Name: "Стажёр"})
	s.no(err)
	s.trainee = trainee.ID
	s.no(s.service.Refresh(ctx))
}

// read reads the text of a programme.
func (s *shop) read(file string) string { return read(s.T, filepath.Join(files, file)) }

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// put puts the text of a programme into force, as YAML over the API: what
// `kopilka programme apply` does, at the time of the story.
func (s *shop) put(text string) {
	s.Helper()
	status, body := s.send(text)
	if status >= http.StatusBadRequest {
		s.Fatalf("%d %s", status, body)
	}
	s.programme = &client.Programme{}
	s.no(json.Unmarshal([]byte(body), s.programme))
	s.no(s.service.Refresh(s.Context()))
}

// send sends the text of a programme, made from the version in force.
func (s *shop) send(text string) (status int, body string) {
	s.Helper()
	method, path := http.MethodPost, "/programmes"
	if s.programme != nil {
		method, path = http.MethodPut, "/programmes/"+s.programme.ID
		text += fmt.Sprintf("\nversion: %d\n", s.programme.Version)
	}
	r, err := http.NewRequestWithContext(s.Context(), method, s.service.URL+api.Base+path, strings.NewReader(text))
	s.no(err)
	r.Header.Set("Authorization", "Bearer "+s.key)
	r.Header.Set("Content-Type", "application/yaml")
	answer, err := http.DefaultClient.Do(r)
	s.no(err)
	defer answer.Body.Close()
	told, err := io.ReadAll(answer.Body)
	s.no(err)
	return answer.StatusCode, string(told)
}

// kopilka runs a command on the shop's base and wants it to do its work.
func (s *shop) kopilka(args ...string) (out, errOut string) {
	s.Helper()
	var stdout, stderr bytes.Buffer
	if code := app.Run(s.Context(), append(args, "--db", s.url), strings.NewReader(""), &stdout, &stderr); code != app.ExitOK {
		s.Fatalf("kopilka %v: %d\n%s%s", args, code, stdout.String(), stderr.String())
	}
	return stdout.String(), stderr.String()
}

// moscow is the zone of all outlets and programmes.
var moscow = time.FixedZone("MSK", 3*3600)

// at sets the clock to an hour in Moscow, «2026-01-31 12:00».
func (s *shop) at(when string) {
	s.Helper()
	t, err := time.ParseInLocation("2006-01-02 15:04", when, moscow)
	s.no(err)
	s.clock.Set(clock.Of(t))
}

// days goes so many days on, to the same hour, and lets the night's work be
// done.
func (s *shop) days(n int) {
	s.Helper()
	s.clock.Add(time.Duration(n) * 24 * time.Hour)
	s.no(s.service.Desk.GiveDated(s.Context()))
	s.no(s.service.Desk.SettleAllDue(s.Context(), nil))
}

// no wants nothing to have gone wrong.
func (s *shop) no(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}
