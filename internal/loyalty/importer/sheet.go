package importer

import (
	"archive/zip"
	"io"
	"os"
	"strings"

	"github.com/xuri/excelize/v2"

	"kopilka/internal/platform/fault"
)

// sheetFile is one sheet of a workbook.
type sheetFile struct {
	f    *os.File
	book *excelize.File
	rows *excelize.Rows
	no   int64
}

// Bounds on a workbook, in bytes once unpacked.
const (
	maxSheets = 4 << 30   // all of it
	maxParts  = 256 << 20 // what is not rows or texts: held in memory
	inMemory  = 16 << 20  // rows and texts past this are unpacked to the disk
)

func openSheet(f *os.File, size int64, temp string, m *FileMap) (source, error) {
	if err := checkZip(f, size); err != nil {
		return nil, err
	}
	book, err := excelize.OpenFile(f.Name(), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxSheets, UnzipXMLSizeLimit: inMemory, TmpDir: temp,
	})
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

// checkZip refuses an archive that would fill the machine.
func checkZip(f *os.File, size int64) error {
	z, err := zip.NewReader(f, size)
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "importer.damaged")
	}
	var all, parts uint64
	for _, e := range z.File {
		n := e.UncompressedSize64
		if n > maxSheets || len(z.File) > 100_000 {
			return fault.New(fault.TooLarge, "importer.too-large")
		}
		all += n
		name := strings.ToLower(e.Name)
		if !strings.HasPrefix(name, "xl/worksheets/sheet") && name != "xl/sharedstrings.xml" {
			parts += n
		}
	}
	if all > maxSheets || parts > maxParts {
		return fault.New(fault.TooLarge, "importer.too-large")
	}
	return nil
}

func (s *sheetFile) sheet() bool { return true }

func (s *sheetFile) close() {
	_ = s.rows.Close()
	_ = s.book.Close()
	s.f.Close()
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
