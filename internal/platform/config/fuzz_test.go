package config

import (
	"os"
	"path/filepath"
	"testing"

	"kopilka/internal/platform/fault"
)

// FuzzLoad reads settings from a file, the environment and flags: whatever is
// wrong with them is a fault that says so.
func FuzzLoad(f *testing.F) {
	f.Add("lang: en\nhttp: {addr: '127.0.0.1:0', trusted_proxies: [10.0.0.0/8]}\n", "KOPILKA_LIMITS__BODY=2MB", "1s")
	f.Add("limits: {body: -1, request_timeout: 99999999h}\n", "KOPILKA_HTTP__ADDR=", "")
	f.Add("http: [1]\n", "KOPILKA_=x", "9e99")
	f.Add("? {a: b}\n: c\n", "KOPILKA_HTTP=x", "\x00")
	f.Add("a: &a [*a]", "KOPILKA_HTTP__ADDR__X=1", "٣")
	f.Add("lang: !!binary x\n", "=", " 1s")
	f.Add("\xff\x00", "KOPILKA_DB__URL=postgres://%zz", "-0s")
	f.Fuzz(func(t *testing.T, content, env, flag string) {
		file := filepath.Join(t.TempDir(), "k.yaml")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Load(Source{File: file, Environ: []string{env}, Flags: map[string]string{"limits.request_timeout": flag}})
		if err != nil && fault.From(err).Kind == fault.Internal {
			t.Errorf("%v is no fault", err)
		}
		if err == nil && c == nil {
			t.Error("neither settings nor a fault")
		}
	})
}
