// Codes that callers meet, by status; a test compares them with the program.
export const common = {
  "400": ["api.invalid", "api.json", "id.invalid"],
  "401": ["api.no-key", "identity.key-invalid", "identity.key-closed", "identity.key-expired"],
  "403": ["identity.scope-missing", "api.other-till", "api.other-outlet"],
  "404": ["http.no-route"],
  "413": ["http.body-too-large"],
  "429": ["http.too-many-requests"],
  "500": ["internal"],
  "503": ["http.outcome-unknown", "http.timeout", "http.starting", "http.upgrading"]
};
export const byGroup = {
  "purchases": {
    "404": ["buyer.not-found", "purchase.not-found", "till.not-found"],
    "409": ["key.other-body", "quote.expired", "buyer.several", "refund.nothing-left"],
    "422": ["points.not-enough", "points.above-allowed", "points.proof-needed", "buyer.not-served", "till.closed"],
    "503": ["desk.busy"]
  },
  "members": {
    "404": ["member.not-found", "member.no-identifier"],
    "409": ["member.taken", "member.blocked", "member.gone", "member.moved"],
    "422": ["member.code-wrong", "member.code-expired", "member.unproven", "member.last-identifier"],
    "429": ["member.code-too-soon", "member.code-too-many"]
  },
  "accounts": {
    "404": ["member.not-found", "account.not-found", "programme.not-found"],
    "409": ["key.other-body"]
  },
  "cards": {
    "404": ["card.not-found", "card.no-type", "card.not-in-stock"],
    "409": ["card.number-taken", "card.bad-state", "card.other-type"],
    "422": ["card.type-closed", "card.no-secret", "card.secret-wrong"],
    "429": ["card.secret-locked"]
  },
  "programmes": { "404": ["programme.not-found"], "409": ["programme.code-taken", "programme.version"] },
  "partners": { "404": ["partner.not-found", "partner.outlet-not-found", "partner.till-not-found"], "409": ["partner.code-taken", "reference.changed"] },
  "cashiers": { "404": ["identity.cashier-not-found"], "409": ["identity.cashier-code-taken", "reference.changed"], "429": ["identity.pin-blocked"] },
  "catalogue": { "404": ["catalog.product-not-found"], "409": ["catalog.code-taken", "catalog.barcode-taken", "reference.changed"] },
  "groups": { "404": ["api.no-group", "api.no-category"], "409": ["member.name-taken"] },
  "keys": { "404": ["identity.key-not-found"], "409": ["reference.changed"] }
};
export const codes = (group, status) => [...(byGroup[group]?.[status] || []), ...(common[status] || [])];
