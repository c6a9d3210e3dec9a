//! Given a workflow that says whose personal data it handles, then all that its runs say is sealed, and is gone for good
//! when the key is, while every proof stands.

use std::collections::BTreeSet;
use std::sync::Arc;

use chainkeel::aggregates::retention::{Command, Order};
use chainkeel::journal::personal::Closing;
use chainkeel::journal::{Context, Metadata, Store, StreamId};
use chainkeel::notary::{Archive, Listener, Mark, Pace};
use chainkeel::primitives::{CommandId, OrganizationId};
use chainkeel::proof::{Trust, judge};
use engine::Divergence;
use serde_json::{Value, json};
use sqlx::Row as _;
use time::Duration;
use tokio::time::Instant;

use super::stage::Stage;

/// What is personal here: it stands in every input.
const NAME: &str = "Ada-Xyzzy-Marker";

/// Says whose data it handles, and says more than fits into a row.
fn letters() -> Value {
    json!({
        "personal": {"subject": "{{$trigger.body.customer}}"},
        "nodes": {
            "root": {"type": "manual", "payload": {}, "children": ["greet"]},
            "greet": {"type": "log", "payload": {"message": "Dear {{$trigger.body.name}}"}},
        },
    })
}

fn letter(customer: &str, name: &str) -> Value {
    json!({"customer": customer, "name": name, "letter": format!("{name} ").repeat(4_000)})
}

async fn sent(stage: &Stage, workflow: &str, customer: &str, name: &str) -> String {
    let run = stage.app.run_of(workflow, &letter(customer, name)).await;
    stage.app.until_status(&run, "success").await;
    run
}

/// The tables that hold a text, as it is or as bytes.
async fn tables_with(stage: &Stage, text: &str) -> BTreeSet<String> {
    let tables = "select n.nspname || '.' || c.relname as name, format('%I.%I', n.nspname, c.relname) as quoted
                    from pg_class c join pg_namespace n on n.oid = c.relnamespace
                   where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema')
                     and n.nspname not like 'pg\\_%'";
    let pool = &stage.app.database.pool;
    let mut found = BTreeSet::new();
    for row in sqlx::query(tables).fetch_all(pool).await.unwrap() {
        let (name, quoted): (String, String) = (row.get("name"), row.get("quoted"));
        let asked = format!(
            "select exists (select from {quoted} t where strpos(t::text, $1) > 0
                or strpos(t::text, encode(convert_to($1, 'UTF8'), 'hex')) > 0)"
        );
        let asked = sqlx::query(&asked).bind(text).fetch_one(pool).await;
        // A view that was made anew takes its old tables away meanwhile.
        if asked.is_ok_and(|row| row.get::<bool, _>(0)) {
            found.insert(name);
        }
    }
    found
}

fn of_the_ledger(tables: &BTreeSet<String>) -> Vec<&String> {
    tables.iter().filter(|table| table.starts_with("public.")).collect()
}

async fn shred(stage: &Stage, subject: &str) -> Value {
    let wish = json!({"subject": subject, "reason": "erasure request 12"});
    stage.app.client.post("/v1/retention/shredding", &wish).await.data()
}

