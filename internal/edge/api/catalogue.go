package api

import (
	"context"
	"net/http"

	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/reference"
)

// ProductTypeBody is what is told of a product type.
type ProductTypeBody struct {
	Code    string `json:"code" minLength:"1" maxLength:"64" example:"tickets"`
	NameRU  string `json:"name_ru" minLength:"1" maxLength:"200"`
	NameEN  string `json:"name_en" minLength:"1" maxLength:"200"`
	Payable bool   `json:"payable"`
	Earns   bool   `json:"earns"`
}

// ProductTypeChange is a product type as it is to be.
type ProductTypeChange struct {
	ProductTypeBody
	Change
}

// ProductType decides whether points may pay for its products and are earned
// on them.
type ProductType struct {
	ID id.ID `json:"id"`
	ProductTypeBody
	State   reference.State `json:"state" enum:"active,closed"`
	Version int64           `json:"version"`
}

// ProductGroupBody is what is told of a product group.
type ProductGroupBody struct {
	Code string `json:"code" minLength:"1" maxLength:"64" example:"snacks"`
	Name string `json:"name" minLength:"1" maxLength:"200"`
}

// ProductGroupChange is a product group as it is to be.
type ProductGroupChange struct {
	ProductGroupBody
	Change
}

// ProductGroup is products that rules name together.
type ProductGroup struct {
	ID id.ID `json:"id"`
	ProductGroupBody
	State   reference.State `json:"state" enum:"active,closed"`
	Version int64           `json:"version"`
}

// ProductBody is what is told of a product.
type ProductBody struct {
	SKU        string       `json:"sku" minLength:"1" maxLength:"64" example:"popcorn-l"`
	Name       string       `json:"name" minLength:"1" maxLength:"200"`
	Type       id.ID        `json:"type,omitzero"`
	Groups     []id.ID      `json:"groups,omitempty" maxItems:"50"`
	Barcodes   []string     `json:"barcodes,omitempty" maxItems:"50"`
	Price      money.Amount `json:"price,omitempty" minimum:"0"`
	LeastPrice money.Amount `json:"least_price,omitempty" minimum:"0"`
}

// ProductChange is a product as it is to be; its SKU stays. It is no longer
// unknown then.
type ProductChange struct {
	ProductBody
	Change
}

// Product is what a line of a receipt names by its SKU.
type Product struct {
	ID id.ID `json:"id"`
	ProductBody
	Unknown bool            `json:"unknown"`
	State   reference.State `json:"state" enum:"active,closed"`
	Version int64           `json:"version"`
}

type (
	listProductTypesIn struct{ ListQuery }
	productTypeIn      struct {
		Type id.ID `path:"type"`
	}
	createProductTypeIn struct{ Body ProductTypeBody }
	changeProductTypeIn struct {
		Type id.ID `path:"type"`
		Body ProductTypeChange
	}

	listProductGroupsIn struct{ ListQuery }
	productGroupIn      struct {
		Group id.ID `path:"group"`
	}
	createProductGroupIn struct{ Body ProductGroupBody }
	changeProductGroupIn struct {
		Group id.ID `path:"group"`
		Body  ProductGroupChange
	}

	listProductsIn struct {
		ListQuery
		Type    id.ID  `query:"type"`
		Unknown bool   `query:"unknown"`
		SKU     string `query:"sku" maxLength:"64"`
		Barcode string `query:"barcode" maxLength:"64"`
	}
	productIn struct {
		Product id.ID `path:"product"`
	}
	createProductIn struct{ Body ProductBody }
	changeProductIn struct {
		Product id.ID `path:"product"`
		Body    ProductChange
	}
)

func catalogue(a *API) {
	read := []identity.Scope{identity.ReferenceRead, identity.ReferenceWrite}
	write := []identity.Scope{identity.ReferenceWrite}
	row := func(id, method, path string, status int, scopes []identity.Scope) operation {
		return operation{id: id, method: method, path: path, group: "catalogue", status: status, scopes: scopes}
	}
	add(a, row("listProductTypes", http.MethodGet, "/product-types", http.StatusOK, read), listProductTypes)
	add(a, row("createProductType", http.MethodPost, "/product-types", http.StatusCreated, write), createProductType)
	add(a, row("getProductType", http.MethodGet, "/product-types/{type}", http.StatusOK, read), getProductType)
	add(a, row("changeProductType", http.MethodPut, "/product-types/{type}", http.StatusOK, write), changeProductType)

	add(a, row("listProductGroups", http.MethodGet, "/product-groups", http.StatusOK, read), listProductGroups)
	add(a, row("createProductGroup", http.MethodPost, "/product-groups", http.StatusCreated, write), createProductGroup)
	add(a, row("getProductGroup", http.MethodGet, "/product-groups/{group}", http.StatusOK, read), getProductGroup)
	add(a, row("changeProductGroup", http.MethodPut, "/product-groups/{group}", http.StatusOK, write), changeProductGroup)

	add(a, row("listProducts", http.MethodGet, "/products", http.StatusOK, read), listProducts)
	add(a, row("createProduct", http.MethodPost, "/products", http.StatusCreated, write), createProduct)
	add(a, row("getProduct", http.MethodGet, "/products/{product}", http.StatusOK, read), getProduct)
	add(a, row("changeProduct", http.MethodPut, "/products/{product}", http.StatusOK, write), changeProduct)
}

