// Package timetest tests what the hour and the day of a purchase decide: in
// zones from Kaliningrad to Kamchatka and such whose clocks change, the outlet's
// and the programme's, about nights, turns of months and years, 29 February.
package timetest