/// Waits until the archivist has seen to it that no view shows what is gone.
async fn renewed(stage: &Stage, keys: i64) {
    let made = "select count(*) from personal_keys where renewed_at is not null";
    let give_up = Instant::now() + std::time::Duration::from_mins(2);
    while stage.app.count(made).await < keys {
        assert!(Instant::now() < give_up, "the views were not made anew");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn while_the_key_stands_the_ledger_is_sealed_and_everybody_reads_it() {
    let stage = Stage::open().await;
    let workflow = stage.app.published(&letters()).await;
    let run = sent(&stage, &workflow, "customer-4711", NAME).await;
    let tables = tables_with(&stage, NAME).await;
    assert_eq!(of_the_ledger(&tables), Vec::<&String>::new());
    assert_eq!(of_the_ledger(&tables_with(&stage, "customer-4711").await), Vec::<&String>::new());
    assert!(stage.app.count_blobs().await > 0);
    let (shown, events) = stage.shown(&run).await;
    assert!(shown.to_string().contains(NAME));
    assert!(events["items"][0]["payload"].to_string().contains(NAME));
    assert_eq!(events["items"][0]["payload"]["started"]["subject"], "customer-4711");
    stage.signed().await;
    stage.walked().await.unwrap();
    let archive = Archive::new(stage.journal.clone());
    let mark = archive.replay(Mark::default(), &mut Silent).await.unwrap();
    assert_eq!((mark.runs, mark.differing.len()), (1, 0));
    let subjects = stage.app.client.data("/v1/retention/subjects").await;
    assert_eq!(subjects["items"][0]["runs"], 1);
    assert_eq!(subjects["items"][0]["shreddedAt"], Value::Null);
}

#[tokio::test]
async fn what_was_shredded_is_nowhere_and_every_proof_stands() {
    let stage = Stage::open().await;
    let workflow = stage.app.published(&letters()).await;
    let run = sent(&stage, &workflow, "customer-4711", NAME).await;
    let other = sent(&stage, &workflow, "customer-4712", "Grace").await;
    stage.signed().await;
    let before = stage.app.client.get(&format!("/v1/runs/{run}/bundle")).await.body;
    let done = shred(&stage, " customer-4711 ").await;
    assert_eq!((&done["isShredded"], &done["runs"]), (&json!(true), &json!(1)));
    for path in ["", "/events", "/stream"] {
        let gone = stage.app.client.get(&format!("/v1/runs/{run}{path}")).await;
        assert_eq!((gone.status, gone.code().as_str()), (410, "run-shredded"), "{path}");
    }
    renewed(&stage, 1).await;
    assert_eq!(tables_with(&stage, NAME).await, BTreeSet::new());
    assert_eq!(tables_with(&stage, "customer-4711").await, BTreeSet::new());
    let listed = stage.app.client.data("/v1/runs").await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(listed["items"][0]["id"], other.as_str());
    let gone = stage.app.client.get(&format!("/v1/runs/{run}/lineage")).await;
    assert_eq!((gone.status, gone.code().as_str()), (410, "run-shredded"));
    for path in ["/v1/ledger/export", "/v1/runs/export", "/v1/activity", "/v1/search?q=Xyzzy"] {
        let all = stage.app.client.get(path).await;
        assert_eq!(all.status, 200, "{path}: {}", all.text());
        assert!(!all.text().contains(NAME), "{path}");
    }
    // Whoever reads by position passes over it, and comes to the end.
    let order = stage.journal.read_after(0, 10_000).await.unwrap();
    assert!(order.iter().all(|event| event.aggregate_id != run));
    assert_eq!(order.last().unwrap().position, stage.app.head().await);
    // Another subject has another key.
    assert!(stage.shown(&other).await.0.to_string().contains("Grace"));
    stage.signed().await;
    let walked = stage.walked().await.unwrap();
    assert_eq!(walked.deleted, 0);
    let trust = Trust::default();
    judge(&before, &trust).unwrap();
    let after = stage.app.client.get(&format!("/v1/runs/{run}/bundle")).await;
    assert_eq!(after.status, 200, "{}", after.text());
    let judged = judge(&after.body, &trust).unwrap();
    assert!(judged.bundle.is_sealed() && !after.text().contains(NAME));
    let archive = Archive::new(stage.journal.clone());
    let mark = archive.replay(Mark::default(), &mut Silent).await.unwrap();
    assert_eq!((mark.runs, mark.differing.len()), (1, 0));
    let told =
        stage.journal.read_stream(&StreamId::retention(OrganizationId::DEFAULT), 0, 10).await;
    let told = told.unwrap();
    let names: Vec<_> = told.iter().map(|event| event.event_type.as_str()).collect();
    assert_eq!(names, ["subject_shredding_ordered", "subject_shredded"]);
    assert!(told[0].payload.contains("erasure request 12"));
}

#[tokio::test]
async fn who_shreds_twice_changes_nothing_and_a_later_run_has_a_key_of_its_own() {
    let stage = Stage::open().await;
    let workflow = stage.app.published(&letters()).await;
    sent(&stage, &workflow, "customer-4711", NAME).await;
    let once = shred(&stage, "customer-4711").await;
    let twice = shred(&stage, "customer-4711").await;
    assert_eq!(once["at"], twice["at"]);
    let again = sent(&stage, &workflow, "customer-4711", "Back again").await;
    assert!(stage.shown(&again).await.0.to_string().contains("Back again"));
    let subjects = stage.app.client.data("/v1/retention/subjects").await;
    assert_eq!(subjects["items"].as_array().unwrap().len(), 2);
    assert_eq!(shred(&stage, "customer-4711").await["runs"], 1);
    assert_eq!(stage.app.client.get(&format!("/v1/runs/{again}")).await.status, 410);
}

#[tokio::test]
async fn what_is_held_is_not_shredded() {
    let stage = Stage::open().await;
    let workflow = stage.app.published(&letters()).await;
    let run = sent(&stage, &workflow, "customer-4711", NAME).await;
    let wish = json!({"scope": {"kind": "run", "runId": run}, "reason": "Case 7"});
    let held = stage.app.client.post("/v1/retention/holds", &wish).await.data();
    let wish = json!({"subject": "customer-4711", "reason": "erasure request 12"});
    let refused = stage.app.client.post("/v1/retention/shredding", &wish).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "subject-held"));
    assert!(stage.shown(&run).await.0.to_string().contains(NAME));
    // A run that begins meanwhile is under the same key.
    sent(&stage, &workflow, "customer-4711", NAME).await;
    let path = format!("/v1/retention/holds/{}/lift", held["holds"][0]["holdId"].as_str().unwrap());
    stage.app.client.post(&path, &json!({"reason": "closed"})).await.data();
    assert_eq!(shred(&stage, "customer-4711").await["runs"], 2);
}

