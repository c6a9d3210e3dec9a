//! From events to the endpoints of the outside that want them: an event is put down for each, and
//! sent by the courier. So nobody waits for an endpoint here.

use std::sync::Arc;

use futures::future::BoxFuture;

use super::courier::suspend;
use super::reaction::{happening, is_happening};
use super::standing::Standing;
use crate::actors::reaction::{Reaction, Trouble};
use crate::aggregates::event_subscriptions::Subscriptions;
use crate::journal::{MAX_DEAD, Outbox, Recorded, Store};

/// The reaction's name, on its checkpoint and as the actor of what it orders.
const NAME: &str = "event-subscriptions";

/// The reaction that puts events down for those who subscribed to them.
pub struct EventSubscriber {
    subscriptions: Store<Subscriptions>,
    standing: Arc<Standing<Subscriptions>>,
    outbox: Outbox,
}

impl EventSubscriber {
    /// Puts down what these subscriptions want.
    pub const fn new(
        subscriptions: Store<Subscriptions>,
        standing: Arc<Standing<Subscriptions>>,
        outbox: Outbox,
    ) -> Self {
        Self { subscriptions, standing, outbox }
    }

    async fn put_down(&self, event: &Recorded) -> Result<(), Trouble> {
        let all = self.standing.at(event.organization, event.position).await?;
        let Some(all) = all.filter(|all| !all.all.is_empty()) else { return Ok(()) };
        let Some(happening) = happening(event)? else { return Ok(()) };
        for (id, subscription) in &all.all {
            if !subscription.wants(&happening, event.recorded_at) {
                continue;
            }
            let name = id.to_string();
            let waits = self.outbox.put(&name, event).await?;
            if !waits && self.outbox.backlog(&name).await?.dead >= MAX_DEAD {
                suspend(&self.subscriptions, event, *id, NAME).await?;
            }
        }
        Ok(())
    }
}

impl Reaction for EventSubscriber {
    fn name(&self) -> &'static str {
        NAME
    }

    fn concerns(&self, kind: &str, name: &str) -> bool {
        is_happening(kind, name)
    }

    fn react<'a>(&'a self, event: &'a Recorded) -> BoxFuture<'a, Result<(), Trouble>> {
        Box::pin(self.put_down(event))
    }
}
