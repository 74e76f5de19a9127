-- The books. All rows lie in the home of their owner and are written only
-- under the home's lock (the row in home). No foreign keys on these tables:
-- each check would cost a receipt about as much as the row itself, and
-- `kopilka verify` proves the same and more.
create table account (
    home_id          bigint not null,
    account_id       bigint not null,
    programme_id     bigint not null,
    state            text   not null check (state in ('open', 'closed', 'level')), -- level: for points it is not opened yet
    active           bigint not null check (active >= 0),  -- hundredths of a point
    pending          bigint not null check (pending >= 0),
    held             bigint not null check (held >= 0),    -- for reservations
    debt             bigint not null check (debt >= 0),
    earned           bigint not null, -- ever put in, less what refunds took back
    spent            bigint not null, -- ever spent, less what refunds gave back
    expired          bigint not null,
    purchases        bigint not null, -- not fully refunded
    turnover         bigint not null, -- kopecks paid in money, less refunds
    used             bigint not null, -- of them, for tickets that were used
    first_purchase_at bigint,
    last_purchase_at bigint,
    slide_at         bigint,          -- when its sliding lots expire
    clock_at         bigint not null, -- dues up to here are written
    due_at           bigint,          -- no due is earlier; null: no lot has one
    gifts            bigint not null, -- bits: which once-only gifts it had
    level            text   not null, -- id in the programme; '': none
    level_since      bigint,
    level_until      bigint,          -- when it is looked at again by itself; null: at none
    level_floor      text   not null, -- given by hand: it does not fall below; '': none
    level_held       bigint,          -- until then
    level_sums       {{bytes}},       -- spent and visits by day, as far back as the programme's levels look
    opened_at        bigint not null,
    merged_home      bigint,          -- with the next: the account that this one's points, receipts and sums are in since its member was merged
    merged_account   bigint,
    primary key (home_id, programme_id)
){{hot}};
create index account_due on account (due_at) where due_at is not null;
create index account_merged on account (merged_home) where merged_home is not null;

create table lot (
    home_id     bigint not null,
    lot_id      bigint not null,
    account_id  bigint not null,
    amount      bigint not null check (amount > 0),     -- hundredths
    remaining   bigint not null check (remaining >= 0),
    written_off bigint not null check (written_off >= 0), -- expired, and not yet taken by a refund
    state       text   not null check (state in ('waiting', 'pending', 'active')), -- waiting: for its ticket's use
    earned_at   bigint not null,
    active_at   bigint not null,      -- 0: when its ticket is used
    expires_at  bigint,               -- null: never, or with the account's sliding date
    sliding     {{bool}} not null,
    source      text   not null check (source in ('purchase', 'gift', 'hand', 'refund', 'level')),
    op_id       bigint not null,      -- what made it
    partner_id  bigint,               -- who issued it
    primary key (home_id, lot_id)
);
create index lot_live on lot (home_id, account_id) where remaining > 0;

-- Points that are held for a reservation, by the lots they are of. Past the
-- instant they count for nothing, though the row may still be there.
create table hold (
    home_id    bigint not null,
    hold_id    bigint not null,       -- of the reservation
    part       bigint not null,       -- 0, 1, 2 … in the order of spending
    account_id bigint not null,
    lot_id     bigint not null,
    points     bigint not null check (points > 0), -- hundredths
    until_at   bigint not null,
    primary key (home_id, hold_id, part)
);

-- A posting moves points from one side to another and is balanced by itself.
create table posting (
    home_id    bigint not null,
    seq        bigint not null,       -- 1, 2, 3 … in the home
    account_id bigint not null,       -- 0: the posting only chains an operation
    lot_id     bigint not null,       -- 0: none (debt)
    op_id      bigint not null,
    kind       text   not null,
    debit      text   not null,       -- the side that loses
    credit     text   not null,       -- the side that gains
    amount     bigint not null check (amount >= 0),
    at         bigint not null,       -- when it took effect
    written_at bigint not null,
    hash       {{bytes}} not null,    -- of the posting before, this one and its operation
    primary key (home_id, seq)
);

-- Deposits: prepaid money of members. Their movements are postings, in kopecks,
-- whose account is the deposit.
create table deposit (
    home_id    bigint not null,
    deposit_id bigint not null,       -- the operation that opened it
    number     text   not null,       -- for people
    opened_at  bigint not null,
    ends_at    bigint,                -- from here on it takes and pays nothing; null: no end
    closed_at  bigint,                -- null: it is open
    balance    bigint not null,       -- kopecks; below zero: closed receipts have spent what was not there
    received   bigint not null,       -- put in, less what was paid out
    sold       bigint not null,       -- paid for purchases, less what came back
    primary key (home_id, deposit_id),
    check (balance = received - sold)
){{hot}};
create unique index deposit_open on deposit (home_id) where closed_at is null;
create index deposit_number on deposit (number);

