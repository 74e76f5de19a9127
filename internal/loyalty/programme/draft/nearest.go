package draft

import (
	"cmp"
	"slices"
	"strings"

	"kopilka/internal/platform/text"
)

// maxNear bounds the words that are offered in the place of one that there is
// not.
const maxNear = 5

// Nearest gives the words that are most like one, as an error tells them: the
// more letters in a row they have in common the sooner.
func Nearest(word string, known []string) string {
	common := make(map[string]int, len(known))
	for _, k := range known {
		common[k] = longestCommon([]rune(text.Fold(word)), []rune(text.Fold(k)))
	}
	out := slices.Clone(known)
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(cmp.Compare(common[b], common[a]), cmp.Compare(a, b)) })
	more := ""
	if len(out) > maxNear {
		out, more = out[:maxNear], ", …"
	}
	return strings.Join(out, ", ") + more
}

// longestCommon is the length of the longest run that both have.
func longestCommon(a, b []rune) (longest int) {
	row := make([]int, len(b)+1) // of runs that end at the letter of a that is on
	for i := range a {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] != b[j] {
				row[j+1] = 0
				continue
			}
			row[j+1] = row[j] + 1
			longest = max(longest, row[j+1])
		}
	}
	return longest
}
