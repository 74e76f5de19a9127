package admin

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net/url"
	"slices"
	"strings"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/spreadsheet"
	"kopilka/internal/platform/text"
)

// tellCodes puts the secret codes of a batch that was just made into its page, as
// files: they are told this once.
func (p *page) tellCodes(v *batchView, b *card.Batch, seed card.Seed) error {
	each := eachTold(p.stockOf(b), seed)
	for _, f := range p.printFiles(b, true) {
		var file bytes.Buffer
		if err := f.write(p.ctx(), &file, each); err != nil {
			return err
		}
		v.Once = append(v.Once, onceFile{Text: f.text, Name: f.name, URL: "data:" + f.kind + ";base64," + base64.StdEncoding.EncodeToString(file.Bytes())})
	}
	return nil
}

// eachTold gives numbers with their secret codes.
func eachTold(each eachStock, seed card.Seed) eachStock {
	return func(ctx context.Context, row func(card.Stock) error) error {
		return each(ctx, func(s card.Stock) error {
			list := []card.Stock{s}
			seed.Tell(list)
			return row(list[0])
		})
	}
}

// stockOf gives the numbers of a batch, read a page at a time.
func (p *page) stockOf(b *card.Batch) eachStock {
	return func(ctx context.Context, row func(card.Stock) error) error {
		for after := ""; ; {
			list, err := card.StockOf(ctx, p.DB, b.ID, after, 0)
			if err != nil || len(list) == 0 {
				return err
			}
			for _, s := range list {
				if s.State != card.InStock { // printed again it would be nobody's card
					continue
				}
				if err := row(s); err != nil {
					return err
				}
			}
			after = list[len(list)-1].Number
		}
	}
}

// onceFile is a file that is in the page itself: it is had now or never.
type onceFile struct{ Text, Name, URL string }

// printFile is a way to write the numbers of a batch.
type printFile struct {
	text, kind, name string
	write            func(ctx context.Context, w io.Writer, each eachStock) error
}

// eachStock gives the numbers of a batch one by one.
type eachStock func(ctx context.Context, row func(card.Stock) error) error

func (p *page) printFiles(b *card.Batch, secrets bool) []printFile {
	head := []string{p.text("admin.cards.number")}
	if secrets {
		head = append(head, p.text("admin.cards.secret"))
	}
	line := func(s card.Stock) []string {
		if secrets {
			return []string{s.Number, s.Secret}
		}
		return []string{s.Number}
	}
	all := func(ctx context.Context, each eachStock) spreadsheet.Lines {
		return spreadsheet.Words(func(row func([]string) error) error {
			return each(ctx, func(s card.Stock) error { return row(line(s)) })
		})
	}
	name := "cards-" + b.ID.String()
	return []printFile{
		{p.text("admin.members.export-xlsx"), workbookKind, name + ".xlsx", func(ctx context.Context, w io.Writer, each eachStock) error {
			return spreadsheet.Workbook(w, head, all(ctx, each))
		}},
		{p.text("admin.members.export-csv"), tableKind, name + ".csv", func(ctx context.Context, w io.Writer, each eachStock) error {
			return spreadsheet.CSV(w, head, all(ctx, each))
		}},
	}
}

// batchView is a batch with a part of its numbers.
type batchView struct {
	Name, Note, Path string
	About            []kit.Pair
	Rows             []stockRow
	First, On        string
	Files            []kit.Action
	Once             []onceFile
	Secret           bool
}

type stockRow struct {
	Number, State string
	Tone          kit.Tone
	At            clock.Micros
	New           bool
}

// stockAtOnce is how many numbers one part of a batch's list has.
const stockAtOnce = 100

func (p *page) batchOf() (card.Batch, error) {
	i, err := p.param("batch")
	if err != nil {
		return card.Batch{}, err
	}
	return card.GetBatch(p.ctx(), p.DB, i)
}

