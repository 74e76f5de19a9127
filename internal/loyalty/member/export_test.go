package member

// For tests that look at how the engine runs them.
const (
	QResolvePG   = qResolvePG
	QResolveLite = qResolveLite
	QFind        = qFind
)
