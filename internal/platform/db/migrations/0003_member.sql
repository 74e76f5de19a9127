-- Members. What is a person's own carries home_id first; identifiers and
-- one-time codes are spread by their own value and so have no foreign key to
-- the member; groups, categories, fields and texts are small and the same for
-- everyone.

create table member_category (
    category_id bigint primary key,
    name        text not null,
    name_folded text not null unique,
    active      {{bool}} not null,
    created_at  bigint not null
);

create table member_group (
    group_id    bigint primary key,
    name        text not null,
    name_folded text not null unique,
    note        text not null,
    active      {{bool}} not null,
    created_at  bigint not null
);

-- An organization's own fields; the values lie in member.custom by field_key.
create table member_field (
    field_key text primary key,
    kind      text not null check (kind in ('text', 'number', 'date', 'bool', 'choice')),
    label_ru  text not null,
    label_en  text not null,
    required  {{bool}} not null,
    active    {{bool}} not null,
    position  bigint not null,
    choices   {{json}} not null
);

-- One row: which fields are mandatory, what must be proven, and so on.
create table member_settings (
    one     bigint primary key check (one = 1),
    version bigint not null,
    rules   {{json}} not null
);

create table member (
    home_id              bigint primary key references home (home_id),
    version              bigint not null, -- moves with every change of the member
    number               text not null,   -- public; unique as an identifier
    state                text not null check (state in ('new', 'active', 'blocked', 'closed', 'merged')),
    block_reason         text not null,
    merged_into          bigint,          -- home of the member that took this one's points
    erasure_id           bigint,          -- the act by which the person was erased; null: he is not
    surname              text not null,
    name                 text not null,
    patronymic           text not null,
    name_folded          {{bytes}} not null, -- bytes, so that both engines order it alike whatever the base's collation
    birth_date           text not null,   -- YYYY-MM-DD, '' where not known; so are the other dates
    sex                  text not null check (sex in ('', 'male', 'female')),
    language             text not null,
    address_type         text not null,
    address_city         text not null,
    address_street       text not null,
    address_house        text not null,
    address_flat         text not null,
    address_postcode     text not null,
    document_type        text not null,
    document_series      text not null,
    document_number      text not null,
    document_citizenship text not null,
    document_issued_by   text not null,
    document_issued_on   text not null,
    comment              text not null,
    code_word            text not null,
    category_id          bigint references member_category (category_id),
    custom               {{json}} not null,
    registered_at        bigint not null,
    registered_source    text not null,
    registered_outlet    bigint,
    registered_cashier   bigint,
    inviter              bigint,          -- home of the member who had invited him; it stays when that one is merged; null: nobody is known to have
    changed_at           bigint not null
);
create index member_birthday on member (substr(birth_date, 6), home_id);
create index member_by_name on member (name_folded, home_id);
create index member_by_state on member (state, name_folded, home_id);
create index member_by_category on member (category_id, name_folded, home_id);
create index member_by_registered on member (registered_at, home_id);
create index member_merged on member (merged_into) where merged_into is not null;

create table member_in_group (
    home_id  bigint not null references member (home_id),
    group_id bigint not null references member_group (group_id),
    added_at bigint not null,
    primary key (home_id, group_id)
);
create index member_in_group_by_group on member_in_group (group_id, home_id);

create table member_tag (
    home_id    bigint not null references member (home_id),
    tag_folded text not null,
    tag        text not null,
    primary key (home_id, tag_folded)
);
create index member_tag_by_tag on member_tag (tag_folded, home_id);

create table member_relative (
    home_id     bigint not null references member (home_id),
    relative_id bigint not null,
    kind        text not null check (kind in ('child', 'spouse', 'parent', 'sibling', 'other')),
    name        text not null,
    birth_date  text not null,
    primary key (home_id, relative_id)
);
create index member_relative_birthday on member_relative (substr(birth_date, 6), home_id);

-- Members who share one bonus account, that of the founder's home. Which home
-- a member's purchases look for their account in stands in home.account_home.
create table household (
    household_id bigint primary key,
    founder      bigint not null references member (home_id),
    name         text   not null,
    created_at   bigint not null,
    ended_at     bigint          -- null: it lives
);

create table household_member (
    home_id       bigint not null references member (home_id),
    membership_id bigint not null,
    household_id  bigint not null references household (household_id),
    joined_at     bigint not null,
    left_at       bigint,        -- null: is in it
    primary key (home_id, membership_id)
);
create unique index household_member_one on household_member (home_id) where left_at is null;
create index household_member_of on household_member (household_id, membership_id);

