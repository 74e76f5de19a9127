-- Which operation a till's key stands for. Spread by the key; the operation
-- lies in its home under the same id, so a retry finds it.
create table receipt_key (
    till_id bigint not null,
    key     text   not null,
    home_id bigint not null,
    op_id   bigint not null,
    hash    {{bytes}} not null, -- of the request
    primary key (till_id, key)
);

-- A purchase never changes but for what refunds make of its state and, once,
-- for the member that one of nobody's is given to. Its lines, effects and
-- inputs are one document: a receipt is read and written whole.
create table purchase (
    home_id      bigint not null,
    purchase_id  bigint not null,
    account_id   bigint not null,  -- 0: no member; of one that was given to a member later, the account that it was given on; since a merge the one that took that over
    programme_id bigint not null,  -- 0: none was active
    outlet_id    bigint not null,
    at           bigint not null,  -- when it was made
    day          text   not null,  -- business day of the outlet
    state        text   not null check (state in ('done', 'part', 'refunded')),
    refunded     bigint not null,  -- kopecks of money given back
    tickets      bigint not null,  -- pieces of its lines of tickets that have not come back
    account_home bigint,           -- of an account in another home: a household's, of whom it was given to, or that took the account over in a merge; null: the account is in this home
    person       text,             -- what rules looked at of the buyer himself; doc has its hash; null: nothing, or he is erased
    doc          text   not null,
    digest       {{bytes}} not null, -- of doc
    guest        text,             -- hash of the phone or e-mail by which a guest bought; null: it names none
    claimed_by   bigint,           -- the member it was given to later; null: none
    claim_id     bigint,           -- the operation that gave it
    claim        text,             -- its document
    claim_person text,             -- as person, of the member it was given to
    claim_digest {{bytes}},
    primary key (home_id, purchase_id),
    check ((claimed_by is null) = (claim is null) and (claim is null) = (claim_id is null) and (claim is null) = (claim_digest is null))
);
create index purchase_outlet on purchase (outlet_id, at);
create index purchase_shared on purchase (account_home, purchase_id) where account_home is not null;
create index purchase_claimed on purchase (claimed_by, at) where claimed_by is not null;
create index purchase_counted on purchase (home_id, tickets, state) where tickets > 0 or state <> 'done';
create index purchase_guest on purchase (guest, purchase_id) where guest is not null and claimed_by is null;

-- What fiscal receipts are of which purchase. Spread by the drive and the
-- number; a fiscal receipt stays its purchase's for good.
create table fiscal_receipt (
    drive       text   not null,   -- number of the fiscal drive (fn)
    number      bigint not null,   -- of the document (i)
    sign        bigint not null,   -- fiscal sign (fp)
    home_id     bigint not null,
    purchase_id bigint not null,
    primary key (drive, number, sign)
);

-- A receipt that was judged and waits for its payment; its document is the
-- purchase that it is to become.
create table reservation (
    home_id        bigint not null,
    reservation_id bigint not null,
    account_id     bigint not null,
    programme_id   bigint not null,
    outlet_id      bigint not null,
    at             bigint not null,
    until_at       bigint not null,  -- it holds before this
    state          text   not null check (state in ('held', 'confirmed', 'cancelled')),
    purchase_id    bigint,           -- that it became
    account_home   bigint,           -- of a household's account, or one that took the account over in a merge; null: in this home
    person         text,             -- as the purchase's
    doc            text   not null,
    digest         {{bytes}} not null,
    primary key (home_id, reservation_id),
    check ((state = 'confirmed') = (purchase_id is not null))
);

create index reservation_shared on reservation (account_home, reservation_id) where account_home is not null;

-- The numbers of tickets, which the gates read, and the piece that each is of.
-- Spread by the number; it stays its purchase's for good.
create table ticket (
    number      text   primary key,
    home_id     bigint not null,
    purchase_id bigint not null,
    line        bigint not null,   -- index in the purchase, from 0
    piece       bigint not null,   -- of the line, from 0
    session     text               -- code, folded; null: it was not told
);
create index ticket_session on ticket (session, number) where session is not null;

-- A visit: tickets of one line of a purchase that were used at a gate.
create table visit (
    home_id     bigint not null,
    visit_id    bigint not null,
    purchase_id bigint not null,
    outlet_id   bigint not null,   -- of the gate
    at          bigint not null,
    day         text   not null,   -- business day of that outlet
    doc         text   not null,
    digest      {{bytes}} not null,
    primary key (home_id, visit_id)
);
create index visit_purchase on visit (home_id, purchase_id);
create index visit_outlet on visit (outlet_id, at);

create table refund (
    home_id     bigint not null,
    refund_id   bigint not null,
    purchase_id bigint not null,   -- 0: not linked
    outlet_id   bigint not null,
    at          bigint not null,
    day         text   not null,
    account_id   bigint not null,  -- as the purchase's
    account_home bigint,           -- likewise
    doc         text   not null,
    digest      {{bytes}} not null,
    primary key (home_id, refund_id)
);
create index refund_purchase on refund (home_id, purchase_id);
create index refund_outlet on refund (outlet_id, at);
create index refund_shared on refund (account_home, refund_id) where account_home is not null;

-- Uses of what is limited. A limit over all members lies in slots, so that
-- tills don't queue for one row: each has a share of the limit that it was
-- laid out for.
create table limit_use (
    limit_key text   not null,
    slot      bigint not null,
    used      bigint not null check (used >= 0),
    over      bigint not null check (over >= 0), -- by records of what had happened already
    room      bigint not null, -- what used may come to without a look at the other slots,
    laid      bigint not null, -- while this is the limit; 0: never
    primary key (limit_key, slot)
);

-- A use that a reservation holds is counted in its row, and stands here until
-- the reservation is paid or let go, or somebody finds that it has run out.
create table limit_hold (
    limit_key text   not null,
    slot      bigint not null,
    hold_id   bigint not null, -- the reservation
    until_at  bigint not null,
    primary key (limit_key, slot, hold_id)
);

-- What happened, for figures, seals and all that follows; a row is what one
-- transaction did, in the first of its homes. The dispatcher takes the oldest
-- first, so the key begins with the id, and deletes them.
create table event (
    home_id  bigint not null,
    event_id bigint not null,
    doc      text   not null,
    primary key (event_id, home_id)
);
