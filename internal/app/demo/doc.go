// Package demo fills a base with a believable organization, so that whoever
// starts the program for the first time sees it at work: a cinema with a bar,
// a theatre's box office and two shops, their members, and half a year of
// receipts. Everybody in it is invented.
package demo
