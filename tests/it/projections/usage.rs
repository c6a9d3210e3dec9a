//! The law of usage: what the views say is what the ledger says, to the unit.

use std::collections::BTreeMap;

use chainkeel::aggregates::account::{self, Account, Command, Month, Order, Plan};
use chainkeel::journal::{Context, Metadata, Recorded, Store, StreamId};
use chainkeel::primitives::{CommandId, OrganizationId};
use chainkeel::projections::Effort;
use chainkeel::projections::rebuild::rebuild;
use chainkeel::projections::usage::{Projector, Usage, due};
use engine::Fact;
use serde_json::Value;
use sqlx::Row;
use time::macros::{date, datetime};
use time::{Date, OffsetDateTime, UtcOffset};

use super::invented_accounts::account_of;
use super::invention::{Dice, happen, world};
use super::stage::Stage;

const WHOSE: OrganizationId = OrganizationId::DEFAULT;

/// What the ledger says, read by other means than the view's.
#[derive(Default)]
struct Reckoning {
    /// Executions and units by day, workflow and node type.
    days: BTreeMap<(String, String, String), (i64, i64)>,
    runs: BTreeMap<String, i64>,
    workflows: BTreeMap<String, String>,
}

impl Reckoning {
    fn of(ledger: &[Recorded]) -> Self {
        let mut all = Self::default();
        for event in ledger.iter().filter(|event| event.aggregate_type == "run") {
            let run = event.aggregate_id.clone();
            let (kind, at) = match event.fact().unwrap().0 {
                Fact::Started { workflow, definition, at, .. } => {
                    all.workflows.insert(run.clone(), workflow.id);
                    let root = definition.node(&engine::NodeId::from("root")).unwrap();
                    (root.kind.to_string(), at)
                }
                Fact::NodeSucceeded { kind, at, .. } | Fact::NodeFailed { kind, at, .. } => {
                    (kind.to_string(), at)
                }
                _ => continue,
            };
            let (units, day) = (price(&kind), at.to_offset(UtcOffset::UTC).date().to_string());
            *all.runs.entry(run.clone()).or_default() += units;
            let place = (day, all.workflows[&run].clone(), kind);
            let sum = all.days.entry(place).or_default();
            *sum = (sum.0 + 1, sum.1 + units);
        }
        all
    }

    fn used_on(&self, counts: impl Fn(Date) -> bool) -> i64 {
        let parse = |day: &str| {
            let part = |range| day.get(range).and_then(|it: &str| it.parse::<u16>().ok()).unwrap();
            let month = time::Month::try_from(u8::try_from(part(5..7)).unwrap()).unwrap();
            Date::from_calendar_date(part(0..4).into(), month, u8::try_from(part(8..10)).unwrap())
                .unwrap()
        };
        self.days.iter().filter(|((day, ..), _)| counts(parse(day))).map(|(_, sum)| sum.1).sum()
    }
}

fn price(kind: &str) -> i64 {
    let tables: Value = serde_json::from_str(include_str!("../../../catalog/prices.json")).unwrap();
    // All invented runs were before the second table, if there is one by now.
    let table = &tables[0];
    table["prices"].get(kind).unwrap_or(&table["other"]).as_i64().unwrap()
}

async fn ledger(stage: &Stage) -> Vec<Recorded> {
    let head = stage.sequenced().await;
    let mut events: Vec<Recorded> = Vec::new();
    while events.last().map_or(0, |event| event.position) < head {
        let after = events.last().map_or(0, |event| event.position);
        events.extend(stage.journal.read_after(after, 1_000).await.unwrap());
    }
    events
}

async fn shown_days(stage: &Stage) -> BTreeMap<(String, String, String), (i64, i64)> {
    let sql = "select day::text, workflow_id, node_type, executions, units from view_usage_days";
    let rows = sqlx::query(sql).fetch_all(&stage.database.pool).await.unwrap();
    let place = |row: &sqlx::postgres::PgRow| (row.get(0), row.get(1), row.get(2));
    rows.iter().map(|row| (place(row), (row.get(3), row.get(4)))).collect()
}

