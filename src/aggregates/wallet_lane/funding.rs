//! Money for a lane: what is wanted waits for it, and one run of the organization at a time gets it.

use alloy_primitives::{Address, U256};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::error::Error;
use super::event::Event;
use super::state::Lane;
use super::wanted::Stage;
use crate::primitives::{IntentId, RunId, WorkflowId};

/// A run that gets money for a lane, and what it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TopUp {
    /// The run. Its id follows from the intent for which it begins, and from how many began before it.
    pub run_id: RunId,
    /// The workflow that gets the money.
    pub workflow_id: WorkflowId,
    /// The wallet's address.
    pub address: Address,
    /// How much of the coin the wallet has, in wei.
    pub balance: U256,
    /// How much is needed for value and fees of the intent and of what is on its way, in wei.
    pub needed: U256,
    /// How much more what has no nonce yet would take, in wei.
    pub waiting: U256,
    /// How much the wallet should have at least, in wei.
    pub floor: U256,
    /// When its time is over.
    #[serde(with = "time::serde::rfc3339")]
    pub until: OffsetDateTime,
}

/// A run that gets money and was not seen to be over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnderWay {
    /// The run.
    pub top_up: TopUp,
    /// For which intent it began.
    pub intent: IntentId,
    /// Whether it was told to end.
    pub is_called_off: bool,
}

/// How the last run that got money ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The run.
    pub run_id: RunId,
    /// Why it got none, where it failed.
    pub failure: Option<String>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// What the money of a lane is known of, beside the intents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Funding {
    /// The run that gets money now.
    pub under_way: Option<UnderWay>,
    /// How the one before ended.
    pub last: Option<Ended>,
    /// How many began.
    pub(super) begun: u64,
}

/// For what an intent waits that cannot be paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lacking {
    /// The run that gets the money.
    pub run_id: RunId,
    /// Until when it waits, all in all.
    #[serde(with = "time::serde::rfc3339")]
    pub until: OffsetDateTime,
    /// How much the last run was told that began for this very intent.
    pub told: Option<U256>,
}

/// Who gets money for a wallet on a chain, as its organization says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hook {
    /// The workflow.
    pub workflow: WorkflowId,
    /// How long it may take, and be waited for.
    pub within: Duration,
    /// How much the wallet should have at least, in wei.
    pub floor: U256,
    /// How much what waits beside would take, in wei.
    pub waiting: U256,
}

impl Lane {
    /// An intent cannot be paid: it waits for the run that gets money, which begins where none is under way.
    pub(super) fn lacks(
        &self,
        intent_id: IntentId,
        (balance, needed): (U256, U256),
        hook: Hook,
        at: OffsetDateTime,
    ) -> Result<Vec<Event>, Error> {
        let wanted = self.standing(intent_id, "wait for money", |stage| {
            matches!(stage, Stage::Allowed | Stage::Lacking)
        })?;
        let origin = &wanted.intent.origin;
        let known = wanted.lacking.as_ref();
        let until = known.map_or(at + hook.within, |it| it.until);
        let lacking = |run_id| Event::FundsLacking {
            intent_id,
            balance,
            needed,
            run_id,
            until,
            origin: origin.clone(),
            at,
        };
        if let Some(UnderWay { top_up, .. }) = &self.funding.under_way {
            let waits = wanted.stage == Stage::Lacking
                && known.is_some_and(|it| it.run_id == top_up.run_id);
            return Ok(if waits { Vec::new() } else { vec![lacking(top_up.run_id)] });
        }
        let run_id = origin.run_id.begun_by(&format!("top-up {intent_id} {}", self.funding.begun));
        let top_up = TopUp {
            run_id,
            workflow_id: hook.workflow,
            address: wanted.intent.address,
            balance,
            needed,
            waiting: hook.waiting,
            floor: hook.floor,
            until: at + hook.within,
        };
        let for_run = origin.run_id;
        let begun = Event::TopUpWanted { intent_id, top_up: Box::new(top_up), for_run, at };
        Ok(vec![lacking(run_id), begun])
    }

    /// An intent that waited for money can be paid.
    pub(super) fn funded(
        &self,
        intent_id: IntentId,
        (balance, needed): (U256, U256),
        at: OffsetDateTime,
    ) -> Result<Event, Error> {
        let is_lacking = |stage: &Stage| *stage == Stage::Lacking;
        let wanted = self.standing(intent_id, "go on with money", is_lacking)?;
        let origin = wanted.intent.origin.clone();
        Ok(Event::FundsArrived { intent_id, balance, needed, origin, at })
    }

    /// The run that gets money is over, or never began. What is known already is no event.
    pub(super) fn top_up_over(
        &self,
        run_id: RunId,
        failure: Option<String>,
        at: OffsetDateTime,
    ) -> Vec<Event> {
        let this = self.funding.under_way.as_ref().filter(|it| it.top_up.run_id == run_id);
        let Some(UnderWay { intent, .. }) = this else { return Vec::new() };
        vec![Event::TopUpEnded { intent_id: *intent, run_id, failure, at }]
    }

    /// The run that gets money is to end: its time is over. That is said once.
    pub(super) fn top_up_too_late(&self, at: OffsetDateTime) -> Vec<Event> {
        let late = self.funding.under_way.iter();
        late.filter(|it| !it.is_called_off && at >= it.top_up.until)
            .map(|it| Event::TopUpCalledOff { intent_id: it.intent, run_id: it.top_up.run_id, at })
            .collect()
    }
}

impl Funding {
    pub(super) fn begin(&mut self, intent: IntentId, top_up: TopUp) {
        self.begun += 1;
        self.under_way = Some(UnderWay { top_up, intent, is_called_off: false });
    }

    pub(super) const fn call_off(&mut self) {
        if let Some(under_way) = &mut self.under_way {
            under_way.is_called_off = true;
        }
    }

    pub(super) fn end(&mut self, run_id: RunId, failure: Option<String>, at: OffsetDateTime) {
        self.under_way = None;
        self.last = Some(Ended { run_id, failure, at });
    }
}
