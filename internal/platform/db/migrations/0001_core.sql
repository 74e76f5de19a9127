-- What everything else stands on. A home is what everything of one person
-- (or of one receipt without a member) lives in; it is locked as a whole,
-- and its journal is one hash chain.
create table home (
    home_id bigint primary key,
    kind    text not null check (kind in ('member', 'receipt')),
    version bigint not null,  -- moves with every write to the home
    seq     bigint not null,  -- number of its last posting
    head    {{bytes}} not null, -- hash of its last posting
    account_home bigint,      -- where the accounts are that its member uses: his household's founder's; null: here
    merged_into  bigint,      -- home of the member that its member was merged into; null: he was not
    unserved     text check (unserved in ('blocked', 'closed')) -- why its member is not served, as his own row says; null: he is
){{hot}};

-- Who holds a node number; ids made with it are unique while it is leased.
create table node (
    node         bigint primary key,
    holder       text not null,
    leased_until bigint not null
);

-- Keys the program made for itself at first start.
create table secret (
    name  text primary key,
    value {{bytes}} not null
);
