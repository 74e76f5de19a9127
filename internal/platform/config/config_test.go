package config

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
)

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

var compareNetworks = cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })

func TestLoadGivesDefaults(t *testing.T) {
	t.Parallel()
	c, err := Load(Source{File: "no-such.yaml", Optional: true, Environ: []string{"HOME=/", "KOPILKA_CONFIG=x", "KOPILKA_TEST_POSTGRES_URL=y"}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Default(), *c, compareNetworks); diff != "" {
		t.Error(diff)
	}
	if got, want := c.DatabaseURL(), filepath.Join("data", "kopilka.db"); got != want {
		t.Errorf("DatabaseURL = %s, want %s", got, want)
	}
}

func TestLaterSourcesWin(t *testing.T) {
	t.Parallel()
	c, err := Load(Source{
		File: write(t, "k.yaml", `
lang: en
metrics:
http:
  addr: "1.1.1.1:1"
  trusted_proxies: [10.1.2.3/8, "::1"]
limits:
  body: 2MB
  request_timeout: 5s
  rate: 7
log: {level: warn, format: json}
`),
		Environ: []string{"KOPILKA_HTTP__ADDR=2.2.2.2:2", "KOPILKA_LIMITS__RATE=8", "KOPILKA_DATA_DIR=/tmp/d"},
		Flags:   map[string]string{"http.addr": "3.3.3.3:3"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Lang, want.DataDir = i18n.EN, "/tmp/d"
	want.HTTP.Addr = "3.3.3.3:3"
	want.HTTP.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	want.Limits.Body, want.Limits.RequestTimeout, want.Limits.Rate = 2<<20, 5*time.Second, 8
	want.Log.Level, want.Log.Format = 4, "json"
	if diff := cmp.Diff(want, *c, compareNetworks); diff != "" {
		t.Error(diff)
	}
}

// faultsOf gives "path code" of each field of a config.invalid.
func faultsOf(t *testing.T, err error) []string {
	t.Helper()
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Code != "config.invalid" {
		t.Fatalf("error is %v", err)
	}
	var out []string
	for _, f := range e.Fields {
		out = append(out, f.Path+" "+f.Code)
	}
	return out
}

func TestAllFaultsAreToldAtOnce(t *testing.T) {
	t.Parallel()
	_, err := Load(Source{
		File: write(t, "k.yaml", "colour: red\nhttp:\n  adr: x\n  addr: nowhere\nlimits:\n  rate: many\n  burst: 0\n"),
		Environ: []string{
			"KOPILKA_LOG__LEVEL=loud", "KOPILKA_LIMITS__REQUEST_TIMEOUT=5", "KOPILKA_DB__URL=mysql://x/y",
			"KOPILKA_NO_SUCH=1", "KOPILKA_LANG=fr",
		},
		Flags: map[string]string{"http.tls_cert": "only.pem", "limits.body": "1B", "data_dir": ""},
	})
	want := []string{
		"colour config.unknown-key", "http.adr config.unknown-key", "limits.rate config.not-a-number",
		"limits.request_timeout config.not-a-duration", "log.level config.not-a-level", "no_such config.unknown-key",
		"lang config.unknown-lang", "data_dir config.empty", "db.url config.not-a-database",
		"http.addr config.not-an-address", "http.tls_cert config.half-tls", "limits.body config.out-of-range",
		"limits.burst config.out-of-range",
	}
	if diff := cmp.Diff(want, faultsOf(t, err)); diff != "" {
		t.Error(diff)
	}
}

func TestWrongValues(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ key, value, code string }{
		{"http.addr", "127.0.0.1", "config.not-an-address"},
		{"http.addr", ":70000", "config.not-an-address"},
		{"metrics.addr", "127.0.0.1:8080", "config.same-address"},
		{"http.trusted_proxies", "10.0.0.0/8, here", "config.not-a-network"},
		{"http.acme_names", "loyalty.example.ru, 10.0.0.1", "config.not-a-host"},
		{"http.acme_names", "localhost", "config.not-a-host"},
		{"http.acme_email", "it@example.ru", "config.acme-without-names"},
		{"limits.body", "4XB", "config.not-a-size"},
		{"limits.body", "99999999999GB", "config.not-a-size"},
		{"limits.shutdown_timeout", "-1s", "config.out-of-range"},
		{"log.format", "xml", "config.not-a-format"},
		{"db.max_conns", "0", "config.out-of-range"},
		{"db.url", "postgres://%zz", "config.not-a-database"},
		{"db.password", "x", "config.password-without-postgres"},
		{"db.url_file", "no/such/file", "config.unreadable-secret"},
		{"http.public_url", "loyalty.example.ru", "config.not-a-site"},
		{"http.public_url", "https://loyalty.example.ru/admin", "config.not-a-site"},
		{"mail.tls", "ssl", "config.not-a-mail-tls"},
		{"mail.port", "70000", "config.out-of-range"},
		{"mail.password_file", "no/such/file", "config.unreadable-secret"},
	} {
		_, err := Load(Source{Flags: map[string]string{tc.key: tc.value}})
		if diff := cmp.Diff([]string{tc.key + " " + tc.code}, faultsOf(t, err)); diff != "" {
			t.Errorf("%s=%s: %s", tc.key, tc.value, diff)
		}
	}
}

// TestMail: who names a mail server is told all that letters need besides.
func TestMail(t *testing.T) {
	t.Parallel()
	_, err := Load(Source{Flags: map[string]string{"mail.host": "mail.example.ru", "mail.user": "kopilka"}})
	want := []string{"mail.from config.not-an-email", "http.public_url config.mail-without-site", "mail.password config.half-mail-login"}
	if diff := cmp.Diff(want, faultsOf(t, err)); diff != "" {
		t.Error(diff)
	}
	c, err := Load(Source{Flags: map[string]string{
		"mail.host": "mail.example.ru", "mail.user": "kopilka", "mail.password_file": write(t, "mail", "hush4\n"),
		"mail.from": "Копилка <kopilka@example.ru>", "http.public_url": "https://loyalty.example.ru/",
	}})
	if err != nil || c.Mail.Password != "hush4" || c.Address() != "https://loyalty.example.ru" {
		t.Errorf("%v %+v %s", err, c.Mail, c.Address())
	}
	if strings.Contains(fmt.Sprintf("%+v", c), "hush4") {
		t.Error("the password is shown")
	}
}

// TestAddress: without a public address people reach the program where it
// listens.
func TestAddress(t *testing.T) {
	t.Parallel()
	for want, h := range map[string]HTTP{
		"http://127.0.0.1:8080":       {Addr: "127.0.0.1:8080"},
		"http://localhost:8080":       {Addr: ":8080"},
		"https://[::1]:8443":          {Addr: "[::1]:8443", TLSSelf: true},
		"https://loyalty.example.ru":  {Addr: ":443", ACMENames: []string{"loyalty.example.ru"}},
		"https://loyalty.example.com": {Addr: ":443", PublicURL: "https://loyalty.example.com/"},
	} {
		if got := (&Config{HTTP: h}).Address(); got != want {
			t.Errorf("%+v: %s, want %s", h, got, want)
		}
	}
}

func TestFileFaults(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ file, code string }{
		"missing": {filepath.Join(t.TempDir(), "none.yaml"), "config.no-file"},
		"broken":  {write(t, "b.yaml", "a: [1"), "config.broken-file"},
		"list":    {write(t, "l.yaml", "- a\n- b\n"), "config.broken-file"},
		"twice":   {write(t, "t.yaml", "lang: ru\nlang: en\n"), "config.broken-file"},
	} {
		if _, err := Load(Source{File: tc.file}); !fault.Is(err, tc.code) {
			t.Errorf("%s: %v, want %s", name, err, tc.code)
		}
	}
}

func TestSecretsFromFiles(t *testing.T) {
	t.Parallel()
	c, err := Load(Source{
		Environ: []string{
			"KOPILKA_DB__URL_FILE=" + write(t, "url", "postgres://kopilka@db/main?sslmode=disable\n"),
			"KOPILKA_DB__PASSWORD_FILE=" + write(t, "password", "s3 cret/\n"),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.DatabaseURL(), "postgres://kopilka:s3%20cret%2F@db/main?sslmode=disable"; got != want {
		t.Errorf("DatabaseURL = %s, want %s", got, want)
	}
	_, err = Load(Source{Flags: map[string]string{"db.url": "a.db", "db.url_file": write(t, "url", "b.db"), "db.password_file": write(t, "p", " \n")}})
	want := []string{"db.url_file config.secret-twice", "db.password_file config.empty-secret"}
	if diff := cmp.Diff(want, faultsOf(t, err)); diff != "" {
		t.Error(diff)
	}
}

func TestSecretsAreHidden(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	c, err := Load(Source{Flags: map[string]string{
		"db.url": "postgres://kopilka:hush1@db/main?sslpassword=hush2&sslmode=require", "db.password": "hush3",
	}})
	if err != nil {
		t.Fatal(err)
	}
	var dump bytes.Buffer
	if err := c.Dump(&dump, texts, i18n.EN); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{dump.String(), fmt.Sprint(*c), fmt.Sprintf("%+v", c), fmt.Sprintf("%v", c.DB.URL)} {
		if strings.Contains(text, "hush") {
			t.Errorf("a secret is shown: %s", text)
		}
	}
	if !strings.Contains(dump.String(), `"postgres://kopilka:xxxxx@db/main?sslmode=require&sslpassword=xxxxx"`) {
		t.Errorf("the base's address is not shown:\n%s", dump.String())
	}
}

// What Dump writes, Load reads: every setting in it, each described.
func TestDumpIsReadBack(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	c := Default()
	c.HTTP.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	var dump bytes.Buffer
	if err := c.Dump(&dump, texts, i18n.RU); err != nil {
		t.Fatal(err)
	}
	back, err := Load(Source{File: write(t, "dump.yaml", dump.String())})
	if err != nil {
		t.Fatalf("%v\n%s", err, dump.String())
	}
	if diff := cmp.Diff(c, *back, compareNetworks); diff != "" {
		t.Error(diff)
	}
	for _, s := range settings(&c) {
		for _, lang := range i18n.Langs() {
			if !texts.Has(lang, "config.key."+s.key) {
				t.Errorf("%s has no description in %s", s.key, lang)
			}
		}
	}
}

// Every setting can be set by a source: a field of a new type needs its case
// in set, a field without a tag would share its section's key.
func TestEverySettingHasItsOwnKeyAndReadsItsText(t *testing.T) {
	t.Parallel()
	c := Default()
	var keys []string
	for _, s := range settings(&c) {
		keys = append(keys, s.key)
		if strings.HasSuffix(s.key, ".") || s.key == "" {
			t.Errorf("a setting of type %s has no key", reflect.TypeOf(s.ptr).Elem())
		}
		if field := s.set(s.text()); field != nil {
			t.Errorf("%s does not read its own text %q: %s", s.key, s.text(), field.Code)
		}
	}
	slices.Sort(keys)
	if unique := slices.Compact(slices.Clone(keys)); len(unique) != len(keys) {
		t.Errorf("keys repeat: %v", keys)
	}
}

func TestSize(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Size{"0": 0, "512": 512, "1 kb": 1024, "4MB": 4 << 20, "3gb": 3 << 30, "1000B": 1000} {
		got, err := ParseSize(text)
		if err != nil || got != want {
			t.Errorf("ParseSize(%q) = %d, %v, want %d", text, got, err, want)
		}
		if back, err := ParseSize(got.String()); err != nil || back != got {
			t.Errorf("%d is written %q, which reads %d, %v", got, got.String(), back, err)
		}
	}
	for _, text := range []string{"", "MB", "-1", "1.5MB", "1TB", "9223372036854775807KB"} {
		if got, err := ParseSize(text); err == nil {
			t.Errorf("ParseSize(%q) = %d, want an error", text, got)
		}
	}
}
