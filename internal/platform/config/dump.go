package config

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"kopilka/internal/platform/i18n"
)

// Dump writes the settings as YAML that Load reads back, each under its
// description, with secrets hidden.
func (c *Config) Dump(w io.Writer, texts *i18n.Catalog, lang i18n.Lang) error {
	out := bufio.NewWriter(w)
	open := ""
	for _, s := range settings(c) {
		section, name, nested := strings.Cut(s.key, ".")
		indent := ""
		if !nested {
			name, section = section, ""
		} else {
			indent = "  "
		}
		if section != open {
			fmt.Fprintf(out, "%s:\n", section)
			open = section
		}
		fmt.Fprintf(out, "%s# %s\n%s%s: %s\n", indent, texts.Text(lang, "config.key."+s.key), indent, name, s.yaml())
	}
	return out.Flush()
}

func (s setting) yaml() string {
	if _, number := s.ptr.(*int); number {
		return s.text()
	}
	return strconv.Quote(s.text())
}

// Listed is a setting of the process: its description is the text
// "config.key.<key>".
type Listed struct{ Key, Default string }

// List tells all settings of the process.
func List() []Listed {
	c := Default()
	all := settings(&c)
	out := make([]Listed, len(all))
	for i, s := range all {
		out[i] = Listed{Key: s.key, Default: s.text()}
	}
	return out
}
