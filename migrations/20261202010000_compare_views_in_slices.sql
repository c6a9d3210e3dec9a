-- The next rows of one table of a build, in the order of its key: how many there are behind `p_after` and up to
-- `p_upto`, `p_rows` at most, a hash of them that does not depend on their order, and the last of their keys. A
-- comparison that others must not feel looks at two builds so, in short transactions with rests between them.
-- The planner settings: the tables of a build that is being made have no figures yet.
create function projection_slice(p_build bigint, p_table text, p_after text[], p_upto text[], p_rows bigint)
returns table (row_count bigint, row_hash text, last_key text[])
language plpgsql stable security invoker set search_path = public, pg_temp
set timezone = 'UTC' set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set bytea_output = 'hex'
set enable_seqscan = off set enable_bitmapscan = off set max_parallel_workers_per_gather = 0 set jit = off as $$
declare
  target  text;
  columns text;
  texts   text;
  since   text;
  until   text;
begin
  select b.schema_name into strict target from projection_builds b where b.build_id = p_build;
  select string_agg(format('t.%I', a.attname), ', ' order by k.no),
         string_agg(format('t.%I::text', a.attname), ', ' order by k.no),
         string_agg(format('%L::%s', p_after[k.no], format_type(a.atttypid, a.atttypmod)), ', ' order by k.no),
         string_agg(format('%L::%s', p_upto[k.no], format_type(a.atttypid, a.atttypmod)), ', ' order by k.no)
    into strict columns, texts, since, until
    from pg_index i
    join unnest(i.indkey::smallint[]) with ordinality k (attnum, no) on true
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
   where i.indrelid = format('%I.%I', target, p_table)::regclass and i.indisprimary;
  return query execute format(
    'with s as materialized (
       select row_number() over (order by %1$s) as n, array[%2$s] as key,
              hashtextextended(t::text, 0) as one, hashtextextended(t::text, 1) as other
         from %3$I.%4$I t where %5$s and %6$s order by %1$s limit $1)
     select count(*), md5(concat(sum(one), sum(other))), (select key from s order by n desc limit 1) from s',
    columns, texts, target, p_table,
    case when p_after is null then 'true' else format('(%s) > (%s)', columns, since) end,
    case when p_upto is null then 'true' else format('(%s) <= (%s)', columns, until) end) using p_rows;
end
$$;
revoke execute on function projection_slice from public;
grant execute on function projection_slice to chainkeel_projector;
