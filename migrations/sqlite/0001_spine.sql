-- The spine: tenants, people, topics, requests, and the tables that carry work over a restart.
-- The same step exists for PostgreSQL; keep the two in the same order, column by column.
-- Instants are epoch milliseconds (0: none; the greatest integer: for ever). Nothing is null: an
-- absent text is '', so that a missing bind is an error on both engines.

create table organisations (
    id text not null primary key,
    created_at bigint not null
);

create table workspaces (
    id text not null primary key,
    organisation text not null references organisations (id),
    platform text not null,
    key text not null,
    name text not null,
    active boolean not null,
    created_at bigint not null,
    unique (platform, key)
);
create index workspaces_of on workspaces (organisation);

create table persons (
    organisation text not null references organisations (id),
    id text not null,
    name text not null,
    name_lower text not null,
    zone text not null,
    hours text not null,
    capacity bigint not null,
    pause text not null,
    deputy text not null,
    away_until bigint not null,
    not_before bigint not null,
    standing text not null,
    role text not null,
    home_opened boolean not null,
    primary key (organisation, id)
);
create index persons_named on persons (organisation, name_lower);

-- Who somebody is on a platform. handle and email are kept in lower case: they are only looked up.
create table identities (
    workspace text not null references workspaces (id),
    user_key text not null,
    user_lower text not null,
    organisation text not null,
    person text not null,
    handle text not null,
    email text not null,
    facts_at bigint not null,
    primary key (workspace, user_key),
    foreign key (organisation, person) references persons (organisation, id)
);
create index identities_of on identities (organisation, person);
create index identities_keyed on identities (organisation, user_lower);
create index identities_handled on identities (organisation, handle) where handle <> '';
create index identities_mailed on identities (organisation, email) where email <> '';
create index identities_unknown on identities (workspace) where facts_at = 0;

create table topics (
    organisation text not null references organisations (id),
    id text not null,
    name text not null,
    about text not null,
    channel text not null,
    steward text not null,
    offer_timeout text not null,
    stale_after text not null,
    hours text not null,
    zone text not null,
    removed_at bigint not null,
    primary key (organisation, id)
);
create unique index topics_named on topics (organisation, name) where removed_at = 0;

create table topic_members (
    organisation text not null,
    topic text not null,
    person text not null,
    joined_at bigint not null,
    primary key (organisation, topic, person),
    foreign key (organisation, topic) references topics (organisation, id),
    foreign key (organisation, person) references persons (organisation, id)
);
create index topic_members_of on topic_members (organisation, person);

create table counters (
    organisation text not null references organisations (id),
    name text not null,
    value bigint not null,
    primary key (organisation, name)
);

-- stage is the tag of state, volunteer who holds it through an accepted offer: both are there to be
-- looked up, the truth is in state and in the offers.
create table requests (
    organisation text not null references organisations (id),
    id text not null,
    number bigint not null,
    topic text not null,
    requester text not null,
    handed_by text not null,
    customer text not null,
    words text not null,
    privacy text not null,
    urgency text not null,
    origin text not null,
    created_at bigint not null,
    holder text not null,
    held_since bigint not null,
    volunteer text not null,
    stage text not null,
    state text not null,
    ladder text not null,
    hops bigint not null,
    round bigint not null,
    asked_after bigint not null,
    closed_at bigint not null,
    version bigint not null,
    primary key (organisation, id),
    unique (organisation, number),
    foreign key (organisation, requester) references persons (organisation, id),
    foreign key (organisation, handed_by) references persons (organisation, id),
    foreign key (organisation, holder) references persons (organisation, id)
);
create index requests_held on requests (organisation, holder) where closed_at = 0;
create index requests_volunteer on requests (organisation, volunteer) where volunteer <> '';
create index requests_asked on requests (organisation, requester) where closed_at = 0;
create index requests_handed on requests (organisation, handed_by) where closed_at = 0;
create index requests_in_topic on requests (organisation, topic) where closed_at = 0;

create table offers (
    organisation text not null,
    request text not null,
    n bigint not null,
    round bigint not null,
    to_person text not null,
    rung text not null,
    state text not null,
    asked_at bigint not null,
    until bigint not null,
    body text not null,
    primary key (organisation, request, n),
    foreign key (organisation, request) references requests (organisation, id)
);
create index offers_to on offers (organisation, to_person, state);
create index offers_last on offers (organisation, to_person, asked_at);

-- Where people talk about a request. message is '' where the whole conversation is meant.
create table threads (
    seq integer primary key autoincrement,
    organisation text not null,
    request text not null,
    workspace text not null references workspaces (id),
    channel text not null,
    message text not null,
    unique (workspace, channel, message, request),
    foreign key (organisation, request) references requests (organisation, id)
);
create index threads_of on threads (organisation, request);

create table cards (
    organisation text not null references organisations (id),
    slot text not null,
    workspace text not null references workspaces (id),
    shown text not null,
    posted_channel text not null,
    posted_message text not null,
    primary key (organisation, slot)
);

create table inbox (
    workspace text not null references workspaces (id),
    delivery text not null,
    organisation text not null,
    reply text not null,
    received_at bigint not null,
    primary key (workspace, delivery)
);
create index inbox_by_age on inbox (received_at);

-- ready_at is the later of "not before" and the end of the lease: one index answers what may be sent.
-- state: 0 waiting, 1 done, 2 set aside.
create table outbox (
    seq integer primary key autoincrement,
    id text not null unique,
    organisation text not null references organisations (id),
    workspace text not null references workspaces (id),
    key text not null,
    lane text not null,
    slot text not null,
    task text not null,
    state bigint not null,
    attempt bigint not null,
    unsure bigint not null,
    ready_at bigint not null,
    lease_owner text not null,
    posted_channel text not null,
    posted_message text not null,
    last_error text not null,
    created_at bigint not null,
    unique (organisation, key)
);
create index outbox_ready on outbox (ready_at) where state = 0;
create index outbox_lanes on outbox (workspace, lane, seq) where state = 0;
create index outbox_slots on outbox (organisation, slot, seq) where state = 0 and slot <> '';
create index outbox_finished on outbox (created_at) where state <> 0;

-- wake_at is the later of due_at and the end of the lease.
create table timers (
    organisation text not null references organisations (id),
    subject text not null,
    due_at bigint not null,
    wake_at bigint not null,
    lease_owner text not null,
    primary key (organisation, subject)
) without rowid;
create index timers_wake on timers (wake_at);

-- Append-only, and without foreign keys: it outlives what it tells of.
create table audit (
    seq integer primary key autoincrement,
    organisation text not null,
    subject text not null,
    actor text not null,
    what text not null,
    at bigint not null
);
create index audit_of on audit (organisation, subject, seq);

create table settings (
    organisation text not null references organisations (id),
    name text not null,
    value text not null,
    changed_by text not null,
    changed_at bigint not null,
    primary key (organisation, name)
);

create table marks (
    organisation text not null,
    workspace text not null references workspaces (id),
    name text not null,
    value text not null,
    primary key (workspace, name)
);

-- Direct conversations with the bot, to be caught up after an outage; heard grows with each message.
create table directs (
    organisation text not null,
    workspace text not null references workspaces (id),
    channel text not null,
    heard bigint not null,
    primary key (workspace, channel)
);
create index directs_heard on directs (workspace, heard);
