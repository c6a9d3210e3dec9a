//! The walls behind the first one, asked without it: statements that no parser has looked at.
#![expect(clippy::disallowed_methods, reason = "tests ask SQL ad hoc")]

use chainkeel::journal::pool;
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgPool, Row};

use crate::support::{TestApp, app};

struct Stage {
    app: TestApp,
    pool: PgPool,
    home: String,
    other: String,
}

/// Two organizations, each with a table `secrets` of its own and a row in it.
async fn stage() -> Stage {
    let app = app().await;
    let other = app.founded("Other").await;
    for client in [app.client.clone(), app.client.within(&other)] {
        let schema = json!({ "properties": { "word": { "type": "string" } } });
        let table = json!({ "name": "secrets", "schema": schema });
        assert_eq!(client.post("/v1/tables", &table).await.status, 201);
        let rows = json!({ "rows": [{ "word": "amaranth" }] });
        client.post("/v1/tables/secrets/rows", &rows).await.data();
    }
    let pool = pool::data(&app.database.login(pool::Role::Data), 2);
    let home = chainkeel::primitives::OrganizationId::DEFAULT.to_string();
    Stage { app, pool, home, other }
}

impl Stage {
    /// Asks a door of the first organization, and commits what it did.
    async fn ask(&self, door: &str, form: &str, sql: &str) -> Result<Vec<String>, String> {
        let asked = async {
            let mut transaction = self.pool.begin().await?;
            sqlx::query("select data_begin($1, 3000)")
                .bind(&self.home)
                .execute(&mut *transaction)
                .await?;
            let lines = sqlx::query_scalar("select data_ask($1, $2, '{}', $3, 100, 100000)")
                .bind(door)
                .bind(sql)
                .bind(form)
                .fetch_all(&mut *transaction)
                .await?;
            transaction.commit().await?;
            Ok::<_, sqlx::Error>(lines)
        };
        asked.await.map_err(|error| error.to_string())
    }

    async fn spaces(&self) -> Vec<(String, String)> {
        let rows = self.app.database.pool.fetch_all(
            "select organization_id, space from data_spaces order by organization_id <> 'x'",
        );
        let rows = rows.await.unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }
}

#[actix_web::test]
async fn a_statement_cannot_become_somebody_else() {
    let stage = stage().await;
    for sql in [
        "select set_config('role', 'chainkeel_app', false)",
        "select set_config('role', 'none', true)",
        "select set_config('session_authorization', 'chainkeel_app', false)",
        // Out of the parentheses that it is put into.
        "select 1) chainkeel_row limit 1; set role chainkeel_app; select * from (select 1",
        "select 1) chainkeel_row limit 1; reset role; select * from (select 1",
        "select 1) chainkeel_row limit 1; set session authorization default; select * from (select 1",
    ] {
        for door in ["reader", "writer"] {
            let refused = stage.ask(door, "rows", sql).await.expect_err(sql);
            assert!(
                refused.contains("within security-definer function"),
                "{door} {sql}: {refused}"
            );
        }
    }
    let who = stage.ask("reader", "rows", "select current_user").await.unwrap();
    assert!(who[0].contains("_reader"), "{who:?}");
}

