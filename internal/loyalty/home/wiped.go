package home

// Wiped says what was taken out of a table when a person was erased.
type Wiped struct {
	Table string   `json:"table"`
	What  []string `json:"what"` // columns that were emptied; none: whole rows were removed
	Rows  int64    `json:"rows"`
}

// Numbers are homes as a statement takes them.
func Numbers(homes []ID) []int64 {
	out := make([]int64, len(homes))
	for i, h := range homes {
		out[i] = int64(h)
	}
	return out
}
