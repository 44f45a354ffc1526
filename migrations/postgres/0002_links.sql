-- Several workspaces of one organisation: what each identity is there and where its person is reached,
-- codes that link accounts, drafts between two presses; and what a platform's connection remembers.
-- The same step exists for SQLite; keep the two in the same order, column by column.

alter table identities add column standing text not null default '';
alter table identities add column role text not null default '';
alter table identities add column preferred boolean not null default false;

create index marks_named on marks (organisation, name);
create index identities_of_user on identities (user_key);

-- How a platform is connected: sessions, digests. Of no organisation.
create table connections (
    platform text not null,
    name text not null,
    value text not null,
    primary key (platform, name)
);

-- What somebody wrote and has not sent yet, or what a form is about.
create table drafts (
    organisation text not null references organisations (id),
    id text not null,
    body text not null,
    made_at bigint not null,
    primary key (organisation, id)
);
create index drafts_by_age on drafts (made_at);

-- admin: whether who made it may join the organisation to another. used_at: 0 while it is good.
create table link_codes (
    code text not null primary key,
    organisation text not null references organisations (id),
    workspace text not null references workspaces (id),
    person text not null,
    user_key text not null,
    admin boolean not null,
    made_at bigint not null,
    used_at bigint not null
);
create index link_codes_by_age on link_codes (made_at);

-- Codes that somebody guessed wrong, so that guessing does not pay.
create table link_tries (
    workspace text not null references workspaces (id),
    user_key text not null,
    at bigint not null
);
create index link_tries_of on link_tries (workspace, user_key, at);
create index link_tries_by_age on link_tries (at);

-- Joining two organisations renames the tenant of many rows at once.
alter table persons alter constraint persons_organisation_fkey deferrable initially immediate;
alter table identities alter constraint identities_organisation_person_fkey deferrable initially immediate;
alter table topics alter constraint topics_organisation_fkey deferrable initially immediate;
alter table topic_members alter constraint topic_members_organisation_topic_fkey deferrable initially immediate;
alter table topic_members alter constraint topic_members_organisation_person_fkey deferrable initially immediate;
alter table requests alter constraint requests_organisation_fkey deferrable initially immediate;
alter table requests alter constraint requests_organisation_requester_fkey deferrable initially immediate;
alter table requests alter constraint requests_organisation_handed_by_fkey deferrable initially immediate;
alter table requests alter constraint requests_organisation_holder_fkey deferrable initially immediate;
alter table offers alter constraint offers_organisation_request_fkey deferrable initially immediate;
alter table threads alter constraint threads_organisation_request_fkey deferrable initially immediate;
