package pages

import "kopilka/internal/app/demo"

// harmfulPlaces are the forms of the organization and of what it sells.
func harmfulPlaces() []harmful {
	type m = map[string]string
	return []harmful{
		{path: "/admin/organization", harm: "name"},
		{path: "/admin/me/edit", harm: "name"},
		{path: "/admin/partners/new", harm: "name", rest: m{"code": "harmed"}, as: "partner"},
		{path: "/admin/outlets/new", harm: "name address", rest: m{"code": "harmed", "partner": "*"}, as: "outlet"},
		{path: "{outlet}", action: "/tills", harm: "name", rest: m{"code": "harmed"}},
		{path: "/admin/catalogue/types/new", harm: "name_ru name_en", rest: m{"code": "harmed"}},
		{path: "/admin/catalogue/groups/new", harm: "name", rest: m{"code": "harmed"}},
		{path: "/admin/catalogue/new", harm: "name", rest: m{"sku": "harmed", "type": "*", "price": "100"}},
		{path: "/admin/playbill/hall/new", harm: "name", rest: m{"code": "harmed", "outlet": "*", "zones": "A; {harm}", "sectors": "s; {harm}; A\n- 1; 1-5"}},
		{path: "/admin/playbill/event/new", harm: "name audience contractor contract memorandum.distributor memorandum.note", brief: "type group", rest: m{"code": "harmed", "memorandum": "yes", "memorandum.from": "2026-01-01", "memorandum.to": "2099-01-01"}},
		{path: "/admin/playbill/session/new?day=2030-05-01", rest: m{"event": "harmed", "hall": "harmed", "code": "harmed", "prices": "A; ; 300"}, as: "session"},
		{path: "/admin/cards/new", harm: "name", rest: m{"code": "harmed", "kind": "plastic", "properties.prefix": "28"}},
		{path: "/admin/cards/batches/new", harm: "note", rest: m{"type": "*", "size": "3"}},
		{path: "/admin/groups/new", harm: "name note"},
		{path: "/admin/groups/categories/new", harm: "name"},
		{path: "/admin/fields/new", harm: "label_ru label_en", rest: m{"key": "harmed", "kind": "text", "position": "1"}},
		{path: "/admin/fields/new", harm: "label_ru label_en", rest: m{"key": "harmful", "kind": "choice", "choices": "a; {harm}; {harm}", "position": "2"}},
		{path: "/admin/people/new", harm: "name", rest: m{"email": "harmed@example.org", "role": "analyst"}, as: "person"},
		{path: "/admin/roles/new", harm: "name", rest: m{"permissions": "overview.see"}, as: "role"},
		{path: "/admin/cashiers/new", harm: "name", rest: m{"code": "harmed", "outlet": "{outlet-id}"}, as: "cashier"},
		{path: "{cashier}", action: "/pin", rest: m{"pin": demo.CashierPIN, "do": "set"}},
		{path: "/admin/keys/new", harm: "name", rest: m{"scopes": "reference.read"}},
		{path: "/admin/webhooks/new", harm: "name", rest: m{"url": `https://8.8.8.8/?"'><img%20src=x>`, "kinds": "session.moved"}},
		{path: "/admin/consent-texts/new?kind=rules&language=en", harm: "title body", as: "text"},
	}
}

// harmfulMembers are the forms of members.
func harmfulMembers() []harmful {
	type m = map[string]string
	return []harmful{
		{path: "/admin/members/new", harm: "surname", rest: m{"phone": "8 916 000-55-02"}, as: "twin"},
		{
			path: "/admin/members/new", harm: "surname name patronymic address_city address_street comment document_issued_by code_word custom.harmed",
			brief: "address_house address_flat address_type address_postcode document_type document_series document_number document_citizenship",
			rest:  m{"phone": "8 916 000-55-01"}, as: "member",
		},
		{path: "{member}/edit", brief: "tags"},
		{path: "{member}/points", harm: "reason", rest: m{"points": "10"}},
		{path: "{member}/cards/new", rest: m{"type": "*", "number": "7788005501"}, as: "card"},
		{path: "{card}", action: "/block", harm: "reason"},
		{path: "{member}/cards/new", rest: m{"type": "*", "number": harmedCard}},
		{path: "{member}/level", harm: "reason", rest: m{"level": "*"}},
		{path: "{member}/household", action: "/found", harm: "name"},
		{path: "{member}/consents/give", harm: "proof", rest: m{"text": "*"}},
		{path: "{member}/consents/withdraw", harm: "proof", rest: m{"what": "*"}},
		{path: "{member}/consents/give", rest: m{"text": "*", "proof": "17"}},
		{path: "/admin/members?q=h", action: "/views", harm: "name", rest: m{"shared": "yes"}},
	}
}

// harmfulDeeds are what is done with members and receipts that are there.
func harmfulDeeds() []harmful {
	type m = map[string]string
	return []harmful{
		{path: "{member}/relatives/new", harm: "name", rest: m{"kind": "child", "birth_date": "01.02.2015"}},
		{path: "{member}/deposits/{deposit}/top-up", harm: "reason", rest: m{"sum": "500"}},
		{path: "{member}/deposits/{deposit}/close", harm: "reason"},
		{path: "/admin/members/new", harm: "surname", rest: m{"phone": "8 916 000-55-03"}, as: "other"},
		{path: "{other}/merge", rest: m{"who": "8 916 000-55-02"}},
		{action: "/merge"},
		{action: "/merge", harm: "reason", as: "merge"},
		{path: "/admin/members/bulk/points?all=yes&q=h", harm: "reason", rest: m{"points": "5"}, as: "bulk"},
		{action: "/begin"},
		{path: "/admin/members/new", harm: "surname", rest: m{"phone": "8 916 000-55-05"}, as: "blocked"},
		{path: "{blocked}", action: "/block", harm: "reason"},
		{path: "/admin/members/new", rest: m{"phone": "8 916 000-55-04"}, as: "third"},
		{path: "{third}/privacy", action: "/erase", rest: m{"reference": "17-05/2026", "ground": "demanded", "asked": "2026-01-01", "forfeit": "yes", "number": "{third-number}"}, as: "erasure"},
	}
}

// harmfulProgramme are the forms of a programme and of who decides on it.
func harmfulProgramme() []harmful {
	type m = map[string]string
	return []harmful{
		{path: "/admin/approvals", action: "/approve"},
		{path: "/admin/approvals/{asked}/refuse", harm: "reason"},
		{path: "{programme}", action: "/draft/begin"},
		{path: "{programme}/draft/part/head", harm: "name"},
		{path: "{programme}/draft/part/level", harm: "name", rest: m{"total": "900000"}},
		{path: "{programme}/draft/part/rule", harm: "name note", brief: "group", rest: m{"rate": "7"}},
		{path: "{programme}/draft/part/campaign", harm: "name", brief: "codes stack"},
		{path: "{programme}/draft/part/rule?id=star-more", harm: "name"},
		{path: "{programme}/draft/publish", harm: "note"},
		{path: "{programme}", action: "/draft/begin"},
		{path: "{programme}/draft/part/spending", rest: m{"share": "30"}},
		{path: "{programme}/draft/publish", harm: "note", rest: m{"when": "at", "at": "{soon}"}},
		{path: "{programme}/what-if", as: "question"},
	}
}
