//! Reads the ledger afterwards, and says what of all that was promised is not so.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use chainkeel::secrets::Keyring;
use sqlx::{Connection as _, Executor as _, PgConnection, PgPool, Row as _};

use super::customers::{Promised, Seen};
use super::house::House;

/// The position of the last thing that happened, where the view of it says.
pub(super) async fn last_of_activity(house: &House) -> i64 {
    let mut connection = PgConnection::connect(&house.database).await.unwrap();
    let query = "select coalesce(max(position), 0) as last from view_activity";
    connection.fetch_one(query).await.unwrap().get("last")
}

/// Everything that must be so when all of it is over.
pub(super) async fn check(house: &House, promised: &Promised, seen: &Seen) {
    let pool = PgPool::connect(&house.database).await.unwrap();
    let mut faults = Vec::new();
    each_promise_is_kept(&pool, promised, &mut faults).await;
    streams_are_whole(&pool, &mut faults).await;
    effects_were_performed_once(&pool, seen, &mut faults).await;
    schedules_fired_once(&pool, &mut faults).await;
    all_was_told(promised, seen, &mut faults);
    watchers_missed_nothing(&pool, promised, &mut faults).await;
    pool.close().await;
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    // What can be built from the ledger is what the views hold, and what was signed of it still holds.
    program(house, &["projections", "verify"]);
    program(house, &["audit", "verify", "--all"]);
}

/// Each key that was answered is one run, which began once and is over; nothing began that nobody asked for.
async fn each_promise_is_kept(pool: &PgPool, promised: &Promised, faults: &mut Vec<String>) {
    let query = "select aggregate_id as run,
               count(*) filter (where event_type = 'started') as started,
               count(*) filter (where event_type in ('succeeded', 'failed', 'cancelled')) as ended,
               count(*) filter (where event_type = 'wait_resumed') as resumed,
               bool_or(payload->'started'->'trigger'->'body'->>'scheduledAt' is not null) as by_clock,
               string_agg(payload->'node_failed'->'failure'->>'code', ' ')
                 filter (where payload->'node_failed'->'failure'->>'code' <> 'outcome_unknown'
                           and payload->'node_failed'->'failure'->>'category' not in ('network', 'timeout')) as codes
          from events where aggregate_type = 'run' group by aggregate_id";
    let rows = pool.fetch_all(query).await.unwrap();
    let runs = promised.runs.borrow().clone();
    let mut asked = 0;
    for row in &rows {
        let run: String = row.get("run");
        let count = |column: &str| row.get::<i64, _>(column);
        asked += usize::from(!row.get::<bool, _>("by_clock"));
        if (count("started"), count("ended")) != (1, 1) {
            faults.push(format!(
                "{run} began {} times and ended {} times",
                count("started"),
                count("ended")
            ));
        }
        if count("resumed") > 1 {
            faults.push(format!("{run} was resumed {} times", count("resumed")));
        }
        // Nothing but an effect whose outcome nobody knows may fail: its worker died, or no answer came.
        let codes: Option<String> = row.get("codes");
        if let Some(codes) = codes {
            faults.push(format!("{run} failed: {codes}"));
        }
    }
    let known: BTreeSet<String> = rows.iter().map(|row| row.get("run")).collect();
    let broken = promised.broken.borrow().clone();
    for (key, run, again) in &broken {
        let begun = [run, again].map(|run| known.contains(run));
        let receipt =
            format!("select response::text from idempotency_receipts where key = '{key}'");
        let receipt = pool.fetch_optional(receipt.as_str()).await.unwrap();
        let receipt = receipt.map(|row| row.get::<String, _>(0));
        faults.push(format!(
            "{key} was answered with {run}, then with {again}; on the ledger: {begun:?}; receipt: {receipt:?}"
        ));
    }
    let lost = runs.iter().filter(|(_, run)| !known.contains(*run));
    faults.extend(lost.map(|(key, run)| format!("{run}, promised to {key}, is not on the ledger")));
    if asked > promised.asked.get() {
        faults.push(format!("{} were asked for, {asked} runs began", promised.asked.get()));
    }
    for run in promised.resumed.borrow().iter() {
        let resumed = rows
            .iter()
            .any(|row| row.get::<&str, _>("run") == run && row.get::<i64, _>("resumed") == 1);
        if !resumed {
            faults.push(format!("{run} was answered, and waits"));
        }
    }
}

