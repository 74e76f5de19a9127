package api

import (
	"testing"

	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

func TestProductTypesAndGroups(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.run([]step{
			{do: "POST /product-types", body: `{"code":"bar","name_ru":"Бар","name_en":"Bar","payable":true,"earns":false}`, want: 201, has: `"payable":true "earns":false "state":"active"`, keep: "bar v=version"},
			{do: "POST /product-types", body: `{"code":"bar","name_ru":"Бар","name_en":"Bar","payable":true,"earns":false}`, want: 409, code: "catalog.code-taken"},
			{do: "POST /product-types", body: `{"code":"x","name_ru":"Бар","name_en":"Bar"}`, want: 400, code: "api.invalid", at: "payable api.required"},
			{as: "till", do: "POST /product-types", body: `{"code":"x","name_ru":"Бар","name_en":"Bar","payable":true,"earns":false}`, want: 403, code: "api.whole-organization"},
			{do: "PUT /product-types/$bar", body: `{"code":"bar","name_ru":"Бар","name_en":"Bar","payable":false,"earns":true,"state":"active","version":$v}`, want: 200, has: `"payable":false "earns":true`},
			{do: "PUT /product-types/$bar", body: `{"code":"bar","name_ru":"Бар","name_en":"Bar","payable":false,"earns":true,"state":"active","version":$v}`, want: 409, code: "reference.changed"},
			{do: "PUT /product-types/$bar", body: `{"code":"drinks","name_ru":"Бар","name_en":"Bar","payable":false,"earns":true,"state":"active"}`, want: 409, code: "catalog.type-code-stays"},
			{do: "PUT /product-types/77", body: `{"code":"c","name_ru":"Бар","name_en":"Bar","payable":false,"earns":true,"state":"active"}`, want: 404, code: "catalog.type-not-found"},
			{as: "reader", do: "GET /product-types/$bar", want: 200, has: `"id":"$bar"`},
			{do: "GET /product-types/77", want: 404, code: "catalog.type-not-found"},
			{as: "reader", do: "GET /product-types?find=bar", want: 200, has: "$bar"},
			{do: "GET /product-types?find=tickets", want: 200, has: `"items":[]`},

			{do: "POST /product-groups", body: `{"code":"snacks","name":"Закуски"}`, want: 201, has: `"state":"active"`, keep: "snacks v=version"},
			{do: "POST /product-groups", body: `{"code":"snacks","name":"Закуски"}`, want: 409, code: "catalog.code-taken"},
			{do: "POST /product-groups", body: `{"code":"sn acks","name":"Закуски"}`, want: 400, code: "reference.invalid", at: "code reference.code-invalid"},
			{as: "outlet", do: "POST /product-groups", body: `{"code":"x","name":"X"}`, want: 403, code: "api.whole-organization"},
			{do: "PUT /product-groups/$snacks", body: `{"code":"snacks","name":"Снеки","state":"closed","version":$v}`, want: 200, has: `"state":"closed" Снеки`},
			{do: "PUT /product-groups/$snacks", body: `{"code":"snacks","name":"Снеки","state":"closed","version":$v}`, want: 409, code: "reference.changed"},
			{do: "GET /product-groups/$snacks", want: 200, has: `"id":"$snacks"`},
			{do: "GET /product-groups/77", want: 404, code: "catalog.group-not-found"},
			{do: "GET /product-groups?state=active", want: 200, has: `"items":[]`},
		})
	})
}

