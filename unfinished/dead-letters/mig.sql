-- What a reaction has given up is a dead letter of its organization: with what was tried, until
-- somebody lets it be tried again, or discards it.
alter table reaction_arrears
  add column history      json not null default '[]',
  add column discarded_at timestamptz,
  add column discarded_by text,
  add column notes        text;
