-- What an installation keeps for itself, once for all its processes.
create table installation (
  id          integer not null default 1,
  -- Under which the secrets of webhook URLs are derived.
  webhook_key bytea not null,
  created_at  timestamptz not null default clock_timestamp(),
  constraint installation_pkey primary key (id),
  constraint installation_id_check check (id = 1),
  constraint installation_webhook_key_check check (octet_length(webhook_key) = 32)
);

grant select, insert on installation to chainkeel_app;
