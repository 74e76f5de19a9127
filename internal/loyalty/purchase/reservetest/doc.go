// Package reservetest tests reservations: receipts that wait for their
// payment.
package reservetest
