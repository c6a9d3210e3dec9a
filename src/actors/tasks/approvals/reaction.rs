//! Between what is to be signed and tasks: a question for approval opens one for each who may answer it, and
//! they end with it.

use cqrs_es::Aggregate;
use engine::Json;
use futures::future::BoxFuture;

use super::question::{Over, Turn};
use super::shown::{self, Shown};
use crate::actors::order::Context;
use crate::actors::reaction::{Reaction, Trouble};
use crate::actors::tasks::desk::TaskDesk;
use crate::aggregates::signature_request::{self, SignatureRequest};
use crate::aggregates::task::{Approval, Closing, Opening, Order, Subject};
use crate::aggregates::wallet_lane::{self, Lane, Origin};
use crate::journal::{Journal, Recorded, Store, StreamId};
use crate::policies::approvals::Asked;
use crate::primitives::{CommandId, IntentId, TaskId};

/// The reaction's name, on its checkpoint and as the actor of what it orders.
const NAME: &str = "approval-reaction";

/// The reaction that puts questions for approval into the inboxes of those who may answer.
pub struct ApprovalReaction {
    journal: Journal,
    tasks: TaskDesk,
    lanes: Store<Lane>,
    requests: Store<SignatureRequest>,
}

/// What a question is about.
struct About {
    subject: Subject,
    origin: Origin,
    shown: Shown,
    /// What the policies decided, as it stands before the question.
    decision: Option<Json>,
}

/// What is wrong with what was found on the ledger.
#[derive(Debug, thiserror::Error)]
#[error("the stream {0} has no id of its kind")]
struct Odd(String);

impl ApprovalReaction {
    /// Ties what is to be signed on this ledger to its tasks.
    pub fn new(journal: Journal) -> Self {
        let tasks = TaskDesk::new(Store::tasks(journal.clone()));
        let lanes = Store::wallet_lanes(journal.clone());
        Self { tasks, lanes, requests: Store::signature_requests(journal.clone()), journal }
    }

    async fn lane(&self, event: &Recorded) -> Result<(), Trouble> {
        match Turn::of_lane(event.wallet_lane()?) {
            None => Ok(()),
            Some(Turn::Over(intent, over)) => self.close(event, intent, &over).await,
            Some(Turn::Put(intent, asked)) => match self.transaction(event, intent).await? {
                Some(about) => self.open(event, (intent, &asked), about).await,
                None => Ok(()),
            },
        }
    }

    /// The transaction that is asked about; nothing where it is over already.
    async fn transaction(
        &self,
        event: &Recorded,
        intent: IntentId,
    ) -> Result<Option<About>, Trouble> {
        let lane = self.lanes.load(&event.aggregate_id).await?.aggregate;
        let Some(wanted) = lane.find(intent) else { return Ok(None) };
        let before = self.before(Lane::TYPE, event).await?;
        let decision = match before.map(|it| it.wallet_lane()).transpose()? {
            Some(wallet_lane::Event::PolicyDecided { reasons, .. }) => Some(reasons),
            Some(_) | None => None,
        };
        let (wallet_id, chain_id) = (wanted.intent.wallet_id, wanted.intent.chain_id);
        Ok(Some(About {
            subject: Subject::Transaction { wallet_id, chain_id },
            origin: wanted.intent.origin.clone(),
            shown: Shown::transaction(wanted),
            decision,
        }))
    }

    async fn document(&self, event: &Recorded) -> Result<(), Trouble> {
        let id = &event.aggregate_id;
        let intent = id.parse().map_err(|_| Trouble::lasting(Odd(id.clone())))?;
        match Turn::of_document(intent, event.signature_request()?) {
            None => Ok(()),
            Some(Turn::Over(intent, over)) => self.close(event, intent, &over).await,
            Some(Turn::Put(intent, asked)) => match self.to_be_signed(event).await? {
                Some(about) => self.open(event, (intent, &asked), about).await,
                None => Ok(()),
            },
        }
    }

