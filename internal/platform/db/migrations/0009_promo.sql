-- Promo codes that were given out; those that a campaign lists are in its
-- programme. Spread by the code itself.
create table promo_code (
    code         text   primary key,   -- folded
    programme_id bigint not null,
    campaign     text   not null,
    home_id      bigint not null,      -- 0: whoever has it
    guest        text   not null,      -- keyed hash of the phone or e-mail that it is bound to; '': none
    guest_shown  text   not null,      -- of that what may be shown
    state        text   not null check (state in ('active', 'used', 'withdrawn')),
    made_at      bigint not null,
    made_by      text   not null,      -- who made it; '': a rule awarded it
    op_id        bigint not null,      -- the purchase, of the same home, that it was awarded for; 0: none
    expires      text   not null,      -- last day on which it works; '': none
    used_at      bigint not null,
    used_home    bigint not null,      -- the purchase that used it; 0: none
    used_op      bigint not null,
    held_by      bigint not null,      -- the reservation that keeps it; 0: none
    held_until   bigint not null,      -- before this
    check ((state = 'used') = (used_op <> 0)),
    check (op_id = 0 or home_id <> 0)
);
create index promo_code_home on promo_code (home_id, code) where home_id <> 0;
create index promo_code_guest on promo_code (guest, code) where guest <> '';
create index promo_code_campaign on promo_code (programme_id, campaign, code);
create index promo_code_made on promo_code (programme_id, made_at, code);

-- The forms that have made codes, so that one that is sent twice makes them once.
create table promo_making (
    once    {{bytes}} primary key,  -- SHA-256 of the form's key
    hash    {{bytes}} not null,     -- of what it asked for
    made_at bigint not null
);
