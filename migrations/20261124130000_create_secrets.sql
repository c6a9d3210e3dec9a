-- Secrets at rest. Like blobs they are primary: no event holds them, and a backup needs them.
--
-- The data keys of each organization, wrapped by a key-encryption key that the database never sees.
create table data_keys (
  organization_id text collate "C" not null,
  version         integer not null,
  -- A hash of the key that wraps, so that a rotation knows what is left to do.
  wrapped_by      text collate "C" not null,
  wrapped         bytea not null,
  created_at      timestamptz not null default clock_timestamp(),
  constraint data_keys_pkey primary key (organization_id, version),
  constraint data_keys_version_check check (version > 0)
);

create table sealed_secrets (
  organization_id text collate "C" not null,
  record          text collate "C" not null,
  field           text collate "C" not null,
  key_version     integer not null,
  sealed          bytea not null,
  sealed_at       timestamptz not null default clock_timestamp(),
  constraint sealed_secrets_pkey primary key (organization_id, record, field),
  -- A data key cannot go while anything is sealed under it, whoever seals at that moment.
  constraint sealed_secrets_data_key_fkey foreign key (organization_id, key_version)
    references data_keys (organization_id, version)
);
create index sealed_secrets_key_idx on sealed_secrets (organization_id, key_version);

grant select, insert, update, delete on data_keys, sealed_secrets to chainkeel_app;

-- Each transaction says whose secrets it is about; without that there are none.
alter table data_keys enable row level security;
alter table data_keys force row level security;
alter table sealed_secrets enable row level security;
alter table sealed_secrets force row level security;
create policy data_keys_tenant on data_keys to chainkeel_app
  using (organization_id = current_setting('app.organization', true))
  with check (organization_id = current_setting('app.organization', true));
create policy sealed_secrets_tenant on sealed_secrets to chainkeel_app
  using (organization_id = current_setting('app.organization', true))
  with check (organization_id = current_setting('app.organization', true));

-- The owner counts for everybody, and reads nothing else: see the function below.
do $$
begin
  execute format('create policy data_keys_census on data_keys for select to %I using (true)',
                 current_user);
  execute format('create policy sealed_secrets_census on sealed_secrets for select to %I using (true)',
                 current_user);
end
$$;

-- What a rotation has before it: each data key, and how many secrets are sealed under it. Names and
-- numbers only.
create function secrets_census()
returns table (organization_id text, version integer, wrapped_by text, newest boolean, secrets bigint)
language sql stable security definer set search_path = public, pg_temp
begin atomic
  select k.organization_id, k.version, k.wrapped_by,
         k.version = max(k.version) over (partition by k.organization_id),
         (select count(*) from public.sealed_secrets s
           where s.organization_id = k.organization_id and s.key_version = k.version)
    from public.data_keys k
   order by k.organization_id, k.version;
end;
revoke all on function secrets_census() from public;
grant execute on function secrets_census() to chainkeel_app;

-- Whose secrets are to be sealed anew: an older data key goes when nothing is sealed under it.
create function data_keys_behind()
returns setof text
language sql stable security definer set search_path = public, pg_temp
begin atomic
  select k.organization_id from public.data_keys k
   group by k.organization_id having count(*) > 1 order by 1;
end;
revoke all on function data_keys_behind() from public;
grant execute on function data_keys_behind() to chainkeel_app;
