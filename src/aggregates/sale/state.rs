//! The sale as its events made it, and what it answers to orders.

use alloy_primitives::B256;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::command::{Command, Order};
use super::error::Error;
use super::event::{Event, Reservation};
use crate::primitives::RunId;

/// Where a sale stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Stage {
    /// Nothing was presented.
    #[default]
    Nothing,
    /// The authorization is kept.
    Reserved,
    /// The run has begun, and the money was not asked for.
    Begun,
    /// The money was asked for: it may have moved.
    Asked,
    /// It is not known whether it moved.
    Doubted {
        /// Why not.
        reason: String,
    },
    /// It moved.
    Settled {
        /// By which transaction, where that is known.
        transaction: Option<B256>,
    },
    /// It did not move, and will not.
    Refused {
        /// Why not.
        reason: String,
    },
    /// No run began, and no money was asked for.
    Declined {
        /// Why.
        reason: String,
    },
}

/// A sale, folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sale {
    /// What was presented, and for what.
    pub reservation: Option<Reservation>,
    /// The run that it started.
    pub run: Option<RunId>,
    /// Where it stands.
    pub stage: Stage,
    /// When something happened to it the last time.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub at: Option<OffsetDateTime>,
}

impl Stage {
    /// A word for it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Reserved => "reserved",
            Self::Begun | Self::Asked | Self::Doubted { .. } => "pending",
            Self::Settled { .. } => "settled",
            Self::Refused { .. } => "refused",
            Self::Declined { .. } => "declined",
        }
    }

    /// Whether nothing more happens.
    pub const fn is_over(&self) -> bool {
        match self {
            Self::Settled { .. } | Self::Refused { .. } | Self::Declined { .. } => true,
            Self::Nothing | Self::Reserved | Self::Begun | Self::Asked | Self::Doubted { .. } => {
                false
            }
        }
    }

    /// Whether the money was asked for, so that it may have moved.
    pub const fn was_asked(&self) -> bool {
        match self {
            Self::Asked | Self::Doubted { .. } => true,
            Self::Nothing
            | Self::Reserved
            | Self::Begun
            | Self::Settled { .. }
            | Self::Refused { .. }
            | Self::Declined { .. } => false,
        }
    }
}

impl Sale {
    /// Decides what an order leads to, or why it is refused. No event: it was done before.
    pub fn decide(&self, Command { at, order }: Command) -> Result<Option<Event>, Error> {
        if self.stage == Stage::Nothing {
            return match order {
                Order::Reserve(reservation) => Ok(Some(Event::Reserved { reservation, at })),
                Order::Begin(_)
                | Order::Decline(_)
                | Order::Ask
                | Order::Doubt(_)
                | Order::Settle { .. }
                | Order::Refuse(_) => Err(Error::Unknown),
            };
        }
        match order {
            Order::Reserve(_) => Err(Error::Reserved),
            Order::Begin(run_id) => Self::when(
                self.stage == Stage::Reserved,
                self.run == Some(run_id),
                Event::Begun { run_id, at },
            ),
            Order::Decline(reason) => Self::when(
                self.stage == Stage::Reserved,
                matches!(self.stage, Stage::Declined { .. }),
                Event::Declined { reason, at },
            ),
            Order::Ask => Self::when(
                self.stage == Stage::Begun,
                self.stage.was_asked() || self.stage.is_over(),
                Event::Asked { at },
            ),
            Order::Doubt(reason) => Self::when(
                self.stage == Stage::Asked,
                matches!(self.stage, Stage::Doubted { .. }) || self.stage.is_over(),
                Event::Doubted { reason, at },
            ),
            Order::Settle { transaction } => Self::when(
                self.stage.was_asked(),
                matches!(self.stage, Stage::Settled { .. }),
                Event::Settled { transaction, at },
            ),
            Order::Refuse(reason) => Self::when(
                self.stage.was_asked(),
                matches!(self.stage, Stage::Refused { .. }),
                Event::Refused { reason, at },
            ),
        }
    }

    /// The event where its time has come; nothing where it was before.
    fn when(is_next: bool, is_done: bool, event: Event) -> Result<Option<Event>, Error> {
        if is_next {
            Ok(Some(event))
        } else if is_done {
            Ok(None)
        } else {
            Err(Error::OutOfPlace)
        }
    }
}

impl Aggregate for Sale {
    const TYPE: &'static str = "sale";
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
        if let Some(event) = self.decide(command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        let (stage, at) = match event {
            Event::Reserved { reservation, at } => {
                self.reservation = Some(*reservation);
                (Stage::Reserved, at)
            }
            Event::Begun { run_id, at } => {
                self.run = Some(run_id);
                (Stage::Begun, at)
            }
            Event::Declined { reason, at } => (Stage::Declined { reason }, at),
            Event::Asked { at } => (Stage::Asked, at),
            Event::Doubted { reason, at } => (Stage::Doubted { reason }, at),
            Event::Settled { transaction, at } => (Stage::Settled { transaction }, at),
            Event::Refused { reason, at } => (Stage::Refused { reason }, at),
        };
        (self.stage, self.at) = (stage, Some(at));
    }
}
