package mail_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"math/big"
	"mime"
	"net"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"kopilka/internal/platform/mail"
)

// post is a server that keeps what it was sent.
type post struct {
	mu      sync.Mutex
	letters []letter
	refuse  error
}

type letter struct {
	user, from, to string
	tls            bool
	data           []byte
}

func (p *post) NewSession(c *smtp.Conn) (smtp.Session, error) {
	_, safe := c.TLSConnectionState()
	return &visit{post: p, letter: letter{tls: safe}}, nil
}

type visit struct {
	post *post
	letter
}

func (v *visit) AuthMechanisms() []string { return []string{sasl.Plain} }
func (v *visit) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "kopilka" || password != "s3cret" {
			return smtp.ErrAuthFailed
		}
		v.user = user
		return nil
	}), nil
}
func (v *visit) Reset()        {}
func (v *visit) Logout() error { return nil }
func (v *visit) Mail(from string, _ *smtp.MailOptions) error {
	v.from = from
	return v.post.refuse
}

func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	v.to += to
	return nil
}

func (v *visit) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	v.data = data
	v.post.mu.Lock()
	defer v.post.mu.Unlock()
	v.post.letters = append(v.post.letters, v.letter)
	return err
}

// serve runs the server and gives how to reach it.
func serve(t *testing.T, p *post, way mail.TLS) mail.Options {
	t.Helper()
	s := smtp.NewServer(p)
	s.AllowInsecureAuth = true
	s.ErrorLog = quiet{}
	o := mail.Options{Host: "127.0.0.1", From: "Копилка <kopilka@example.org>", TLS: way, Timeout: 5 * time.Second}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.Port = l.Addr().(*net.TCPAddr).Port
	if way != mail.None {
		cert, roots := certificate(t)
		s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
		o.Roots = roots
		if way == mail.Implicit {
			l = tls.NewListener(l, s.TLSConfig)
		}
	}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return o
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

func TestSend(t *testing.T) {
	t.Parallel()
	for _, way := range []mail.TLS{mail.StartTLS, mail.Implicit, mail.None} {
		t.Run(string(way), func(t *testing.T) {
			t.Parallel()
			p := &post{}
			o := serve(t, p, way)
			user := ""
			if way != mail.None { // who sends in the clear says no password
				user = "kopilka"
				o.User, o.Password = user, "s3cret"
			}
			m, err := mail.New(o)
			if err != nil {
				t.Fatal(err)
			}
			if err := m.Send(t.Context(), mail.Letter{
				ID: "7", To: "anna@example.org", Subject: "Приглашение", Text: "Здравствуйте!\n.\nhttps://x.example/?token=a-b_c", HTML: "<p>Здравствуйте!</p>",
			}); err != nil {
				t.Fatal(err)
			}
			got := p.letters[0]
			if len(p.letters) != 1 || got.from != "kopilka@example.org" || got.to != "anna@example.org" || got.user != user || got.tls != (way != mail.None) {
				t.Errorf("%+v", got)
			}
			read, err := netmail.ReadMessage(bytes.NewReader(got.data))
			if err != nil {
				t.Fatal(err)
			}
			subject, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject"))
			if err != nil || subject != "Приглашение" || read.Header.Get("Date") == "" || read.Header.Get("Message-Id") != "<7@example.org>" || !strings.HasPrefix(read.Header.Get("Content-Type"), "multipart/alternative") {
				t.Errorf("%v %+v", err, read.Header)
			}
		})
	}
}

func TestSendFails(t *testing.T) {
	t.Parallel()
	p := &post{}
	o := serve(t, p, mail.StartTLS)
	fails := func(name string, o mail.Options) {
		t.Helper()
		m, err := mail.New(o)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Send(t.Context(), mail.Letter{To: "anna@example.org", Subject: "x", Text: "y"}); err == nil {
			t.Errorf("%s: it was sent", name)
		} else if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the password is told: %v", name, err)
		}
	}
	wrong := o
	wrong.User, wrong.Password = "kopilka", "s3cret2"
	fails("a wrong password", wrong)
	stranger := o
	stranger.Roots = nil
	fails("a certificate of nobody's", stranger)
	fails("a server without TLS", func() mail.Options {
		o := serve(t, p, mail.None)
		o.TLS = mail.StartTLS
		return o
	}())
	refusing := serve(t, &post{refuse: &smtp.SMTPError{Code: 550, Message: "no"}}, mail.None)
	fails("a server that refuses", refusing)

	// One that takes the connection and says nothing.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	silent := o
	silent.Port, silent.Timeout = l.Addr().(*net.TCPAddr).Port, 200*time.Millisecond
	fails("a silent server", silent)
	if len(p.letters) != 0 {
		t.Errorf("%d letters were taken", len(p.letters))
	}
}

