-- What the keys of an organization may sign: a stream an organization.
select journal_add_aggregate_type('signing_policy');