async fn shown_runs(stage: &Stage) -> BTreeMap<String, i64> {
    let sql = "select run_id, units from view_run_units";
    let rows = sqlx::query(sql).fetch_all(&stage.database.pool).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

#[tokio::test]
async fn what_was_used_is_what_the_ledger_says_followed_or_rebuilt() {
    let mut stage = Stage::new().await;
    stage.follow_all();
    for seed in 41..=44 {
        happen(&stage, world(seed, 40).0).await;
    }
    stage.settled().await;
    let reckoned = Reckoning::of(&ledger(&stage).await);
    assert!(reckoned.days.len() > 20 && reckoned.runs.len() == 160, "{}", reckoned.days.len());
    for lanes in [0, 1, 4] {
        if lanes > 0 {
            rebuild(&stage.means(), &Projector, Effort::lanes(lanes), |_| {}).await.unwrap();
        }
        assert_eq!(shown_days(&stage).await, reckoned.days, "in {lanes} lanes");
        assert_eq!(shown_runs(&stage).await, reckoned.runs, "in {lanes} lanes");
        let all = stage.number("select sum(units)::bigint from view_used_days").await;
        assert_eq!(all, reckoned.runs.values().sum::<i64>(), "in {lanes} lanes");
    }
}

#[tokio::test]
async fn a_balance_is_what_was_given_less_what_was_used_on_days_that_count() {
    for seed in 51..=56 {
        let mut stage = Stage::new().await;
        stage.follow(&Projector);
        let mut dice = Dice::new(seed);
        let mut histories = world(seed, 20).0;
        histories.push(account_of(&mut dice, WHOSE, datetime!(2026-11-20 23:00 UTC)));
        happen(&stage, histories).await;
        let head = stage.sequenced().await;
        stage.reached(Projector::NAME, head).await;

        let ledger = ledger(&stage).await;
        let (given, counted) = given_and_counted(&ledger);
        let counts =
            |day| counted.iter().any(|(from, to)| *from <= day && to.is_none_or(|to| day < to));
        let used = Reckoning::of(&ledger).used_on(counts);
        let usage = Usage::new(stage.views(), stage.positions.clone());
        let shown = usage.balance(WHOSE).await.unwrap().value;
        assert_eq!((shown.granted + shown.deposited, shown.used), (given, used), "seed {seed}");
        assert_eq!(shown.left(), given - used);
    }
}

/// What an account was given in all, and from which day on up to which one usage counted.
fn given_and_counted(ledger: &[Recorded]) -> (i64, Vec<(Date, Option<Date>)>) {
    let day = |at: OffsetDateTime| at.to_offset(UtcOffset::UTC).date();
    let (mut given, mut counted): (u64, Vec<(Date, Option<Date>)>) = (0, Vec::new());
    let own = StreamId::account(WHOSE).aggregate_id;
    for event in ledger.iter().filter(|it| it.aggregate_type == "account" && it.aggregate_id == own)
    {
        match event.account().unwrap() {
            account::Event::Metered { at, .. } => {
                if counted.last().is_none_or(|(_, to)| to.is_some()) {
                    counted.push((day(at), None));
                }
            }
            account::Event::Unmetered { at, .. } => {
                counted.last_mut().unwrap().1 = Some(day(at));
            }
            account::Event::ToppedUp { units, .. } | account::Event::Granted { units, .. } => {
                given += units;
            }
            account::Event::Exhausted { .. } | account::Event::Replenished { .. } => {}
        }
    }
    (given.cast_signed(), counted)
}

async fn order(accounts: &Store<Account>, at: OffsetDateTime, order: Order) {
    let command = Command { by: "tester".to_owned(), at, order };
    let context = Context::new(Metadata::new(WHOSE, "tester", CommandId::generate()));
    accounts.execute(&WHOSE.to_string(), command, context).await.unwrap();
}

#[tokio::test]
async fn a_month_is_granted_once_however_many_ask_at_the_same_time() {
    let mut stage = Stage::new().await;
    stage.follow(&Projector);
    let accounts = Store::accounts(stage.journal.clone());
    let november = datetime!(2026-11-24 10:00 UTC);
    let plan = Plan { monthly_grant: 100, min_threshold: 0 };
    order(&accounts, november, Order::Meter(plan)).await;
    let december = datetime!(2026-12-01 00:00:01 UTC);
    let asked = (0..24).map(|_| order(&accounts, december, Order::GrantMonth));
    futures::future::join_all(asked).await;
    let head = stage.sequenced().await;
    stage.reached(Projector::NAME, head).await;
    let granted = stage.number("select count(*) from events where event_type = 'granted'").await;
    assert_eq!(granted, 2, "one in November, one in December");
    let usage = Usage::new(stage.views(), stage.positions.clone());
    assert_eq!(usage.balance(WHOSE).await.unwrap().value.left(), 200);

    let none = due(&stage.house(), Month::of(december), 10).await.unwrap();
    assert_eq!(none, []);
    let january = Month::around(date!(2027 - 01 - 31));
    let due = due(&stage.house(), january, 10).await.unwrap();
    assert!(matches!(due.as_slice(), [one] if one.grant && !one.judgement && one.balance == 200));
}
