package programme

const (
	qVersions = `select programme_id, version from programme`
	qNewest   = `select v.doc from programme p join programme_version v on v.programme_id = p.programme_id and v.version = p.version`
	qVersion  = `select doc from programme_version where programme_id = $1 and version = $2`
	qAdd      = `insert into programme (programme_id, code, version) values ($1, $2, $3)`
	qMove     = `update programme set version = version + 1, code = $3 where programme_id = $1 and version = $2`

	qAllMade = `select programme_id, version, made_at from programme_version order by programme_id, version`

	qAddVersion = `insert into programme_version (programme_id, version, doc, made_at, made_by, note) values ($1, $2, $3, $4, $5, $6)`
	qHistory    = `select version, made_at, made_by, note from programme_version where programme_id = $1 and version < $2 order by version desc limit $3`
	qMade       = `select version, made_at, made_by, note from programme_version where programme_id = $1 and version = $2`
)
