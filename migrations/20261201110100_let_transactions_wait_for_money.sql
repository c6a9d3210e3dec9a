-- Transactions that wait for money. No event before this one led to this value, so that the rows of builds stay
-- as they are: only the check is wider, in the template and in each build.
do $$
declare
  s text;
begin
  for s in
    select 'transactions_v1'
    union select schema_name from projection_builds where projection = 'transactions'
  loop
    continue when to_regclass(format('%I.transactions', s)) is null;
    execute format('alter table %I.transactions drop constraint transactions_status_check', s);
    execute format(
      'alter table %I.transactions add constraint transactions_status_check check (status in
        (''accepted'', ''allowed'', ''denied'', ''awaiting_approval'', ''rejected'', ''not_approved'',
         ''awaiting_funds'', ''simulated'', ''simulation_failed'', ''signing'', ''signed'',
         ''broadcast'', ''included'', ''succeeded'', ''reverted'', ''cancelled''))', s);
  end loop;
end
$$;
