-- The last deliveries to each workflow's webhook, as their receiver wants to see them: accepted,
-- repeated, passed over, refused. Like a log they are primary and short-lived: no event holds those
-- that started nothing, and nothing is decided by them.
create table webhook_deliveries (
  organization_id text collate "C" not null,
  workflow_id     text collate "C" not null,
  delivery_id     text collate "C" not null,
  received_at     timestamptz not null,
  outcome         text collate "C" not null,
  reason          text,
  run_id          text collate "C",
  -- How its sender named it.
  name            text,
  method          text not null,
  address         text,
  query           jsonb not null,
  -- Without those that hold secrets.
  headers         jsonb not null,
  -- Its beginning, and how long all of it was.
  body            bytea not null,
  body_bytes      integer not null,
  constraint webhook_deliveries_pkey primary key (organization_id, workflow_id, delivery_id),
  constraint webhook_deliveries_outcome_check
    check (outcome in ('accepted', 'repeated', 'skipped', 'refused', 'answered', 'heard')),
  constraint webhook_deliveries_body_check check (octet_length(body) <= 65536)
);
create index webhook_deliveries_age_idx on webhook_deliveries (received_at);

-- Until when a workflow hears deliveries though it is not live.
create table webhook_listening (
  organization_id text collate "C" not null,
  workflow_id     text collate "C" not null,
  until           timestamptz not null,
  constraint webhook_listening_pkey primary key (organization_id, workflow_id)
);

grant select on webhook_deliveries to chainkeel_app;
grant select, insert, update, delete on webhook_listening to chainkeel_app;

-- Each transaction says whose deliveries it is about; without that there are none.
alter table webhook_deliveries enable row level security;
alter table webhook_listening enable row level security;
create policy webhook_deliveries_tenant on webhook_deliveries to chainkeel_app
  using (organization_id = current_setting('app.organization', true));
create policy webhook_listening_tenant on webhook_listening to chainkeel_app
  using (organization_id = current_setting('app.organization', true))
  with check (organization_id = current_setting('app.organization', true));

-- Notes a delivery, and forgets those beyond the last ones of its workflow. Of those that were
-- refused fewer are kept, so that a stranger cannot push out what a sender sent.
create function webhook_delivery_note(
  p_organization text, p_workflow text, p_delivery text, p_received timestamptz, p_outcome text,
  p_reason text, p_run text, p_name text, p_method text, p_address text, p_query jsonb,
  p_headers jsonb, p_body bytea, p_bytes integer, p_keep integer, p_keep_refused integer)
returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into webhook_deliveries
  values (p_organization, p_workflow, p_delivery, p_received, p_outcome, p_reason, p_run, p_name,
          p_method, p_address, p_query, p_headers, p_body, p_bytes);
  delete from webhook_deliveries d
   where d.organization_id = p_organization and d.workflow_id = p_workflow
     and d.delivery_id in (
       select o.delivery_id
         from (select k.delivery_id, k.outcome,
                      row_number() over (order by k.delivery_id desc) as place,
                      row_number() over (partition by k.outcome = 'refused'
                                         order by k.delivery_id desc) as place_of_its_sort
                 from webhook_deliveries k
                where k.organization_id = p_organization and k.workflow_id = p_workflow) o
        where o.place > p_keep or (o.outcome = 'refused' and o.place_of_its_sort > p_keep_refused));
  return true;
end
$$;
revoke execute on function webhook_delivery_note from public;
grant execute on function webhook_delivery_note to chainkeel_app;

-- Forgets what is older, whosever it is.
create function webhook_deliveries_forget(p_before timestamptz) returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  forgotten bigint;
begin
  delete from webhook_deliveries where received_at < p_before;
  get diagnostics forgotten = row_count;
  delete from webhook_listening where until < p_before;
  return forgotten;
end
$$;
revoke execute on function webhook_deliveries_forget from public;
grant execute on function webhook_deliveries_forget to chainkeel_app;
