//! What the database itself lets through, whatever a query forgets.

use chainkeel::journal::pool::{self, Role};
use chainkeel::primitives::OrganizationId;
use chainkeel::projections::rebuild::rebuild;
use chainkeel::projections::{self, Comparison, Effort, Paging, run_history};
use sqlx::{Executor, PgPool, Postgres, Row, Transaction};

use super::invention::{happen, world};
use super::stage::Stage;
use crate::support::TestDatabase;

const OURS: OrganizationId = OrganizationId::DEFAULT;

/// Tables without an organization: the projector's own, of which nobody else sees a row.
const PROJECTORS_OWN: [&str; 1] = ["activity_open_runs"];

async fn stage() -> Stage {
    let mut stage = Stage::new().await;
    stage.follow_all();
    happen(&stage, world(91, 60).0).await;
    stage.settled().await;
    stage
}

/// What is wrong with the walls around the tables of all builds, and with the names that lead to
/// them.
async fn gaps(owner: &PgPool) -> Vec<String> {
    let tables = "select b.schema_name || '.' || c.relname as place, c.relname::text as name,
                         c.relrowsecurity and c.relforcerowsecurity as walled,
                         exists (select from pg_attribute a where a.attrelid = c.oid
                                    and a.attname = 'organization_id' and a.attnotnull) as shared,
                         array(select p.polname::text from pg_policy p where p.polrelid = c.oid) as policies,
                         array(select pg_get_expr(p.polqual, p.polrelid) || pg_get_expr(p.polwithcheck, p.polrelid)
                                 from pg_policy p where p.polrelid = c.oid and p.polname = 'organization') as conditions
                    from projection_builds b
                    join pg_class c on c.relnamespace = to_regnamespace(b.schema_name) and c.relkind = 'r'";
    let condition = "(organization_id = current_setting('app.organization'::text, true))";
    let mut gaps = Vec::new();
    for row in owner.fetch_all(tables).await.unwrap() {
        let (place, name): (String, String) = (row.get("place"), row.get("name"));
        let (walled, shared): (bool, bool) = (row.get("walled"), row.get("shared"));
        let policies: Vec<String> = row.get("policies");
        let conditions: Vec<String> = row.get("conditions");
        if !walled {
            gaps.push(format!("{place} has no forced row-level security"));
        }
        if shared == PROJECTORS_OWN.contains(&name.as_str()) {
            gaps.push(format!("{place} says not whose its rows are"));
        }
        if shared && conditions != [condition.repeat(2)] {
            gaps.push(format!("{place} has not the policy of organizations: {conditions:?}"));
        }
        for policy in policies {
            let door = policy == "shared" && name == "blueprints";
            if !door && !["projector", "organization", "house"].contains(&policy.as_str()) {
                gaps.push(format!("{place} has a policy called {policy}"));
            }
        }
    }
    let names = "select c.relname::text from pg_class c
                  where c.relnamespace = 'public'::regnamespace and c.relkind = 'v' and c.relname ~ '^(view|house)_'
                    and not coalesce(c.reloptions @> '{security_invoker=true}', false)";
    for row in owner.fetch_all(names).await.unwrap() {
        gaps.push(format!("{} reads with the rights of its owner", row.get::<String, _>(0)));
    }
    gaps
}

/// The stable names of all views.
async fn names(owner: &PgPool) -> Vec<String> {
    let names = "select viewname::text from pg_views where schemaname = 'public' and viewname like 'view\\_%'
                  order by 1";
    owner.fetch_all(names).await.unwrap().iter().map(|row| row.get(0)).collect()
}

async fn in_the_name_of(pool: &PgPool, organization: &str) -> Transaction<'static, Postgres> {
    let mut transaction = pool.begin().await.unwrap();
    sqlx::query("select set_config('app.organization', $1, true)")
        .bind(organization)
        .execute(&mut *transaction)
        .await
        .unwrap();
    transaction
}

