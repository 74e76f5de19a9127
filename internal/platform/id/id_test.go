package id

import (
	"encoding/json"
	"testing"
)

// FuzzParse holds that an id has one name: what is read is written the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"1", "-5", "913986198492418048", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "0", "00", "-0", "-01", "+1", "01", " 1", "1.0", "1e3", "0x1", "", "\u0661", "1_000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := Parse(s)
		if err == nil && (v == 0 || v.String() != s) {
			t.Errorf("%q is read as %d", s, v)
		}
		quoted, _ := json.Marshal(s)
		var read ID
		if err2 := read.UnmarshalJSON(quoted); string(quoted) == `"`+s+`"` && s != "" && (err == nil) != (err2 == nil) {
			t.Errorf("%q: %v by itself, %v in JSON", s, err, err2)
		}
		if err == nil {
			again, _ := v.MarshalJSON()
			if string(again) != string(quoted) {
				t.Errorf("%s became %s", quoted, again)
			}
		}
		_ = read.UnmarshalJSON([]byte(s))
	})
}