#[actix_web::test]
async fn a_door_leads_to_the_tables_of_its_organization_and_nowhere_else() {
    let stage = stage().await;
    let spaces = stage.spaces().await;
    let other = &spaces.iter().find(|(id, _)| *id == stage.other).unwrap().1;
    let own = &spaces.iter().find(|(id, _)| *id == stage.home).unwrap().1;
    // What may be read is read.
    let rows = stage.ask("reader", "rows", "select word from secrets").await.unwrap();
    assert_eq!(rows, [r#"{"word":"amaranth"}"#]);
    let denied = [
        format!("select * from {other}.secrets"),
        "select * from public.events".to_owned(),
        "select * from public.event_log".to_owned(),
        "select * from public.view_runs".to_owned(),
        "select * from public.sealed_secrets".to_owned(),
        "select * from public.data_keys".to_owned(),
        "select * from public.data_receipts".to_owned(),
        "select * from public.data_spaces".to_owned(),
        "select * from pg_authid".to_owned(),
        format!("select query_to_xml('select * from {other}.secrets', true, true, '')"),
        "select pg_read_file('/etc/passwd')".to_owned(),
        "select pg_ls_dir('.')".to_owned(),
        "select lo_import('/etc/passwd')".to_owned(),
        format!("select * from data_doors.{other}_reader('select 1', '{{}}', 'rows', 1, 1000)"),
        "select public.data_space('org_mine')".to_owned(),
        "select public.data_carry_out('x', 'x', 'x', 1, '{}', '{}', now())".to_owned(),
        "select 1) chainkeel_row limit 1; create table x (a int); select * from (select 1"
            .to_owned(),
        "select 1) chainkeel_row limit 1; alter table secrets add x int; select * from (select 1"
            .to_owned(),
        "select 1) chainkeel_row limit 1; drop table secrets; select * from (select 1".to_owned(),
        "select 1) chainkeel_row limit 1; truncate secrets; select * from (select 1".to_owned(),
        "select 1) chainkeel_row limit 1; copy secrets to '/tmp/x'; select * from (select 1"
            .to_owned(),
        "select 1) chainkeel_row limit 1; create extension dblink; select * from (select 1"
            .to_owned(),
    ];
    for sql in &denied {
        for door in ["reader", "writer"] {
            let refused = stage.ask(door, "rows", sql).await.expect_err(sql);
            let known = ["permission denied", "must be owner", "chainkeel_row", "superuser"];
            assert!(known.iter().any(|word| refused.contains(word)), "{door} {sql}: {refused}");
        }
    }
    // A reader changes nothing.
    for sql in
        ["insert into secrets (word) values ('x') returning id", "delete from secrets returning id"]
    {
        let refused = stage.ask("reader", "count", sql).await.expect_err(sql);
        assert!(refused.contains("permission denied"), "{sql}: {refused}");
    }
    // And the rights are these, whatever is asked.
    for role in [format!("{own}_reader"), format!("{own}_writer")] {
        let open = sqlx::query_scalar::<_, String>(
            "select c.relnamespace::regnamespace || '.' || c.relname from pg_class c
              where c.relkind in ('r', 'v', 'm', 'p', 'f') and c.relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema')
                and (has_table_privilege($1, c.oid, 'select, insert, update, delete, truncate, references, trigger')
                     or has_any_column_privilege($1, c.oid, 'select, insert, update, references'))",
        );
        let open = open.bind(&role).fetch_all(&stage.app.database.pool).await.unwrap();
        assert_eq!(open, [format!("{own}.secrets")], "{role}");
        let doors = sqlx::query_scalar::<_, String>(
            "select p.proname::text from pg_proc p where p.prosecdef and has_function_privilege($1, p.oid, 'execute')",
        );
        let doors = doors.bind(&role).fetch_all(&stage.app.database.pool).await.unwrap();
        assert_eq!(
            doors,
            [role.as_str()],
            "a function of somebody else's rights is open to {role}"
        );
        let member = sqlx::query_scalar::<_, i64>(
            "select count(*) from pg_auth_members m join pg_roles r on r.oid = m.member where r.rolname = $1",
        );
        assert_eq!(member.bind(&role).fetch_one(&stage.app.database.pool).await.unwrap(), 0);
    }
}

#[actix_web::test]
async fn who_hands_statements_over_sees_neither_ledger_nor_views_nor_secrets() {
    let stage = stage().await;
    let open = "select c.relname::text from pg_class c
                 where c.relkind in ('r', 'v', 'm', 'p') and c.relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema')
                   and has_table_privilege('chainkeel_data', c.oid, 'select, insert, update, delete')
                 order by 1";
    let open = stage.app.database.pool.fetch_all(open).await.unwrap();
    let open: Vec<String> = open.iter().map(|row| row.get(0)).collect();
    assert_eq!(open, ["data_receipts", "data_spaces", "data_tables"]);
    // And of those only what its transaction names.
    let seen = stage.pool.fetch_one("select count(*) from data_tables").await.unwrap();
    assert_eq!(seen.get::<i64, _>(0), 0);
}

#[actix_web::test]
async fn what_a_statement_sets_is_gone_with_it() {
    let stage = stage().await;
    let set = "select set_config('app.organization', 'org_x', false), set_config('search_path', 'pg_catalog', false), set_config('statement_timeout', '0', false)";
    stage.ask("writer", "rows", set).await.unwrap();
    for _ in 0..3 {
        let mut connection = stage.pool.acquire().await.unwrap();
        let row = connection
            .fetch_one("select coalesce(current_setting('app.organization', true), ''), current_setting('search_path'), current_user::text")
            .await
            .unwrap();
        assert_eq!(row.get::<String, _>(0), "");
        assert!(row.get::<String, _>(1).contains("public"));
        assert_eq!(row.get::<String, _>(2), "chainkeel_data");
        connection.ping().await.unwrap();
    }
    let rows = stage.ask("reader", "rows", "select word from secrets").await.unwrap();
    assert_eq!(rows.len(), 1);
}

#[actix_web::test]
async fn a_statement_that_takes_too_much_ends() {
    let stage = stage().await;
    let endless = [
        "select count(*) from secrets a, generate_series(1, 1000000) b, generate_series(1, 1000000) c",
        "select pg_sleep(60)",
        "with recursive r as (select 1 as n union all select n + 1 from r) select max(n) from r",
    ];
    for sql in endless {
        let refused = stage.ask("reader", "rows", sql).await.expect_err(sql);
        assert!(refused.contains("statement timeout"), "{sql}: {refused}");
    }
    let flood = "select generate_series(1, 1000000000) as n";
    assert_eq!(stage.ask("reader", "rows", flood).await.unwrap().len(), 101);
    let wide = "select string_agg('xxxxxxxxxx', '') from generate_series(1, 100000)";
    assert!(stage.ask("reader", "rows", wide).await.unwrap_err().contains("more than"));
    let rows = stage.ask("reader", "rows", "select word from secrets").await.unwrap();
    assert_eq!(rows.len(), 1);
}

#[actix_web::test]
async fn through_the_api_nothing_of_others_is_named() {
    let stage = stage().await;
    let client = &stage.app.client;
    for sql in [
        "select * from pg_class",
        "select nspname from pg_namespace",
        "select * from information_schema.tables",
        "select 'secrets'::regclass",
        "select current_user",
        "select pg_sleep(1)",
        "select * from nothing_here",
        "select 1; select 2",
        "delete from secrets",
    ] {
        let refused = client.post("/v1/data/query", &json!({ "sql": sql })).await;
        assert_eq!((refused.status, refused.code().as_str()), (422, "statement-refused"), "{sql}");
        for (_, space) in stage.spaces().await {
            assert!(!refused.text().contains(&space), "{sql}: {}", refused.text());
        }
    }
    let asked = json!({ "sql": "select word, ? as n from secrets where id = ?", "params": [7, 1] });
    let found = client.post("/v1/data/query", &asked).await;
    assert_eq!(found.data()["rows"], json!([{ "n": "7", "word": "amaranth" }]));
    let none: Value =
        json!({ "sql": "select * from secrets where word = ?", "params": ["' or true --"] });
    assert_eq!(client.post("/v1/data/query", &none).await.data()["rows"], json!([]));
}
