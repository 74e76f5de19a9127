-- What members' lists are filtered and ordered by and their own rows do not
-- have: figures, folded from events some seconds after they happened, so that
-- no purchase pays for the indexes here. A row is worked out anew from the
-- member's rows and accounts, whatever it was before; who was merged or erased
-- has none.
create table member_figure (
    home_id           bigint primary key,
    programme_id      bigint not null, -- whose level he has; the oldest that he has an account in; 0: none
    level             text   not null, -- '': none
    active            bigint not null, -- hundredths, of all programmes; a household's, where he is in one
    pending           bigint not null,
    earned            bigint not null,
    spent             bigint not null,
    purchases         bigint not null, -- his own, not fully refunded
    turnover          bigint not null, -- kopecks paid in money, less refunds
    average           bigint not null, -- kopecks of a purchase
    first_purchase_at bigint not null, -- 0: he has never bought
    last_purchase_at  bigint not null,
    visits            bigint not null,
    refunds           bigint not null, -- purchases of which something came back
    tickets           bigint not null, -- bought, less those that came back
    orders            bigint not null, -- receipts that were to wait for their payment
    orders_unpaid     bigint not null, -- of them those that were not paid for, or not yet
    consents          bigint not null, -- bits: to what he consents now
    city_folded       text   not null,
    given_folded      {{bytes}} not null -- his name with what he is called by first, for the search
);
create index member_figure_level on member_figure (level, home_id);
create index member_figure_active on member_figure (active, home_id);
create index member_figure_purchases on member_figure (purchases, home_id);
create index member_figure_turnover on member_figure (turnover, home_id);
create index member_figure_average on member_figure (average, home_id);
create index member_figure_last on member_figure (last_purchase_at, home_id);
create index member_figure_city on member_figure (city_folded, home_id);
create index member_figure_given on member_figure (given_folded, home_id);

-- Where a member has registered, bought or been.
create table member_outlet (
    home_id   bigint not null,
    outlet_id bigint not null,
    primary key (home_id, outlet_id)
);
create index member_outlet_by_outlet on member_outlet (outlet_id, home_id);

-- Members whose figures are to be worked out anew: records of 16 bytes (home,
-- outlet or 0), as many as one turn of the dispatcher met.
create table member_stale (
    stale_id bigint primary key,
    data     {{bytes}} not null
);

-- Filters, columns and order of members' lists that staff have kept.
create table member_view (
    view_id     bigint primary key,
    staff_id    bigint not null, -- whose it is
    name        text   not null,
    name_folded text   not null,
    shared      {{bool}} not null, -- all staff see it
    pinned      {{bool}} not null,
    definition  text   not null,
    version     bigint not null,
    unique (staff_id, name_folded)
);
create index member_view_shared on member_view (shared, name_folded);

-- What staff do to many members at once: one row an action.
create table bulk_action (
    bulk_id    bigint primary key,
    staff_id   bigint not null, -- who asked for it
    staff_name text   not null,
    deed       text   not null, -- what is done, as JSON
    filter     text   not null, -- whom it was asked for, as JSON
    state      text   not null check (state in ('asked', 'running', 'stopping', 'done', 'stopped', 'dropped')),
    total      bigint not null, -- members
    place      bigint not null, -- of how many of them it is known what became
    tried      bigint not null, -- how many were begun with
    changed    bigint not null, -- to how many it was done
    asked_at   bigint not null,
    begun_at   bigint not null, -- 0: not yet
    ended_at   bigint not null,
    holder     bigint not null, -- who works on it
    held_until bigint not null  -- and till when, unless he says otherwise
);
create index bulk_action_open on bulk_action (bulk_id) where state in ('asked', 'running', 'stopping');
create index bulk_action_ended on bulk_action (asked_at);

-- The members of an action that has not ended, as they were when it was asked for: their homes
-- in order, eight bytes each.
create table bulk_part (
    bulk_id bigint  not null,
    part    bigint  not null,
    homes   {{bytes}} not null,
    primary key (bulk_id, part)
);

-- Those to whom it was not done, and why.
create table bulk_left (
    bulk_id bigint not null,
    place   bigint not null, -- in the order of the homes
    home_id bigint not null,
    code    text   not null,
    primary key (bulk_id, place)
);

-- Files of members that somebody has sent to be taken in.
create table intake (
    intake_id  bigint primary key,
    staff_id   bigint not null, -- who sent it
    staff_name text   not null,
    file       text   not null, -- its name
    size       bigint not null, -- bytes
    state      text   not null check (state in ('sending', 'reading', 'broken', 'read', 'looking', 'looked', 'running', 'done', 'stopped', 'dropped')),
    layout     text   not null, -- what is where in it, as JSON
    why        {{bytes}} not null, -- it is broken
    total      bigint not null, -- rows
    place      bigint not null, -- of how many of them it is known what becomes; while it is read: bytes
    tally      text   not null, -- what that is, as JSON
    tries      bigint not null, -- how often it was begun to be read
    asked_at   bigint not null,
    begun_at   bigint not null, -- 0: not yet
    ended_at   bigint not null,
    holder     bigint not null, -- who works on it
    held_until bigint not null  -- and till when, unless he says otherwise
);
create index intake_open on intake (intake_id) where state in ('reading', 'looking', 'running');
create index intake_asked on intake (asked_at);

-- The bytes of a file that has not ended, in order.
create table intake_piece (
    intake_id bigint not null,
    piece     bigint not null,
    data      {{bytes}} not null,
    primary key (intake_id, piece)
);

-- Its rows, a hundred in each.
create table intake_part (
    intake_id bigint not null,
    part      bigint not null,
    data      {{bytes}} not null,
    primary key (intake_id, part)
);

-- What becomes of them, or has become.
create table intake_outcome (
    intake_id bigint not null,
    part      bigint not null,
    last_row  bigint not null, -- in the file
    told      bigint not null, -- rows of which there is something to say
    data      {{bytes}} not null,
    primary key (intake_id, part)
);
