package member

// For tests that look at how the engine runs them.
const (
	QResolveLite = qResolveLite
	QFind        = qFind
)
