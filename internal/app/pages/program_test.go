package pages

import (
	"context"
	"log/slog"
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
}

// serve starts the program on a base that is new.
func serve(t *testing.T) *app.Service {
	t.Helper()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	cfg := config.Default()
	cfg.DB.URL, cfg.HTTP.Addr = config.DSN(dbtest.URL(t, db.SQLite)), "127.0.0.1:0"
	s, err := app.Start(t.Context(), app.ServiceOptions{Config: &cfg, Log: slog.New(slog.DiscardHandler), Texts: texts})
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
	s := serve(t)
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
	return program{url: s.URL, till: tillKey(t, s), phone: try.Members[0].Phone, service: s}
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
