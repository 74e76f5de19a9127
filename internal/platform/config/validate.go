package config

import (
	"net"
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
	f.unless((c.HTTP.TLSCert == "") == (c.HTTP.TLSKey == ""), "http.tls_cert", "config.half-tls")
	f.unless(c.HTTP.TLSCert == "" || isFile(c.HTTP.TLSCert), "http.tls_cert", "config.unreadable", "file", c.HTTP.TLSCert)
	f.unless(c.HTTP.TLSKey == "" || isFile(c.HTTP.TLSKey), "http.tls_key", "config.unreadable", "file", c.HTTP.TLSKey)
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
	return f
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
