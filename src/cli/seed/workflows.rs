//! The workflows of a seeded organization, from their making to what became of them.

use std::sync::Arc;

use cqrs_es::Aggregate as _;
use engine::Definition;
use serde_json::Value;
use time::{Duration, OffsetDateTime};

use super::chance::Chance;
use super::people::{PARTIES, STAGES, TEAMS};
use super::shapes::Shape;
use super::story::Teller;
use crate::access::WebhookSecrets;
use crate::aggregates::workflow::{Approval, Command, Limits, Order, PauseReason, Workflow};
use crate::cli::failure::Failure;
use crate::journal::bulk::Dated;
use crate::journal::{Metadata, NewEvent, StreamId};
use crate::primitives::{CommandId, WorkflowId};
use crate::triggers::Contracts;

/// Who makes them.
const AUTHOR: &str = "admin";
/// Of a hundred workflows, how many were never published.
const DRAFTS: u64 = 7;
/// Of a hundred that are live, how many somebody has stopped.
const PAUSED: u64 = 6;

/// A workflow that has runs.
#[derive(Debug)]
pub(super) struct Published {
    pub(super) id: WorkflowId,
    pub(super) version: u32,
    pub(super) definition: Arc<Definition>,
    pub(super) shape: Shape,
    pub(super) party: String,
}

/// What is made of workflows.
#[derive(Debug, Default)]
pub(super) struct Workflows {
    /// Those that have runs, those that have the most of them first.
    pub(super) published: Vec<Published>,
    /// Their events, in the order of their times.
    pub(super) events: Vec<Dated>,
}

impl Workflows {
    /// So many, made within the two months before `first`, the moment of the first run.
    pub(super) fn made(
        teller: Teller,
        count: u64,
        first: OffsetDateTime,
        secrets: &WebhookSecrets,
    ) -> Result<Self, Failure> {
        let mut made = Self::default();
        for number in 0..count {
            made.add(teller, number, first, secrets)?;
        }
        made.events.sort_by_key(Dated::recorded_at);
        Ok(made)
    }

    fn add(
        &mut self,
        teller: Teller,
        number: u64,
        first: OffsetDateTime,
        secrets: &WebhookSecrets,
    ) -> Result<(), Failure> {
        let mut chance = Chance::of(teller.seed, "workflow", number);
        let index = usize::try_from(number).unwrap_or_default();
        let shape = Shape::ROUND[index % Shape::ROUND.len()];
        let party = PARTIES[(index / 3) % PARTIES.len()];
        let born = first - Duration::minutes(chance.between(60 * 24, 60 * 24 * 60));
        let id = WorkflowId::derived(born, &format!("seed {} workflow {number}", teller.seed));
        let (definition, normal) = checked(shape, party)?;
        let written = Arc::new(shape.definition(party));
        let mut name = shape.name(party, &mut chance);
        let round = index / (3 * PARTIES.len());
        if round > 0 {
            name = format!("{name} ({})", round + 1);
        }
        let mut told = Told::default();
        told.order(
            born,
            Order::Create {
                id,
                organization: teller.organization,
                name,
                description: Some(shape.purpose().to_owned()),
                definition: Arc::clone(&written),
                webhook_secret_hash: WebhookSecrets::hash_of(&secrets.secret_of(id)),
            },
        )?;
        let mut tags = vec![(*chance.one(&TEAMS)).to_owned()];
        if chance.permille(400) {
            tags.push((*chance.one(&STAGES)).to_owned());
        }
        told.order(born + Duration::seconds(40), Order::Tag { expected_version: None, tags })?;
        let is_draft = number % 100 >= 100 - DRAFTS || (number > 0 && number % 16 == 15);
        if !is_draft {
            let limits = Limits { pause_after_failures: 50, ..Limits::default() };
            let at = born + Duration::minutes(2);
            told.order(at, Order::SetLimits { expected_version: None, limits })?;
            told.publish(born + Duration::minutes(5), &normal)?;
            if chance.permille(250) {
                let at = born + Duration::hours(chance.between(2, 20));
                let again = Order::SaveDraft {
                    expected_version: None,
                    name: None,
                    description: None,
                    definition: Some(Arc::clone(&written)),
                };
                told.order(at, again)?;
                told.publish(at + Duration::minutes(4), &normal)?;
            }
            // What a clock starts is stopped: runs that begin by themselves would ask hosts that do not exist.
            if shape == Shape::Watch || number % 100 < PAUSED {
                told.order(teller.until, Order::Pause { reason: PauseReason::Requested })?;
            }
            let version = told.workflow.live.unwrap_or(1);
            let party = party.to_owned();
            self.published.push(Published { id, version, definition, shape, party });
        }
        let command = CommandId::derived(born, &format!("seed {} {id}", teller.seed));
        let metadata = Metadata::new(teller.organization, AUTHOR, command);
        let events = Dated::stream(&StreamId::workflow(id), &metadata, told.events);
        self.events.extend(events.map_err(|error| Failure::of(&error))?);
        Ok(())
    }
}

/// A workflow as it is told.
#[derive(Debug, Default)]
struct Told {
    workflow: Workflow,
    events: Vec<(NewEvent, OffsetDateTime)>,
}

impl Told {
    fn order(&mut self, at: OffsetDateTime, order: Order) -> Result<(), Failure> {
        let command = Command { by: AUTHOR.to_owned(), at, order };
        let decided = self.workflow.decide(command).map_err(|error| Failure::of(&error))?;
        for event in decided {
            let new = NewEvent::of(&event).map_err(|error| Failure::of(&error))?;
            self.events.push((new, at));
            self.workflow.apply(event);
        }
        Ok(())
    }

    fn publish(&mut self, at: OffsetDateTime, normal: &Arc<Value>) -> Result<(), Failure> {
        let publish = Order::Publish {
            expected_version: None,
            checked_at_version: self.workflow.version,
            definition: Arc::clone(normal),
            approval: Approval::Unasked,
        };
        self.order(at, publish)
    }
}

/// The definition as validation accepts it, and its normal form.
fn checked(shape: Shape, party: &str) -> Result<(Arc<Definition>, Arc<Value>), Failure> {
    let wrong = || Failure::new(format!("the workflow for {party} cannot be published"));
    let parsed = engine::parse(&shape.definition(party)).map_err(|_| wrong())?;
    if !engine::validate(&parsed, &Contracts::builtin()).is_empty() {
        return Err(wrong());
    }
    let normal = serde_json::to_value(&parsed).map_err(|error| Failure::of(&error))?;
    Ok((Arc::new(parsed), Arc::new(normal)))
}
