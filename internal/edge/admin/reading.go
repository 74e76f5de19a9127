package admin

import "kopilka/internal/platform/reference"

// What a page of a reference list has, and how far it is read on for a reader
// who may see few of its rows.
const (
	linesShown  = 50
	linesAtMost = 20 * reference.MaxLimit
)

// seen reads a part of a list that goes by code: those of its rows that keep
// lets through, linesShown at most. A reader who is narrowed sees a page that
// may be short where very many rows are others', and goes on from there.
func seen[T any](at reference.Page, read func(reference.Page) (reference.List[T], error), code func(*T) string, keep func(*T) bool) (reference.List[T], error) {
	out := reference.List[T]{}
	at.Limit = linesShown
	for gone := 0; gone < linesAtMost; {
		part, err := read(at)
		if err != nil {
			return out, err
		}
		for i := range part.Items {
			if !keep(&part.Items[i]) {
				continue
			}
			if out.Items = append(out.Items, part.Items[i]); len(out.Items) < linesShown {
				continue
			}
			if i+1 < len(part.Items) || part.Next != "" {
				out.Next = code(&part.Items[i])
			}
			return out, nil
		}
		gone += len(part.Items)
		if out.Next = part.Next; part.Next == "" {
			return out, nil
		}
		at.After, at.Limit = part.Next, reference.MaxLimit
	}
	return out, nil
}
