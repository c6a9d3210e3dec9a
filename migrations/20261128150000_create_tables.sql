-- Tables of organizations: what each of them keeps is primary, like the ledger, and not a view.
--
-- Four walls stand around a statement that an organization wrote:
--   1. the program lets one statement of a small language pass, on the tables of the organization;
--   2. whoever hands it over is `chainkeel_data`, who reads neither ledger nor views nor secrets;
--   3. it runs inside a function that belongs to a role of that organization alone (its `door`),
--      where PostgreSQL refuses to take on another role: not by `set`, not by `set_config`;
--   4. a role that reads has `select` on the tables of one schema, one that writes the changes too,
--      and neither has anything else.
do $$
begin
  if not exists (select from pg_roles where rolname = 'chainkeel_data') then
    begin
      create role chainkeel_data nologin;
    exception
      when duplicate_object or unique_violation then
        null; -- made by somebody else between the question and the order
      when insufficient_privilege then
        raise exception 'the role chainkeel_data is missing and % may not create it', current_user
          using hint = format('As a superuser: create role chainkeel_data nologin; grant chainkeel_data to %I; alter role %I createrole;',
                              current_user, current_user);
    end;
  end if;
  if not pg_has_role(current_user, 'chainkeel_data', 'member') then
    -- Two databases of one cluster may grant at the same time: "tuple concurrently updated".
    for attempt in 1..20 loop
      begin
        execute format('grant chainkeel_data to %I', current_user);
        exit;
      exception when internal_error or unique_violation then
        perform pg_sleep(0.05 * attempt);
      end;
    end loop;
  end if;
end
$$;
grant usage on schema public to chainkeel_data;

select journal_add_aggregate_type('table');

-- Where the doors are: two functions an organization.
create schema data_doors;
grant usage on schema data_doors to chainkeel_data;

-- Each organization's schema, whose name nobody can guess; its roles and doors are named after it.
create table data_spaces (
  organization_id text collate "C" not null,
  space           text collate "C" not null,
  created_at      timestamptz not null default clock_timestamp(),
  constraint data_spaces_pkey primary key (organization_id),
  constraint data_spaces_space_key unique (space),
  constraint data_spaces_space_check check (space ~ '^org_data_[0-9a-f]{32}$')
);

-- What of the tables' events was carried out: a row changes in the transaction of its DDL.
create table data_tables (
  organization_id text collate "C" not null,
  name            text collate "C" not null,
  table_id        text collate "C" not null,
  carried         bigint not null,
  present         boolean not null,
  definition      jsonb,
  -- What the rows there were did not allow: sequence and reason.
  refusals        jsonb not null default '{}',
  created_at      timestamptz not null,
  changed_at      timestamptz not null,
  constraint data_tables_pkey primary key (organization_id, name),
  constraint data_tables_name_check check (name ~ '^[a-z][a-z0-9_]{0,47}$')
);

-- What was written under an idempotency key, in the transaction that wrote it: never twice.
create table data_receipts (
  organization_id text collate "C" not null,
  key             text collate "C" not null,
  fingerprint     text collate "C" not null,
  outcome         text not null,
  written_at      timestamptz not null default clock_timestamp(),
  constraint data_receipts_pkey primary key (organization_id, key)
);
create index data_receipts_age_idx on data_receipts (organization_id, written_at);

grant select on data_spaces, data_tables to chainkeel_data;
grant select, insert, delete on data_receipts to chainkeel_data;
alter table data_spaces enable row level security;
alter table data_tables enable row level security;
alter table data_receipts enable row level security;
create policy data_spaces_tenant on data_spaces to chainkeel_data
  using (organization_id = current_setting('app.organization', true));
create policy data_tables_tenant on data_tables to chainkeel_data
  using (organization_id = current_setting('app.organization', true));
create policy data_receipts_tenant on data_receipts to chainkeel_data
  using (organization_id = current_setting('app.organization', true))
  with check (organization_id = current_setting('app.organization', true));

-- Keeps the columns of the house in every table, whoever writes.
create function data_stamp() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    new.version := 1;
    new.created_at := clock_timestamp();
    new.updated_at := new.created_at;
  else
    new.id := old.id;
    new.version := old.version + 1;
    new.created_at := old.created_at;
    new.updated_at := clock_timestamp();
  end if;
  return new;