#[tokio::test]
async fn a_key_that_a_run_still_needs_stays() {
    let stage = Stage::open().await;
    let mut waiting = crate::support::definitions::waiting();
    waiting["personal"] = json!({"subject": "{{$trigger.body.customer}}"});
    let workflow = stage.app.published(&waiting).await;
    let run = stage.app.run_of(&workflow, &letter("customer-4711", NAME)).await;
    stage.app.until_status(&run, "waiting").await;
    let wish = json!({"subject": "customer-4711", "reason": "erasure request 12"});
    let refused = stage.app.client.post("/v1/retention/shredding", &wish).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "subject-busy"));
    assert!(refused.text().contains(&run));
    stage.app.client.post(&format!("/v1/runs/{run}/cancel"), &json!({})).await.data();
    stage.app.until_status(&run, "cancelled").await;
    shred(&stage, "customer-4711").await;
    assert_eq!(stage.app.client.get(&format!("/v1/runs/{run}")).await.status, 410);
}

#[tokio::test]
async fn who_dies_between_the_order_and_the_key_is_gone_on_from() {
    let stage = Stage::open().await;
    let workflow = stage.app.published(&letters()).await;
    let run = sent(&stage, &workflow, "customer-4711", NAME).await;
    let (organization, subjects) = (OrganizationId::DEFAULT, stage.journal.subjects().unwrap());
    let subject = subjects.handle(organization, "customer-4711").await.unwrap();
    let closed = subjects.close(organization, &subject).await.unwrap();
    assert_eq!(closed, Closing::Closed { version: Some(1), runs: vec![run.clone()] });
    let runs = Arc::new(BTreeSet::from([run.parse().unwrap()]));
    let reason = "erasure request 12".to_owned();
    let order = Order::Shred { subject, version: 1, runs, reason };
    let at = time::OffsetDateTime::now_utc();
    let command = Command { organization, by: "usr ada".to_owned(), at, order };
    let context = Context::new(Metadata::new(organization, "usr ada", CommandId::generate()));
    let retentions = Store::retentions(stage.journal.clone());
    retentions.execute(&organization.to_string(), command, context).await.unwrap();
    // And here it dies: the archivist finds the order.
    renewed(&stage, 1).await;
    assert_eq!(stage.app.client.get(&format!("/v1/runs/{run}")).await.status, 410);
    assert_eq!(tables_with(&stage, NAME).await, BTreeSet::new());
    let told = stage.journal.read_stream(&StreamId::retention(organization), 0, 10).await.unwrap();
    assert_eq!(told.last().unwrap().event_type, "subject_shredded");
}

