package mail

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
)

// Folder puts letters into a folder instead of sending them, where somebody
// tries the program or develops it. Its log says where a letter lies, not what
// is in it. It is safe for concurrent use.
type Folder struct {
	path string
	log  *slog.Logger
}

// sender is whose a letter is that goes nowhere.
const sender = "Kopilka <kopilka@example.org>"

// NewFolder makes what puts letters into a folder; it makes the folder at the
// first letter.
func NewFolder(path string, log *slog.Logger) *Folder { return &Folder{path, log} }

// Send puts a letter into the folder as a mail program reads it (.eml).
func (f *Folder) Send(ctx context.Context, l Letter) error {
	m, err := message(sender, l)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(f.path, 0o700); err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	file, err := os.CreateTemp(f.path, "letter-*.eml") // 0600: a link in it opens the console
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	_, err = m.WriteTo(file)
	if end := file.Close(); err == nil {
		err = end
	}
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	f.log.InfoContext(ctx, "a letter was put into the folder", "file", filepath.Clean(file.Name()))
	return nil
}
