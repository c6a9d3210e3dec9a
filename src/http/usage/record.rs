//! Accounts and usage as the API shows them.

use std::collections::BTreeMap;

use serde::Serialize;
use time::{Date, OffsetDateTime};
use utoipa::ToSchema;

use crate::aggregates::account::{Account, Month, Plan};
use crate::projections::usage;

/// How an organization's account stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UsageBalance)]
pub struct BalanceRecord {
    /// `unlimited`, or `metered` when usage is counted against a balance.
    mode: Mode,
    /// What is left: grants and top-ups less what was used on the days that count. Less than
    /// nothing when runs that had begun went on. Absent when usage is unlimited.
    balance: Option<i64>,
    /// Nothing new starts unless the balance is above this.
    min_threshold: Option<u64>,
    /// Whether the units were found used up: nothing new starts.
    exhausted: bool,
    /// What the plan grants each month.
    monthly_grant: Option<u64>,
    /// When the next monthly grant is made.
    #[serde(with = "time::serde::rfc3339::option")]
    next_grant_at: Option<OffsetDateTime>,
    /// Everything that was granted.
    granted: i64,
    /// Everything that was paid for.
    deposited: i64,
    /// What was used on the days that count.
    used: i64,
}

/// Whether usage is counted against a balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Mode {
    /// It is not.
    Unlimited,
    /// It is.
    Metered,
}

impl Mode {
    pub(super) const fn of(plan: Option<Plan>) -> Self {
        if plan.is_some() { Self::Metered } else { Self::Unlimited }
    }
}

impl BalanceRecord {
    pub(super) fn of(balance: usage::Balance, now: OffsetDateTime) -> Self {
        let plan = balance.plan;
        let next = Month::of(now).next().first_day().midnight().assume_utc();
        Self {
            mode: Mode::of(plan),
            balance: plan.map(|_| balance.left()),
            min_threshold: plan.map(|plan| plan.min_threshold),
            exhausted: balance.exhausted,
            monthly_grant: plan.map(|plan| plan.monthly_grant),
            next_grant_at: plan.filter(|plan| plan.monthly_grant > 0).map(|_| next),
            granted: balance.granted,
            deposited: balance.deposited,
            used: balance.used,
        }
    }
}

/// An account after a change.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UsageAccount)]
pub struct AccountRecord {
    /// `unlimited`, or `metered`.
    mode: Mode,
    /// What the plan grants each month.
    monthly_grant: Option<u64>,
    /// Nothing new starts unless the balance is above this.
    min_threshold: Option<u64>,
    /// All units that were ever granted or paid for.
    credited: u64,
    /// Whether the units were found used up. Units that were just added are noticed within a second
    /// or two.
    exhausted: bool,
}

impl From<&Account> for AccountRecord {
    fn from(account: &Account) -> Self {
        Self {
            mode: Mode::of(account.plan),
            monthly_grant: account.plan.map(|plan| plan.monthly_grant),
            min_threshold: account.plan.map(|plan| plan.min_threshold),
            credited: account.credited,
            exhausted: account.exhausted,
        }
    }
}

/// What was used on a day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsageDay)]
pub(super) struct DayRecord {
    /// The day, in UTC.
    #[schema(value_type = String, format = Date, example = "2026-11-24")]
    date: String,
    /// All of it.
    used: i64,
    /// By node type and table of prices.
    breakdown: Vec<Part>,
}

/// What nodes of one type used on a day.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UsagePart)]
pub(super) struct Part {
    /// The type of the nodes.
    node_type: String,
    /// `trigger` for starts of runs, `action` for the nodes below.
    #[serde(rename = "type")]
    role: String,
    /// The version of the table by which they were priced.
    prices_version: i32,
    /// How many executions there were.
    count: i64,
    /// What they cost.
    cu: i64,
}

/// The rows of a view, day by day.
pub(super) fn by_day(rows: Vec<usage::Day>) -> Vec<DayRecord> {
    let mut days: BTreeMap<Date, DayRecord> = BTreeMap::new();
    for usage::Day { day, node_type, role, prices, executions, units } in rows {
        let none = || DayRecord { date: day.to_string(), used: 0, breakdown: Vec::new() };
        let record = days.entry(day).or_insert_with(none);
        record.used += units;
        let part = Part { node_type, role, prices_version: prices, count: executions, cu: units };
        record.breakdown.push(part);
    }
    days.into_values().collect()
}
