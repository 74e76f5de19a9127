// Package config holds the program's settings: what they are, their defaults,
// where they come from and what is wrong with them.
//
// A setting is one field of Config with its key in a tag, a default in
// Default, a description under "config.key.<key>" in both languages, and its
// checks in validate. Later sources win: defaults, the YAML file, the
// environment (KOPILKA_HTTP__ADDR is http.addr), flags. A key that no source
// may name is refused, and all faults are told at once.
package config

import (
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/i18n"
)

// Config is all settings of one process, checked.
type Config struct {
	Lang    i18n.Lang `key:"lang"`
	DataDir string    `key:"data_dir"`
	DB      DB        `key:"db"`
	HTTP    HTTP      `key:"http"`
	Metrics Metrics   `key:"metrics"`
	Log     Log       `key:"log"`
	Limits  Limits    `key:"limits"`
	Events  Events    `key:"events"`
	Hooks   Hooks     `key:"webhooks"`
	Mail    Mail      `key:"mail"`
}

// DB says which base to open. Without a URL it is the SQLite file kopilka.db
// in the data folder.
type DB struct {
	URL          DSN    `key:"url"`
	URLFile      string `key:"url_file"`
	Password     Secret `key:"password"`
	PasswordFile string `key:"password_file"`
	MaxConns     int    `key:"max_conns"` // PostgreSQL connections
	Readers      int    `key:"readers"`   // SQLite reading connections
}

// HTTP says where the program listens.
type HTTP struct {
	Addr           string         `key:"addr"`
	PublicURL      string         `key:"public_url"` // where people reach it, for links in letters
	TLSCert        string         `key:"tls_cert"`
	TLSKey         string         `key:"tls_key"`
	TLSSelf        bool           `key:"tls_self"`        // a certificate of the program's own making
	ACMENames      []string       `key:"acme_names"`      // host names to ask an authority a certificate for
	ACMEEmail      string         `key:"acme_email"`      // that the authority may write to
	ACMEDirectory  string         `key:"acme_directory"`  // the authority's address
	TrustedProxies []netip.Prefix `key:"trusted_proxies"` // whose X-Forwarded-For is believed
}

// Metrics says where /metrics is served: on an address of its own, or beside
// everything else where Addr is "".
type Metrics struct {
	Addr string `key:"addr"`
}

// Log says what is logged and how.
type Log struct {
	Level  slog.Level `key:"level"`
	Format string     `key:"format"` // json or text
}

// Limits bound what one caller can ask for.
type Limits struct {
	Body            Size          `key:"body"`             // of one request
	RequestTimeout  time.Duration `key:"request_timeout"`  // of one request
	ShutdownTimeout time.Duration `key:"shutdown_timeout"` // for what is under way when the program is told to stop
	Rate            int           `key:"rate"`             // requests a second per API key
	Burst           int           `key:"burst"`            // requests at once per API key
}

// Events says how long what has happened can be read on.
type Events struct {
	KeepDays int `key:"keep_days"`
}

// Hooks says what webhooks may reach.
type Hooks struct {
	Timeout time.Duration `key:"timeout"` // of one request
	Private bool          `key:"private"` // private addresses too
	HTTP    bool          `key:"http"`    // addresses without TLS too
}

// Mail says how letters are sent. Without a host none are.
type Mail struct {
	Host         string        `key:"host"`
	Port         int           `key:"port"` // 0: as the way of TLS has it
	TLS          string        `key:"tls"`  // starttls, tls or none
	User         string        `key:"user"`
	Password     Secret        `key:"password"`
	PasswordFile string        `key:"password_file"`
	From         string        `key:"from"`    // an address, or a name with one
	Timeout      time.Duration `key:"timeout"` // of one letter
}

// Default is the settings of a program that is told nothing.
func Default() Config {
	return Config{
		Lang:    i18n.RU,
		DataDir: "data",
		DB:      DB{MaxConns: 16, Readers: 8},
		HTTP:    HTTP{Addr: "127.0.0.1:8080"},
		Log:     Log{Level: slog.LevelInfo, Format: "text"},
		Limits: Limits{
			Body: 4 << 20, RequestTimeout: 30 * time.Second, ShutdownTimeout: 20 * time.Second,
			Rate: 200, Burst: 400,
		},
		Events: Events{KeepDays: 30},
		Hooks:  Hooks{Timeout: 15 * time.Second},
		Mail:   Mail{TLS: "starttls", Timeout: 15 * time.Second},
	}
}

// DatabaseURL is what to open: postgres://… with its password, or the path of
// a SQLite file. It is a secret.
func (c *Config) DatabaseURL() string {
	if c.DB.URL == "" {
		return filepath.Join(c.DataDir, "kopilka.db")
	}
	if c.DB.Password == "" || !db.IsPostgres(string(c.DB.URL)) {
		return string(c.DB.URL)
	}
	u, err := url.Parse(string(c.DB.URL))
	if err != nil {
		return string(c.DB.URL) // validate has refused it
	}
	u.User = url.UserPassword(u.User.Username(), string(c.DB.Password))
	return u.String()
}

// Address is where people reach the program, without a slash at its end: what
// the settings say, else where it listens.
func (c *Config) Address() string {
	if c.HTTP.PublicURL != "" {
		return strings.TrimRight(c.HTTP.PublicURL, "/")
	}
	scheme := "http://"
	if c.HTTP.TLSCert != "" || c.HTTP.TLSSelf || len(c.HTTP.ACMENames) > 0 {
		scheme = "https://"
	}
	host, port, _ := net.SplitHostPort(c.HTTP.Addr)
	switch {
	case len(c.HTTP.ACMENames) > 0:
		host = c.HTTP.ACMENames[0]
	case host == "" || host == "0.0.0.0" || host == "::":
		host = "localhost"
	}
	if scheme == "https://" && port == "443" || scheme == "http://" && port == "80" {
		return scheme + host
	}
	return scheme + net.JoinHostPort(host, port)
}

// hidden stands where a secret is.
const hidden = "xxxxx"

// Secret is a text that no log and no dump shows.
type Secret string

// String hides the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// LogValue hides the secret from logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// DSN is the address of a base, whose password no log and no dump shows.
type DSN string

// String hides the password.
func (d DSN) String() string {
	if keywords.MatchString(string(d)) {
		return hidden // it is refused, and may hold a password
	}
	if !db.IsPostgres(string(d)) {
		return string(d)
	}
	u, err := url.Parse(string(d))
	if err != nil {
		return hidden
	}
	query := u.Query()
	for name := range query {
		if strings.Contains(name, "password") || strings.Contains(name, "key") {
			query.Set(name, hidden)
		}
	}
	u.RawQuery = query.Encode()
	return u.Redacted()
}

// LogValue hides the password from logs.
func (d DSN) LogValue() slog.Value { return slog.StringValue(d.String()) }