func TestNothingIsAddedToALetter(t *testing.T) {
	t.Parallel()
	p := &post{}
	m, err := mail.New(serve(t, p, mail.None))
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "letters")
	for _, by := range []interface {
		Send(ctx context.Context, l mail.Letter) error
	}{m, mail.NewFolder(folder, slog.New(slog.DiscardHandler))} {
		send := func(to, subject string) error {
			return by.Send(t.Context(), mail.Letter{To: to, Subject: subject, Text: "x"})
		}
		for _, c := range [][2]string{
			{"anna@example.org\r\nBcc: eva@example.org", "x"},
			{"anna@example.org, eva@example.org", "x"},
			{"Anna <anna@example.org>", "x"},
			{"", "x"},
			{"anna@example.org", "x\r\nBcc: eva@example.org"},
			{"anna@example.org", "x\n"},
			{"anna@example.org", ""},
			{"anna@example.org", strings.Repeat("x", 201)},
		} {
			if err := send(c[0], c[1]); !errors.Is(err, mail.ErrHeader) {
				t.Errorf("%q: %v", c, err)
			}
		}
	}
	if _, err := os.Stat(folder); len(p.letters) != 0 || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%d letters were sent, the folder: %v", len(p.letters), err)
	}
	for _, from := range []string{"", "x", "a@b.ru\nBcc: c@d.ru", "a@b.ru, c@d.ru"} {
		if _, err := mail.New(mail.Options{Host: "h", From: from}); !errors.Is(err, mail.ErrHeader) {
			t.Errorf("%q: %v", from, err)
		}
	}
}

// TestFolder: a letter lies in the folder, for its owner alone, as a mail
// program reads it; the log says where, and nothing of what is in it.
func TestFolder(t *testing.T) {
	t.Parallel()
	var told bytes.Buffer
	path := filepath.Join(t.TempDir(), "letters")
	f := mail.NewFolder(path, slog.New(slog.NewTextHandler(&told, nil)))
	for range 2 {
		if err := f.Send(t.Context(), mail.Letter{To: "anna@example.org", Subject: "Topic", Text: "https://x.example/?token=abc"}); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(path, "*.eml"))
	if err != nil || len(files) != 2 {
		t.Fatalf("%v %v", err, files)
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	read, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil || read.Header.Get("To") != "<anna@example.org>" || read.Header.Get("Subject") != "Topic" {
		t.Errorf("%v %s", err, raw)
	}
	if info, err := os.Stat(files[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", err, info.Mode())
	}
	if !strings.Contains(told.String(), files[0]) || strings.Contains(told.String(), "abc") || strings.Contains(told.String(), "anna") {
		t.Errorf("the log: %s", told.String())
	}
}

// TestHTML: the link alone is a button and stands below it; what looks like a
// tag is text.
func TestHTML(t *testing.T) {
	t.Parallel()
	got := mail.HTML(mail.Page{
		Lang: "ru", House: "Студия <света>", Subject: "Тема", Text: "Здравствуйте, <b>Анна</b>!\n\nhttps://x.example/?a=1&token=t\n\nЕё срок – час.",
		Link: "https://x.example/?a=1&token=t", Button: "Задать пароль",
	})
	for _, part := range []string{
		`lang="ru"`, "Студия &lt;света&gt;", "&lt;b&gt;Анна&lt;/b&gt;", `href="https://x.example/?a=1&amp;token=t"`, ">Задать пароль</a>", ">https://x.example/?a=1&amp;token=t</p>", "Её срок",
	} {
		if !strings.Contains(got, part) {
			t.Errorf("no %s in\n%s", part, got)
		}
	}
	if bad := mail.HTML(mail.Page{Text: "javascript:alert(1)", Link: "javascript:alert(1)"}); strings.Contains(bad, `href="javascript`) {
		t.Error(bad)
	}
}
