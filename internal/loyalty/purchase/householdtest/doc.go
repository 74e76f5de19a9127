// Package householdtest tests purchases of households: of members who share
// one account.
package householdtest
