package catalog

// For tests of what is asked of the base.
const (
	QProductBySKU     = qProductBySKU
	QProductByBarcode = qProductByBarcode
	QCountWords       = qCountWords
)

// FoundBy is for tests of what is asked of the base.
func FoundBy(n int) string { return foundBy(n) }
