package bare

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"strconv"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

var liteSchema = []string{
	`CREATE TABLE account(id INTEGER PRIMARY KEY, phone INTEGER NOT NULL UNIQUE, balance INTEGER NOT NULL DEFAULT 0)`,
	`CREATE TABLE receipt(id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL, ext_id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, total INTEGER NOT NULL)`,
	`CREATE TABLE receipt_line(receipt_id INTEGER NOT NULL, n INTEGER NOT NULL, sku TEXT NOT NULL, qty INTEGER NOT NULL, amount INTEGER NOT NULL, PRIMARY KEY(receipt_id,n)) WITHOUT ROWID`,
	`CREATE TABLE lot(id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL, receipt_id INTEGER NOT NULL, points INTEGER NOT NULL, remaining INTEGER NOT NULL, expires_at INTEGER NOT NULL)`,
	`CREATE INDEX lot_acc ON lot(account_id, expires_at)`,
	`CREATE TABLE ledger(id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL, lot_id INTEGER NOT NULL, delta INTEGER NOT NULL, at INTEGER NOT NULL)`,
	`CREATE INDEX ledger_acc ON ledger(account_id, id)`,
}

const liteAccounts = `with recursive g(i) as (select 1 union all select i + 1 from g where i < ?)
 insert into account(id, phone) select i, 79000000000 + i from g`

func liteDSN(path, sync string) string {
	q := url.Values{}
	for _, p := range []string{"journal_mode(WAL)", "synchronous(" + sync + ")", "cache_size(-65536)", "temp_store(MEMORY)"} {
		q.Add("_pragma", p)
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// SQLite makes a base of the bare receipt in the file, which must not be
// there yet, and gives what runs it.
func SQLite(ctx context.Context, path string, accounts int) (Runner, error) {
	if _, err := os.Stat(path); err == nil {
		return nil, fmt.Errorf("bare: %s is there already", path)
	}
	if err := fillLite(ctx, path, accounts); err != nil {
		return nil, fmt.Errorf("bare: make the base: %w", err)
	}
	base, err := sql.Open("sqlite", liteDSN(path, "FULL"))
	if err != nil {
		return nil, err
	}
	base.SetMaxOpenConns(1)
	l := &lite{base: base, accounts: accounts}
	if l.conn, err = base.Conn(ctx); err == nil {
		err = l.prepare(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// fillLite makes the accounts without waiting for the disk: if that fails
// there is nothing to lose.
func fillLite(ctx context.Context, path string, accounts int) error {
	base, err := sql.Open("sqlite", liteDSN(path, "OFF"))
	if err != nil {
		return err
	}
	base.SetMaxOpenConns(1)
	for _, s := range liteSchema {
		if _, err := base.ExecContext(ctx, s); err != nil {
			return errors.Join(err, base.Close())
		}
	}
	_, err = base.ExecContext(ctx, liteAccounts, accounts)
	if err == nil {
		_, err = base.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	}
	return errors.Join(err, base.Close())
}

// lite is one connection with its statements.
type lite struct {
	base     *sql.DB
	conn     *sql.Conn
	accounts int

	begin, commit                             *sql.Stmt
	account, receipt, lines, lot, ledger, add *sql.Stmt
}

func (l *lite) prepare(ctx context.Context) error {
	for _, s := range []struct {
		to *(*sql.Stmt)
		q  string
	}{
		{&l.begin, "BEGIN IMMEDIATE"},
		{&l.commit, "COMMIT"},
		{&l.account, "SELECT id,balance FROM account WHERE phone=?"},
		{&l.receipt, "INSERT INTO receipt(account_id,ext_id,at,total) VALUES(?,?,?,?)"},
		{&l.lines, "INSERT INTO receipt_line VALUES(?,?,?,?,?),(?,?,?,?,?),(?,?,?,?,?)"},
		{&l.lot, "INSERT INTO lot(account_id,receipt_id,points,remaining,expires_at) VALUES(?,?,?,?,?)"},
		{&l.ledger, "INSERT INTO ledger(account_id,lot_id,delta,at) VALUES(?,?,?,?),(?,?,?,?)"},
		{&l.add, "UPDATE account SET balance=balance+? WHERE id=?"},
	} {
		var err error
		if *s.to, err = l.conn.PrepareContext(ctx, s.q); err != nil { //nolint:sqlclosecheck // it ends with its connection
			return err
		}
	}
	return nil
}

func (l *lite) Tool() string { return "go loop, one transaction a receipt" }

func (l *lite) Close() error {
	var err error
	if l.conn != nil {
		err = l.conn.Close()
	}
	return errors.Join(err, l.base.Close())
}

func (l *lite) Run(ctx context.Context, d time.Duration) (Figure, error) {
	var times []time.Duration
	// A context that can be cancelled would cost each statement a goroutine.
	running := context.WithoutCancel(ctx)
	began := time.Now()
	for time.Since(began) < d && ctx.Err() == nil {
		t := time.Now()
		if err := l.one(running, t.Unix()); err != nil {
			return Figure{}, err
		}
		times = append(times, time.Since(t))
	}
	return figure([][]time.Duration{times}, time.Since(began)), ctx.Err()
}

func (l *lite) one(ctx context.Context, now int64) error {
	if _, err := l.begin.ExecContext(ctx); err != nil {
		return err
	}
	var account, balance int64
	if err := l.account.QueryRowContext(ctx, firstPhone+rand.Int64N(int64(l.accounts))).Scan(&account, &balance); err != nil {
		return err
	}
	made, err := l.receipt.ExecContext(ctx, account, strconv.FormatUint(rand.Uint64(), 36), now, 150000)
	if err != nil {
		return err
	}
	r, err := made.LastInsertId()
	if err != nil {
		return err
	}
	if _, err = l.lines.ExecContext(ctx, r, 1, "sku-1", 1, 50000, r, 2, "sku-2", 2, 60000, r, 3, "sku-3", 1, 40000); err != nil {
		return err
	}
	if made, err = l.lot.ExecContext(ctx, account, r, 150, 150, now+365*86400); err != nil {
		return err
	}
	lot, err := made.LastInsertId()
	if err != nil {
		return err
	}
	if _, err = l.ledger.ExecContext(ctx, account, lot, 150, now, 0, lot, -150, now); err != nil {
		return err
	}
	if _, err = l.add.ExecContext(ctx, 150, account); err != nil {
		return err
	}
	_, err = l.commit.ExecContext(ctx)
	return err
}
