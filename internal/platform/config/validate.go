package config

import (
	"net"
	"net/mail"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
)

// faults collects what is wrong.
type faults []fault.Field

// unless notes the fault where ok does not hold; args are name, value pairs.
func (f *faults) unless(ok bool, path, code string, args ...any) {
	if !ok {
		*f = append(*f, fault.Field{Path: path, Code: code, Args: fault.Pairs(args...)})
	}
}

// between notes values outside their range, ends included.
func (f *faults) between(n, least, most int, path string) {
	f.unless(n >= least && n <= most, path, "config.out-of-range", "value", strconv.Itoa(n), "least", strconv.Itoa(least), "most", strconv.Itoa(most))
}

func (f *faults) betweenTimes(d, least, most time.Duration, path string) {
	f.unless(d >= least && d <= most, path, "config.out-of-range", "value", d.String(), "least", least.String(), "most", most.String())
}

func (c *Config) validate() []fault.Field {
	var f faults
	f.unless(c.Lang == i18n.RU || c.Lang == i18n.EN, "lang", "config.unknown-lang", "value", shorten(string(c.Lang)))
	f.unless(c.DataDir != "", "data_dir", "config.empty")
	c.DB.validate(&f)
	f.unless(isAddr(c.HTTP.Addr), "http.addr", "config.not-an-address", "value", shorten(c.HTTP.Addr))
	c.HTTP.validateTLS(&f)
	f.unless(c.Metrics.Addr == "" || isAddr(c.Metrics.Addr), "metrics.addr", "config.not-an-address", "value", shorten(c.Metrics.Addr))
	f.unless(c.Metrics.Addr == "" || c.Metrics.Addr != c.HTTP.Addr || hasAnyPort(c.HTTP.Addr), "metrics.addr", "config.same-address")
	f.unless(c.Log.Format == "json" || c.Log.Format == "text", "log.format", "config.not-a-format", "value", shorten(c.Log.Format))
	const leastBody, mostBody = 1 << 10, 256 << 20
	f.unless(c.Limits.Body >= leastBody && c.Limits.Body <= mostBody, "limits.body", "config.out-of-range",
		"value", c.Limits.Body.String(), "least", Size(leastBody).String(), "most", Size(mostBody).String())
	f.betweenTimes(c.Limits.RequestTimeout, 100*time.Millisecond, 10*time.Minute, "limits.request_timeout")
	f.betweenTimes(c.Limits.ShutdownTimeout, 0, 10*time.Minute, "limits.shutdown_timeout")
	f.between(c.Limits.Rate, 1, 1_000_000, "limits.rate")
	f.between(c.Limits.Burst, 1, 1_000_000, "limits.burst")
	// A webhook is given up after five days; what it is to be sent must last longer.
	f.between(c.Events.KeepDays, 7, 3660, "events.keep_days")
	f.betweenTimes(c.Hooks.Timeout, time.Second, time.Minute, "webhooks.timeout")
	f.unless(c.HTTP.PublicURL == "" || isSite(c.HTTP.PublicURL), "http.public_url", "config.not-a-site", "value", shorten(c.HTTP.PublicURL))
	c.Mail.validate(&f, c.HTTP.PublicURL)
	return f
}

// validateTLS wants one way to a certificate, or none.
func (h *HTTP) validateTLS(f *faults) {
	f.unless((h.TLSCert == "") == (h.TLSKey == ""), "http.tls_cert", "config.half-tls")
	f.unless(h.TLSCert == "" || isFile(h.TLSCert), "http.tls_cert", "config.unreadable", "file", h.TLSCert)
	f.unless(h.TLSKey == "" || isFile(h.TLSKey), "http.tls_key", "config.unreadable", "file", h.TLSKey)
	ways := 0
	for _, on := range []bool{h.TLSCert != "", h.TLSSelf, len(h.ACMENames) > 0} {
		if on {
			ways++
		}
	}
	f.unless(ways <= 1, "http.tls_cert", "config.one-tls")
	for _, name := range h.ACMENames {
		f.unless(isName(name), "http.acme_names", "config.not-a-host", "value", shorten(name))
	}
	f.unless(len(h.ACMENames) <= 100, "http.acme_names", "config.out-of-range", "value", strconv.Itoa(len(h.ACMENames)), "least", "0", "most", "100")
	f.unless(len(h.ACMENames) > 0 || h.ACMEEmail == "", "http.acme_email", "config.acme-without-names")
	f.unless(len(h.ACMENames) > 0 || h.ACMEDirectory == "", "http.acme_directory", "config.acme-without-names")
	u, err := url.Parse(h.ACMEDirectory)
	f.unless(h.ACMEDirectory == "" || err == nil && u.Scheme == "https" && u.Host != "", "http.acme_directory", "config.not-https", "value", shorten(h.ACMEDirectory))
	f.unless(h.ACMEEmail == "" || strings.Count(h.ACMEEmail, "@") == 1, "http.acme_email", "config.not-an-email", "value", shorten(h.ACMEEmail))
}

// validate wants of who names a mail server all that a letter needs.
func (m *Mail) validate(f *faults, site string) {
	f.unless(m.TLS == "starttls" || m.TLS == "tls" || m.TLS == "none", "mail.tls", "config.not-a-mail-tls", "value", shorten(m.TLS))
	f.between(m.Port, 0, 65535, "mail.port")
	f.betweenTimes(m.Timeout, time.Second, 2*time.Minute, "mail.timeout")
	if m.Host == "" {
		return
	}
	_, err := mail.ParseAddress(m.From)
	f.unless(err == nil, "mail.from", "config.not-an-email", "value", shorten(m.From))
	f.unless(site != "", "http.public_url", "config.mail-without-site")
	f.unless((m.User == "") == (m.Password == ""), "mail.password", "config.half-mail-login")
}

// isSite takes the address of a site as people open it: without a path, a
// question or a name to sign in with.
func isSite(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && strings.Trim(u.Path, "/") == "" && u.RawQuery == "" && u.Fragment == ""
}

var hostName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// isName takes a public host name, in small letters and, of letters that are
// not Latin, as they travel (xn--…); no address.
func isName(name string) bool {
	return len(name) <= 253 && hostName.MatchString(name) && net.ParseIP(name) == nil
}

// keywords are the beginning of an address as libpq also takes it
// ("host=… user=…"): it is no path.
var keywords = regexp.MustCompile(`(^|\s)(host|hostaddr|port|user|password|dbname|sslmode)\s*=`)

func (d *DB) validate(f *faults) {
	if db.IsPostgres(string(d.URL)) {
		u, err := url.Parse(string(d.URL))
		f.unless(err == nil, "db.url", "config.not-a-database")
		f.unless(err != nil || d.Password == "" || u.User.Username() != "", "db.password", "config.password-without-user")
	} else {
		f.unless(d.Password == "", "db.password", "config.password-without-postgres")
		path := strings.TrimPrefix(string(d.URL), "sqlite:")
		f.unless(!strings.Contains(path, "://") && !keywords.MatchString(path), "db.url", "config.not-a-database")
	}
	f.between(d.MaxConns, 1, 1000, "db.max_conns")
	f.between(d.Readers, 1, 100, "db.readers")
}

// isAddr takes host:port, where the host may be left out and the port may be
// 0 ("any that is free").
func isAddr(addr string) bool {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	n, err := strconv.Atoi(port)
	return err == nil && n >= 0 && n <= 65535
}

func hasAnyPort(addr string) bool {
	_, port, _ := net.SplitHostPort(addr)
	return port == "0"
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