#[tokio::test]
async fn what_names_nobody_is_refused_with_its_place() {
    let stage = Stage::open().await;
    let workflow = stage.app.published(&letters()).await;
    let path = format!("/v1/workflows/{workflow}/run");
    for payload in [json!({}), json!({"customer": " "}), json!({"customer": ["a"]})] {
        let refused = stage.app.client.post(&path, &json!({"payload": payload})).await;
        assert_eq!(refused.code(), "invalid-input", "{}", refused.text());
        assert!(refused.text().contains("personal.subject"), "{}", refused.text());
    }
    for (subject, reason, place) in
        [("", "why", "/subject"), (" ", "why", "/subject"), ("customer-1", " ", "/reason")]
    {
        let wish = json!({"subject": subject, "reason": reason});
        let refused = stage.app.client.post("/v1/retention/shredding", &wish).await;
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert_eq!(refused.json()["details"][0]["path"], place);
    }
    let wish = json!({"subject": "nobody", "reason": "why"});
    let unknown = stage.app.client.post("/v1/retention/shredding", &wish).await;
    assert_eq!((unknown.status, unknown.code().as_str()), (404, "subject-not-found"));
    let (_, key) = stage.app.key_of(&stage.app.client, "reader", &["audit:read"]).await;
    let reader = stage.app.client.with_key(&key);
    assert_eq!(reader.post("/v1/retention/shredding", &wish).await.status, 403);
}

#[tokio::test]
async fn a_workflow_with_personal_data_keeps_nothing_outside_of_its_runs() {
    let stage = Stage::open().await;
    let mut keeping = letters();
    keeping["nodes"]["greet"] =
        json!({"type": "org-storage-set", "payload": {"key": "k", "value": "v"}});
    let id = stage.app.created(&keeping).await;
    let refused = stage.app.client.post(&format!("/v1/workflows/{id}/publish"), &json!({})).await;
    assert!((400..500).contains(&refused.status), "{}", refused.text());
    assert!(refused.text().contains("/nodes/greet/type"), "{}", refused.text());
}

#[tokio::test]
async fn a_called_run_is_sealed_as_the_one_that_called_it() {
    let stage = Stage::open().await;
    let called = json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["note"]},
        "note": {"type": "log", "payload": {"message": "for {{$trigger.body.name}}"}},
    }});
    let called = stage.app.published(&called).await;
    let mut calling = letters();
    calling["nodes"]["greet"] = json!({
        "type": "call-workflow",
        "payload": {"workflowId": called, "payload": {"name": "{{$trigger.body.name}}"}},
    });
    let workflow = stage.app.published(&calling).await;
    let run = sent(&stage, &workflow, "customer-4711", NAME).await;
    assert_eq!(of_the_ledger(&tables_with(&stage, NAME).await), Vec::<&String>::new());
    assert_eq!(shred(&stage, "customer-4711").await["runs"], 2);
    renewed(&stage, 1).await;
    assert_eq!(tables_with(&stage, NAME).await, BTreeSet::new());
    assert_eq!(stage.app.client.get(&format!("/v1/runs/{run}")).await.status, 410);
}

#[tokio::test]
async fn a_month_that_has_left_is_sealed_in_its_file_and_shredded_with_the_rest() {
    let stage = Stage::open().await;
    let workflow = stage.app.published(&letters()).await;
    let run = sent(&stage, &workflow, "customer-4711", NAME).await;
    stage.signed().await;
    stage.clock.advance(Duration::days(200));
    stage.moved().await;
    let shown = stage.shown(&run).await;
    assert!(shown.0.to_string().contains(NAME));
    assert_eq!(shred(&stage, "customer-4711").await["runs"], 1);
    renewed(&stage, 1).await;
    let gone = stage.app.client.get(&format!("/v1/runs/{run}")).await;
    assert_eq!((gone.status, gone.code().as_str()), (410, "run-shredded"));
    assert_eq!(tables_with(&stage, NAME).await, BTreeSet::new());
    stage.signed().await;
    let walked = stage.walked().await.unwrap();
    assert!(walked.sealed > 0 && walked.deleted == 0, "{walked:?}");
}

struct Silent;

impl Listener for Silent {
    fn read(&mut self, _: Pace, _: &dyn Fn() -> Mark) {}

    fn differs(&mut self, run: &str, divergence: &Divergence) {
        panic!("{run} differs: {divergence:?}");
    }
}
