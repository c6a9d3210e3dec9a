//! Brings orders that came through the inbox to the runs of this process.

use std::sync::Arc;
use std::time::Duration;

use engine::{Compensate, Fact, Json, Place, Start, WaitMark};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::order::{Context, Order, Refused};
use super::ownership::Ownership;
use super::run_desk::RunDesk;
use crate::journal::{Bells, Error, Inbox, Letter, Side};
use crate::primitives::{CommandId, OrganizationId};

/// How long the bell is waited for before the inbox is looked into.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How many letters are taken at a time.
const BATCH: i64 = 200;

/// An order as it travels to another process.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Parcel {
    organization: OrganizationId,
    actor: String,
    causation: Option<String>,
    correlation: Option<String>,
    side: Vec<Side>,
    order: Carried,
}

#[derive(Debug, Serialize, Deserialize)]
enum Carried {
    /// The run's first fact holds all that it starts from.
    Start(Box<Fact>),
    Cancel {
        reason: Option<String>,
        #[serde(default)]
        compensate: Compensate,
    },
    Pause {
        reason: Option<String>,
    },
    Unpause,
    Signal {
        signal: String,
        data: Json,
    },
    Resume {
        node: Place,
        data: Json,
        source: String,
    },
    Mark {
        node: Place,
        mark: WaitMark,
        reason: Option<String>,
        source: String,
    },
    TimerDue {
        node: Place,
    },
    Wake,
}

/// Why an order was refused in another process.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Refusal {
    /// A stable word.
    pub(super) code: String,
    /// What it means, for the one who gave the order.
    pub(super) message: String,
}

impl Parcel {
    /// An order, wrapped.
    pub(super) fn wrap(order: Order, context: Context) -> Self {
        let Context { organization, actor, command: _, causation, correlation, side } = context;
        let order = match order {
            Order::Start(start) => {
                let Start {
                    definition,
                    workflow,
                    trigger,
                    input,
                    run_id,
                    source_run,
                    carried,
                    parent,
                    variables,
                    subject,
                    at,
                    chance: _,
                } = *start;
                Carried::Start(Box::new(Fact::Started {
                    run_id,
                    workflow,
                    definition,
                    trigger,
                    input,
                    source_run,
                    carried,
                    parent,
                    variables,
                    subject,
                    at,
                }))
            }
            Order::Cancel { reason, compensate } => Carried::Cancel { reason, compensate },
            Order::Pause { reason } => Carried::Pause { reason },
            Order::Unpause => Carried::Unpause,
            Order::Signal { signal, data } => Carried::Signal { signal, data },
            Order::Resume { node, data, source } => Carried::Resume { node, data, source },
            Order::Mark { node, mark, reason, source } => {
                Carried::Mark { node, mark, reason, source }
            }
            Order::TimerDue { node } => Carried::TimerDue { node },
            Order::Wake => Carried::Wake,
        };
        Self { organization, actor, causation, correlation, side, order }
    }

    /// The order inside; its events will say that the letter was delivered.
    fn open(self, command: CommandId) -> Option<(Order, Context)> {
        let Self { organization, actor, causation, correlation, mut side, order } = self;
        side.push(Side::InboxDone(command));
        let order = match order {
            Carried::Start(fact) => Order::Start(Box::new(start_of(*fact)?)),
            Carried::Cancel { reason, compensate } => Order::Cancel { reason, compensate },
            Carried::Pause { reason } => Order::Pause { reason },
            Carried::Unpause => Order::Unpause,
            Carried::Signal { signal, data } => Order::Signal { signal, data },
            Carried::Resume { node, data, source } => Order::Resume { node, data, source },
            Carried::Mark { node, mark, reason, source } => {
                Order::Mark { node, mark, reason, source }
            }
            Carried::TimerDue { node } => Order::TimerDue { node },
            Carried::Wake => Order::Wake,
        };
        Some((order, Context { organization, actor, command, causation, correlation, side }))
    }
}

fn start_of(fact: Fact) -> Option<Start> {
    let Fact::Started {
        run_id,
        workflow,
        definition,
        trigger,
        input,
        source_run,
        carried,
        parent,
        variables,
        subject,
        at,
    } = fact
    else {
        return None;
    };
    let chance = rand::random();
    Some(Start {
        definition,
        workflow,
        trigger,
        input,
        run_id,
        source_run,
        carried,
        parent,
        variables,
        subject,
        at,
        chance,
    })
}

/// What the postman's loop needs.
#[derive(Clone)]
pub struct Postman {
    /// Where letters lie.
    pub inbox: Inbox,
    /// What wakes the postman.
    pub bells: Bells,
    /// The slots whose letters are ours.
    pub ownership: Arc<Ownership>,
    /// The way to the runs.
    pub desk: RunDesk,
}

impl Postman {
    /// Delivers letters until it is told to stop.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        loop {
            let letters = self.inbox.take(&self.ownership.slots(), BATCH).await?;
            if letters.is_empty() {
                tokio::select! {
                    () = stop.cancelled() => return Ok(()),
                    () = self.bells.inbox.wait(LOOK_EVERY) => {}
                }
                continue;
            }
            let delivered =
                futures::future::join_all(letters.into_iter().map(|letter| self.deliver(letter)));
            for outcome in delivered.await {
                outcome?;
            }
        }
    }

    async fn deliver(&self, letter: Letter) -> Result<(), Error> {
        let command = letter.command;
        let opened = serde_json::from_str::<Parcel>(&letter.payload)
            .ok()
            .and_then(|parcel| parcel.open(command));
        let Some((order, context)) = opened else {
            return self
                .refuse(command, "unreadable", "the order cannot be read by this version")
                .await;
        };
        match self.desk.tell(letter.run, order, context).await {
            // An order that changed nothing wrote nothing, not even that it was delivered.
            Ok(placed) if placed.repeated => self.inbox.remove(command).await,
            Ok(_) | Err(Refused::Moved) => Ok(()),
            Err(Refused::Busy { .. } | Refused::Contended | Refused::Unanswered) => {
                tokio::time::sleep(LOOK_EVERY).await;
                Ok(())
            }
            Err(refused) => self.refuse(command, refused.code(), &refused.to_string()).await,
        }
    }

    async fn refuse(&self, command: CommandId, code: &str, message: &str) -> Result<(), Error> {
        let refusal = Refusal { code: code.to_owned(), message: message.to_owned() };
        let text =
            serde_json::to_string(&refusal).map_err(|source| Error::Encode(source.into()))?;
        self.inbox.refuse(command, &text).await
    }
}
