// Package client speaks the HTTP interface of Kopilka: one method for every operation of its OpenAPI document,
// typed on both sides, with keys of repetition and retries that can never make a second receipt.
//
// It needs nothing beyond the standard library and nothing from the rest of this module,
// so a till or a site on Go may take it alone.
package client
