//! What gets past the wall, and what does not.

use std::collections::BTreeSet;
use std::thread;

use super::{Admitted, Form, Mode, STACK, admit};

fn asked(text: &str, mode: Mode) -> Result<Admitted, String> {
    let tables: BTreeSet<String> = ["payments", "customers"].map(str::to_owned).into();
    admit(text, &tables, mode).map_err(|refusal| refusal.0)
}

fn read(text: &str) -> Result<Admitted, String> {
    asked(text, Mode::Read)
}

fn write(text: &str) -> Result<Admitted, String> {
    asked(text, Mode::Write)
}

#[test]
fn what_reports_are_made_of_is_admitted() {
    for text in [
        "select * from payments where customer = ? and amount > ?",
        "select p.customer, sum(p.amount) as total from payments p join customers c on c.id = p.customer_id group by 1 having count(*) > 1 order by total desc nulls last limit 10 offset 2",
        "with big as (select * from payments where amount > $1) select count(*) from big union all select 0",
        "select date_trunc('day', created_at) as day, count(*) filter (where amount > 10) from payments group by 1",
        "select case when amount > 5 then 'a' else 'b' end, coalesce(note, ''), meta->>'k', meta @> '{}'::jsonb from payments",
        "select row_number() over (partition by customer order by created_at) from payments",
        "select * from payments where customer in ('a', 'b') and note ilike '%x%' and created_at > now() - interval '1 day'",
        "select * from (values (1), (2)) v (n) where exists (select 1 from payments where amount = v.n)",
        "select (amount * 1.2)::numeric(20, 2), extract(year from created_at), cast(note as text) from payments;",
        "select * from payments where tags = any (array['a']) -- a comment\n",
        "select '; drop table payments; --' as text",
        "select \"Upper\" from payments",
    ] {
        let admitted = read(text).unwrap_or_else(|refusal| panic!("{text}: {refusal}"));
        assert_eq!(admitted.form, Form::Rows);
        // What was understood is understood again, and as the same.
        assert_eq!(read(&admitted.sql).map(|again| again.sql), Ok(admitted.sql));
    }
}

#[test]
fn a_change_is_admitted_where_writing_is_meant_and_tells_what_it_changed() {
    let insert = write("insert into payments (customer, amount) values (?, ?)").unwrap();
    assert_eq!((insert.form, insert.inserts, insert.parameters), (Form::Count, true, 2));
    assert!(insert.sql.ends_with("RETURNING id"), "{}", insert.sql);
    let update =
        write("update payments p set amount = c.x from customers c where c.id = p.id").unwrap();
    assert!(update.sql.ends_with("RETURNING p.id"), "{}", update.sql);
    let delete = write("delete from payments where id = $1 returning *").unwrap();
    assert_eq!((delete.form, delete.inserts), (Form::Changed, false));
    write("insert into payments (customer) values ('a') on conflict (customer) do update set amount = excluded.amount").unwrap();
    write("with old as (select id from payments) delete from payments using old where payments.id = old.id").unwrap();
    for text in ["insert into payments (customer) values ('a')", "delete from payments"] {
        assert!(read(text).unwrap_err().contains("write"), "{text}");
    }
}

#[test]
fn parameters_are_counted_and_written_in_one_way() {
    assert_eq!(read("select ?, ?").unwrap().sql, "SELECT $1, $2");
    assert_eq!(read("select $2, $1, $1").unwrap().parameters, 2);
    for text in ["select ?, $1", "select $0", "select $101", "select :name", "select '?'::text, $x"]
    {
        assert!(read(text).is_err(), "{text}");
    }
    assert_eq!(read("select '?', \"a?\" from payments").unwrap().parameters, 0);
}

