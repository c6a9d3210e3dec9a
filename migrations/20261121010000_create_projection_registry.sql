-- Which builds of which projections there are, how far each has come, and which one is read.
--
-- The tables of a projection's version are described once, in a schema of their own that stays
-- empty (`run_history_v1`, the template). Each build is a copy of it (`run_history_v1_7`). Readers
-- use views in public that lead to the live build and are replaced at the flip.
create table projection_builds (
  build_id        bigint generated always as identity,
  projection      text collate "C" not null,
  version         integer not null,
  schema_name     text collate "C" not null,
  purpose         text not null default 'serve',
  state           text not null default 'building',
  position        bigint not null default 0,
  parked_position bigint,
  parked_reason   text,
  row_hash        text,
  hashed_position bigint,
  program         text not null default '',
  created_at      timestamptz not null default clock_timestamp(),
  went_live_at    timestamptz,
  retired_at      timestamptz,
  constraint projection_builds_pkey primary key (build_id),
  constraint projection_builds_schema_key unique (schema_name),
  constraint projection_builds_purpose_check check (purpose in ('serve', 'verify')),
  constraint projection_builds_state_check check (state in ('building', 'live', 'parked', 'retired')),
  constraint projection_builds_parked_check check ((state = 'parked') <= (parked_reason is not null))
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
-- What is parked is still what readers see.
create unique index projection_builds_live_key on projection_builds (projection)
 where state in ('live', 'parked');

-- Only the checkpoint and what is told about a build change from outside the functions below.
grant select on projection_builds to chainkeel_app, chainkeel_projector;
grant update (position, state, parked_position, parked_reason, row_hash, hashed_position)
   on projection_builds to chainkeel_projector;

-- A build that is folded from the beginning is folded by several lanes side by side, each with the
-- streams of its share and a checkpoint of its own; the build's is that of the slowest.
create table projection_lanes (
  build_id bigint not null,
  lane     integer not null,
  position bigint not null,
  constraint projection_lanes_pkey primary key (build_id, lane),
  constraint projection_lanes_build_fkey foreign key (build_id) references projection_builds on delete cascade
) with (fillfactor = 50);
grant select, insert, update on projection_lanes to chainkeel_projector;

-- The functions below run as the owner, so that whoever projects needs no right to create anything.
-- They touch no schema but those that the registry or a migration names.

-- The key columns of a template's table, as one text that orders and names a row.
create function projection_key_of(p_schema text, p_table text) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select 'concat_ws(''/'', ' || string_agg(format('t.%I', a.attname), ', ' order by k.no) || ')'
    from pg_index i
    join unnest(i.indkey::smallint[]) with ordinality k (attnum, no) on true
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
   where i.indrelid = format('%I.%I', p_schema, p_table)::regclass and i.indisprimary
$$;

-- A new, empty build: the template's tables with their primary keys, without further indexes.
create function projection_begin_build(p_projection text, p_version integer, p_purpose text, p_program text)
returns table (build_id bigint, schema_name text)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  template text := format('%s_v%s', p_projection, p_version);
  made     bigint := nextval(pg_get_serial_sequence('projection_builds', 'build_id'));
  target   text := format('%s_%s', template, made);
  found_   record;
begin
  execute format('create schema %I', target);
  execute format('grant usage on schema %I to chainkeel_projector', target);
  for found_ in
    select c.oid, c.relname, array_to_string(c.reloptions, ', ') as options, k.conname,
           pg_get_constraintdef(k.oid) as key
      from pg_class c join pg_constraint k on k.conrelid = c.oid and k.contype = 'p'
     where c.relnamespace = to_regnamespace(quote_ident(template)) and c.relkind = 'r'
     order by c.relname
  loop
    execute format('create table %I.%I (like %I.%I including all excluding indexes excluding comments)',
                   target, found_.relname, template, found_.relname);
    execute format('alter table %I.%I add constraint %I %s', target, found_.relname, found_.conname, found_.key);
    if found_.options is not null then
      execute format('alter table %I.%I set (%s)', target, found_.relname, found_.options);
    end if;
    execute format('grant select, insert, update, delete on %I.%I to chainkeel_projector', target, found_.relname);
  end loop;
  if found_ is null then
    raise exception 'there is no template %', template using errcode = 'undefined_object';
  end if;
  insert into projection_builds (build_id, projection, version, schema_name, purpose, program)
  overriding system value values (made, p_projection, p_version, target, p_purpose, p_program);
  return query select made, target;
end
$$;

-- Gives a build the indexes that its template has beyond the keys. Calling it again changes nothing.
create function projection_index_build(p_build bigint) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  b      projection_builds;
  found_ record;
begin
  select * into strict b from projection_builds where projection_builds.build_id = p_build;
  for found_ in
    select c.relname as table_name, x.relname as index_name, pg_get_indexdef(x.oid) as definition
      from pg_class c join pg_index i on i.indrelid = c.oid join pg_class x on x.oid = i.indexrelid
     where c.relnamespace = to_regnamespace(quote_ident(format('%s_v%s', b.projection, b.version)))
       and not i.indisprimary
     order by x.relname
  loop
    continue when to_regclass(format('%I.%I', b.schema_name, found_.index_name)) is not null;
    execute regexp_replace(found_.definition, ' ON [^ ]+ USING ',
                           format(' ON %I.%I USING ', b.schema_name, found_.table_name));
  end loop;
  for found_ in
    select c.relname as table_name from pg_class c
     where c.relnamespace = to_regnamespace(quote_ident(b.schema_name)) and c.relkind = 'r'
  loop
    execute format('analyze %I.%I', b.schema_name, found_.table_name);
  end loop;
end
$$;

-- Makes a build the one that is read, in the caller's transaction: 'flipped', or 'behind' when the
-- live one is further. The lock on the live row holds its projector off until the commit, after
-- which that projector finds itself retired.
create function projection_flip(p_build bigint) returns text
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  b      projection_builds;
  served projection_builds;
  found_ record;
begin
  select * into strict b from projection_builds where projection_builds.build_id = p_build for update;
  if b.state <> 'building' or b.purpose <> 'serve' then
    raise exception 'build % is % and cannot go live', b.schema_name, b.state
      using errcode = 'object_not_in_prerequisite_state';
  end if;
  select * into served from projection_builds
   where projection = b.projection and state in ('live', 'parked') for update;
  if b.position < served.position then
    return 'behind';
  end if;
  for found_ in
    select c.relname as table_name from pg_class c
     where c.relnamespace = to_regnamespace(quote_ident(b.schema_name)) and c.relkind = 'r'
     order by c.relname
  loop
    begin
      execute format('create or replace view public.%I as select * from %I.%I',
                     'view_' || found_.table_name, b.schema_name, found_.table_name);
    exception when invalid_table_definition then
      -- Another version has other columns.
      execute format('drop view public.%I', 'view_' || found_.table_name);
      execute format('create view public.%I as select * from %I.%I',
                     'view_' || found_.table_name, b.schema_name, found_.table_name);
    end;
    execute format('grant select on public.%I to chainkeel_app, chainkeel_projector',
                   'view_' || found_.table_name);
  end loop;
  update projection_builds p set state = 'retired', retired_at = clock_timestamp()
   where p.build_id = served.build_id;
  update projection_builds p set state = 'live', went_live_at = clock_timestamp()
   where p.build_id = p_build;
  return 'flipped';
end
$$;

-- Drops a build that nobody reads, with its tables.
create function projection_drop_build(p_build bigint) returns void
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '1s' as $$
declare
  b projection_builds;
begin
  select * into b from projection_builds where projection_builds.build_id = p_build for update;
  if not found then
    return;
  end if;
  if b.state not in ('building', 'retired') then
    raise exception 'build % is % and stays', b.schema_name, b.state
      using errcode = 'object_not_in_prerequisite_state';
  end if;
  execute format('drop schema if exists %I cascade', b.schema_name);
  delete from projection_builds p where p.build_id = p_build;
end
$$;

-- How many rows each table of a build has, and a hash of them that does not depend on their order.
create function projection_row_hash(p_build bigint)
returns table (table_name text, row_count bigint, row_hash text)
language plpgsql stable security definer set search_path = public, pg_temp
set timezone = 'UTC' set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set bytea_output = 'hex' as $$
declare
  target text;
begin
  select b.schema_name into strict target from projection_builds b where b.build_id = p_build;
  for table_name in
    select c.relname from pg_class c
     where c.relnamespace = to_regnamespace(quote_ident(target)) and c.relkind = 'r' order by c.relname
  loop
    execute format(
      'select count(*), md5(concat(sum(hashtextextended(t::text, 0)), sum(hashtextextended(t::text, 1)))) from %I.%I t',
      target, table_name) into row_count, row_hash;
    return next;
  end loop;
end
$$;

-- Key and hash of each row of one table of a build, in the order of the keys.
create function projection_row_digests(p_build bigint, p_table text)
returns table (row_key text, digest bigint)
language plpgsql stable security definer set search_path = public, pg_temp
set timezone = 'UTC' set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set bytea_output = 'hex' as $$
declare
  target text;
begin
  select b.schema_name into strict target from projection_builds b where b.build_id = p_build;
  return query execute format(
    'select %1$s, hashtextextended(t::text, 0) from %2$I.%3$I t order by %1$s collate "C"',
    projection_key_of(target, p_table), target, p_table);
end
$$;

-- One row of a build, as JSON text; null if there is none.
create function projection_row(p_build bigint, p_table text, p_key text) returns text
language plpgsql stable security definer set search_path = public, pg_temp set timezone = 'UTC' as $$
declare
  target text;
  result text;
begin
  select b.schema_name into strict target from projection_builds b where b.build_id = p_build;
  execute format('select row_to_json(t)::text from %I.%I t where %s = $1', target, p_table,
                 projection_key_of(target, p_table)) into result using p_key;
  return result;
end
$$;

-- For migrations: a template's first build, live from the start.
create function projection_launch(p_projection text, p_version integer) returns void
language plpgsql set search_path = public, pg_temp as $$
declare
  made bigint;
begin
  select b.build_id into made from projection_begin_build(p_projection, p_version, 'serve', '') b;
  perform projection_index_build(made);
  perform projection_flip(made);
end
$$;

revoke execute on function projection_key_of, projection_begin_build, projection_index_build,
  projection_flip, projection_drop_build, projection_row_hash, projection_row_digests,
  projection_row, projection_launch from public;
grant execute on function projection_begin_build, projection_index_build, projection_flip,
  projection_drop_build, projection_row_hash, projection_row_digests, projection_row
  to chainkeel_projector;
