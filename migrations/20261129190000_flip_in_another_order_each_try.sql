-- The views of a build are replaced in another order with each try: a flip that holds what a reader
-- waits for, while the reader holds what the flip waits for, gives up and comes again. Readers of runs
-- take `view_runs` before `view_executions`, those of balances go by the alphabet; an order that never
-- changed kept readers that never pause from ever letting one of them through.
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
     order by random()
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
