package money

import (
	"encoding/json"
	"testing"

	"kopilka/internal/platform/fault"
)

func TestRoundingText(t *testing.T) {
	t.Parallel()
	for want, name := range Roundings() {
		var r Rounding
		if err := r.UnmarshalText([]byte(name)); err != nil || r != Rounding(want) {
			t.Errorf("%s reads as %v: %v", name, r, err)
		}
		if b, err := json.Marshal(r); err != nil || string(b) != `"`+name+`"` {
			t.Errorf("%s writes as %s: %v", name, b, err)
		}
	}
	var r Rounding
	if err := r.UnmarshalText([]byte("Down")); !fault.Is(err, "money.rounding-unknown") {
		t.Errorf("an unknown name: %v", err)
	}
	if _, err := Rounding(9).MarshalText(); err == nil {
		t.Error("an unknown value is written")
	}
}
