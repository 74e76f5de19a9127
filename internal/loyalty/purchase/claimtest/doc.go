// Package claimtest tests receipts of nobody's that are given to a member
// later.
package claimtest
