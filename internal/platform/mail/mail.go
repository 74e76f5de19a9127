// Package mail sends letters, by SMTP, or puts them into a folder for who
// develops.
//
// A letter goes to one address, as plain text and as the same in HTML. Nothing
// that a letter is made of can add a header or a receiver to it: addresses and
// subjects of more than one line are refused.
package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	netmail "net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"kopilka/internal/platform/contact"
	"kopilka/internal/platform/text"
)

// TLS says how a connection is made safe.
type TLS string

// The ways.
const (
	StartTLS TLS = "starttls" // begins plain and is made safe before anything is said (port 587)
	Implicit TLS = "tls"      // safe from the first byte (port 465)
	None     TLS = "none"     // to a server on the same machine
)

// Options say how letters are sent.
type Options struct {
	Host     string
	Port     int    // 0: as the way of TLS has it
	User     string // "": none asked for
	Password string
	From     string // an address, or a name with one: Kopilka <kopilka@example.org>
	TLS      TLS
	Timeout  time.Duration  // of one letter; 0: 15 seconds
	Roots    *x509.CertPool // whose certificates are believed; nil: the machine's
}

const (
	defaultTimeout = 15 * time.Second
	maxSubject     = 200 // characters
)

// ErrHeader says that an address or a subject is none that a letter can have.
var ErrHeader = errors.New("mail: no address, or no subject of one line")

// Mailer sends letters by SMTP. It is safe for concurrent use.
type Mailer struct{ o Options }

// New makes a mailer; it connects for each letter.
func New(o Options) (*Mailer, error) {
	if _, err := netmail.ParseAddress(o.From); err != nil || !text.Valid(o.From, maxSubject) {
		return nil, fmt.Errorf("%w: from", ErrHeader)
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	m := &Mailer{o}
	_, err := m.client()
	return m, err
}

func (m *Mailer) client() (*gomail.Client, error) {
	options := []gomail.Option{
		gomail.WithTimeout(m.o.Timeout),
		gomail.WithTLSConfig(&tls.Config{ServerName: m.o.Host, RootCAs: m.o.Roots, MinVersion: tls.VersionTLS12}),
	}
	var port int
	switch m.o.TLS {
	case Implicit:
		port, options = 465, append(options, gomail.WithSSL())
	case None:
		port, options = 25, append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		port, options = 587, append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if m.o.Port != 0 {
		port = m.o.Port
	}
	options = append(options, gomail.WithPort(port))
	if m.o.User != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(m.o.User), gomail.WithPassword(m.o.Password))
	}
	return gomail.NewClient(m.o.Host, options...)
}

// Letter is what is sent to one address.
type Letter struct {
	ID      string // the same each time the letter is tried, so that a server can know it again; "": drawn
	To      string
	Subject string
	Text    string
	HTML    string // the same for who reads it so; "": text alone
}

// Send sends a letter and waits until the server has taken it.
func (m *Mailer) Send(ctx context.Context, l Letter) error {
	letter, err := message(m.o.From, l)
	if err != nil {
		return err
	}
	client, err := m.client()
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, m.o.Timeout)
	defer cancel()
	if err := client.DialAndSendWithContext(ctx, letter); err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	return nil
}

// message makes of a letter what goes over the wire.
func message(from string, l Letter) (*gomail.Msg, error) {
	if err := check(l.To, l.Subject); err != nil {
		return nil, err
	}
	m := gomail.NewMsg()
	if err := m.From(from); err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	if err := m.To(l.To); err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	m.Subject(l.Subject)
	m.SetDate()
	m.SetMessageID()
	if address, err := netmail.ParseAddress(from); l.ID != "" && err == nil {
		_, host, _ := strings.Cut(address.Address, "@")
		m.SetMessageIDWithValue(l.ID + "@" + host)
	}
	m.SetBodyString(gomail.TypeTextPlain, l.Text)
	if l.HTML != "" {
		m.AddAlternativeString(gomail.TypeTextHTML, l.HTML)
	}
	return m, nil
}

func check(to, subject string) error {
	address, err := contact.Email(to)
	if err != nil || address != to || subject == "" || !text.Valid(subject, maxSubject) {
		return ErrHeader
	}
	return nil
}
