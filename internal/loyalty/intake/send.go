package intake

import (
	"context"
	"errors"
	"io"
	"path"
	"strings"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/importer"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// sent is what the trail keeps of a file; its name, which may name somebody,
// stays with it.
type sent struct {
	Size int64 `json:"size"`
}

// Send keeps a file, to be taken apart in the background. It refuses one that is
// surely neither a text nor a workbook, one that is too large ("intake.large"),
// and who has too much open ("intake.open-most").
func (s *Intakes) Send(ctx context.Context, who Sender, name string, from io.Reader) (Intake, error) {
	piece := make([]byte, pieceSize)
	n, err := fill(from, piece)
	if err != nil {
		return Intake{}, err
	}
	if err := importer.Known(piece[:min(n, importer.KnownBy)]); err != nil {
		return Intake{}, err
	}
	made := s.IDs.New()
	if err := s.put(ctx, who, made, name); err != nil {
		return Intake{}, err
	}
	if err := s.keep(ctx, made, from, piece, n); err != nil {
		// What was kept of it is nobody's.
		return Intake{}, errors.Join(err, s.forget(context.WithoutCancel(ctx), made))
	}
	return s.Get(ctx, made)
}

// fill reads until a piece is full or nothing is left.
func fill(from io.Reader, piece []byte) (int, error) {
	n, err := io.ReadFull(from, piece)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return n, err
}

func (s *Intakes) put(ctx context.Context, who Sender, made id.ID, name string) error {
	name = text.Clip(tidy(path.Base(strings.ReplaceAll(name, `\`, "/"))), MaxName)
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		var open int64
		if err := tx.Row(ctx, qOpen, who.ID).Scan(&open); err != nil {
			return err
		}
		if open >= MaxOpen {
			return fault.New(fault.TooMany, "intake.open-most", "most", MaxOpen)
		}
		_, err := tx.Exec(ctx, qPut, made, who.ID, who.Name, name, packFault(nil), s.Clock.Now())
		return err
	})
}

// keep writes the pieces of a file, of which the first n bytes are read.
func (s *Intakes) keep(ctx context.Context, made id.ID, from io.Reader, piece []byte, n int) error {
	size := int64(0)
	for no := int64(0); n > 0; no++ {
		if size += int64(n); size > MaxFile {
			return TooLarge()
		}
		if _, err := s.DB.Exec(ctx, qPutPiece, made, no, piece[:n]); err != nil {
			return err
		}
		var err error
		if n, err = fill(from, piece); err != nil {
			return err
		}
	}
	layout, err := (&Layout{Header: 1}).packed()
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		done, err := tx.Exec(ctx, qSent, made, size, layout)
		if err != nil {
			return err
		}
		if done == 0 {
			return moved()
		}
		return audit.Note(ctx, tx, s.Clock.Now(), audit.Entry{Action: "intake.sent", Target: audit.On("intake", made), After: sent{Size: size}})
	})
}

// TooLarge refuses a file of more bytes than one may have.
func TooLarge() *fault.Error {
	const mega = 1 << 20
	return fault.New(fault.TooLarge, "intake.large", "most", MaxFile/mega)
}

// piecesOf reads a whole file.
func (s *Intakes) piecesOf(ctx context.Context, in *Intake) ([]byte, error) {
	out := make([]byte, 0, in.Size)
	for no := int64(0); int64(len(out)) < in.Size; no++ {
		var b []byte
		if err := s.DB.Row(ctx, qPiece, in.ID, no).Scan(&b); err != nil {
			return nil, err
		}
		out = append(out, b...)
	}
	return out, nil
}
