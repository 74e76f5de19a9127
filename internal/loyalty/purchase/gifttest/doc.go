// Package gifttest plays gifts for occasions at a desk: who gets them, when,
// and that nobody gets one twice whoever comes, how late and how often.
package gifttest
