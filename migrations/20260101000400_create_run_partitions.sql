-- Makes one month of runs: ids from p_from up to, not including, p_to. The bounds come from the
-- program, which knows how an id is spelt. True if it was made, false if it was there.
-- The table is made apart and attached, which locks out nobody who reads or appends.
-- Security definer: a server that runs for months makes its months itself, without being the owner.
create function journal_create_run_partition(p_month text, p_from text, p_to text) returns boolean
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '5s' as $$
declare
  name text := 'events_run_' || p_month;
begin
  if p_month !~ '^\d{4}_\d{2}$' then
    raise exception 'not a month: %', p_month using errcode = 'invalid_parameter_value';
  end if;
  perform pg_advisory_xact_lock(hashtext('journal_create_run_partition'));
  if to_regclass(name) is not null then
    return false;
  end if;
  execute format('create table %I (like events_run including all)', name);
  execute format('alter table events_run attach partition %I for values from (%L) to (%L)', name, p_from, p_to);
  return true;
end
$$;
revoke execute on function journal_create_run_partition from public;
grant execute on function journal_create_run_partition to chainkeel_app;

-- The months that there are, as the program named them.
create view run_partitions as
select substr(c.relname, length('events_run_') + 1) as month
  from pg_inherits i join pg_class c on c.oid = i.inhrelid
 where i.inhparent = 'events_run'::regclass and not i.inhdetachpending;
grant select on run_partitions to chainkeel_app, chainkeel_projector;