#[test]
fn what_could_reach_further_than_the_tables_is_refused() {
    for text in [
        "",
        ";",
        "select 1; select 2",
        "select 1; drop table payments",
        "/* select 1 */ drop table payments",
        "select * from payments /* ; */ ; delete from payments",
        "set role postgres",
        "reset role",
        "reset all",
        "set search_path to public",
        "set session authorization postgres",
        "show all",
        "begin",
        "commit",
        "explain select 1",
        "explain analyze select 1",
        "copy payments to '/tmp/x'",
        "copy payments to program 'id'",
        "do $$ begin end $$",
        "listen x",
        "notify x",
        "create table x (a int)",
        "create temp table x (a int)",
        "create table x as select 1",
        "select * into x from payments",
        "alter table payments add column x int",
        "drop table payments",
        "truncate payments",
        "grant all on payments to public",
        "vacuum",
        "analyze",
        "lock table payments",
        "prepare x as select 1",
        "execute x",
        "deallocate all",
        "discard all",
        "declare c cursor for select 1",
        "call x()",
        "merge into payments using customers on true when matched then delete",
        "table payments",
        "select * from payments for update",
        "select * from pg_catalog.pg_class",
        "select * from pg_class",
        "select * from \"pg_class\"",
        "with pg_class as (select 1) select * from pg_class",
        "select * from information_schema.tables",
        "select * from public.events",
        "select * from events",
        "select * from org_data_0.payments",
        "select pg_sleep(10)",
        "select * from pg_sleep(10)",
        "select \"pg_sleep\"(10)",
        "select pg_catalog.pg_sleep(10)",
        "select set_config('role', 'postgres', false)",
        "select current_setting('app.organization')",
        "select current_user",
        "select session_user",
        "select user",
        "select current_schema",
        "select query_to_xml('select 1', true, true, '')",
        "select pg_read_file('/etc/passwd')",
        "select lo_import('/etc/passwd')",
        "select dblink('', '')",
        "select pg_advisory_lock(1)",
        "select pg_notify('a', 'b')",
        "select * from generate_series(1, 1000000000)",
        "select generate_series(1, 1000000000)",
        "select repeat('x', 1000000000)",
        "select 'payments'::regclass",
        "select cast('x' as regrole)",
        "select regclass 'payments'",
        "select ('x'::text).pg_sleep",
        "select (payments).pg_sleep from payments",
        "select (select payments).* from payments",
        "select a.b.c.d from payments",
        "select 1 operator(pg_catalog.+) 2",
        "select E'a\\'b'",
        "select $$a$$",
        "select U&'\\0041'",
        "select x'41'",
        "select * from payments tablesample system (10)",
        "select * from xmltable('/' passing '' columns a int)",
        "select * from rows from (pg_sleep(1)) as x",
        "select * from lateral pg_sleep(1)",
        "with x as (delete from payments returning *) select * from x",
        "with x as (insert into payments (customer) values ('a') returning *) insert into payments select * from x",
    ] {
        for mode in [Mode::Read, Mode::Write] {
            assert!(asked(text, mode).is_err(), "{mode:?} {text}: {:?}", asked(text, mode));
        }
    }
}

#[test]
fn a_statement_that_is_long_or_deep_is_refused_and_nothing_falls_over() {
    let long = format!("select 1{}", " + 1".repeat(1_990));
    let deep = format!("select {}1{}", "(".repeat(500), ")".repeat(500));
    let longest = format!("select 1{}", " + 1".repeat(3_000));
    let huge = format!("select '{}'", "x".repeat(20_000));
    let unions = format!("select 1{}", " union select 1".repeat(1_000));
    let nots = format!("select {}true", "not ".repeat(3_000));
    let asked = move || {
        let long = read(&long).is_ok();
        let others = [deep, longest, huge, nots].map(|text| read(&text).is_err());
        (long, others, read(&unions).is_ok())
    };
    // The stack that the house gives it.
    let asked = thread::Builder::new().stack_size(STACK).spawn(asked);
    assert_eq!(asked.unwrap().join().unwrap(), (true, [true; 4], true));
}