    /// The document that is asked about; nothing where it is over already.
    async fn to_be_signed(&self, event: &Recorded) -> Result<Option<About>, Trouble> {
        let request = self.requests.load(&event.aggregate_id).await?.aggregate;
        let Some((intent, _)) = request.wanted.filter(|(_, stage)| !stage.is_over()) else {
            return Ok(None);
        };
        let before = self.before(SignatureRequest::TYPE, event).await?;
        let decision = match before.map(|it| it.signature_request()).transpose()? {
            Some(signature_request::Event::PolicyDecided { reasons, .. }) => Some(reasons),
            Some(_) | None => None,
        };
        Ok(Some(About {
            subject: Subject::Document,
            origin: intent.origin.clone(),
            shown: Shown::document(&intent),
            decision,
        }))
    }

    /// The event before one in its stream.
    async fn before(
        &self,
        kind: &'static str,
        event: &Recorded,
    ) -> Result<Option<Recorded>, Trouble> {
        let stream = StreamId::new(kind, event.aggregate_id.clone());
        let page = self.journal.read_stream(&stream, event.sequence - 2, 1).await?;
        Ok(page.into_iter().next())
    }

    /// Puts the question to each who may answer.
    async fn open(
        &self,
        event: &Recorded,
        (intent, asked): (IntentId, &Asked),
        about: About,
    ) -> Result<(), Trouble> {
        let About { subject, origin, shown, decision } = about;
        let reasons = decision.map(|it| shown::reasons(&it)).unwrap_or_default();
        let approval = Approval { subject, intent_id: intent, digest: asked.digest };
        for person in asked.people() {
            let (task, expires_at) = shown.task((intent, asked), &reasons, person);
            let id = TaskId::of_approval(intent, person, asked.asked_at);
            let opening = Opening {
                id,
                organization: event.organization,
                approval: Some(approval),
                run: origin.run_id,
                node: origin.node_id.clone(),
                workflow: origin.workflow_id,
                task,
                opened_at: asked.asked_at,
                expires_at,
            };
            let context = because_of(event, id);
            self.tasks
                .order(id, Order::Create(Box::new(opening)), event.recorded_at, context)
                .await?;
        }
        Ok(())
    }

    /// Ends the tasks of those who need not answer any more.
    async fn close(&self, event: &Recorded, intent: IntentId, over: &Over) -> Result<(), Trouble> {
        for person in &over.discharged.people {
            let id = TaskId::of_approval(intent, person, over.discharged.asked_at);
            let (by, closing): (_, Closing) = over.closing(person);
            let context = because_of(event, id);
            let by = by.map_or_else(|| context.actor.clone(), str::to_owned);
            let order = Order::Close(closing);
            self.tasks.order_by(by, (id, order), event.recorded_at, context).await?;
        }
        Ok(())
    }
}

/// A command for each task, and the same whenever the event comes again.
fn because_of(event: &Recorded, task: TaskId) -> Context {
    let command =
        CommandId::derived(event.recorded_at, &format!("{NAME} {} {task}", event.position));
    Context { command, ..Context::because_of(event, NAME) }
}

impl Reaction for ApprovalReaction {
    fn name(&self) -> &'static str {
        NAME
    }

    fn concerns(&self, kind: &str, name: &str) -> bool {
        (kind == Lane::TYPE || kind == SignatureRequest::TYPE)
            && matches!(
                name,
                "approval_requested"
                    | "approval_granted"
                    | "approval_rejected"
                    | "approval_expired"
                    | "cancelled"
            )
    }

    fn react<'a>(&'a self, event: &'a Recorded) -> BoxFuture<'a, Result<(), Trouble>> {
        Box::pin(async move {
            if event.aggregate_type == Lane::TYPE {
                self.lane(event).await
            } else {
                self.document(event).await
            }
        })
    }
}
