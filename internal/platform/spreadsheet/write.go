package spreadsheet

import (
	"bufio"
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/formula"
)

// MaxLines is how many lines a workbook's sheet has room for beside its head.
const MaxLines = excelize.TotalRows - 1

// Lines gives the lines of a table one by one, in the order of its head.
type Lines func(line func([]Cell) error) error

// CSV writes a table with commas between, in UTF-8 with the mark by which
// spreadsheets know it.
func CSV(w io.Writer, head []string, lines Lines) error {
	buffered := bufio.NewWriter(w)
	if _, err := buffered.WriteString("\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(buffered)
	out.UseCRLF = true
	titles := make([]string, len(head))
	for i := range head {
		titles[i] = formula.Plain(head[i])
	}
	if err := out.Write(titles); err != nil {
		return err
	}
	err := lines(func(cells []Cell) error {
		line := make([]string, len(cells))
		for i := range cells {
			line[i] = cells[i].word()
		}
		return out.Write(line)
	})
	if err != nil {
		return err
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return err
	}
	return buffered.Flush()
}

// Workbook writes a table as a workbook of one sheet. More lines than it has room
// for are refused with "spreadsheet.full" before the first byte is written.
func Workbook(w io.Writer, head []string, lines Lines) (err error) {
	book := excelize.NewFile()
	defer func() {
		if closing := book.Close(); err == nil {
			err = closing
		}
	}()
	s, err := newStyles(book)
	if err != nil {
		return err
	}
	out, err := book.NewStreamWriter(book.GetSheetName(0))
	if err != nil {
		return err
	}
	if err := titles(out, head, &s); err != nil {
		return err
	}
	n := 1
	err = lines(func(cells []Cell) error {
		if n++; n > excelize.TotalRows {
			return fault.New(fault.TooLarge, "spreadsheet.full", "max", MaxLines)
		}
		line := make([]any, len(cells))
		for i := range cells {
			line[i] = cells[i].value(&s)
		}
		return out.SetRow("A"+strconv.Itoa(n), line)
	})
	if err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return book.Write(w)
}

// styles are how a workbook shows what is not text.
type styles struct{ head, money, day, time int }

func newStyles(book *excelize.File) (s styles, err error) {
	day, at := "dd.mm.yyyy", "dd.mm.yyyy hh:mm"
	const twoDecimals = 2 // 0.00, of the formats that every workbook has
	for _, x := range []struct {
		to    *int
		style excelize.Style
	}{
		{&s.head, excelize.Style{Font: &excelize.Font{Bold: true}}},
		{&s.money, excelize.Style{NumFmt: twoDecimals}},
		{&s.day, excelize.Style{CustomNumFmt: &day}},
		{&s.time, excelize.Style{CustomNumFmt: &at}},
	} {
		if *x.to, err = book.NewStyle(&x.style); err != nil {
			return s, err
		}
	}
	return s, nil
}

// titles writes the head, in bold, and keeps it in sight.
func titles(out *excelize.StreamWriter, head []string, s *styles) error {
	const width = 18
	if err := out.SetColWidth(1, len(head), width); err != nil {
		return err
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	cells := make([]any, len(head))
	for i := range head {
		cells[i] = excelize.Cell{StyleID: s.head, Value: strings.TrimSpace(head[i])}
	}
	return out.SetRow("A1", cells)
}
