package db

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"
)

// keyParams are for the connections that write, and for those that look rows
// up by their keys. Each statement there touches few rows; a plan that scans a
// table, chosen while the table was small and kept prepared, would be a
// disaster when it has grown, and is kept until the server analyzes the table.
var keyParams = map[string]string{
	"enable_seqscan":   "off",
	"enable_hashjoin":  "off",
	"enable_mergejoin": "off",
	"jit":              "off",
}

func openPG(ctx context.Context, o Options) (*DB, error) {
	n := o.MaxConns
	if n == 0 {
		n = 16
	}
	pool, err := openPool(ctx, o.URL, n, nil)
	if err != nil {
		return nil, err
	}
	wr, err := openPool(ctx, o.URL, max(n/2, 2), keyParams)
	if err != nil {
		pool.Close()
		return nil, err
	}
	keyed, err := openPool(ctx, o.URL, max(n/2, 2), keyParams)
	if err != nil {
		pool.Close()
		wr.Close()
		return nil, err
	}
	return &DB{url: o.URL, pool: pool, wr: wr, keyed: keyed}, nil
}

func openPool(ctx context.Context, url string, conns int, params map[string]string) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, openError(err)
	}
	cfg.MaxConns = int32(conns)
	cfg.ConnConfig.RuntimeParams["application_name"] = "kopilka"
	for k, v := range params {
		cfg.ConnConfig.RuntimeParams[k] = v
	}
	cfg.ConnConfig.ConnectTimeout = connectTimeout
	cfg.ConnConfig.StatementCacheCapacity = 512
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, openError(err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, openError(err)
	}
	return pool, nil
}
