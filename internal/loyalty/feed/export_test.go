package feed

// The texts by which the journal is read, for the test of their plans.
const (
	QRowsBack = qRowsBack
	QRowAt    = qRowAt
)
