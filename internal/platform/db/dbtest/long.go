package dbtest

import "os"

// Long reports whether a test of chance may take hours (KOPILKA_SOAK, as by
// make soak); else it takes as many cases as everybody has time for.
func Long() bool { return os.Getenv("KOPILKA_SOAK") != "" }
