package app

import (
	"regexp"
	"strings"

	"kopilka/internal/platform/fault"
)

// usageErrors translate what kong says about a wrong command line. It has
// nothing but English sentences to tell them apart by.
var usageErrors = []struct {
	pattern *regexp.Regexp
	fault   func(m []string) *fault.Error
}{
	{regexp.MustCompile(`^unknown flag (\S+), did you mean (?:one of )?(.*)\?$`), func(m []string) *fault.Error {
		return fault.New(fault.Invalid, "cli.unknown-flag-near", "flag", m[1], "near", unquote(m[2]))
	}},
	{regexp.MustCompile(`^unknown flag (\S+)$`), func(m []string) *fault.Error {
		return fault.New(fault.Invalid, "cli.unknown-flag", "flag", m[1])
	}},
	{regexp.MustCompile(`^unexpected argument (.*), did you mean (?:one of )?(.*)\?$`), func(m []string) *fault.Error {
		return fault.New(fault.Invalid, "cli.unexpected-near", "argument", m[1], "near", unquote(m[2]))
	}},
	{regexp.MustCompile(`^unexpected argument (.*)$`), func(m []string) *fault.Error {
		return fault.New(fault.Invalid, "cli.unexpected", "argument", m[1])
	}},
	{regexp.MustCompile(`^missing flags: (.*)$`), func(m []string) *fault.Error {
		return fault.New(fault.Invalid, "cli.missing-flags", "flags", m[1])
	}},
	{regexp.MustCompile(`^expected (?:one of )?("[^<].*)$`), func(m []string) *fault.Error {
		return fault.New(fault.Invalid, "cli.missing-command", "commands", unquote(m[1]))
	}},
	{regexp.MustCompile(`^expected "(<.*)"$`), func(m []string) *fault.Error {
		return fault.New(fault.Invalid, "cli.missing-arguments", "arguments", m[1])
	}},
	{regexp.MustCompile(`^(--\S+) must be one of (.*) but got "(.*)"$`), func(m []string) *fault.Error {
		return fault.New(fault.Invalid, "cli.not-one-of", "flag", m[1], "values", unquote(m[2]), "value", m[3])
	}},
	{regexp.MustCompile(`^(--[^\s=:]+)(?:=\S+)?: .*$`), func(m []string) *fault.Error {
		return fault.New(fault.Invalid, "cli.bad-value", "flag", m[1])
	}},
	{regexp.MustCompile(`^(--\S+) and (--\S+) can't be used together$`), func(m []string) *fault.Error {
		return fault.New(fault.Invalid, "cli.not-together", "flag", m[1], "other", m[2])
	}},
}

func usageError(err error) *fault.Error {
	text := err.Error()
	for _, known := range usageErrors {
		if m := known.pattern.FindStringSubmatch(text); m != nil {
			return known.fault(m)
		}
	}
	return fault.New(fault.Invalid, "cli.wrong", "reason", text)
}

// unquote makes `"a","b"` and `"a", "b"` into `a, b`.
func unquote(list string) string {
	parts := strings.Split(strings.ReplaceAll(list, `"`, ""), ",")
	kept := parts[:0]
	for _, part := range parts {
		if part = strings.TrimSpace(part); part != "" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, ", ")
}