func (p *page) cardBatch() error {
	b, err := p.batchOf()
	if err != nil {
		return err
	}
	v, err := p.batchView(&b, p.r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	if seed := p.taken().Secret; seed != "" && v.Secret {
		if err := p.tellCodes(&v, &b, card.Seed(seed)); err != nil {
			return err
		}
	}
	return p.show(v.Name, cardsHere, batchPage(v))
}

func (p *page) batchView(b *card.Batch, after string) (batchView, error) {
	v := batchView{Name: p.batchName(b), Note: b.Note, Path: batchesPath + "/" + b.ID.String()}
	t, err := card.GetType(p.ctx(), p.DB, b.Type)
	if err != nil {
		return v, err
	}
	v.Secret = t.Properties.Secret
	v.About = []kit.Pair{{Name: p.text("admin.card.type"), Value: t.Name}, {Name: p.text("admin.cards.size"), Value: ui.Number(p.ctx(), b.Size)}}
	if b.Note != "" {
		v.About = append(v.About, kit.Pair{Name: p.text("admin.field.card-note"), Value: b.Note})
	}
	for as, key := range map[string]string{"csv": "admin.members.export-csv", "xlsx": "admin.members.export-xlsx"} {
		v.Files = append(v.Files, kit.Action{Text: p.text(key), Icon: "download", Href: v.Path + "/file?as=" + as})
	}
	slices.SortFunc(v.Files, func(a, b kit.Action) int { return strings.Compare(b.Href, a.Href) })
	list, err := card.StockOf(p.ctx(), p.DB, b.ID, text.Clip(strings.ToValidUTF8(strings.ReplaceAll(after, "\x00", ""), ""), maxValue), stockAtOnce+1)
	if err != nil {
		return v, err
	}
	if after != "" {
		v.First = v.Path
	}
	if len(list) > stockAtOnce {
		list = list[:stockAtOnce]
		v.On = v.Path + "?after=" + url.QueryEscape(list[stockAtOnce-1].Number)
	}
	tones := map[card.StockState]kit.Tone{card.InStock: kit.Info, card.Bound: kit.Good}
	for i := range list {
		s := &list[i]
		v.Rows = append(v.Rows, stockRow{Number: s.Number, State: p.text("admin.cards.stock-" + string(s.State)), Tone: tones[s.State], At: s.ChangedAt, New: s.State == card.InStock})
	}
	return v, nil
}

// cardBatchFile sends the numbers of a batch, a page at a time. Who has taken
// them out is in the trail first.
func (p *page) cardBatchFile() error {
	b, err := p.batchOf()
	if err != nil {
		return err
	}
	csv, err := p.asCSV()
	if err != nil {
		return err
	}
	if err := p.note("card_batch.exported", "card_batch", b.ID); err != nil {
		return err
	}
	f := p.printFiles(&b, false)[0]
	if csv {
		f = p.printFiles(&b, false)[1]
	}
	out := &fileWriter{w: p.w, kind: f.kind, name: f.name}
	return p.sendFile(out, "card batch", func(ctx context.Context) error { return f.write(ctx, out, p.stockOf(&b)) })
}

// voidCard takes a number out of stock for good.
func (p *page) voidCard() error {
	b, err := p.batchOf()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	s, err := card.FindStock(p.ctx(), p.DB, f.get("number"))
	if err == nil && s.Batch != b.ID {
		err = fault.New(fault.NotFound, "card.not-in-stock")
	}
	if err == nil {
		err = p.Cards.VoidStock(p.ctx(), s.Number)
	}
	if err != nil {
		return p.instead(f, err, "number", func() sheet {
			path := batchesPath + "/" + b.ID.String()
			return sheet{
				Title: p.text("admin.cards.void-ask"), Sub: p.text("admin.cards.void-text"), Here: cardsHere, Crumbs: []kit.Link{{Text: p.text("admin.nav.cards"), Href: cardsPath}},
				Action: path + "/void", Back: path, Do: p.text("admin.cards.void-do"), Parts: []sheetPart{{Entries: []entry{f.asked("number", "admin.cards.number", maxCardNumber)}}},
			}
		})
	}
	return p.to(batchesPath+"/"+b.ID.String(), "card-voided")
}

func (p *page) loadCardBatch() error { return p.askCardLoad(p.filled(nil)) }

func (p *page) askCardLoad(f *form) error {
	types, err := p.cardTypeOptions(plastic)
	if err != nil {
		return err
	}
	s := sheet{
		Title: p.text("admin.cards.load"), Here: cardsHere, Action: batchesPath + "/load", Back: batchesPath, Do: p.text("admin.cards.load-do"),
		Sub: p.text("admin.cards.load-sub"), Crumbs: p.batchCrumbs(),
	}
	s.Parts = []sheetPart{{Entries: []entry{
		{Field: f.field("type", "card-type", needed, of(types...))},
		{Field: f.field("cards", "card-numbers", needed, rows(10)), as: asText},
		{Field: f.field("note", "card-note", most(card.MaxNote))},
	}}}
	return p.ask(f, s)
}

func (p *page) loadCardBatchSent() error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	var bad []fault.Field
	of := f.ref("type", &bad)
	given, lines := printed(f.values.Get("cards"))
	if len(bad) > 0 {
		f.refuse(fault.New(fault.Invalid, "admin.invalid").With(bad...))
		return p.askCardLoad(f)
	}
	b, _, err := p.Cards.LoadBatch(p.ctx(), of, given, f.get("note"), p.actor())
	if err != nil {
		if f.refuse(inField(inLines(err, lines), map[string]string{"card.bad-size": "cards", "card.number-taken": "cards", "card.bad-kind": "type", "card.bad-name": "note"})) {
			return p.askCardLoad(f)
		}
		return err
	}
	return p.to(batchesPath+"/"+b.ID.String(), "saved")
}

// printed reads numbers, one a line, each with its secret code after a
// semicolon where it has one, and the line that each stands in. More than a
// batch may have are refused by it.
func printed(typed string) (given []card.Stock, lines []int) {
	at := 0
	for l := range strings.SplitSeq(strings.ToValidUTF8(typed, ""), "\n") {
		at++
		number, secret, _ := strings.Cut(strings.TrimSpace(l), ";")
		if number = strings.TrimSpace(number); number != "" || secret != "" {
			given, lines = append(given, card.Stock{Number: number, Secret: strings.TrimSpace(secret)}), append(lines, at)
		}
		if len(given) > card.MaxBatch {
			break
		}
	}
	return given, lines
}

// inLines tells of the lines as they were typed: empty ones are no rows of a
// batch.
func inLines(err error, lines []int) error {
	e := *fault.From(err)
	e.Fields = slices.Clone(e.Fields)
	for i := range e.Fields {
		args := slices.Clone(e.Fields[i].Args)
		for k, a := range args {
			if row, is := a.Value.(int); is && (a.Name == "row" || a.Name == "first") && row > 0 && row <= len(lines) {
				args[k].Value = lines[row-1]
			}
		}
		e.Fields[i].Args = args
	}
	return &e
}