func TestProducts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		if _, err := o.parts.Products.Ensure(t.Context(), []catalog.Seen{{SKU: "met-1", Name: "Встречен на чеке"}}); err != nil {
			t.Fatal(err)
		}
		o.run([]step{
			{do: "POST /product-types", body: `{"code":"bar","name_ru":"Бар","name_en":"Bar","payable":true,"earns":true}`, want: 201, keep: "bar"},
			{do: "POST /product-groups", body: `{"code":"snacks","name":"Закуски"}`, want: 201, keep: "snacks"},
			{
				do: "POST /products", body: `{"sku":"popcorn L","name":"Попкорн","type":"$bar","groups":["$snacks"],"barcodes":["4600000000015"],"price":39000,"least_price":9900}`, want: 201,
				has: `"type":"$bar" "groups":["$snacks"] "barcodes":["4600000000015"] "price":39000 "least_price":9900 "unknown":false`, keep: "popcorn v=version",
			},
			{do: "POST /products", body: `{"sku":"popcorn L","name":"Попкорн"}`, want: 409, code: "catalog.code-taken"},
			{do: "POST /products", body: `{"sku":"cola","name":"Кола","barcodes":["4600000000015"]}`, want: 409, code: "catalog.barcode-taken"},
			{do: "POST /products", body: `{"sku":"cola","name":"Кола","type":"77"}`, want: 400, code: "catalog.type-not-found"},
			{do: "POST /products", body: `{"sku":"cola","name":"Кола","groups":["77"]}`, want: 400, code: "catalog.group-not-found"},
			{do: "POST /products", body: `{"sku":"cola","name":"Кола","least_price":1.5}`, want: 400, code: "api.invalid", at: "least_price api.integer"},
			{do: "POST /products", body: `{"sku":"cola","name":"Кола","price":100,"least_price":101}`, want: 400, code: "reference.invalid", at: "least_price catalog.least-above"},
			{do: "POST /products", body: `{"sku":"cola","name":"Кола","least_price":-1}`, want: 400, code: "api.invalid", at: "least_price api.least"},
			{do: "POST /products", body: `{"sku":"cola","name":"Кола","price":-1}`, want: 400, code: "api.invalid", at: "price api.least"},
			{do: "POST /products", body: `{"sku":"cola","name":"Кола","price":1000000000001}`, want: 400, code: "reference.invalid", at: "price reference.range"},
			{as: "outlet", do: "POST /products", body: `{"sku":"cola","name":"Кола"}`, want: 403, code: "api.whole-organization"},
			{do: "PUT /products/$popcorn", body: `{"sku":"popcorn L","name":"Попкорн большой","state":"active","version":$v}`, want: 200, has: "большой", not: "groups barcodes price"},
			{do: "PUT /products/$popcorn", body: `{"sku":"popcorn L","name":"Попкорн","state":"active","version":$v}`, want: 409, code: "reference.changed"},
			{do: "PUT /products/$popcorn", body: `{"sku":"popcorn XL","name":"Попкорн","state":"active"}`, want: 409, code: "catalog.sku-stays"},
			{do: "PUT /products/77", body: `{"sku":"q","name":"Q","state":"active"}`, want: 404, code: "catalog.product-not-found"},
			{as: "reader", do: "GET /products/$popcorn", want: 200, has: `"id":"$popcorn"`},
			{do: "GET /products/77", want: 404, code: "catalog.product-not-found"},
		})
		o.run([]step{
			{do: "GET /products?unknown=true", want: 200, has: `"sku":"met-1" "unknown":true`, not: "popcorn"},
			{do: "POST /products", body: `{"sku":"cola","name":"Кола","type":"$bar","barcodes":["4600000000022","4600000000015"]}`, want: 201, keep: "cola"},
			{do: "GET /products?limit=2", want: 200, has: `"cola" "met-1" "next":"met-1"`, not: "popcorn"},
			{do: "GET /products?limit=2&after=met-1", want: 200, has: "popcorn", not: "cola next"},
			{do: "GET /products?type=$bar", want: 200, has: "cola", not: "popcorn"},
			{do: "GET /products?barcode=4600000000022", want: 200, has: "cola", not: "popcorn"},
			{do: "GET /products?sku=popcorn%20L", want: 200, has: "$popcorn", not: "cola"},
			{do: "GET /products?sku=none", want: 200, has: `"items":[]`},
			{do: "GET /products?sku=cola&barcode=4600000000022", want: 400, code: "api.invalid", at: "barcode api.sku-or-barcode"},
			{do: "GET /products?unknown=1", want: 400, code: "api.invalid", at: "unknown api.choice"},
		})
		// Staff complete what was met on a receipt.
		seen, err := o.parts.Products.BySKU(t.Context(), "met-1")
		if err != nil {
			t.Fatal(err)
		}
		o.names["met"] = seen.ID.String()
		o.run([]step{
			{do: "PUT /products/$met", body: `{"sku":"met-1","name":"Вода","type":"$bar","state":"active"}`, want: 200, has: `"unknown":false`},
			{do: "GET /products?unknown=true", want: 200, has: `"items":[]`},
		})
	})
}
