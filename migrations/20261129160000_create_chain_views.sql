-- The endpoints of chains that an organization named: a stream an organization, hosts only.
select journal_add_aggregate_type('chain_endpoints');

-- For whom a chain is read is a view of it: the installation's, or that of an organization that named
-- endpoints of its own. What was followed so far was the installation's.
alter table chain_cursors add column view text collate "C" not null default 'installation';
-- Raised when somebody enters or leaves the view: who looked for the matches of a block must have
-- known who was there.
alter table chain_cursors add column epoch bigint not null default 0;
alter table chain_cursors drop constraint chain_cursors_pkey;
alter table chain_cursors add constraint chain_cursors_pkey primary key (chain, view);
alter table chain_cursors alter column view drop default;

alter table chain_links add column view text collate "C" not null default 'installation';
alter table chain_links drop constraint chain_links_pkey;
alter table chain_links add constraint chain_links_pkey primary key (chain, view, number);
alter table chain_links alter column view drop default;

alter table chain_gaps add column view text collate "C" not null default 'installation';
-- For whom the blocks are read: one organization that entered the view, or '' for everybody in it.
alter table chain_gaps add column organization_id text collate "C" not null default '';
alter table chain_gaps drop constraint chain_gaps_pkey;
alter table chain_gaps add constraint chain_gaps_pkey
  primary key (chain, view, organization_id, last_block);
alter table chain_gaps alter column view drop default;
alter table chain_gaps alter column organization_id drop default;

alter table chain_subscribers add column view text collate "C" not null default 'installation';
alter table chain_subscribers drop constraint chain_subscribers_pkey;
alter table chain_subscribers add constraint chain_subscribers_pkey
  primary key (chain, view, subscriber);
alter table chain_subscribers alter column view drop default;

alter table chain_matches add column view text collate "C" not null default 'installation';
alter table chain_matches alter column view drop default;
drop index chain_matches_due_idx;
create index chain_matches_due_idx on chain_matches (chain, view, block_number, log_index)
 where state in ('waiting', 'orphaned', 'returned');
drop index chain_matches_block_idx;
create index chain_matches_block_idx on chain_matches (chain, view, block_number);
create index chain_matches_organization_idx on chain_matches (organization_id, chain);

-- Which organizations have a view of a chain, or had: what the ledger says, as far as it was carried
-- out. The revision is that of the event, so that none is carried out twice.
create table chain_views (
  organization_id text collate "C" not null,
  chain           bigint not null,
  own             boolean not null,
  revision        bigint not null,
  turned_at       timestamptz not null default clock_timestamp(),
  constraint chain_views_pkey primary key (organization_id, chain)
);
create index chain_views_own_idx on chain_views (chain, organization_id) where own;

grant select, insert, update, delete on chain_views to chainkeel_app;
