package bare

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// The statements of receipt-8.sql, between begin and commit.
const (
	pgAccount = `SELECT id, balance FROM account WHERE phone = $1`
	pgReceipt = `INSERT INTO receipt(account_id, ext_id, total) VALUES ($1, $2, 150000) RETURNING id`
	pgLines   = `INSERT INTO receipt_line VALUES ($1,1,'sku-1',1,50000),($1,2,'sku-2',2,60000),($1,3,'sku-3',1,40000)`
	pgLot     = `INSERT INTO lot(account_id,receipt_id,points,remaining,expires_at) VALUES ($1,$2,150,150,now()+interval '365 days') RETURNING id`
	pgLedger  = `INSERT INTO ledger(account_id,lot_id,delta) VALUES ($1,$2,150),(0,$2,-150)`
	pgBalance = `UPDATE account SET balance = balance + 150 WHERE id = $1`
)

// loop is receipt-8.sql from Go, for a machine without pgbench.
type loop struct {
	conns    []*pgx.Conn
	accounts int
}

func newLoop(ctx context.Context, cfg *pgx.ConnConfig, accounts int) (*loop, error) {
	l := &loop{accounts: accounts}
	for range clients {
		conn, err := pgx.ConnectConfig(ctx, cfg)
		if err != nil {
			return nil, errors.Join(err, l.Close())
		}
		l.conns = append(l.conns, conn)
	}
	return l, nil
}

func (l *loop) Tool() string { return "pgx receipt-8" }

func (l *loop) Close() error {
	var all []error
	for _, conn := range l.conns {
		all = append(all, conn.Close(context.Background()))
	}
	return errors.Join(all...)
}

func (l *loop) Run(ctx context.Context, d time.Duration) (Figure, error) {
	times := make([][]time.Duration, len(l.conns))
	ends := make([]error, len(l.conns))
	began := time.Now()
	var all sync.WaitGroup
	for i, conn := range l.conns {
		all.Go(func() {
			for time.Since(began) < d && ends[i] == nil {
				t := time.Now()
				ends[i] = l.receipt(ctx, conn)
				times[i] = append(times[i], time.Since(t))
			}
		})
	}
	all.Wait()
	took := time.Since(began)
	if err := errors.Join(ends...); err != nil {
		return Figure{}, err
	}
	return figure(times, took), nil
}

func figure(times [][]time.Duration, took time.Duration) Figure {
	var flat []time.Duration
	for _, part := range times {
		flat = append(flat, part...)
	}
	return Figure{
		PerSecond: float64(len(flat)) / took.Seconds(), Receipts: int64(len(flat)),
		P50: percentile(flat, 0.5), P99: percentile(flat, 0.99),
	}
}

func (l *loop) receipt(ctx context.Context, conn *pgx.Conn) error {
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		var account, balance, receipt, lot int64
		if err := tx.QueryRow(ctx, pgAccount, firstPhone+rand.Int64N(int64(l.accounts))).Scan(&account, &balance); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, pgReceipt, account, strconv.FormatUint(rand.Uint64(), 10)).Scan(&receipt); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, pgLines, receipt); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, pgLot, account, receipt).Scan(&lot); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, pgLedger, account, lot); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, pgBalance, account)
		return err
	})
}
