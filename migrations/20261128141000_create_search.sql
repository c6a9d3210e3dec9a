-- The words of workflows, by which people find them. Template of version 1, and its first build.
--
-- Found by the words' beginnings ('simple': names and ids have no grammar). Row-level security comes
-- before a match that is not leakproof, so an index over the vectors would serve nobody who searches:
-- the index of the organization leads to its rows, and their vectors are compared.
create schema search_v1;

create table search_v1.workflow_words (
  workflow_id     text collate "C" not null,
  organization_id text collate "C" not null,
  name            text not null,
  description     text,
  tags            text[] not null,
  draft_nodes     json, -- [{id, type, title, description}]
  live_nodes      json,
  archived        boolean not null,
  updated_at      timestamptz not null,
  words           tsvector not null,
  constraint workflow_words_pkey primary key (workflow_id)
) with (fillfactor = 80);
create index workflow_words_organization_idx on search_v1.workflow_words (organization_id, workflow_id);

select projection_launch('search', 1);
