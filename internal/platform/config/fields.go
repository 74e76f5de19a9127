package config

import (
	"fmt"
	"log/slog"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"

	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
)

// setting is one leaf of Config.
type setting struct {
	key string // e.g. "http.addr"
	ptr any    // to the field
}

// settings lists the leaves of c in their order in the code.
func settings(c *Config) []setting { return leaves(reflect.ValueOf(c).Elem(), "") }

func leaves(section reflect.Value, prefix string) []setting {
	var out []setting
	for i := range section.NumField() {
		field := section.Field(i)
		key := prefix + section.Type().Field(i).Tag.Get("key")
		if field.Kind() == reflect.Struct {
			out = append(out, leaves(field, key+".")...)
			continue
		}
		out = append(out, setting{key: key, ptr: field.Addr().Interface()})
	}
	return out
}

// set parses the value of a source into the field. A list may be a YAML list
// or a text with commas.
func (s setting) set(value any) *fault.Field {
	text := strings.TrimSpace(plain(value))
	var err error
	code := ""
	switch p := s.ptr.(type) {
	case *string:
		*p = text
	case *Secret:
		*p = Secret(text)
	case *DSN:
		*p = DSN(text)
	case *i18n.Lang:
		*p = i18n.Lang(text)
	case *bool:
		code = "config.not-a-bool"
		*p, err = strconv.ParseBool(text)
	case *int:
		code = "config.not-a-number"
		*p, err = strconv.Atoi(text)
	case *time.Duration:
		code = "config.not-a-duration"
		*p, err = time.ParseDuration(text)
	case *Size:
		code = "config.not-a-size"
		*p, err = ParseSize(text)
	case *slog.Level:
		code = "config.not-a-level"
		*p, err = parseLevel(text)
	case *[]string:
		*p = parseList(text)
	case *[]netip.Prefix:
		code = "config.not-a-network"
		*p, err = parseNetworks(text)
	default:
		panic(fmt.Sprintf("config: %s is of a type that no source can set: %T", s.key, s.ptr))
	}
	if err != nil {
		return &fault.Field{Path: s.key, Code: code, Args: fault.Pairs("value", shorten(text))}
	}
	return nil
}

// text writes the field the way set reads it, secrets hidden.
func (s setting) text() string {
	switch p := s.ptr.(type) {
	case *slog.Level:
		return strings.ToLower(p.String())
	case *[]string:
		return strings.Join(*p, ",")
	case *[]netip.Prefix:
		networks := make([]string, len(*p))
		for i, n := range *p {
			networks[i] = n.String()
		}
		return strings.Join(networks, ",")
	}
	return fmt.Sprint(reflect.ValueOf(s.ptr).Elem().Interface())
}

// plain gives a YAML value as text.
func plain(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case map[string]any:
		if len(v) == 0 {
			return ""
		}
	case []any:
		parts := make([]string, len(v))
		for i, part := range v {
			parts[i] = plain(part)
		}
		return strings.Join(parts, ",")
	}
	return fmt.Sprint(value)
}

// shorten keeps a wrong value from filling the screen.
func shorten(text string) string {
	const longest = 60
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return text
}

func parseLevel(text string) (slog.Level, error) {
	switch strings.ToLower(text) {
	case "debug":
		return slog.LevelDebug, nil
	case "info":
		return slog.LevelInfo, nil
	case "warn":
		return slog.LevelWarn, nil
	case "error":
		return slog.LevelError, nil
	}
	return 0, fmt.Errorf("config: %q is not a level", text)
}

// parseList reads words parted by commas.
func parseList(text string) (out []string) {
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// parseNetworks reads addresses and networks parted by commas.
func parseNetworks(text string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		if addr, err := netip.ParseAddr(part); err == nil {
			out = append(out, netip.PrefixFrom(addr, addr.BitLen()))
			continue
		}
		prefix, err := netip.ParsePrefix(part)
		if err != nil {
			return nil, err
		}
		out = append(out, prefix.Masked())
	}
	return out, nil
}