/// Sequences and positions have no holes, and each event has its place.
async fn streams_are_whole(pool: &PgPool, faults: &mut Vec<String>) {
    let query = "select aggregate_type || ' ' || aggregate_id as stream from events
         group by aggregate_type, aggregate_id having count(*) <> max(sequence)";
    for row in pool.fetch_all(query).await.unwrap() {
        faults.push(format!("{} has a hole", row.get::<&str, _>("stream")));
    }
    let query = "select (select count(*) from event_log) as placed,
               (select coalesce(max(position), 0) from event_log) as last,
               (select count(*) from events) as events,
               (select count(*) from events join event_log using (aggregate_type, aggregate_id, sequence)) as both";
    let row = pool.fetch_one(query).await.unwrap();
    let counts: Vec<i64> =
        ["placed", "last", "events", "both"].map(|column| row.get(column)).to_vec();
    if counts.iter().any(|count| *count != counts[0]) {
        faults.push(format!("places, last position, events, events with a place: {counts:?}"));
    }
}

/// An effect was asked for again only where the ledger says so, and never where it must not be.
async fn effects_were_performed_once(pool: &PgPool, seen: &Seen, faults: &mut Vec<String>) {
    let query = "select aggregate_id || ':' || (payload->'effect_repeated'->>'node') as effect, count(*) as repeated
          from events where aggregate_type = 'run' and event_type = 'effect_repeated' group by 1";
    let rows = pool.fetch_all(query).await.unwrap();
    let repeated: BTreeMap<String, i64> =
        rows.iter().map(|row| (row.get("effect"), row.get("repeated"))).collect();
    for (key, requests) in &*seen.effects.lock().unwrap() {
        let (effect, _attempt) = key.rsplit_once(':').unwrap();
        let repeated = repeated.get(effect).copied().unwrap_or(0);
        let allowed = if effect.ends_with(":once") { 1 } else { 1 + repeated };
        if i64::from(*requests) > allowed {
            faults.push(format!(
                "{key} was seen {requests} times; the ledger says {repeated} repetitions"
            ));
        }
    }
}

/// No second of the schedule has two runs.
async fn schedules_fired_once(pool: &PgPool, faults: &mut Vec<String>) {
    let query =
        "select payload->'started'->'trigger'->'body'->>'scheduledAt' as due, count(*) as runs
          from events where aggregate_type = 'run' and sequence = 1
           and payload->'started'->'trigger'->'body'->>'scheduledAt' is not null
         group by 1 having count(*) > 1";
    for row in pool.fetch_all(query).await.unwrap() {
        let (due, runs) = (row.get::<String, _>("due"), row.get::<i64, _>("runs"));
        faults.push(format!("{due} started {runs} runs"));
    }
}

/// The end of each run was told, under one id.
fn all_was_told(promised: &Promised, seen: &Seen, faults: &mut Vec<String>) {
    let told = seen.told.lock().unwrap();
    for run in promised.runs.borrow().values() {
        let ids = told.get(run).map_or(0, BTreeSet::len);
        if ids != 1 {
            faults.push(format!("the end of {run} was told under {ids} ids"));
        }
    }
}

/// Who watched saw each event of activity, in order, and none twice.
async fn watchers_missed_nothing(pool: &PgPool, promised: &Promised, faults: &mut Vec<String>) {
    let watched = promised.watched.borrow().clone();
    if !watched.is_sorted_by(|one, next| one < next) {
        faults.push("a watcher saw something twice, or in another order".to_owned());
    }
    let last = watched.last().copied().unwrap_or(0);
    let query =
        format!("select position from view_activity where position <= {last} order by position");
    let rows = pool.fetch_all(query.as_str()).await.unwrap();
    let positions: Vec<i64> = rows.iter().map(|row| row.get("position")).collect();
    let missed = positions.iter().filter(|position| watched.binary_search(position).is_err());
    let missed: Vec<_> = missed.take(10).collect();
    if !missed.is_empty() {
        faults.push(format!("a watcher missed {missed:?} of {} events", positions.len()));
    }
}

/// A command of an operator that has no complaint.
fn program(house: &House, arguments: &[&str]) {
    // The copy outside of the database is with whoever signed last.
    let signed =
        |home: &&Path| fs::metadata(home.join("log/checkpoint")).and_then(|it| it.modified()).ok();
    let home = house.homes().max_by_key(signed).expect("there are nodes");
    let done = Command::new(env!("CARGO_BIN_EXE_chainkeel"))
        .args(arguments)
        .env("DATABASE_URL", &house.database)
        .env("CHAINKEEL_DATA_DIR", home)
        .env("CHAINKEEL_SECRETS_KEY", &*Keyring::written(&[9; 32]))
        .output()
        .unwrap();
    let said = [done.stdout, done.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(done.status.success(), "{arguments:?}: {}\n{}", said[0], said[1]);
}
