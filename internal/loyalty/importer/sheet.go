package importer

import (
	"archive/zip"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"kopilka/internal/platform/fault"
)

// sheetFile is one sheet of a workbook.
type sheetFile struct {
	f    *blob
	book *excelize.File
	rows *excelize.Rows
	no   int64
}

func openSheet(f *blob, b *bounds, temp string, m *FileMap) (source, error) {
	if err := checkZip(f, b); err != nil {
		return nil, err
	}
	options := excelize.Options{RawCellValue: true, UnzipSizeLimit: b.all, UnzipXMLSizeLimit: b.memory, TmpDir: temp}
	var book *excelize.File
	var err error
	if f.name != "" {
		book, err = excelize.OpenFile(f.name, options) // which does not hold it in memory
	} else {
		book, err = excelize.OpenReader(io.NewSectionReader(f, 0, f.size), options)
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "importer.damaged")
	}
	s := &sheetFile{f: f, book: book}
	name := m.Sheet
	if name == "" {
		name = book.GetSheetName(0)
	}
	if at, err := book.GetSheetIndex(name); err != nil || at < 0 {
		_ = book.Close()
		return nil, fault.New(fault.Invalid, "importer.no-sheet", "sheet", name, "names", strings.Join(book.GetSheetList(), ", "))
	}
	if s.rows, err = book.Rows(name); err != nil {
		_ = book.Close()
		return nil, fault.Wrap(err, fault.Invalid, "importer.damaged")
	}
	return s, nil
}

// maxEntries is how many files a workbook may be of.
const maxEntries = 100_000

// checkZip refuses an archive that would fill the machine, and one that is no
// workbook. What it says of its sizes is believed: more than that is not unpacked.
func checkZip(f *blob, b *bounds) error {
	z, err := zip.NewReader(f, f.size)
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "importer.damaged")
	}
	tooLarge := fault.New(fault.TooLarge, "importer.too-large")
	if len(z.File) > maxEntries {
		return tooLarge
	}
	var all, texts, parts int64
	book := false
	for _, e := range z.File {
		if e.UncompressedSize64 > uint64(b.all) {
			return tooLarge
		}
		n := int64(e.UncompressedSize64) //nolint:gosec // no more than the bound
		all += n
		switch name := strings.ToLower(strings.ReplaceAll(e.Name, "\\", "/")); {
		case name == "xl/sharedstrings.xml":
			texts += n
		case !strings.HasPrefix(name, "xl/worksheets/sheet"):
			parts += n
			book = book || name == "xl/workbook.xml"
		}
		if all > b.all || texts > b.texts || parts > b.parts {
			return tooLarge
		}
	}
	if !book {
		return fault.New(fault.Unsupported, "importer.not-book")
	}
	return nil
}

func (s *sheetFile) sheet() bool { return true }

func (s *sheetFile) close() {
	_ = s.rows.Close()
	_ = s.book.Close()
	_ = s.f.close()
}

func (s *sheetFile) next() (int64, []string, error) {
	if !s.rows.Next() {
		if err := s.rows.Error(); err != nil {
			return s.no + 1, nil, fault.Wrap(err, fault.Invalid, "importer.damaged")
		}
		return 0, nil, io.EOF
	}
	s.no++
	cells, err := s.rows.Columns()
	if err != nil {
		return s.no, nil, fault.Wrap(err, fault.Invalid, "importer.damaged")
	}
	if len(cells) > maxColumns {
		return s.no, nil, &badRow{fault.New(fault.TooLarge, "importer.wide", "most", maxColumns)}
	}
	return s.no, cells, nil
}
