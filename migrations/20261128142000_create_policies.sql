-- What organizations want of a draft before it goes live: a stream each.
select journal_add_aggregate_type('policy');
