package app

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/config"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/i18n"
)

// sink is a mail server that hands on what it is sent.
type sink struct {
	letters chan []byte
	busy    atomic.Int64 // how many it puts off before it takes one
	port    int
}

func newSink(t *testing.T) *sink {
	t.Helper()
	s := &sink{letters: make(chan []byte, 100)}
	server := smtp.NewServer(s)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.port = l.Addr().(*net.TCPAddr).Port
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return s
}

func (s *sink) NewSession(*smtp.Conn) (smtp.Session, error) { return visit{s}, nil }

type visit struct{ *sink }

func (visit) Reset()                               {}
func (visit) Logout() error                        { return nil }
func (visit) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (v visit) Mail(string, *smtp.MailOptions) error {
	if v.busy.Add(-1) >= 0 {
		return &smtp.SMTPError{Code: 451, Message: "later"}
	}
	return nil
}

func (v visit) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	v.letters <- raw
	return err
}

// letter is one as its reader sees it.
type letter struct{ id, to, subject, text, html string }

// next waits for a letter.
func (s *sink) next(t *testing.T) letter {
	t.Helper()
	select {
	case raw := <-s.letters:
		return readLetter(t, raw)
	case <-time.After(time.Minute):
		t.Fatal("no letter has come")
	}
	return letter{}
}

func readLetter(t *testing.T, raw []byte) letter {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	l := letter{id: m.Header.Get("Message-Id"), to: m.Header.Get("To")}
	if l.subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for _, into := range []*string{&l.text, &l.html} {
		p, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		*into = string(body)
	}
	return l
}

// mailing are settings by which letters go to the sink.
func mailing(s *sink, url string) config.Config {
	cfg := config.Default()
	cfg.DB.URL, cfg.HTTP.Addr, cfg.HTTP.PublicURL = config.DSN(url), "127.0.0.1:0", "https://loyalty.example.org"
	cfg.Mail.Host, cfg.Mail.Port, cfg.Mail.TLS, cfg.Mail.From = "127.0.0.1", s.port, "none", "Копилка <kopilka@example.org>"
	return cfg
}

const testPassword = "весна на Заречной улице"

// founded makes the first owner and signs him in.
func founded(t *testing.T, s *staff.Staff) *staff.Who {
	t.Helper()
	_, err := s.Found(t.Context(), staff.Founder{Name: "Ольга Светлова", Email: "olga@example.org", Password: testPassword}, staff.Where{})
	if err != nil {
		t.Fatal(err)
	}
	return signedIn(t, s, "olga@example.org")
}

func signedIn(t *testing.T, s *staff.Staff, email string) *staff.Who {
	t.Helper()
	token, _, err := s.SignIn(t.Context(), email, testPassword, false, staff.Where{})
	if err != nil {
		t.Fatal(err)
	}
	who, err := s.Who(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	return who
}

// TestLetters: who is invited and who has forgotten his password gets a letter
// in his language with a link of the public address, though the mail server
// puts it off at first; nobody else gets one.
func TestLetters(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) { t.Parallel(); letters(t, dbtest.URL(t, dialect)) })
	}
}

func letters(t *testing.T, url string) {
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	post := newSink(t)
	cfg := mailing(post, url)
	s, err := Start(t.Context(), ServiceOptions{Config: &cfg, Log: slog.New(slog.DiscardHandler), Texts: texts})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close(context.WithoutCancel(t.Context())) }()
	owner := founded(t, s.Staff)
	post.busy.Store(1)
	_, token, err := s.Staff.Invite(t.Context(), owner, staff.Person{Name: "Boris <b>", Email: "boris@example.org", Role: staff.Analyst, Lang: "en"})
	if err != nil {
		t.Fatal(err)
	}
	got, link := post.next(t), "https://loyalty.example.org/admin/reset?token="+token
	if got.to != "<boris@example.org>" || got.subject != "An invitation to Kopilka: Kopilka" || !strings.Contains(got.text, "Hello Boris <b>,") || !strings.Contains(got.text, link) {
		t.Errorf("%+v", got)
	}
	if !strings.Contains(got.html, `href="`+link+`"`) || !strings.Contains(got.html, "Hello Boris &lt;b&gt;,") || !strings.Contains(got.html, `lang="en"`) {
		t.Errorf("%s", got.html)
	}
	if err := s.Staff.Reset(t.Context(), token, testPassword, staff.Where{}); err != nil {
		t.Fatal(err)
	}

	for _, email := range []string{"nobody@example.org", "OLGA@example.org"} {
		if err := s.Staff.Forgot(t.Context(), email, staff.Where{}); err != nil {
			t.Fatal(err)
		}
	}
	got = post.next(t)
	_, tail, _ := strings.Cut(got.text, "?token=")
	token, _, _ = strings.Cut(tail, "\r\n")
	if got.to != "<olga@example.org>" || !strings.Contains(got.text, "Здравствуйте, Ольга Светлова!") {
		t.Errorf("%+v", got)
	}
	if p, purpose, err := s.Staff.TokenOf(t.Context(), token); err != nil || p.Name != "Ольга Светлова" || purpose != staff.ForReset {
		t.Errorf("%v %v %v", p, purpose, err)
	}
	if len(post.letters) != 0 {
		t.Errorf("%d letters more", len(post.letters))
	}
}

// TestLettersWithoutServer: in development letters lie in a folder; elsewhere
// none are sent, and it is known.
func TestLettersWithoutServer(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	files := make(told, 1)
	open := func(folder string) *Service {
		t.Helper()
		cfg := config.Default()
		cfg.DB.URL, cfg.HTTP.Addr = config.DSN(dbtest.URL(t, db.SQLite)), "127.0.0.1:0"
		s, err := Start(t.Context(), ServiceOptions{Config: &cfg, Log: slog.New(slog.NewTextHandler(files, nil)), Texts: texts, Letters: folder})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close(context.Background()) })
		return s
	}
	if open("").Staff.Mails() {
		t.Error("letters can be sent by nothing")
	}
	folder := filepath.Join(t.TempDir(), "letters")
	s := open(folder)
	if !s.Staff.Mails() {
		t.Fatal("letters can't be sent")
	}
	_, token, err := s.Staff.Invite(t.Context(), founded(t, s.Staff), staff.Person{Name: "Борис", Email: "boris@example.org", Role: staff.Analyst})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(<-files)
	if err != nil {
		t.Fatal(err)
	}
	got := readLetter(t, raw)
	if !strings.Contains(got.text, s.URL+"/admin/reset?token="+token) || got.subject != "Приглашение в «Копилку»: Копилка" {
		t.Errorf("%+v", got)
	}
}

// told hands on what is logged of letters that were written.
type told chan string

func (t told) Write(line []byte) (int, error) {
	if _, file, ok := strings.Cut(string(line), "file="); ok && strings.Contains(string(line), "a letter was put") {
		t <- strings.TrimSpace(file)
	}
	return len(line), nil
}
