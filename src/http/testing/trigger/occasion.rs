//! What a trigger is tried with, and what it makes of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Happening, Json, Node, PayloadProblem};
use serde::Deserialize;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::ToSchema;

use super::test::{Tested, TriggerFiring};
use crate::catalog::Registry;
use crate::deliveries::Delivery;
use crate::http::deliveries::as_told;
use crate::http::problem::{Code, Detail, Problem};
use crate::primitives::{OrganizationId, WorkflowId};
use crate::triggers::event::EventTrigger;
use crate::triggers::{schedule, webhook};

/// How many due times are told at most.
const MAX_TIMES: usize = 1_000;
/// The id that an event has which was never published.
const NO_EVENT: &str = "evt_test";

/// What a trigger is tried with: one of these.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) enum Occasion {
    /// What the trigger would tell its run. For every kind of trigger.
    Payload(Value),
    /// An event. For the trigger `event`.
    Event(TriedEvent),
    /// The id of a delivery that came in before. For triggers that take deliveries.
    Delivery(String),
    /// Blocks of the trigger's chain. For the triggers of chains.
    Blocks(Blocks),
    /// A span of time. For schedules.
    Times(Times),
}

/// An event that nobody published.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct TriedEvent {
    /// Its name.
    #[schema(example = "order.paid")]
    event: String,
    /// What it says.
    #[schema(value_type = Option<Object>)]
    #[serde(default)]
    payload: Map<String, Value>,
    /// Where it comes from.
    source: Option<String>,
}

/// Blocks, by their numbers.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Blocks {
    /// The first.
    pub(super) from: u32,
    /// The last: the chain's head when absent. At most 10,000 blocks.
    pub(super) to: Option<u32>,
}

/// A span of time, RFC 3339.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Times {
    /// After it.
    #[serde(with = "time::serde::rfc3339")]
    from: OffsetDateTime,
    /// Up to it.
    #[serde(with = "time::serde::rfc3339")]
    to: OffsetDateTime,
}

/// That a trigger of another kind would have to be tried like this.
pub(super) fn unfit(occasion: &str, root: &Node) -> Problem {
    let message = format!(
        "the trigger `{}` cannot be tried with it: `payload` can be used for every trigger",
        root.kind
    );
    Problem::new(Code::InvalidBody).at(format!("/with/{occasion}"), message)
}

/// The problems of a trigger's settings.
pub(super) fn settings_refused(problems: Vec<PayloadProblem>) -> Problem {
    let detail = |it: PayloadProblem| {
        Detail::new(format!("/definition/nodes/root/payload{}", it.path), it.message)
    };
    Problem::new(Code::InvalidDefinition)
        .because("the settings of the trigger cannot be read: `details` says why")
        .with_details(problems.into_iter().map(detail).collect())
}

/// What a trigger tells that is told so by the caller.
pub(super) fn payload(told: Value, root: &Node) -> Result<Tested, Problem> {
    let problems = Registry::builtin().problems_of_told(&root.kind, &told);
    if !problems.is_empty() {
        let detail =
            |it: PayloadProblem| Detail::new(format!("/with/payload{}", it.path), it.message);
        return Err(Problem::new(Code::InvalidBody)
            .because(format_args!("the trigger `{}` never tells this", root.kind))
            .with_details(problems.into_iter().map(detail).collect()));
    }
    Ok(Tested::fires(vec![TriggerFiring::telling(Arc::new(told))]))
}

/// What becomes of an event.
pub(super) fn event(tried: TriedEvent, root: &Node) -> Result<Tested, Problem> {
    if *root.kind != *EventTrigger::KIND {
        return Err(unfit("event", root));
    }
    let trigger = EventTrigger::read(&root.payload).map_err(settings_refused)?;
    let TriedEvent { event, payload, source } = tried;
    let payload = Value::Object(payload);
    let happening = Happening::new(&event, &payload, source.as_deref(), NO_EVENT);
    let mut tested = match trigger.start(&happening) {
        Some(start) => {
            let mut firing = TriggerFiring::telling(start.body);
            firing.correlation_key = start.key;
            Tested::fires(vec![firing])
        }
        None => {
            Tested::nothing("the event does not fit the pattern, or its condition does not hold")
        }
    };
    tested.cancels = trigger.cancels(&happening);
    Ok(tested)
}

/// What becomes of a delivery that came before. Its signature is not looked at again.
pub(super) fn delivery(delivery: Delivery, root: &Node) -> Result<Tested, Problem> {
    let settings = webhook::Settings::of(&root.kind, &root.payload);
    let settings = settings.ok_or_else(|| unfit("delivery", root))?;
    let settings = settings.map_err(|problem| settings_refused(vec![problem]))?;
    let Some(told) = as_told(Some(root), &settings, &delivery)? else {
        return Ok(Tested::nothing("the delivery is none of those that the trigger asks for"));
    };
    let mut firing = TriggerFiring::telling(told);
    firing.id = Some(delivery.id.to_string());
    firing.headers = delivery.headers;
    Ok(Tested::fires(vec![firing]))
}

/// When a schedule would come round.
pub(super) fn times(Times { from, to }: Times, root: &Node) -> Result<Tested, Problem> {
    if !schedule::SCHEDULES.contains(&&*root.kind) {
        return Err(unfit("times", root));
    }
    if to < from {
        let message = "must not be before `from`";
        return Err(Problem::new(Code::InvalidBody).at("/with/times/to", message));
    }
    let settings = schedule::Settings::read(&root.payload);
    let settings = settings.map_err(|problem| settings_refused(vec![problem]))?;
    let next = |last: &OffsetDateTime| settings.next_after(*last);
    let due = std::iter::successors(settings.next_after(from), next).take_while(|due| *due <= to);
    let mut firings = Vec::new();
    let mut is_truncated = false;
    for due in due.take(MAX_TIMES + 1) {
        if firings.len() == MAX_TIMES {
            is_truncated = true;
            break;
        }
        let told = settings.told(due, due, 0);
        let mut firing = TriggerFiring::telling(Arc::new(told));
        firing.at = due.format(&Rfc3339).ok();
        firings.push(firing);
    }
    if firings.is_empty() {
        return Ok(Tested::nothing("the schedule does not come round in this time"));
    }
    let mut tested = Tested::fires(firings);
    tested.is_truncated = is_truncated;
    Ok(tested)
}

/// A trigger that tells this.
impl TriggerFiring {
    pub(super) fn telling(body: Json) -> Self {
        Self {
            id: None,
            at: None,
            block: None,
            block_hash: None,
            correlation_key: None,
            headers: BTreeMap::new(),
            body,
        }
    }
}

/// Whose trigger is tried.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whose {
    pub(super) organization: OrganizationId,
    pub(super) workflow: WorkflowId,
    pub(super) version: u32,
}
