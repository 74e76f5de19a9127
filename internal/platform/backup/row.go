package backup

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// appendRow adds a row's values as a line.
func appendRow(line []byte, cols []column, values []any) ([]byte, error) {
	line = append(line, '[')
	for i, v := range values {
		if i > 0 {
			line = append(line, ',')
		}
		var err error
		if line, err = appendValue(line, cols[i].Kind, v); err != nil {
			return line, fmt.Errorf("column %s: %w", cols[i].Name, err)
		}
	}
	return append(line, ']', '\n'), nil
}

func appendValue(line []byte, k kind, v any) ([]byte, error) {
	if v == nil {
		return append(line, "null"...), nil
	}
	switch k {
	case kindInt:
		switch n := v.(type) {
		case int64:
			return strconv.AppendInt(line, n, 10), nil
		case int32:
			return strconv.AppendInt(line, int64(n), 10), nil
		case int16:
			return strconv.AppendInt(line, int64(n), 10), nil
		}
	case kindBool:
		switch b := v.(type) {
		case bool:
			return strconv.AppendBool(line, b), nil
		case int64:
			return strconv.AppendBool(line, b != 0), nil
		}
	case kindText, kindJSON:
		if s, ok := v.(string); ok {
			return appendText(line, s)
		}
	case kindBytes:
		if b, ok := v.([]byte); ok {
			line = append(line, '"')
			line = base64.StdEncoding.AppendEncode(line, b)
			return append(line, '"'), nil
		}
	}
	return line, fmt.Errorf("%T in a column of type %s", v, k)
}

var errText = errors.New("a text is not UTF-8")

// appendText writes a JSON string, escaping only what must be.
func appendText(line []byte, s string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return line, errText
	}
	line = append(line, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		line = append(line, s[from:i]...)
		from = i + 1
		if c == '"' || c == '\\' {
			line = append(line, '\\', c)
			continue
		}
		line = fmt.Appendf(line, `\u%04x`, c)
	}
	line = append(line, s[from:]...)
	return append(line, '"'), nil
}

// parseRow reads a line's values as db.Many takes them.
func parseRow(line []byte, cols []column) ([]any, error) {
	var raw []json.RawMessage
	if err := json.Unmarshal(line, &raw); err != nil {
		return nil, err
	}
	if len(raw) != len(cols) {
		return nil, fmt.Errorf("%d values for %d columns", len(raw), len(cols))
	}
	out := make([]any, len(raw))
	for i, v := range raw {
		var err error
		if out[i], err = parseValue(v, cols[i].Kind); err != nil {
			return nil, fmt.Errorf("column %s: %w", cols[i].Name, err)
		}
	}
	return out, nil
}

func parseValue(raw json.RawMessage, k kind) (any, error) {
	if string(raw) == "null" {
		return nil, nil
	}
	switch k {
	case kindInt:
		return strconv.ParseInt(string(raw), 10, 64)
	case kindBool:
		var b bool
		err := json.Unmarshal(raw, &b)
		return b, err
	case kindBytes:
		b := []byte{}
		err := json.Unmarshal(raw, &b)
		return b, err
	}
	var s string
	err := json.Unmarshal(raw, &s)
	return s, err
}
