package intake

import (
	"strings"
	"testing"

	"kopilka/internal/loyalty/importer"
	"kopilka/internal/platform/fault"
)

// TestRowsAreBounded: a row that is too long is refused by itself; a file that
// repeats a text until nothing could hold it, as one of a few bytes can, is not
// gone on with.
func TestRowsAreBounded(t *testing.T) {
	t.Parallel()
	cells := make([]string, MaxColumns)
	for i := range cells {
		cells[i] = strings.Repeat("ы", MaxCell)
	}
	layout := Layout{Header: 1, Head: make([]string, MaxColumns), Samples: make([][]string, MaxColumns)}
	r := &reading{Intakes: &Intakes{}, in: &Intake{Layout: layout}}
	if err := r.row(t.Context(), &importer.Row{No: 2, Cells: cells}); err != nil || r.rows[0].Bad == nil || r.rows[0].Bad.Code != "intake.long" || r.kept != 0 {
		t.Fatalf("it is %+v, %d (%v)", r.rows[0].Bad, r.kept, err)
	}
	r.kept = maxKept - MaxCell
	if err := r.row(t.Context(), &importer.Row{No: 3, Cells: cells[:1]}); !fault.Is(err, "importer.too-large") {
		t.Errorf("it is %v", err)
	}
}
