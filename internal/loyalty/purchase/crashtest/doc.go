// Package crashtest holds tests that kill: the program with SIGKILL under
// load, and a PostgreSQL server of the test's own. What was acknowledged must
// be there once, what was not may be there once or not at all, nothing may be
// there in half, and a request sent again under its key must end in exactly
// one purchase.
package crashtest
