package pages

import (
	"context"
	"io"
	"log/slog"
	"regexp"
	"sync"
	"testing"

	"kopilka/internal/app"
	"kopilka/internal/app/demo"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/platform/config"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/reference"
)

// program is the whole program, serving an organization of the demo's.
type program struct {
	url   string
	till  string // a key
	phone string // of a member with points

	service *app.Service
	codes   *codes
}

// codes are the one-time codes that were sent.
type codes struct {
	mu   sync.Mutex
	text string
}

// Write keeps what is sent.
func (c *codes) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.text += string(b)
	return len(b), nil
}

var codeSent = regexp.MustCompile(`\b\d{4,8}\b`)

// last is the code that was sent last.
func (c *codes) last() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := codeSent.FindAllString(c.text, -1)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

// serve starts the program on a base that is new.
func serve(t *testing.T) *app.Service { return sending(t, nil) }

// sending is a new program that sends its one-time codes to a writer.
func sending(t *testing.T, codes io.Writer) *app.Service {
	t.Helper()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	cfg := config.Default()
	cfg.DB.URL, cfg.HTTP.Addr = config.DSN(dbtest.URL(t, db.SQLite)), "127.0.0.1:0"
	s, err := app.Start(t.Context(), app.ServiceOptions{Config: &cfg, Log: slog.New(slog.DiscardHandler), Texts: texts, Codes: codes})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

func start(t *testing.T) program {
	t.Helper()
	sent := &codes{}
	s := sending(t, sent)
	parts := demo.Parts{
		DB: s.DB, IDs: s.IDs, Clock: s.Clock, Partners: s.Partners, Directory: s.Directory, Identity: s.Identity, Products: s.Products, Playbill: s.Playbill,
		Members: s.Members, Cards: s.Cards, Programmes: s.Programmes, Desk: s.Desk, Privacy: s.Core.Privacy,
		Staff: s.Staff, Refresh: s.Refresh,
	}
	if _, err := demo.Fill(t.Context(), parts, demo.Size{Members: 20, Receipts: 200, Days: 60}, nil); err != nil {
		t.Fatal(err)
	}
	try, err := demo.Find(t.Context(), parts)
	if err != nil {
		t.Fatal(err)
	}
	return program{url: s.URL, till: tillKey(t, s), phone: try.Members[0].Phone, service: s, codes: sent}
}

func tillKey(t *testing.T, s *app.Service) string {
	t.Helper()
	cinema, ok := s.Directory.OutletByCode(demo.Cinema)
	if !ok {
		t.Fatal("no cinema")
	}
	tills, err := s.Partners.Tills(t.Context(), cinema.ID, reference.Page{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	_, secret, err := s.Identity.MakeKey(t.Context(), identity.Key{TillID: tills.Items[0].ID, Name: "till", Scopes: identity.TillScopes()})
	if err != nil {
		t.Fatal(err)
	}
	return secret
}
