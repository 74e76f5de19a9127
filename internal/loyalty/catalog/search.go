package catalog

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
	"kopilka/internal/platform/text"
)

const (
	maxTyped = 100 // characters that Search reads
	maxWords = 8   // words that it goes by
	maxSaid  = 500 // products that a word is counted in

	qDropWords  = `delete from product_word where product_id = $1`
	qCountWords = `select count(*) from (select 1 as n from product_word where word >= $1 and word < $2 limit $3) as said`
)

var insertWords = db.Many{
	PG:    `insert into product_word (product_id, word, place) select * from unnest($1::bigint[], $2::bytea[], $3::bigint[])`,
	Lite:  `insert into product_word (product_id, word, place) values ($1, $2, $3)`,
	Types: []string{"bigint", "bytea", "bigint"},
}

// Search finds what a cashier scanned or began to type: the product with that
// barcode, else with that SKU, else those whose name has for each word typed
// one that begins so, in whatever order. Of those a whole word comes before a
// beginning, and what stands earlier in the name before what stands later.
// Closed products are not found, nor those from receipts that have no name.
func Search(ctx context.Context, q db.Q, typed string, limit int) ([]Product, error) {
	typed = strings.TrimSpace(text.Clip(strings.TrimSpace(typed), maxTyped))
	for _, query := range []string{qProductByBarcode, qProductBySKU} {
		p, err := by(ctx, q, query, typed)
		if err == nil && p.Sold() {
			return []Product{p}, nil
		}
		if err != nil && !fault.Is(err, "catalog.product-not-found") {
			return nil, err
		}
	}
	words := beginnings(typed)
	if err := rarestFirst(ctx, q, words); err != nil || len(words) == 0 {
		return nil, err
	}
	args := []any{min(max(limit, 1), MaxFound)}
	for _, w := range words {
		args = append(args, w.from, w.to)
	}
	out, err := db.All(ctx, q, scanProduct, foundBy(len(words)), args...)
	if err != nil || len(out) == 0 {
		return nil, err
	}
	return out, addParts(ctx, q, out)
}

// beginning is a part of the words in order: those that begin alike.
type beginning struct {
	from, to []byte
	said     int // by how many words of products; maxSaid: by that or more
}

func beginnings(typed string) (out []beginning) {
	for _, w := range wordsOf(typed) {
		from := []byte(w)
		out = append(out, beginning{from: from, to: append(slices.Clone(from), 0xff)}) // which no letter has
	}
	return out[:min(len(out), maxWords)]
}

// rarestFirst puts the rarest first: the others are looked for in what it finds.
func rarestFirst(ctx context.Context, q db.Q, words []beginning) error {
	if len(words) < 2 {
		return nil
	}
	for i := range words {
		w := &words[i]
		if err := q.Row(ctx, qCountWords, w.from, w.to, maxSaid).Scan(&w.said); err != nil {
			return err
		}
	}
	slices.SortStableFunc(words, func(a, b beginning) int { return cmp.Compare(a.said, b.said) })
	return nil
}

// Sold tells whether a cashier finds the product: it is not closed, and has a
// name if it is known from receipts only.
func (p *Product) Sold() bool { return p.State == reference.Active && (!p.Unknown || p.Name != p.SKU) }

// foundBy is the query by n words: it walks the first one's part of the key in
// order, and takes a product where the first of its words is that begins so.
func foundBy(n int) string {
	var b strings.Builder
	b.WriteString(`select ` + productColumns + ` from product_word w cross join product p
		where p.product_id = w.product_id and w.word >= $2 and w.word < $3 and p.state = 'active'
		and not exists (select 1 from product_word e where e.product_id = w.product_id and e.word >= $2 and e.word < w.word)`)
	for i := 1; i < n; i++ {
		from, to := strconv.Itoa(2+2*i), strconv.Itoa(3+2*i)
		b.WriteString(` and exists (select 1 from product_word o where o.product_id = w.product_id and o.word >= $` + from + ` and o.word < $` + to + `)`)
	}
	b.WriteString(` order by w.word, w.place, w.product_id limit $1`)
	return b.String()
}

// wordsOf are the folded words of a text, each once, in order.
func wordsOf(s string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(text.Fold(s), func(r rune) bool { return !unicode.In(r, unicode.L, unicode.M, unicode.N) }) {
		if !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

func putWords(ctx context.Context, q db.Q, p Product) error {
	if _, err := q.Exec(ctx, qDropWords, p.ID); err != nil {
		return err
	}
	m := insertWords.Of()
	addWords(m, p.ID, p.Name)
	return m.Run(ctx, q)
}

func addWords(m *db.Many, product id.ID, name string) {
	for place, w := range wordsOf(name) {
		m.Add(int64(product), []byte(w), int64(place))
	}
}
