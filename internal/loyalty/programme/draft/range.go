package draft

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// A range is "from" and "below", or "from" and "to", which is in it; a single
// value is that value only. A time of day goes "09:00-12:00"; its end is not
// in it, as a shop that works till noon is closed at noon.

func readRange(r *reader, n *yaml.Node, at string, info *rule.FieldInfo, c *rule.Condition) {
	if n.Kind != yaml.MappingNode {
		readExact(r, n, at, info, c)
		return
	}
	for _, p := range r.pairs(n, at) {
		if p.name != "from" && p.name != "to" && p.name != "below" {
			r.bad(p.key, at, "programme.text-unknown", "keys", "from, to, below")
			continue
		}
		s, ok := r.scalar(p.value, at)
		if !ok {
			continue
		}
		v, err := parseBound(info.Form, s)
		switch {
		case err != nil:
			r.refuse(p.value, at, err)
		case p.name == "from":
			c.From = &v
		case c.Below != nil:
			r.bad(p.key, at, "programme.text-ends")
		default:
			if p.name == "to" && info.Form != rule.Minute {
				v++
			}
			c.Below = &v
		}
	}
}

func readExact(r *reader, n *yaml.Node, at string, info *rule.FieldInfo, c *rule.Condition) {
	s, ok := r.scalar(n, at)
	if !ok {
		return
	}
	first, second := s, ""
	if info.Form == rule.Minute {
		if first, second, ok = strings.Cut(strings.ReplaceAll(s, "–", "-"), "-"); !ok {
			r.bad(n, at, "programme.text-time")
			return
		}
	}
	from, err := parseBound(info.Form, first)
	below := from + 1
	if err == nil && info.Form == rule.Minute {
		below, err = parseBound(info.Form, second)
	}
	if err != nil {
		r.refuse(n, at, err)
		return
	}
	c.From, c.Below = &from, &below
}

// parseBound reads one end of a range.
func parseBound(form rule.Form, s string) (int64, error) {
	s = strings.TrimSpace(s)
	switch form {
	case rule.Money:
		v, err := roubles.parse(s)
		return int64(v), err
	case rule.Minute:
		if s == "24:00" {
			return 1440, nil
		}
		t, err := time.Parse("15:04", s)
		if err != nil {
			return 0, fault.New(fault.Invalid, "programme.text-time")
		}
		return int64(t.Hour()*60 + t.Minute()), nil
	case rule.Date:
		if len(s) == len("20060102") {
			return count[int64]().parse(s)
		}
		if _, err := day.parse(s); err != nil {
			return 0, err
		}
		return strconv.ParseInt(strings.ReplaceAll(s, "-", ""), 10, 64)
	}
	return count[int64]().parse(s)
}

func writeRange(info *rule.FieldInfo, c *rule.Condition) *value {
	if c.From != nil && c.Below != nil {
		if info.Form == rule.Minute {
			return quoted(bound(info.Form, *c.From).text + "-" + bound(info.Form, *c.Below).text)
		}
		if *c.Below == *c.From+1 {
			return bound(info.Form, *c.From)
		}
	}
	out := &value{sort: mapValue, flow: true}
	if c.From != nil {
		out.put("from", bound(info.Form, *c.From))
	}
	if c.Below == nil {
		return out
	}
	included := false
	switch info.Form {
	case rule.Count, rule.Days:
		included = true
	case rule.Money:
		included = *c.Below%int64(money.Rouble) == 1
	case rule.Date:
		included = !isDay(*c.Below) && isDay(*c.Below-1)
	}
	switch {
	case included:
		out.put("to", bound(info.Form, *c.Below-1))
	case info.Form == rule.Minute:
		out.put("to", bound(info.Form, *c.Below))
	default:
		out.put("below", bound(info.Form, *c.Below))
	}
	return out
}

// bound writes one end of a range.
func bound(form rule.Form, v int64) *value {
	switch form {
	case rule.Money:
		return roubles.form(money.Amount(v))
	case rule.Minute:
		return quoted(fmt.Sprintf("%02d:%02d", v/60, v%60))
	case rule.Date:
		if isDay(v) {
			return figure(fmt.Sprintf("%04d-%02d-%02d", v/10_000, v/100%100, v%100))
		}
	}
	return number(v)
}

// isDay tells whether YYYYMMDD is a day that there is.
func isDay(v int64) bool {
	_, err := time.Parse(time.DateOnly, fmt.Sprintf("%04d-%02d-%02d", v/10_000, v/100%100, v%100))
	return err == nil && v > 0
}
