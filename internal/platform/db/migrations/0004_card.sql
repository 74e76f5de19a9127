-- Cards. A card lies in its member's home; its number is an identifier.

create table card_type (
    card_type_id bigint primary key,
    code         text not null unique,
    name         text not null,
    kind         text not null check (kind in ('plastic', 'virtual', 'phone', 'wallet')),
    properties   {{json}} not null,
    active       {{bool}} not null,
    created_at   bigint not null
);

-- Plastic printed ahead: numbers that are no member's yet, spread by number.
create table card_batch (
    batch_id     bigint primary key,
    card_type_id bigint not null references card_type (card_type_id),
    size         bigint not null,
    note         text not null,
    made_at      bigint not null,
    actor_kind   text not null,
    actor_id     bigint,
    once         {{bytes}} unique -- hash of the key that makes one batch, however often it is asked for; null: it had none
);

create table card_stock (
    number       text primary key,
    card_type_id bigint not null,
    batch_id     bigint not null,
    state        text not null check (state in ('new', 'bound', 'void')),
    secret_hash  {{bytes}}, -- null: none
    changed_at   bigint not null
);
create index card_stock_by_batch on card_stock (batch_id, number);

create table card (
    home_id        bigint not null references member (home_id),
    card_id        bigint not null,
    card_type_id   bigint not null references card_type (card_type_id),
    number         text not null,
    state          text not null check (state in ('new', 'active', 'blocked', 'lost', 'replaced')),
    block_reason   text not null,
    secret_hash    {{bytes}},        -- null: none
    secret_tries   bigint not null,  -- wrong ones in a row
    secret_until   bigint not null,  -- no try before this time
    totp_salt      {{bytes}},        -- null: no one-time QR; with the key it makes the secret
    last_totp_step bigint not null,  -- newest accepted
    secret_till_at bigint not null,  -- when a till's key has set the secret; 0: none has
    till_state     {{bool}} not null, -- a till's key has given it its state
    replaced_by    bigint,           -- card_id
    issued_at      bigint not null,
    issued_outlet  bigint,
    changed_at     bigint not null,
    primary key (home_id, card_id)
);
