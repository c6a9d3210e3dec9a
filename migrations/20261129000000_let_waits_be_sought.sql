-- Waits for triggers stand in the view of waits, too, under `trigger:` and their kind. The index of
-- triggers asks at its start in which organizations there are some.
insert into projection_house_reads (table_name, columns, reason) values
  ('waits', '{organization_id, pattern}', 'runs that wait for a trigger are told when it fires');

-- What `projection_isolate` and `projection_expose` do for builds that are begun from now on.
do $$
declare
  b record;
begin
  for b in select schema_name, state from projection_builds
            where projection = 'waits' and to_regclass(format('%I.waits', schema_name)) is not null
  loop
    execute format('create policy house on %I.waits for select to chainkeel_house using (true)', b.schema_name);
    execute format('grant usage on schema %I to chainkeel_house', b.schema_name);
    execute format('grant select (organization_id, pattern) on %I.waits to chainkeel_house', b.schema_name);
    if b.state in ('live', 'parked') then
      perform projection_expose(b.schema_name, 'waits');
    end if;
  end loop;
end
$$;
