-- Documents of organizations: a stream each, with all its versions.
select journal_add_aggregate_type('document');

-- What is known, and where to find it. Texts are cut into passages, each of which is searched by
-- itself: what is found is a place, not a book. Template of version 1, and its first build.
create schema knowledge_v1;

create table knowledge_v1.documents (
  document_id     text collate "C" not null,
  organization_id text collate "C" not null,
  title           text not null,
  tags            text[] not null,
  source          text,
  version         bigint not null,
  bytes           bigint not null,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  constraint documents_pkey primary key (document_id)
);
create index documents_organization_idx on knowledge_v1.documents (organization_id, document_id);

-- Not indexed by their words: behind row-level security PostgreSQL would not use that. The passages
-- of one organization are read instead, and their size is bounded.
create table knowledge_v1.passages (
  document_id     text collate "C" not null,
  part            integer not null,
  organization_id text collate "C" not null,
  title           text not null,
  body            text not null,
  words           tsvector not null generated always as
    (setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', body), 'B')) stored,
  constraint passages_pkey primary key (document_id, part)
);
create index passages_organization_idx on knowledge_v1.passages (organization_id, document_id, part);

select projection_launch('knowledge', 1);