async fn count(executor: impl Executor<'_, Database = Postgres>, name: &str) -> i64 {
    sqlx::query_scalar(&format!("select count(*) from {name}")).fetch_one(executor).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_table_of_every_build_is_behind_the_wall() {
    let stage = stage().await;
    let owner = &stage.database.pool;
    assert_eq!(gaps(owner).await, Vec::<String>::new());
    // A build that was made since is a copy of a template that has no policies.
    let projection = projections::by_name("run_history").unwrap();
    let rebuilt = rebuild(&stage.means(), projection, Effort::lanes(2), |_| {}).await.unwrap();
    assert!(matches!(rebuilt.comparison, Comparison::Same { rows, .. } if rows > 60));
    assert_eq!(gaps(owner).await, Vec::<String>::new());

    let schema = rebuilt.schema_name;
    for (damage, found) in [
        (format!("alter table {schema}.runs no force row level security"), "no forced"),
        (format!("drop policy organization on {schema}.executions"), "not the policy"),
        (format!("create policy more on {schema}.runs using (true)"), "called more"),
        ("create view public.view_more as select 1 as one".to_owned(), "rights of its owner"),
    ] {
        let before = gaps(owner).await.len();
        stage.execute(&damage).await;
        let after = gaps(owner).await;
        assert!(after.len() > before && after.iter().any(|gap| gap.contains(found)), "{damage}");
    }
}

#[tokio::test]
async fn what_every_organization_may_see_is_listed() {
    let stage = Stage::new().await;
    let listed =
        "select table_name || ' where ' || condition from projection_shared_rows order by 1";
    let lines = stage.database.pool.fetch_all(listed).await.unwrap();
    let lines: Vec<String> = lines.iter().map(|row| row.get(0)).collect();
    assert_eq!(
        lines,
        [
            "blueprints where sharing = 'public' and not retired and current_setting('app.organization', true) <> ''"
        ]
    );
}

#[tokio::test]
async fn who_names_no_organization_or_another_one_sees_nothing() {
    let stage = stage().await;
    let stranger = OrganizationId::generate().to_string();
    let mut seen = 0;
    for name in names(&stage.database.pool).await {
        let hidden = PROJECTORS_OWN.iter().any(|own| name == format!("view_{own}"));
        // Most of the world is ours; accounts have an organization each.
        let filter = if hidden { "false and $1::text <> ''" } else { "organization_id = $1" };
        let all: i64 = sqlx::query_scalar(&format!("select count(*) from {name} where {filter}"))
            .bind(OURS.to_string())
            .fetch_one(&stage.database.pool)
            .await
            .unwrap();
        assert_eq!(count(&stage.app, &name).await, 0, "{name} without an organization");
        // What is offered to every organization is seen by every organization, and by nobody else.
        let offered = match name.as_str() {
            "view_blueprints" => "sharing = 'public' and not retired",
            _ => "false",
        };
        let offered: i64 =
            sqlx::query_scalar(&format!("select count(*) from {name} where {offered}"))
                .fetch_one(&stage.database.pool)
                .await
                .unwrap();
        for (other, expected) in [(stranger.as_str(), offered), ("%", offered), ("", 0)] {
            let mut theirs = in_the_name_of(&stage.app, other).await;
            assert_eq!(count(&mut *theirs, &name).await, expected, "{name} for {other:?}");
        }
        let mut ours = in_the_name_of(&stage.app, &OURS.to_string()).await;
        let shown = count(&mut *ours, &name).await;
        assert_eq!(shown, all, "{name}");
        seen += i64::from(shown > 0);
    }
    assert!(seen >= 6, "the world of this test fills most views");
}

#[tokio::test]
async fn what_one_transaction_may_see_the_next_one_may_not() {
    let stage = stage().await;
    let one = pool::serving(&stage.database.login(Role::App), 1);
    let views = projections::Views::new(one.clone());
    let history = run_history::RunHistory::new(views, stage.positions.clone());
    let filter = run_history::Filter::default();
    for _ in 0..3 {
        let page = history.list(OURS, &filter, &Paging::first(5)).await.unwrap();
        assert_eq!(page.items.len(), 5);
        assert_eq!(
            count(&one, "view_runs").await,
            0,
            "the same connection, out of its transaction"
        );
        let stranger = OrganizationId::generate();
        let page = history.list(stranger, &filter, &Paging::first(5)).await.unwrap();
        assert!(page.items.is_empty() && !page.has_more);
    }
}

#[tokio::test]
async fn a_row_of_another_organization_cannot_be_written() {
    let stage = stage().await;
    let schema = stage.live_schema("timers").await;
    let insert = format!(
        "insert into {schema}.timers (run_id, node_id, organization_id, slot, kind, due_at, position)
         values ('run_x', 'n', $1, 0, 'delay', now(), 1)"
    );
    let refused = async |organization: &str| {
        let mut ours = in_the_name_of(&stage.app, &OURS.to_string()).await;
        let inserted = sqlx::query(&insert).bind(organization).execute(&mut *ours).await;
        inserted.err().map(|error| error.into_database_error().unwrap().message().to_owned())
    };
    // Who serves writes no view at all.
    assert!(
        refused(&OURS.to_string()).await.is_some_and(|told| told.contains("permission denied"))
    );
    // And if it could, only its own.
    stage.execute(&format!("grant insert, update on {schema}.timers to chainkeel_app")).await;
    assert_eq!(refused(&OURS.to_string()).await, None);
    let stranger = OrganizationId::generate().to_string();
    assert!(refused(&stranger).await.is_some_and(|told| told.contains("row-level security")));
    let mut ours = in_the_name_of(&stage.app, &OURS.to_string()).await;
    let moved = sqlx::query(&format!("update {schema}.timers set organization_id = $1"))
        .bind(&stranger)
        .execute(&mut *ours)
        .await;
    assert!(moved.is_err(), "a row is not given away either");
}

#[tokio::test]
async fn the_house_reads_across_organizations_what_is_listed_and_nothing_else() {
    let stage = stage().await;
    let house = pool::house(&stage.database.login(Role::House), 1);
    let listed = "select table_name, columns from projection_house_reads order by table_name";
    let listed: Vec<(String, Vec<String>)> =
        sqlx::query_as(listed).fetch_all(&stage.database.pool).await.unwrap();
    // A new line is a new hole in the wall: it must be meant.
    let expected: Vec<(&str, &[&str])> = vec![
        (
            "accounts",
            &[
                "organization_id",
                "metered",
                "monthly_grant",
                "min_threshold",
                "exhausted",
                "granted_month",
                "version",
            ],
        ),
        ("credits", &["organization_id", "granted", "deposited"]),
        ("memberships", &["organization_id", "user_id"]),
        ("metered_days", &["organization_id", "began_on", "ended_on"]),
        ("organizations", &["organization_id", "name", "founded_at"]),
        ("runs", &["run_id", "organization_id", "status"]),
        ("sequence_instances", &["instance_id", "organization_id", "slot", "due_at"]),
        ("signature_requests", &["organization_id", "intent_id", "slot", "ended_at"]),
        ("tasks", &["task_id", "organization_id", "slot", "prompt_at"]),
        ("timers", &["run_id", "node_id", "organization_id", "slot", "due_at"]),
        ("transactions", &["organization_id", "lane", "slot", "ended_at"]),
        ("used_days", &["organization_id", "day", "units"]),
        ("waits", &["organization_id", "pattern"]),
        ("wallet_floors", &["organization_id", "wallet_id", "chain_id", "slot"]),
    ];
    let found: Vec<(&str, Vec<&str>)> = listed
        .iter()
        .map(|(table, columns)| (table.as_str(), columns.iter().map(String::as_str).collect()))
        .collect();
    let expected: Vec<(&str, Vec<&str>)> =
        expected.into_iter().map(|(table, columns)| (table, columns.to_vec())).collect();
    assert_eq!(found, expected);

    let columns = "select table_name::text as table_name, column_name::text as column_name
                     from information_schema.columns
                    where table_schema = 'public' and table_name ~ '^(view|house)_'";
    for row in stage.database.pool.fetch_all(columns).await.unwrap() {
        let (view, column): (String, String) = (row.get(0), row.get(1));
        let open = found.iter().any(|(table, columns)| {
            view == format!("house_{table}") && columns.contains(&column.as_str())
        });
        let read =
            sqlx::query(&format!(r#"select "{column}" from {view}"#)).fetch_all(&house).await;
        assert_eq!(read.is_ok(), open, "{column} of {view}");
    }
    assert!(count_rows(&house, "select run_id from house_runs").await >= 60);
    for forbidden in
        ["select payload from events", "delete from house_timers", "select 1 from blobs"]
    {
        assert!(sqlx::query(forbidden).fetch_all(&house).await.is_err(), "{forbidden}");
    }
    // Nor does it help those who serve to know the names.
    assert!(sqlx::query("select run_id from house_runs").fetch_all(&stage.app).await.is_err());
}

async fn count_rows(pool: &PgPool, query: &str) -> usize {
    sqlx::query(query).fetch_all(pool).await.unwrap().len()
}

#[tokio::test]
async fn nobody_but_who_migrates_owns_anything_or_passes_the_walls() {
    let stage = Stage::new().await;
    let pools = [
        (Role::App, stage.app.clone()),
        (Role::Projector, pool::projecting(&stage.database.login(Role::Projector), 1, "public")),
        (Role::House, pool::house(&stage.database.login(Role::House), 1)),
    ];
    for (role, pool) in pools {
        let rights = "select current_user::text, session_user::text, r.rolsuper or r.rolbypassrls,
                             (select count(*) from pg_class c where pg_has_role(r.oid, c.relowner, 'member'))
                        from pg_roles r where r.rolname = session_user";
        let (current, session, passes, owned): (String, String, bool, i64) =
            sqlx::query_as(rights).fetch_one(&pool).await.unwrap();
        assert_eq!(current, role.name());
        if TestDatabase::logins() == pool::Logins::ByRole {
            assert_eq!((session.as_str(), passes, owned), (role.name(), false, 0));
            let back = sqlx::query("reset role; set role chainkeel").execute(&pool).await;
            assert!(back.is_err(), "{current} has nobody to become");
        }
        let (passes, owned): (bool, i64) = sqlx::query_as(
            "select r.rolsuper or r.rolbypassrls,
                    (select count(*) from pg_class c where pg_has_role(r.oid, c.relowner, 'member'))
               from pg_roles r where r.rolname = current_user",
        )
        .fetch_one(&pool)
        .await
        .unwrap();
        assert_eq!((passes, owned), (false, 0), "{current}");
    }
}
