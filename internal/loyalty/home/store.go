package home

const qCreate = `insert into home (home_id, kind, version, seq, head) values ($1, $2, 0, 0, $3)`
