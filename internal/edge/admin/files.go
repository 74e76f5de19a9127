package admin

import (
	"encoding/csv"
	"io"
	"strconv"

	"github.com/xuri/excelize/v2"

	"kopilka/internal/platform/formula"
)

// eachLine gives the lines of a file one by one.
type eachLine func(line func(cells []string) error) error

// writeCSV writes lines so that nothing is taken for a formula where the file is
// opened.
func writeCSV(w io.Writer, head []string, each eachLine) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	if err := out.Write(head); err != nil {
		return err
	}
	err := each(func(cells []string) error {
		for i := range cells {
			cells[i] = formula.Plain(cells[i])
		}
		return out.Write(cells)
	})
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// writeSheet writes lines as texts, which a workbook never reckons with.
func writeSheet(w io.Writer, head []string, each eachLine) (err error) {
	book := excelize.NewFile()
	defer func() {
		if closing := book.Close(); err == nil {
			err = closing
		}
	}()
	sheet, err := book.NewStreamWriter(book.GetSheetName(0))
	if err != nil {
		return err
	}
	const width = 20
	if err := sheet.SetColWidth(1, len(head), width); err != nil {
		return err
	}
	n := 0
	row := func(cells []string) error {
		n++
		values := make([]any, len(cells))
		for i := range cells {
			values[i] = cells[i]
		}
		return sheet.SetRow("A"+strconv.Itoa(n), values)
	}
	if err := row(head); err != nil {
		return err
	}
	if err := each(row); err != nil {
		return err
	}
	if err := sheet.Flush(); err != nil {
		return err
	}
	return book.Write(w)
}
