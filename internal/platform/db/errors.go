package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	sqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"kopilka/internal/platform/fault"
)

// What the engines' errors are translated to, once, here.
var (
	// ErrNotFound says that a query for one row found none.
	ErrNotFound = errors.New("db: not found")
	// ErrConflict says that a row with that key is there already.
	ErrConflict = errors.New("db: unique violation")
	// ErrOutcomeUnknown says that COMMIT failed in a way that leaves open
	// whether it was done: look it up by its key.
	ErrOutcomeUnknown = errors.New("db: outcome of commit unknown")
)

func translate(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, sql.ErrNoRows) || errors.Is(err, pgx.ErrNoRows) {
		return ErrNotFound
	}
	// The SQLSTATE only: on a distributed PostgreSQL the constraint's name is empty.
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == "23505" {
		return fmt.Errorf("%w: %s", ErrConflict, e.ConstraintName)
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok &&
		(e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY) {
		return fmt.Errorf("%w: %w", ErrConflict, err)
	}
	return err
}

func retryable(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == "40001" || e.Code == "40P01"
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()&0xff == sqlite3.SQLITE_BUSY
	}
	return false
}

// IsUnavailable tells whether the base could not be reached or is going down,
// so that the same call may go through later.
func IsUnavailable(err error) bool {
	if err == nil {
		return false
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch e.Code[:2] {
		case "08", "57", "53": // connection, operator intervention, out of resources
			return true
		}
		return false
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	return pgconn.Timeout(err) || errors.Is(err, context.DeadlineExceeded) || connectionLost(err)
}

// commitError turns an error of COMMIT into ErrOutcomeUnknown unless the
// server itself said that the transaction is rolled back.
func commitError(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, pgx.ErrTxCommitRollback) {
		return err
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Severity == "ERROR" && e.Code[:2] != "XX" {
		return translate(err)
	}
	return fmt.Errorf("%w: %w", ErrOutcomeUnknown, err)
}

// openError says why a base can't be opened: what who runs the program can mend
// by a code of its own.
func openError(err error) error {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch e.Code {
		case "28P01", "28000":
			return fault.Wrap(e, fault.Unavailable, "db.login-refused")
		case "3D000":
			return fault.Wrap(e, fault.Unavailable, "db.no-database")
		}
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_NOTADB:
			return fault.New(fault.Invalid, "db.not-a-base")
		case sqlite3.SQLITE_CANTOPEN:
			return fault.New(fault.Unavailable, "db.file-shut")
		}
	}
	return fault.Wrap(err, fault.Unavailable, "db.cannot-open")
}
