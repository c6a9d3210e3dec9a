-- Organizations with their members, roles, invitations and programs' accounts: a stream each.
select journal_add_aggregate_type('organization');
-- API keys: a stream each, by an id that follows from the hash of the key's text.
select journal_add_aggregate_type('api_key');

-- Who is who. What decides is read from the ledger; this is for lists. Template of version 1, and
-- its first build.
create schema access_v1;

create table access_v1.organizations (
  organization_id text collate "C" not null,
  name            text not null,
  founded_at      timestamptz, -- null: the one that every installation has
  constraint organizations_pkey primary key (organization_id)
);

create table access_v1.memberships (
  organization_id text collate "C" not null,
  user_id         text collate "C" not null,
  constraint memberships_pkey primary key (organization_id, user_id)
);
create index memberships_user_idx on access_v1.memberships (user_id, organization_id);

create table access_v1.api_keys (
  key_id          text collate "C" not null,
  organization_id text collate "C" not null,
  position        bigint not null, -- that of its issue: lists begin with the newest
  owner           text collate "C" not null,
  name            text not null,
  scopes          text[],
  created_by      text not null,
  created_at      timestamptz not null,
  expires_at      timestamptz,
  revoked_by      text,
  revoked_at      timestamptz,
  used_at         timestamptz,
  constraint api_keys_pkey primary key (key_id)
);
create index api_keys_list_idx on access_v1.api_keys (organization_id, position desc);

-- These two are asked across organizations: by the installation's admin, and by people for
-- themselves.
insert into projection_house_reads (table_name, columns, reason) values
  ('organizations', '{organization_id, name, founded_at}',
   'the holder of the admin key lists the organizations of the installation'),
  ('memberships',   '{organization_id, user_id}',
   'a person lists the organizations to which that person belongs');

select projection_launch('access', 1);
