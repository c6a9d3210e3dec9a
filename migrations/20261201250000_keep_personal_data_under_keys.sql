-- Personal data: which keys the subjects of an organization have, and which streams are sealed under them. The keys
-- themselves are sealed secrets (record `subject/<handle>`, field: the version). docs/decisions/0060 tells the rest.
create table personal_keys (
  organization_id text collate "C" not null,
  -- The subject's name under a key of the organization: who reads it cannot try names.
  subject         text collate "C" not null,
  -- After each shredding the next begins.
  version         integer not null,
  made_at         timestamptz not null default clock_timestamp(),
  -- No stream begins under it any more: it is about to be destroyed.
  closed_at       timestamptz,
  -- The key is gone.
  shredded_at     timestamptz,
  -- And no view has what it sealed.
  renewed_at      timestamptz,
  constraint personal_keys_pkey primary key (organization_id, subject, version),
  constraint personal_keys_subject_check check (subject ~ '^[0-9a-f]{64}$'),
  constraint personal_keys_version_check check (version > 0),
  constraint personal_keys_order_check check (renewed_at is null or shredded_at is not null)
);
create index personal_keys_left_idx on personal_keys (organization_id, subject)
 where closed_at is not null and renewed_at is null;

-- Runs whose events are sealed, and under which key.
create table personal_streams (
  stream          text collate "C" not null,
  organization_id text collate "C" not null,
  subject         text collate "C" not null,
  version         integer not null,
  entered_at      timestamptz not null default clock_timestamp(),
  constraint personal_streams_pkey primary key (stream),
  constraint personal_streams_key_fkey foreign key (organization_id, subject, version)
    references personal_keys (organization_id, subject, version)
);
create index personal_streams_key_idx on personal_streams (organization_id, subject, version);

grant select, insert on personal_keys, personal_streams to chainkeel_app;
grant update (closed_at, shredded_at, renewed_at) on personal_keys to chainkeel_app;
grant select on personal_keys, personal_streams to chainkeel_projector;

-- Of a subject's runs whose key stands, some that are not over. One that is entered and has no event is just
-- beginning, or was never begun.
create function personal_open_streams(p_organization text, p_subject text) returns setof text
language sql stable set search_path = public, pg_temp as $$
  select s.stream
    from personal_streams s
    join personal_keys k on k.organization_id = s.organization_id and k.subject = s.subject and k.version = s.version
   where s.organization_id = p_organization and s.subject = p_subject and k.shredded_at is null
     and not exists (select from sealed_runs r where r.run_id = s.stream)
     and coalesce((select e.event_type not in ('succeeded', 'failed', 'cancelled') from events e
                    where e.aggregate_type = 'run' and e.aggregate_id = s.stream
                    order by e.sequence desc limit 1),
                  s.entered_at > clock_timestamp() - interval '2 minutes')
   order by s.stream limit 20
$$;
revoke execute on function personal_open_streams from public;
grant execute on function personal_open_streams to chainkeel_app;

-- Forgets what was kept of these runs beside the ledger: requests that came in for them, what was told of them, and
-- orders that came too late. Security definer, since those who serve may only read some of it.
create function personal_forget(p_organization text, p_streams text[]) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  delete from webhook_deliveries d where d.organization_id = p_organization and d.run_id = any (p_streams);
  delete from hook_deliveries d where d.organization_id = p_organization and d.run_id = any (p_streams);
  delete from run_inbox b where b.run_id = any (p_streams);
  delete from projection_findings f
   where exists (select from unnest(p_streams) s where strpos(concat(f.row_key, f.live, f.made), s) > 0);
end
$$;
revoke execute on function personal_forget from public;
grant execute on function personal_forget to chainkeel_app;
