-- What a sample of streams makes of a view is held against what readers see, and put in its place
-- where the two differ. Both functions take the live build, another that was made of whole streams
-- up to the same position, the tables whose rows are of many streams (they are left alone), and the
-- ids of the streams: a row of a table whose key begins with `run_id` belongs to that run, and is one
-- too many if the sample did not make it.

-- The key columns of a table, separated by commas, each behind the alias if there is one.
create function projection_key_columns(p_schema text, p_table text, p_alias text) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select string_agg(concat(p_alias, quote_ident(a.attname)), ', ' order by k.no)
    from pg_index i
    join unnest(i.indkey::smallint[]) with ordinality k (attnum, no) on true
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
   where i.indrelid = format('%I.%I', p_schema, p_table)::regclass and i.indisprimary
$$;

-- The tables of a build that a sample of streams makes whole rows of.
create function projection_sampled_tables(p_schema text, p_but text[])
returns table (table_name text, key_columns text, key_text text, columns_ text[])
language sql stable set search_path = public, pg_temp as $$
  select c.relname::text, projection_key_columns(p_schema, c.relname, ''), projection_key_of(p_schema, c.relname),
         (select array_agg(quote_ident(a.attname) order by a.attnum) from pg_attribute a
           where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '')
    from pg_class c
   where c.relnamespace = to_regnamespace(quote_ident(p_schema)) and c.relkind = 'r'
     and c.relname <> all (p_but)
   order by c.relname
$$;

-- A row of a table that is called so, as JSON, its columns in this order whatever order the table has. Not
-- as jsonb, which takes no \u0000, while the views hold what runs were given.
create function projection_row_of(p_alias text, p_columns text[]) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select format('case when %1$s.tableoid is not null then (select row_to_json(x)::text from (select %2$s) x) end',
                p_alias, (select string_agg(p_alias || '.' || c, ', ' order by n)
                            from unnest(p_columns) with ordinality u (c, n)))
$$;

-- The rows that differ, at most so many, as JSON: null where there is none.
create function projection_differences(p_live bigint, p_made bigint, p_but text[], p_streams text[], p_limit integer)
returns table (table_name text, row_key text, live text, made text)
language plpgsql stable set search_path = public, pg_temp set timezone = 'UTC'
set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  shown text;
  fresh text;
  t_    record;
begin
  select b.schema_name into strict shown from projection_builds b where b.build_id = p_live;
  select b.schema_name into strict fresh from projection_builds b where b.build_id = p_made;
  for t_ in select * from projection_sampled_tables(fresh, p_but) loop
    return query execute format(
      'select * from (
         select %1$L::text, %2$s, %7$s as live, %8$s as made
           from %3$I.%1$I t left join %4$I.%1$I l on (%5$s) = (%9$s)) d
        where live is distinct from made order by 2 limit %6$s',
      t_.table_name, t_.key_text, fresh, shown, projection_key_columns(fresh, t_.table_name, 't.'), p_limit,
      projection_row_of('l', t_.columns_), projection_row_of('t', t_.columns_),
      projection_key_columns(fresh, t_.table_name, 'l.'));
    if t_.key_columns like 'run_id%' then
      return query execute format(
        'select %1$L::text, %2$s, %8$s, null::text from %3$I.%1$I t
          where t.run_id = any ($1)
            and not exists (select from %4$I.%1$I m where (%5$s) = (%6$s))
          order by 2 limit %7$s',
        t_.table_name, t_.key_text, shown, fresh,
        projection_key_columns(fresh, t_.table_name, 'm.'),
        projection_key_columns(fresh, t_.table_name, 't.'), p_limit,
        projection_row_of('t', t_.columns_)) using p_streams;
    end if;
  end loop;
end
$$;

-- Puts the rows that the streams make in the place of those that readers see; how many it wrote.
create function projection_mend(p_live bigint, p_made bigint, p_but text[], p_streams text[]) returns bigint
language plpgsql set search_path = public, pg_temp
set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  shown   text;
  fresh   text;
  t_      record;
  written bigint := 0;
  some_   bigint;
begin
  select b.schema_name into strict shown from projection_builds b where b.build_id = p_live;
  select b.schema_name into strict fresh from projection_builds b where b.build_id = p_made;
  for t_ in select * from projection_sampled_tables(fresh, p_but) loop
    execute format('delete from %1$I.%2$I where (%3$s) in (select %3$s from %4$I.%2$I)',
                   shown, t_.table_name, t_.key_columns, fresh);
    if t_.key_columns like 'run_id%' then
      execute format('delete from %I.%I where run_id = any ($1)', shown, t_.table_name) using p_streams;
    end if;
    execute format('insert into %1$I.%2$I (%3$s) select %3$s from %4$I.%2$I',
                   shown, t_.table_name, array_to_string(t_.columns_, ', '), fresh);
    get diagnostics some_ = row_count;
    written := written + some_;
  end loop;
  return written;
end
$$;

revoke execute on function projection_key_columns, projection_sampled_tables, projection_row_of,
  projection_differences, projection_mend from public;
grant execute on function projection_key_columns, projection_sampled_tables, projection_row_of,
  projection_differences, projection_mend to chainkeel_projector;

-- What was found, and what was done about it: for people. The newest thousand are kept.
create table projection_findings (
  finding_id bigint generated always as identity,
  found_at   timestamptz not null,
  projection text collate "C" not null,
  position   bigint not null,
  table_name text not null,
  row_key    text not null,
  live       text,
  made       text,
  mended     boolean not null,
  constraint projection_findings_pkey primary key (finding_id)
);
grant select, insert, delete on projection_findings to chainkeel_projector;
grant select on projection_findings to chainkeel_app;
