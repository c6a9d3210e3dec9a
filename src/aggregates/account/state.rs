//! The account as its events made it, and what it answers to orders.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::command::{Command, Order};
use super::error::Error;
use super::event::Event;
use super::month::Month;

/// The most units that an account is given over all time. Far beyond any use, and so small that
/// every client reads it as a whole number.
pub const MAX_BALANCE: u64 = 1_000_000_000_000_000;

/// How many bytes a reason or a reference may have.
pub const MAX_NOTE_BYTES: usize = 200;

/// The rules by which usage is counted against a balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// Units that are granted once in each month.
    pub monthly_grant: u64,
    /// Nothing new starts unless the balance is above this.
    pub min_threshold: u64,
}

/// An account. One that has no event yet is unlimited, as is one of a self-hosted installation
/// until somebody decides otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The rules; none when usage is unlimited.
    pub plan: Option<Plan>,
    /// The last month for which the plan's grant was made.
    pub granted_month: Option<Month>,
    /// All units that were ever granted or paid for.
    pub credited: u64,
    /// Whether the units are used up.
    pub exhausted: bool,
    /// How many events there were.
    pub version: u64,
}

impl Account {
    /// Decides what an order leads to, or why it is refused; nothing when there is nothing to do.
    pub fn decide(&self, command: Command) -> Result<Vec<Event>, Error> {
        let Command { by, at, order } = command;
        match order {
            Order::Meter(plan) => self.meter(plan, by, at),
            Order::Unmeter if self.plan.is_none() => Ok(Vec::new()),
            Order::Unmeter => Ok(vec![Event::Unmetered { by, at }]),
            Order::TopUp { units, reference } => {
                self.must_take(units)?;
                Ok(vec![Event::ToppedUp { units, reference: note(reference)?, by, at }])
            }
            Order::Grant { units, reason } => {
                self.must_take(units)?;
                Ok(vec![Event::Granted { units, month: None, reason: note(reason)?, by, at }])
            }
            Order::GrantMonth => {
                let due = self.plan.and_then(|plan| self.grant_of(plan, &by, at));
                Ok(due.into_iter().collect())
            }
            Order::Judge { balance, seen } => Ok(self.judge(balance, seen, by, at)),
        }
    }

    fn meter(&self, plan: Plan, by: String, at: OffsetDateTime) -> Result<Vec<Event>, Error> {
        if plan.monthly_grant > MAX_BALANCE || plan.min_threshold > MAX_BALANCE {
            return Err(Error::Plan);
        }
        if self.plan == Some(plan) {
            return Ok(Vec::new());
        }
        let granted = self.grant_of(plan, &by, at);
        Ok(std::iter::once(Event::Metered { plan, by, at }).chain(granted).collect())
    }

    /// What a plan grants for the month of `at`, unless a grant was made for it. Nothing is granted
    /// for months that have passed: a clock that runs behind does not grant one again.
    fn grant_of(&self, plan: Plan, by: &str, at: OffsetDateTime) -> Option<Event> {
        let (month, units) = (Month::of(at), plan.monthly_grant);
        let is_due = self.granted_month.is_none_or(|granted| granted < month);
        (is_due && units > 0 && self.must_take(units).is_ok()).then(|| Event::Granted {
            units,
            month: Some(month),
            reason: None,
            by: by.to_owned(),
            at,
        })
    }

    /// What follows from a balance. One that does not know the last event of the account says
    /// nothing: units may have come in since.
    fn judge(&self, balance: i64, seen: u64, by: String, at: OffsetDateTime) -> Vec<Event> {
        let Some(plan) = self.plan.filter(|_| seen == self.version) else { return Vec::new() };
        let threshold = plan.min_threshold;
        let is_out = i128::from(balance) <= i128::from(threshold);
        match (is_out, self.exhausted) {
            (true, false) => vec![Event::Exhausted { balance, threshold, by, at }],
            (false, true) => vec![Event::Replenished { balance, by, at }],
            (true, true) | (false, false) => Vec::new(),
        }
    }

    fn must_take(&self, units: u64) -> Result<(), Error> {
        let room = MAX_BALANCE.saturating_sub(self.credited);
        if (1..=room).contains(&units) { Ok(()) } else { Err(Error::Units) }
    }
}

impl Aggregate for Account {
    const TYPE: &'static str = "account";
    type Command = Command;
    type Event = Event;
    type Error = Error;
    type Services = ();

    async fn handle(
        &mut self,
        command: Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Error> {
        for event in self.decide(command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        self.version += 1;
        match event {
            Event::Metered { plan, .. } => self.plan = Some(plan),
            Event::Unmetered { .. } => {
                self.plan = None;
                self.exhausted = false;
            }
            Event::ToppedUp { units, .. } => self.credited += units,
            Event::Granted { units, month, .. } => {
                self.credited += units;
                self.granted_month = self.granted_month.max(month);
            }
            Event::Exhausted { .. } => self.exhausted = true,
            Event::Replenished { .. } => self.exhausted = false,
        }
    }
}

fn note(text: Option<String>) -> Result<Option<String>, Error> {
    let fits = |text: &String| text.len() <= MAX_NOTE_BYTES && !text.chars().any(char::is_control);
    if text.as_ref().is_none_or(fits) { Ok(text) } else { Err(Error::Note) }
}