-- Money that is kept for a reservation. Past the instant it counts for nothing,
-- though the row may still be there.
create table deposit_hold (
    home_id    bigint not null,
    hold_id    bigint not null,       -- of the reservation
    deposit_id bigint not null,
    amount     bigint not null check (amount > 0), -- kopecks
    until_at   bigint not null,
    primary key (home_id, hold_id)
);

-- What was done to deposits by hand; what purchases and refunds did is theirs.
create table deposit_op (
    home_id    bigint not null,
    op_id      bigint not null,
    deposit_id bigint not null,
    kind       text   not null check (kind in ('open', 'term', 'top_up', 'pay_out', 'close')),
    amount     bigint not null check (amount >= 0), -- kopecks
    paid_by    text   not null,       -- kind of payment; '': no money moved
    outlet_id  bigint not null,       -- where; 0: it is not told
    ends_at    bigint not null,       -- that it was opened with, or came to; 0: none
    reason     text   not null,       -- what the paper says, or why
    words      text   not null,       -- of the reason: its salt and hash; the salt goes when the person is erased
    actor      text   not null,
    at         bigint not null,
    digest     {{bytes}} not null,
    primary key (home_id, op_id)
);

-- Points put in or taken out by hand, with the reason.
create table adjustment (
    home_id    bigint not null,
    op_id      bigint not null,
    account_id bigint not null,
    points     bigint not null,       -- signed
    reason     text   not null,
    words      text   not null,       -- of the reason: its salt and hash; the salt goes when the person is erased
    actor      text   not null,
    at         bigint not null,
    digest     {{bytes}} not null,
    primary key (home_id, op_id)
);

-- Points by hand that a second person has to approve. The posting is an
-- adjustment like any other.
create table adjustment_request (
    request_id   bigint primary key,
    home_id      bigint not null,
    programme_id bigint not null,
    points       bigint not null, -- signed
    days         bigint not null,
    reason       text   not null,
    state        text   not null, -- asked, approved, refused, withdrawn; asked past its end has run out
    asked_by     bigint not null,
    asked_name   text   not null,
    asked_at     bigint not null,
    ends_at      bigint not null,
    asked_key    text   not null,
    decided_by   bigint not null,
    decided_name text   not null,
    decided_at   bigint not null,
    refusal      text   not null,
    op_home      bigint not null,
    op_id        bigint not null,
    unique (asked_by, asked_key)
);

create index adjustment_request_of on adjustment_request (home_id);
create index adjustment_request_asked on adjustment_request (ends_at) where state = 'asked';

-- Gifts for an occasion: given, or taken back by the refund of the purchase
-- that had earned one.
create table gift (
    home_id    bigint not null,
    gift_id    bigint not null,       -- the operation of its postings
    account_id bigint not null,
    seq        bigint not null,       -- of its first posting
    at         bigint not null,
    written_at bigint not null,
    occasion   text   not null check (occasion in ('first_purchase', 'birthday', 'relative_birthday', 'no_purchases')),
    day        text   not null,       -- on which it was due; '': it has none
    op_id      bigint not null,       -- the purchase that earned it, or the refund that took it; 0: the day
    lot_id     bigint not null,       -- that it made, or was taken back of
    given      bigint not null,       -- hundredths
    taken      bigint not null,
    short      bigint not null,       -- of what was to be taken, forgiven
    digest     {{bytes}} not null,
    primary key (home_id, gift_id)
);

-- Up to which day the gifts of a programme that go by the day are given to
-- members whom nothing else touches.
create table gift_day (
    programme_id bigint not null,
    occasion     text   not null,
    day          text   not null,
    primary key (programme_id, occasion)
);

-- What became of an account's level, in the order of the journal.
create table level_change (
    home_id    bigint not null,
    change_id  bigint not null,       -- the operation of its postings
    account_id bigint not null,
    seq        bigint not null,       -- of its first posting
    at         bigint not null,
    written_at bigint not null,
    from_level text   not null,       -- '': none
    to_level   text   not null,
    until_at   bigint,                -- the end of its term; null: none
    cause      text   not null check (cause in ('purchase', 'visit', 'refund', 'adjustment', 'time', 'hand', 'opening', 'rules', 'merge')),
    op_id      bigint not null,       -- what caused it; 0: nothing that is stored
    given      bigint not null,       -- hundredths
    taken      bigint not null,
    short      bigint not null,       -- of what was to be taken, not there
    reason     text   not null,       -- by hand
    words      text   not null,       -- as an adjustment's
    actor      text   not null,
    digest     {{bytes}} not null,
    primary key (home_id, change_id)
);