end
$$;
revoke execute on function data_stamp from public;

-- Performs one statement, with the rights of whoever is asked: a door. The values are literals of
-- the types that the statement itself asks for; they are never part of its text.
--
-- p_form says what is told: `rows` of a query, `changed` rows that a change returns, or a `count`.
create function data_answer(p_sql text, p_values text[], p_form text, p_rows integer, p_bytes integer)
returns setof text
language plpgsql as $$
declare
  given  text;
  line   text;
  lines  integer := 0;
  bytes  bigint := 0;
begin
  if exists (select from pg_prepared_statements where name = 'chainkeel_asked') then
    execute 'deallocate chainkeel_asked';
  end if;
  if p_form = 'rows' then
    execute format('prepare chainkeel_asked as select row_to_json(chainkeel_row)::text from (%s) chainkeel_row limit %s',
                   p_sql, p_rows + 1);
  elsif p_form = 'changed' then
    execute format('prepare chainkeel_asked as with chainkeel_row as (%s) select row_to_json(chainkeel_row)::text from chainkeel_row',
                   p_sql);
  else
    execute format('prepare chainkeel_asked as with chainkeel_row as (%s) select json_build_object(''rows'', count(*), ''last'', max(id))::text from chainkeel_row',
                   p_sql);
  end if;
  select string_agg(quote_nullable(u.value), ', ' order by u.place) into given
    from unnest(p_values) with ordinality u (value, place);
  for line in execute 'execute chainkeel_asked' || coalesce('(' || given || ')', '') loop
    lines := lines + 1;
    bytes := bytes + octet_length(line);
    if p_form = 'changed' and lines > p_rows or bytes > p_bytes then
      raise exception 'the answer has more than % rows or % bytes', p_rows, p_bytes
        using errcode = 'program_limit_exceeded';
    end if;
    return next line;
  end loop;
  execute 'deallocate chainkeel_asked';
end
$$;

-- The schema of an organization, with its roles and doors; made at its first table.
create function data_space(p_organization text) returns text
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  found_ text;
  role_  text;
  door   text;
