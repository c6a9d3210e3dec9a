-- Tests of workflows and what became of them: two kinds of aggregates.
select journal_add_aggregate_type('test');
select journal_add_aggregate_type('test_execution');
