-- Row-level security on every table of every build: who serves sees the rows of the organization
-- that its transaction names (`app.organization`), and no row when it names none. Who projects
-- writes for all organizations. What the house itself must read across organizations, in order to
-- wake runs and the like, goes by a role of its own, which may read what is listed here.
do $$
begin
  if not exists (select from pg_roles where rolname = 'chainkeel_house') then
    begin
      create role chainkeel_house nologin;
    exception
      when duplicate_object or unique_violation then
        null; -- made by somebody else between the question and the order
      when insufficient_privilege then
        raise exception 'the role chainkeel_house is missing and % may not create it', current_user
          using hint = format('As a superuser: create role chainkeel_house nologin; grant chainkeel_house to %I;',
                              current_user);
    end;
  end if;
  if not pg_has_role(current_user, 'chainkeel_house', 'member') then
    -- Two databases of one cluster may grant at the same time: "tuple concurrently updated".
    for attempt in 1..20 loop
      begin
        execute format('grant chainkeel_house to %I', current_user);
        exit;
      exception when internal_error or unique_violation then
        perform pg_sleep(0.05 * attempt);
      end;
    end loop;
  end if;
end
$$;
grant usage on schema public to chainkeel_house;

-- What the house reads of views across organizations, as `house_<table>`: which columns, and what
-- for. A line is a hole in the wall: no more columns than it takes to know what is to be done and in
-- whose name.
create table projection_house_reads (
  table_name text collate "C" not null,
  columns    text[] not null,
  reason     text not null,
  constraint projection_house_reads_pkey primary key (table_name)
);
insert into projection_house_reads (table_name, columns, reason) values
  ('runs',   '{run_id, organization_id, status}',
   'a worker that gains slots takes up the runs that were left in them'),
  ('timers', '{run_id, node_id, organization_id, slot, due_at}',
   'runs whose delay, retry or wait is due are woken'),
  ('tasks',  '{task_id, organization_id, slot, prompt_at}',
   'people are reminded of tasks, and tasks escalate and end');

-- The columns of a table that the house reads, as a list for a grant; null if there are none.
create function projection_house_columns(p_table text) returns text
language sql stable set search_path = public, pg_temp as $$
  select string_agg(quote_ident(c), ', ') from projection_house_reads r, unnest(r.columns) c
   where r.table_name = p_table
$$;

-- Puts a table of a build behind the wall. A table without `organization_id` is the projector's
-- own: nobody else sees a row of it.
create function projection_isolate(p_schema text, p_table text) returns void
language plpgsql set search_path = public, pg_temp as $$
declare
  target  text := format('%I.%I', p_schema, p_table);
  columns text;
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('create policy projector on %s to chainkeel_projector using (true) with check (true)', target);
  execute format('grant usage on schema %I to chainkeel_projector, chainkeel_app', p_schema);
  execute format('grant select, insert, update, delete on %s to chainkeel_projector', target);
  execute format('grant select on %s to chainkeel_app', target);
  if exists (select from pg_attribute a
              where a.attrelid = target::regclass and a.attname = 'organization_id' and not a.attisdropped) then
    execute format('create policy organization on %s to chainkeel_app
                      using (organization_id = current_setting(''app.organization'', true))
                      with check (organization_id = current_setting(''app.organization'', true))', target);
  end if;
  columns := projection_house_columns(p_table);
  if columns is not null then
    execute format('create policy house on %s for select to chainkeel_house using (true)', target);
    execute format('grant usage on schema %I to chainkeel_house', p_schema);
    execute format('grant select (%s) on %s to chainkeel_house', columns, target);
  end if;
end
$$;

-- Leads a stable name to a build's table. With the rights of whoever reads, not of the owner: the
-- policies are those of the table.
create function projection_lead(p_name text, p_columns text, p_schema text, p_table text) returns void
language plpgsql set search_path = public, pg_temp as $$
declare
  leads text := format('view public.%I with (security_invoker = true) as select %s from %I.%I',
                       p_name, p_columns, p_schema, p_table);
begin
  execute 'create or replace ' || leads;
exception when invalid_table_definition then
  -- Another version has other columns.
  execute format('drop view public.%I', p_name);
  execute 'create ' || leads;
end
$$;

-- Gives a build's table its stable names.
create function projection_expose(p_schema text, p_table text) returns void
language plpgsql set search_path = public, pg_temp as $$
declare
  columns text := projection_house_columns(p_table);
begin
  perform projection_lead('view_' || p_table, '*', p_schema, p_table);
  execute format('grant select on public.%I to chainkeel_app, chainkeel_projector', 'view_' || p_table);
  if columns is not null then
    perform projection_lead('house_' || p_table, columns, p_schema, p_table);
    execute format('grant select on public.%I to chainkeel_house', 'house_' || p_table);
  end if;
end
$$;

-- As before, with the wall around each table.
create or replace function projection_begin_build(p_projection text, p_version integer, p_purpose text, p_program text)
returns table (build_id bigint, schema_name text)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  template text := format('%s_v%s', p_projection, p_version);
  made     bigint := nextval(pg_get_serial_sequence('projection_builds', 'build_id'));
  target   text := format('%s_%s', template, made);
  found_   record;
begin
  execute format('create schema %I', target);
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
    perform projection_isolate(target, found_.relname);
  end loop;
  if found_ is null then
    raise exception 'there is no template %', template using errcode = 'undefined_object';
  end if;
  insert into projection_builds (build_id, projection, version, schema_name, purpose, program)
  overriding system value values (made, p_projection, p_version, target, p_purpose, p_program);
  return query select made, target;
end
$$;

-- As before, with names that lead to the tables with the reader's own rights.
create or replace function projection_flip(p_build bigint) returns text
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
    perform projection_expose(b.schema_name, found_.table_name);
  end loop;
  update projection_builds p set state = 'retired', retired_at = clock_timestamp()
   where p.build_id = served.build_id;
  update projection_builds p set state = 'live', went_live_at = clock_timestamp()
   where p.build_id = p_build;
  return 'flipped';
end
$$;

-- They read all rows of a build. The owner, as whom they ran, is behind the wall as well.
alter function projection_row_hash(bigint) security invoker;
alter function projection_row_digests(bigint, text) security invoker;
alter function projection_row(bigint, text, text) security invoker;
grant execute on function projection_key_of to chainkeel_projector;
revoke execute on function projection_house_columns, projection_isolate, projection_lead,
  projection_expose from public;

-- The builds that there are.
set local lock_timeout = '10s';
do $$
declare
  found_ record;
begin
  for found_ in
    select b.schema_name, b.state, c.relname as table_name
      from projection_builds b
      join pg_class c on c.relnamespace = to_regnamespace(quote_ident(b.schema_name)) and c.relkind = 'r'
     order by 1, 3
  loop
    perform projection_isolate(found_.schema_name, found_.table_name);
    if found_.state in ('live', 'parked') then
      perform projection_expose(found_.schema_name, found_.table_name);
    end if;
  end loop;
end
$$;