begin
  select s.space into found_ from data_spaces s where s.organization_id = p_organization;
  if found then
    return found_;
  end if;
  -- One at a time: they all change the rights on the schema of the doors.
  perform pg_advisory_xact_lock(hashtextextended('chainkeel data space', 0));
  select s.space into found_ from data_spaces s where s.organization_id = p_organization;
  if found then
    return found_;
  end if;
  found_ := 'org_data_' || replace(gen_random_uuid()::text, '-', '');
  execute format('create schema %I', found_);
  execute format('grant usage on schema %I to chainkeel_data', found_);
  foreach role_ in array array[found_ || '_reader', found_ || '_writer'] loop
    begin
      execute format('create role %I nologin noinherit', role_);
      -- In order to give the door away, below.
      execute format('grant %I to %I', role_, current_user);
    exception when insufficient_privilege then
      raise exception '% may not create roles', current_user
        using errcode = 'insufficient_privilege',
              hint = format('As a superuser: alter role %I createrole;', current_user);
    end;
    execute format('grant usage on schema %I to %I', found_, role_);
    door := format('data_doors.%I', role_);
    execute format(
      'create function %s(p_sql text, p_values text[], p_form text, p_rows integer, p_bytes integer)
       returns setof text language plpgsql security definer set search_path = %I, pg_temp as
       ''begin return query select * from public.data_answer(p_sql, p_values, p_form, p_rows, p_bytes); end''',
      door, found_);
    execute format('revoke execute on function %s from public', door);
    execute format('grant execute on function %s to chainkeel_data', door);
    execute format('grant usage, create on schema data_doors to %I', role_);
    execute format('alter function %s owner to %I', door, role_);
    execute format('revoke usage, create on schema data_doors from %I', role_);
  end loop;
  insert into data_spaces (organization_id, space) values (p_organization, found_);
  return found_;
end
$$;

-- A column as DDL.
create function data_column(p_space text, p_column jsonb) returns text
language plpgsql set search_path = public, pg_temp as $$
declare
  name_ text := p_column->>'name';
  kind  text := p_column->>'kind';
  made  text;
begin
  made := format('%I %s', name_, case kind
    when 'string' then 'text' when 'number' then 'numeric' when 'integer' then 'bigint'
    when 'boolean' then 'boolean' when 'date-time' then 'timestamptz' when 'json' then 'jsonb' end);
  if p_column->>'default' is not null then
    made := made || format(' default %L', p_column->>'default');
  end if;
  if (p_column->>'required')::boolean then
    made := made || ' not null';
  end if;
  if (p_column->>'unique')::boolean then
    made := made || ' unique';
  end if;
  if kind = 'string' then
    made := made || format(' check (char_length(%I) <= %s)', name_, (p_column->>'maxLength')::integer);
  elsif kind = 'number' then
    -- Neither NaN nor infinite, and no more digits than are worth anything.
    made := made || format(' check (%1$I between -1e100 and 1e100 and scale(%1$I) <= 50)', name_);
  elsif kind = 'json' then
    made := made || format(' check (octet_length(%I::text) <= 262144)', name_);
  end if;
  if p_column->>'minimum' is not null then
    made := made || format(' check (%I >= %L::numeric)', name_, p_column->>'minimum');
  end if;
  if p_column->>'maximum' is not null then
    made := made || format(' check (%I <= %L::numeric)', name_, p_column->>'maximum');
  end if;
  if p_column->'enum' is not null and p_column->'enum' <> 'null' then
    made := made || format(' check (%I = any (%L::text[]))', name_,
                           array(select jsonb_array_elements_text(p_column->'enum')));
  end if;
  if p_column->>'references' is not null then
    made := made || format(' references %I.%I (id)', p_space, p_column->>'references');
  end if;
  return made;
end
$$;

create function data_index(p_space text, p_table text, p_index jsonb) returns text
language sql set search_path = public, pg_temp as $$
  select format('create %s index %I on %I.%I (%s)',
                case when (p_index->>'unique')::boolean then 'unique' else '' end,
                p_table || '_' || (p_index->>'name'), p_space, p_table,
                (select string_agg(quote_ident(c.name), ', ' order by c.place)
                   from jsonb_array_elements_text(p_index->'columns') with ordinality c (name, place)))
$$;

-- Carries out the event of one sequence of a table: `done`, `carried` when it was done before, or
-- `refused: …` when the rows that there are do not allow it, which is kept beside the count and
-- changes nothing else.
-- The count and the DDL are one transaction: whoever dies in between has done nothing.
create function data_carry_out(p_organization text, p_table_id text, p_name text, p_sequence bigint,
                               p_change jsonb, p_definition jsonb, p_at timestamptz)
returns text
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '5s' as $$
declare
  space  text := data_space(p_organization);
  kind   text := p_change->>'kind';
  target text := format('%I.%I', space, p_name);
  so_far bigint;
  ddl    text[] := '{}';
  step   text;
  item   jsonb;
  told   text := 'done';
begin
  insert into data_tables (organization_id, name, table_id, carried, present, created_at, changed_at)
  values (p_organization, p_name, p_table_id, 0, false, p_at, p_at) on conflict do nothing;
  select t.carried into strict so_far from data_tables t
   where t.organization_id = p_organization and t.name = p_name for update;
  if so_far >= p_sequence then
    return 'carried';
  end if;
  if so_far <> p_sequence - 1 then
    raise exception 'event % of table % comes before event % was carried out', p_sequence, p_name, so_far + 1
      using errcode = 'object_not_in_prerequisite_state';
  end if;
  if kind = 'create' then
    ddl := ddl || format(
      'create table %s (id bigint generated always as identity primary key, %s,
         version bigint not null default 1, created_at timestamptz not null default clock_timestamp(),
         updated_at timestamptz not null default clock_timestamp())',
      target, (select string_agg(data_column(space, c.item), ', ' order by c.place)
                 from jsonb_array_elements(p_change->'columns') with ordinality c (item, place)));
    ddl := ddl || format('create trigger data_stamp before insert or update on %s for each row execute function public.data_stamp()', target);
    ddl := ddl || format('grant select on %s to %I', target, space || '_reader');
    ddl := ddl || format('grant select, insert, update, delete on %s to %I', target, space || '_writer');
    for item in select * from jsonb_array_elements(p_change->'indexes') loop
      ddl := ddl || data_index(space, p_name, item);
    end loop;
  elsif kind = 'add_column' then
    ddl := ddl || format('alter table %s add column %s', target, data_column(space, p_change->'column'));
  elsif kind = 'remove_column' then
    ddl := ddl || format('alter table %s drop column %I cascade', target, p_change->>'name');
  elsif kind = 'rename_column' then
    ddl := ddl || format('alter table %s rename column %I to %I', target, p_change->>'from', p_change->>'to');
  elsif kind = 'add_index' then
    ddl := ddl || data_index(space, p_name, p_change->'index');
  elsif kind = 'remove_index' then
    ddl := ddl || format('drop index %I.%I', space, p_name || '_' || (p_change->>'name'));
  elsif kind = 'drop' then
    ddl := ddl || format('drop table %s cascade', target);
  end if;
  begin
    foreach step in array ddl loop
      execute step;
    end loop;
  exception when unique_violation or not_null_violation or check_violation or foreign_key_violation
                 or undefined_table or undefined_object or undefined_column or program_limit_exceeded or too_many_columns then
    told := 'refused: ' || sqlerrm;
  end;
  update data_tables t
     set carried = p_sequence, changed_at = p_at,
         refusals = case when told = 'done' then t.refusals
                         else t.refusals || jsonb_build_object(p_sequence::text, substr(told, 10)) end,
         definition = case when told = 'done' then p_definition else t.definition end,
         present = case when told <> 'done' then t.present when kind = 'create' then true
                        when kind = 'drop' then false else t.present end,
         created_at = case when kind = 'create' then p_at else t.created_at end
   where t.organization_id = p_organization and t.name = p_name;
  return told;
end
$$;

-- Begins to work for an organization, in the caller's transaction: gives its schema, or null.
create function data_begin(p_organization text, p_statement_ms integer) returns text
language plpgsql set search_path = public, pg_temp as $$
declare
  found_ text;
begin
  perform set_config('app.organization', p_organization, true),
          set_config('statement_timeout', p_statement_ms::text, true),
          set_config('lock_timeout', least(p_statement_ms, 2000)::text, true),
          set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO, YMD', true);
  select s.space into found_ from data_spaces s where s.organization_id = p_organization;
  return found_;
end
$$;

-- Asks a door of the organization that the transaction names.
create function data_ask(p_door text, p_sql text, p_values text[], p_form text, p_rows integer, p_bytes integer)
returns setof text
language plpgsql set search_path = public, pg_temp as $$
declare
  space text;
begin
  select s.space into strict space from data_spaces s
   where s.organization_id = current_setting('app.organization', true);
  return query execute format('select * from data_doors.%I($1, $2, $3, $4, $5)', space || '_' || p_door)
    using p_sql, p_values, p_form, p_rows, p_bytes;
end
$$;

-- How many bytes the tables of the organization take, with their indexes.
create function data_size() returns bigint
language sql stable set search_path = public, pg_temp as $$
  select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
    from pg_class c
   where c.relkind = 'r' and c.relnamespace = (select to_regnamespace(s.space) from data_spaces s
                            where s.organization_id = current_setting('app.organization', true))
$$;

-- Rows as the API writes them: the text is made here, of quoted names; the values are parameters.
create function data_insert(p_table text, p_columns text[], p_rows text, p_on text[], p_limit integer, p_bytes integer)
returns setof text
language plpgsql set search_path = public, pg_temp as $$
declare
  names   text;
  on_     text := '';
begin
  select string_agg(quote_ident(c), ', ') into names from unnest(p_columns) c;
  if p_on is not null then
    select format(' on conflict (%s) do update set %s',
                  (select string_agg(quote_ident(c), ', ') from unnest(p_on) c),
                  string_agg(format('%1$I = excluded.%1$I', c), ', '))
      into on_ from unnest(p_columns) c;
  end if;
  return query select * from data_ask('writer', format(
    'insert into %1$I (%2$s) select %2$s from jsonb_populate_recordset(null::%1$I, $1::jsonb)%3$s returning *',
    p_table, names, on_), array[p_rows], 'changed', p_limit, p_bytes);
end
$$;

-- The same without telling the rows: how many there are.
create function data_import(p_table text, p_columns text[], p_rows text, p_on text[]) returns setof text
language plpgsql set search_path = public, pg_temp as $$
declare
  names text;
  on_   text := '';
begin
  select string_agg(quote_ident(c), ', ') into names from unnest(p_columns) c;
  if p_on is not null then
    select format(' on conflict (%s) do update set %s',
                  (select string_agg(quote_ident(c), ', ') from unnest(p_on) c),
                  string_agg(format('%1$I = excluded.%1$I', c), ', '))
      into on_ from unnest(p_columns) c;
  end if;
  return query select * from data_ask('writer', format(
    'insert into %1$I (%2$s) select %2$s from jsonb_populate_recordset(null::%1$I, $1::jsonb)%3$s returning id',
    p_table, names, on_), array[p_rows], 'count', 1, 1000);
end
$$;

create function data_update(p_table text, p_id bigint, p_version bigint, p_columns text[], p_row text, p_bytes integer)
returns setof text
language plpgsql set search_path = public, pg_temp as $$
declare
  sets text;
begin
  select string_agg(format('%1$I = chainkeel_new.%1$I', c), ', ') into sets from unnest(p_columns) c;
  return query select * from data_ask('writer', format(
    'update %1$I chainkeel_old set %2$s from jsonb_populate_record(null::%1$I, $1::jsonb) chainkeel_new
      where chainkeel_old.id = $2 and ($3::bigint is null or chainkeel_old.version = $3)
      returning chainkeel_old.*', p_table, sets),
    array[p_row, p_id::text, p_version::text], 'changed', 1, p_bytes);
end
$$;

create function data_delete(p_table text, p_id bigint, p_version bigint, p_bytes integer) returns setof text
language sql set search_path = public, pg_temp as $$
  select * from data_ask('writer', format(
    'delete from %1$I where id = $1 and ($2::bigint is null or version = $2) returning *', p_table),
    array[p_id::text, p_version::text], 'changed', 1, p_bytes)
$$;

-- Rows in an order: p_filters is a list of {column, op, value}, all of which must hold; p_sort a list
-- of {column, descending}; rows of one place are in the order of their ids.
create function data_list(p_table text, p_filters jsonb, p_sort jsonb, p_after bigint, p_limit integer,
                          p_offset integer, p_bytes integer) returns setof text
language plpgsql set search_path = public, pg_temp as $$
declare
  wanted  text[] := '{}';
  sorted  text[] := '{}';
  item    jsonb;
  given   text[] := '{}';
begin
  for item in select * from jsonb_array_elements(p_filters) loop
    if item->>'op' in ('null', 'notNull') then
      wanted := wanted || format('%I is %s', item->>'column',
                                 case item->>'op' when 'null' then 'null' else 'not null' end);
    else
      given := given || (item->>'value');
      wanted := wanted || format(case item->>'op'
        when 'eq' then '%I = $%s' when 'ne' then '%I is distinct from $%s' when 'lt' then '%I < $%s'
        when 'lte' then '%I <= $%s' when 'gt' then '%I > $%s' when 'gte' then '%I >= $%s'
        when 'contains' then 'position(lower($%2$s) in lower(%1$I)) > 0'
        when 'startsWith' then 'starts_with(%I, $%s)' end, item->>'column', cardinality(given));
    end if;
  end loop;
  if p_after is not null then
    wanted := wanted || format('id > %s', p_after);
  end if;
  for item in select * from jsonb_array_elements(p_sort) loop
    sorted := sorted || format('%I %s', item->>'column',
                               case when (item->>'descending')::boolean then 'desc nulls last' else 'asc nulls last' end);
  end loop;
  sorted := sorted || 'id'::text;
  return query select * from data_ask('reader', format('select * from %I%s order by %s limit %s offset %s', p_table,
    case when cardinality(wanted) = 0 then '' else ' where ' || array_to_string(wanted, ' and ') end,
    array_to_string(sorted, ', '), p_limit, p_offset), given, 'rows', p_limit, p_bytes);
end
$$;

revoke execute on function data_space, data_column, data_index, data_carry_out, data_begin, data_ask, data_size,
  data_insert, data_import, data_update, data_delete, data_list from public;
grant execute on function data_carry_out, data_begin, data_ask, data_size, data_insert, data_import, data_update,
  data_delete, data_list to chainkeel_data;