-- Whatever finds a member, by its normalised value. excl is 0 where the value
-- is one member's only, so that the key itself refuses a second owner, and
-- the home where it may be shared or is given up. member_state is the
-- member's, kept here so that a till's look-up reads one row.
create table identifier (
    kind         text not null check (kind in ('phone', 'email', 'card', 'external', 'number', 'login', 'qr')),
    value        text not null,
    excl         bigint not null,
    home_id      bigint not null,
    state        text not null check (state in ('active', 'off')),
    member_state text not null check (member_state in ('new', 'active', 'blocked', 'closed', 'merged')),
    main         {{bool}} not null,
    proven_at    bigint not null, -- 0: not proven
    added_at     bigint not null,
    primary key (kind, value, excl)
);
create index identifier_by_home on identifier (home_id);

-- Phones and e-mails by which members may have bought as guests, whose
-- receipts are still to be looked for.
create table guest_due (
    kind     text not null check (kind in ('phone', 'email')),
    value    text not null,
    home_id  bigint not null,
    told     {{bool}} not null, -- an order has named it
    due_at   bigint not null,   -- not before this
    mark     bigint not null,   -- of this note: a later one has another
    after_id bigint not null,   -- the last receipt that was looked at
    primary key (kind, value, home_id)
);
create index guest_due_at on guest_due (due_at, mark);
create index guest_due_of on guest_due (home_id);

-- Every change of a member, for good: what it was and what it became.
create table member_change (
    home_id    bigint not null references member (home_id),
    change_id  bigint not null,
    at         bigint not null,
    actor_kind text not null,
    actor_id   bigint, -- null: the system, or nobody known
    source     text not null,
    field      text not null,
    old_value  text not null,
    new_value  text not null,
    primary key (home_id, change_id)
);

-- The wordings people consent to. A published version never changes.
create table consent_text (
    text_id      bigint not null,
    version      bigint not null,
    kind         text not null check (kind in ('rules', 'personal_data', 'advertising')),
    language     text not null,
    title        text not null,
    body         text not null,
    sha256       {{bytes}} not null,
    published_at bigint not null,
    primary key (text_id, version)
);

-- Append-only: what was granted and withdrawn, and what proves it.
create table consent (
    home_id      bigint not null references member (home_id),
    consent_id   bigint not null,
    kind         text not null check (kind in ('rules', 'personal_data', 'advertising')),
    channel      text not null check (channel in ('', 'sms', 'email', 'push', 'call')),
    action       text not null check (action in ('granted', 'withdrawn')),
    text_id      bigint, -- null for a withdrawal
    text_version bigint,
    text_sha256  {{bytes}},
    at           bigint not null,
    source       text not null,
    ip           text not null,
    user_agent   text not null,
    outlet_id    bigint,
    actor_kind   text not null,
    actor_id     bigint,
    proof        text not null,
    primary key (home_id, consent_id)
);

-- The code last sent to an identifier for a purpose.
create table one_time_code (
    kind       text not null check (kind in ('phone', 'email')),
    value      text not null,
    purpose    text not null,
    code_id    bigint not null,
    code_hash  {{bytes}} not null,
    sent_at    bigint not null,
    expires_at bigint not null,
    tries      bigint not null,
    used_at    bigint not null, -- 0: not yet
    primary key (kind, value, purpose)
);

-- How many codes an identifier was sent within its day.
create table one_time_code_count (
    kind  text not null,
    value text not null,
    since bigint not null, -- start of the day, at its first code
    sent  bigint not null,
    primary key (kind, value)
);

-- What was erased of whom, without anything personal: the act that the law
-- asks for. It stands in the journal of the home.
create table member_erasure (
    home_id    bigint primary key,
    erasure_id bigint not null unique,
    at         bigint not null,
    doc        text   not null,
    digest     {{bytes}} not null -- of doc
);

-- A member was merged into another: the act lies in the home of the one who
-- stays and stands in the journals of both. doc tells by ids and amounts what
-- moved; what is personal lies beside it, and doc has its hash.
create table member_merge (
    home_id   bigint not null references member (home_id),
    merge_id  bigint not null unique,
    member_id bigint not null unique references member (home_id), -- who was merged
    at        bigint not null,
    doc       text   not null,
    digest    {{bytes}} not null, -- of doc
    kept      text,               -- what the member was, and why he was merged; null: he is erased
    primary key (home_id, merge_id)
);
