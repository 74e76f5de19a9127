-- The small shared tables: who sells where, who works there, what is sold.
-- They are copied whole to every node of a cluster and held in memory by every
-- process. A row's version is that of its set when the row last changed.
create table reference_version (
    name    text primary key, -- the set: partner, identity, catalog, playbill
    version bigint not null
);

-- Whose base it is: one row, once it is set up.
create table organization (
    one     bigint primary key check (one = 1),
    name    text not null,
    zone    text not null, -- IANA name
    lang    text not null check (lang in ('ru', 'en')),
    version bigint not null
);

create table partner (
    partner_id bigint primary key,
    code       text not null unique,
    name       text not null,
    state      text not null check (state in ('active', 'closed')),
    version    bigint not null,
    search_folded text not null -- code and name, lower case, ё as е
);

create table outlet (
    outlet_id   bigint primary key,
    partner_id  bigint not null references partner (partner_id),
    code        text not null unique,
    name        text not null,
    zone        text not null,   -- IANA name
    day_cutover bigint not null check (day_cutover between 0 and 1439), -- minutes after midnight
    address     text not null,
    state       text not null check (state in ('active', 'closed')),
    version     bigint not null,
    search_folded text not null
);
create index outlet_partner on outlet (partner_id);

create table till (
    till_id   bigint primary key,
    outlet_id bigint not null references outlet (outlet_id),
    code      text not null,
    name      text not null,
    state     text not null check (state in ('active', 'closed')),
    version   bigint not null,
    search_folded text not null,
    unique (outlet_id, code)
);

create table cashier (
    cashier_id bigint primary key,
    outlet_id  bigint references outlet (outlet_id), -- null: works anywhere
    code       text not null unique,
    name       text not null,
    pin_hash   text not null, -- argon2id, '' for none
    pin_tries  bigint not null, -- since the last right one
    pin_tried_at bigint not null,
    state      text not null check (state in ('active', 'closed')),
    version    bigint not null,
    search_folded text not null
);
create index cashier_outlet on cashier (outlet_id);

-- The secret of a key is shown once and not kept: only its SHA-256.
create table api_key (
    key_id     bigint primary key,
    till_id    bigint references till (till_id), -- null: of the organization
    name       text not null,
    scopes     text not null, -- blank between, in the order of the program's list
    rate       bigint not null check (rate >= 0), -- requests a minute; 0: as many as any key
    hash       {{bytes}} not null,
    state      text not null check (state in ('active', 'closed')),
    created_at bigint not null,
    expires_at bigint, -- null: never
    used_day   text not null, -- UTC day of the last use, '' for none
    version    bigint not null,
    search_folded text not null
);
create index api_key_till on api_key (till_id);

-- The outlets a key is limited to; none: all.
create table api_key_outlet (
    key_id    bigint not null references api_key (key_id),
    outlet_id bigint not null references outlet (outlet_id),
    primary key (key_id, outlet_id)
);
create index api_key_outlet_outlet on api_key_outlet (outlet_id);

-- A code by which somebody at a till gets its key without copying it: short, so
-- it serves once and not for long. Only its SHA-256 is kept, and whose doing the
-- key is.
create table pairing (
    till_id bigint primary key references till (till_id),
    hash    {{bytes}} not null unique,
    until   bigint not null,
    by_kind text not null,
    by_id   bigint not null,
    by_name text not null
);

-- What a request with an Idempotency-Key has made, for who asks again. Nothing
-- of the answer is kept but what names it.
create table api_request (
    key_id      bigint not null references api_key (key_id),
    request_key text not null,
    hash        {{bytes}} not null, -- of the operation and what was sent
    made        text not null,
    made_at     bigint not null,
    primary key (key_id, request_key)
);

create table product_type (
    product_type_id bigint primary key,
    code    text not null unique,
    name_ru text not null,
    name_en text not null,
    payable {{bool}} not null, -- points may pay
    earns   {{bool}} not null, -- points are earned
    state   text not null check (state in ('active', 'closed')),
    version bigint not null,
    search_folded text not null
);

create table product_group (
    product_group_id bigint primary key,
    code    text not null unique,
    name    text not null,
    state   text not null check (state in ('active', 'closed')),
    version bigint not null,
    search_folded text not null
);

create table product (
    product_id      bigint primary key,
    sku             text not null unique,
    name            text not null,
    product_type_id bigint references product_type (product_type_id), -- null: not told yet
    price           bigint not null check (price >= 0), -- kopecks a unit; 0: typed at the till
    least_price     bigint not null check (least_price >= 0), -- likewise; 0: the programme's
    unknown         {{bool}} not null, -- met on a receipt, not yet completed by staff
    state           text not null check (state in ('active', 'closed')),
    version         bigint not null,
    search_folded   text not null
);
create index product_version on product (version, product_id);
create index product_by_type on product (product_type_id);

create table product_in_group (
    product_id       bigint not null references product (product_id),
    product_group_id bigint not null references product_group (product_group_id),
    primary key (product_id, product_group_id)
);
create index product_in_group_group on product_in_group (product_group_id);

create table product_barcode (
    barcode    text primary key,
    product_id bigint not null references product (product_id)
);
create index product_barcode_product on product_barcode (product_id);

-- Words of the products' names, for who begins to type one at a till.
create table product_word (
    product_id bigint not null references product (product_id),
    word       {{bytes}} not null, -- folded; bytes, so that both engines order it alike
    place      integer not null, -- in the name, from 0
    primary key (product_id, word)
);
create index product_word_found on product_word (word, place, product_id);

-- What is shown where. Codes are other systems'; code_folded is what they are
-- compared by: lower case, ё as е.
create table hall (
    hall_id     bigint primary key,
    code        text not null,
    code_folded text not null unique,
    outlet_id   bigint not null references outlet (outlet_id),
    name        text not null,
    layout      text not null, -- price zones, sectors and rows, as one document
    state       text not null check (state in ('active', 'closed')),
    version     bigint not null,
    search_folded text not null
);
create index hall_outlet on hall (outlet_id);

create table playbill_event (
    playbill_event_id bigint primary key,
    code        text not null,
    code_folded text not null unique,
    name        text not null,
    event_type  text not null, -- '' none
    type_folded text not null,
    event_group text not null,
    age         bigint not null,
    contractor  text not null,
    contract    text not null,
    audience    text not null,
    vat         bigint,        -- millionths; null: without
    pushkin     {{bool}} not null,
    pushkin_id  text not null, -- in PRO.Культура
    memorandum  text,          -- a distributor's terms, as one document; null: none
    state       text not null check (state in ('active', 'closed')),
    version     bigint not null,
    search_folded text not null
);

create table playbill_session (
    session_id  bigint primary key,
    code        text not null,
    code_folded text not null unique,
    playbill_event_id bigint not null references playbill_event (playbill_event_id),
    hall_id     bigint not null references hall (hall_id),
    starts_at   bigint not null,
    ends_at     bigint not null, -- 0: not told
    prices      text not null,   -- by zone and tariff, as one document
    state       text not null check (state in ('on_sale', 'cancelled', 'closed')),
    cancelled_at bigint not null, -- 0: it is not
    version     bigint not null
);
create index playbill_session_version on playbill_session (version);
create index playbill_session_starts on playbill_session (starts_at, session_id);
create index playbill_session_event on playbill_session (playbill_event_id, starts_at);
create index playbill_session_hall on playbill_session (hall_id, starts_at);
