package bench

import (
	"context"
	"time"

	"kopilka/internal/platform/db"
)

// weight is how much lies in a base.
type weight struct {
	rows  map[string]int64 // by table
	bytes int64
	wal   int64 // PostgreSQL: written to the log since the server was made
}

const (
	qTablesPG   = `select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind = 'r' order by 1`
	qTablesLite = `select name from sqlite_master where type = 'table' and name not like 'sqlite%' order by 1`

	qBytesPG   = `select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind = 'r'`
	qBytesLite = `select (p.page_count - f.freelist_count) * s.page_size from pragma_page_count() p, pragma_page_size() s, pragma_freelist_count() f`
	qWAL       = `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint`
)

func weigh(ctx context.Context, d *db.DB) (*weight, error) {
	w := &weight{rows: map[string]int64{}}
	tables, bytes := qTablesLite, qBytesLite
	if d.Dialect() == db.Postgres {
		tables, bytes = qTablesPG, qBytesPG
		if err := d.Row(ctx, qWAL).Scan(&w.wal); err != nil {
			return nil, err
		}
	}
	names, err := db.All(ctx, d, func(r db.Row) (name string, err error) { return name, r.Scan(&name) }, tables)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		var n int64
		if err := d.Row(ctx, `select count(*) from "`+name+`"`).Scan(&n); err != nil {
			return nil, err
		}
		w.rows[name] = n
	}
	return w, d.Row(ctx, bytes).Scan(&w.bytes)
}

// grown says what a receipt has added.
func (r *Report) grown(before, after *weight) {
	n := float64(max(r.Receipts, 1))
	r.BytesPerReceipt = round(float64(after.bytes-before.bytes)/n, 0)
	r.RowsByTable = map[string]float64{}
	var rows int64
	for name, count := range after.rows {
		if more := count - before.rows[name]; more != 0 {
			rows += more
			r.RowsByTable[name] = round(float64(more)/n, 3)
		}
	}
	r.RowsPerReceipt = round(float64(rows)/n, 2)
}

// describe notes the engine and its settings, and what the base weighs.
func (r *run) describe(ctx context.Context, d *db.DB) error {
	settings, err := d.Durability(ctx)
	if err != nil {
		return err
	}
	for _, s := range settings {
		r.report.Durability[s.Name] = s.Value
	}
	version, bytes := `select sqlite_version()`, qBytesLite
	if r.Engine == db.Postgres {
		version, bytes = `select current_setting('server_version')`, qBytesPG
	}
	if err := d.Row(ctx, version).Scan(&r.report.Version); err != nil {
		return err
	}
	var n int64
	if err := d.Row(ctx, bytes).Scan(&n); err != nil {
		return err
	}
	r.report.BaseMB = n >> 20
	return nil
}

// settle brings the server to the same state before each phase, where it may:
// else a checkpoint that one side has caused would fall into the other's time.
func settle(ctx context.Context, d *db.DB) {
	if d.Dialect() == db.Postgres {
		_, _ = d.Exec(ctx, "checkpoint")
	}
}

const (
	drainTimeout = 2 * time.Minute
	drainEvery   = 20 * time.Millisecond
)

// drain waits until the events of what was committed are taken up, and gives
// how long that was: so far the figures are behind the books.
func drain(ctx context.Context, d *db.DB) (time.Duration, error) {
	began := time.Now()
	ticker := time.NewTicker(drainEvery)
	defer ticker.Stop()
	for {
		var n int64
		if err := d.Row(ctx, `select count(*) from event`).Scan(&n); err != nil {
			return 0, err
		}
		lag := time.Since(began)
		if n == 0 || lag > drainTimeout {
			return lag, nil
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-ticker.C:
		}
	}
}
