package kit

import "encoding/json"

// ChartKind is how a chart is drawn.
type ChartKind string

// The kinds.
const (
	Line ChartKind = "line" // the first series is filled, others are dashed
	Bars ChartKind = "bars" // series stand on each other; what is below zero hangs
)

// Chart is figures over something: days, months.
type Chart struct {
	Kind   ChartKind `json:"kind"`
	X      []string  `json:"x"`               // in the reader's words
	Unit   string    `json:"unit,omitempty"`  // after each value: ₽
	Whole  bool      `json:"whole,omitempty"` // counts: no part of one on the axis
	Series []Series  `json:"series"`

	Says string `json:"-"` // what it shows, in a sentence
	Over string `json:"-"` // what X is: the head of its column
}

// Series is one row of figures of a chart. Colours have a meaning: Earned, Spent,
// Balance are of points, always.
type Series struct {
	Name  string      `json:"name"`
	Color SeriesColor `json:"color"`
	Data  []float64   `json:"data"` // for the eye only: what is exact is in Cells
	Cells []string    `json:"-"`    // the same in the reader's words
}

// SeriesColor is a colour of charts, by its token.
type SeriesColor string

// The colours.
const (
	Earned  SeriesColor = "--c1"
	Spent   SeriesColor = "--c2"
	Balance SeriesColor = "--c3"
	Fourth  SeriesColor = "--c4"
	Fifth   SeriesColor = "--c5"
	Beside  SeriesColor = "--c6" // what the first is compared with
)

// data is the chart as the script reads it.
func (c *Chart) data() string {
	b, err := json.Marshal(c)
	if err != nil { // texts and numbers: can't be
		return "{}"
	}
	return string(b)
}
