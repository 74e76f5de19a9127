package app

import (
	"errors"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"

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
	{regexp.MustCompile(`^expected "(<.*)"$`), func(m []string) *fault.Error {
		return fault.New(fault.Invalid, "cli.missing-arguments", "arguments", m[1])
	}},
	{regexp.MustCompile(`^(--\S+) must be one of (.*) but got "(.*)"$`), func(m []string) *fault.Error {
		return fault.New(fault.Invalid, "cli.not-one-of", "flag", m[1], "values", unquote(m[2]), "value", m[3])
	}},
	{regexp.MustCompile(`^(--[^\s=:]+|<[^>]+>)(?:=\S+)?: expected a valid \d+ bit u?int but got "(.*)"$`), func(m []string) *fault.Error {
		return fault.New(fault.Invalid, "cli.not-a-number", "what", m[1], "value", m[2])
	}},
	{regexp.MustCompile(`^(--[^\s=:]+)(?:=\S+)?: expected duration but got "([^"]*)"`), func(m []string) *fault.Error {
		return fault.New(fault.Invalid, "cli.not-a-duration", "flag", m[1], "value", m[2])
	}},
	{regexp.MustCompile(`^(--[^\s=:]+)(?:=\S+)?: expected "<key>=<value>" but got "(.*)"$`), func(m []string) *fault.Error {
		return fault.New(fault.Invalid, "cli.not-a-pair", "flag", m[1], "value", m[2])
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
	if e, ok := errors.AsType[*kong.ParseError](err); ok && missingCommand.MatchString(text) {
		return fault.New(fault.Invalid, "cli.missing-command", "commands", strings.Join(children(e.Context), ", "))
	}
	for _, known := range usageErrors {
		if m := known.pattern.FindStringSubmatch(text); m != nil {
			return known.fault(m)
		}
	}
	return fault.New(fault.Invalid, "cli.wrong", "reason", text)
}

// missingCommand is said, with no more than five of them, where one of several
// commands belongs.
var missingCommand = regexp.MustCompile(`^expected (?:one of )?"[^<]`)

// children are the commands of the one that was named last.
func children(c *kong.Context) []string {
	node := c.Model.Node
	if selected := c.Selected(); selected != nil {
		node = selected
	}
	names := make([]string, 0, len(node.Children))
	for _, child := range node.Children {
		names = append(names, child.Name)
	}
	return names
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