func listProductTypes(ctx context.Context, c *call, in *listProductTypesIn) (*Page[ProductType], error) {
	list, err := c.Products.Types(ctx, in.page())
	return pageOf(list, err, productTypeOf)
}

func getProductType(ctx context.Context, c *call, in *productTypeIn) (*ProductType, error) {
	t, err := c.Products.Type(ctx, in.Type)
	return one(t, err, productTypeOf)
}

func createProductType(ctx context.Context, c *call, in *createProductTypeIn) (*ProductType, error) {
	return c.saveProductType(ctx, in.Body.productType())
}

func changeProductType(ctx context.Context, c *call, in *changeProductTypeIn) (*ProductType, error) {
	t := in.Body.productType()
	t.ID, t.State, t.Version = in.Type, in.Body.State, in.Body.Version
	return c.saveProductType(ctx, t)
}

func (c *call) saveProductType(ctx context.Context, t catalog.Type) (*ProductType, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	return save(ctx, c, t, c.Products.SaveType, productTypeOf)
}

func (b *ProductTypeBody) productType() catalog.Type {
	return catalog.Type{Code: b.Code, NameRU: b.NameRU, NameEN: b.NameEN, Payable: b.Payable, Earns: b.Earns}
}

func productTypeOf(t catalog.Type) ProductType {
	return ProductType{
		ID: t.ID, State: t.State, Version: t.Version,
		ProductTypeBody: ProductTypeBody{Code: t.Code, NameRU: t.NameRU, NameEN: t.NameEN, Payable: t.Payable, Earns: t.Earns},
	}
}

func listProductGroups(ctx context.Context, c *call, in *listProductGroupsIn) (*Page[ProductGroup], error) {
	list, err := c.Products.Groups(ctx, in.page())
	return pageOf(list, err, productGroupOf)
}

func getProductGroup(ctx context.Context, c *call, in *productGroupIn) (*ProductGroup, error) {
	g, err := c.Products.Group(ctx, in.Group)
	return one(g, err, productGroupOf)
}

func createProductGroup(ctx context.Context, c *call, in *createProductGroupIn) (*ProductGroup, error) {
	return c.saveProductGroup(ctx, catalog.Group{Code: in.Body.Code, Name: in.Body.Name})
}

func changeProductGroup(ctx context.Context, c *call, in *changeProductGroupIn) (*ProductGroup, error) {
	b := &in.Body
	return c.saveProductGroup(ctx, catalog.Group{ID: in.Group, Code: b.Code, Name: b.Name, State: b.State, Version: b.Version})
}

func (c *call) saveProductGroup(ctx context.Context, g catalog.Group) (*ProductGroup, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	return save(ctx, c, g, c.Products.SaveGroup, productGroupOf)
}

func productGroupOf(g catalog.Group) ProductGroup {
	return ProductGroup{ID: g.ID, ProductGroupBody: ProductGroupBody{Code: g.Code, Name: g.Name}, State: g.State, Version: g.Version}
}

// listProducts finds one product by its SKU or a barcode, too: the list has
// one at most then.
func listProducts(ctx context.Context, c *call, in *listProductsIn) (*Page[Product], error) {
	find, value := c.Products.BySKU, in.SKU
	if in.Barcode != "" {
		if in.SKU != "" {
			return nil, fault.New(fault.Invalid, "api.invalid").With(fault.Field{Path: "barcode", Code: "api.sku-or-barcode"})
		}
		find, value = c.Products.ByBarcode, in.Barcode
	}
	if value == "" {
		list, err := c.Products.Products(ctx, catalog.Filter{TypeID: in.Type, Unknown: in.Unknown}, in.page())
		return pageOf(list, err, productOf)
	}
	p, err := find(ctx, value)
	if fault.Is(err, "catalog.product-not-found") {
		return &Page[Product]{Items: []Product{}}, nil
	}
	return pageOf(reference.List[catalog.Product]{Items: []catalog.Product{p}}, err, productOf)
}

func getProduct(ctx context.Context, c *call, in *productIn) (*Product, error) {
	p, err := c.Products.Product(ctx, in.Product)
	return one(p, err, productOf)
}

func createProduct(ctx context.Context, c *call, in *createProductIn) (*Product, error) {
	return c.saveProduct(ctx, in.Body.product())
}

func changeProduct(ctx context.Context, c *call, in *changeProductIn) (*Product, error) {
	p := in.Body.product()
	p.ID, p.State, p.Version = in.Product, in.Body.State, in.Body.Version
	return c.saveProduct(ctx, p)
}

func (c *call) saveProduct(ctx context.Context, p catalog.Product) (*Product, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	return save(ctx, c, p, c.Products.SaveProduct, productOf)
}

func (b *ProductBody) product() catalog.Product {
	return catalog.Product{SKU: b.SKU, Name: b.Name, TypeID: b.Type, GroupIDs: b.Groups, Barcodes: b.Barcodes, Price: b.Price, Least: b.LeastPrice}
}

func productOf(p catalog.Product) Product {
	return Product{
		ID: p.ID, Unknown: p.Unknown, State: p.State, Version: p.Version,
		ProductBody: ProductBody{
			SKU: p.SKU, Name: p.Name, Type: p.TypeID, Groups: p.GroupIDs, Barcodes: p.Barcodes, Price: p.Price, LeastPrice: p.Least,
		},
	}
}
