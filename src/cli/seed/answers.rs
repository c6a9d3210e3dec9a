//! What the world answers to the runs of a seeded organization.

use std::sync::Arc;

use engine::rehearsal::{Answer, Call, Gap, Purpose, Respond, Said};
use engine::{Failure, FailureCategory, Json};
use serde_json::{Value, json};
use time::Duration;

use super::chance::Chance;
use super::people::PEOPLE;
use super::shapes::Shape;
use crate::primitives::{RunId, TaskId};

/// How a run goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Everybody answers as they should.
    Well,
    /// The first try of each call fails.
    Shaky,
    /// Who is called is out of service.
    Unavailable,
    /// Who is called refuses.
    Refused,
    /// Who is called does not answer.
    Silent,
    /// A person says no.
    Rejected,
    /// Somebody ends it while it rests.
    Cancelled,
    /// What it waits for has not come.
    Open,
}

impl Fate {
    /// What becomes of a run of this shape.
    pub(super) fn drawn(shape: Shape, chance: &mut Chance) -> Self {
        let draw = chance.between(0, 1_000);
        let of = |from: i64, share: i64| (from..from + share).contains(&draw);
        if shape.calls() && of(0, 30) {
            Self::Shaky
        } else if shape.calls() && of(30, 18) {
            Self::Unavailable
        } else if shape.calls() && of(48, 14) {
            Self::Refused
        } else if shape.calls() && of(62, 6) {
            Self::Silent
        } else if shape.has_tasks() && of(100, 90) {
            Self::Rejected
        } else if shape.rests() && of(200, 60) {
            Self::Cancelled
        } else {
            Self::Well
        }
    }
}

/// Answers the calls of one run.
#[derive(Debug)]
pub(super) struct World<'w> {
    pub(super) run: RunId,
    pub(super) shape: Shape,
    pub(super) fate: Fate,
    pub(super) chance: &'w mut Chance,
}

impl Respond for World<'_> {
    fn respond(&mut self, call: &Call) -> Result<Answer, Gap> {
        match call.purpose {
            Purpose::Effect { .. } => Ok(self.effect(call)),
            Purpose::Wait { .. } => self.wait(call),
        }
    }
}

impl World<'_> {
    fn effect(&mut self, call: &Call) -> Answer {
        let after = Duration::milliseconds(self.chance.skewed(35, 2_400));
        let said = match self.fate {
            Fate::Silent => Said::Nothing,
            Fate::Unavailable => Said::Failure(unavailable()),
            Fate::Shaky if call.attempt == 1 => Said::Failure(unavailable()),
            Fate::Refused => Said::Failure(of_status(422, "Unprocessable Entity")),
            Fate::Well | Fate::Shaky | Fate::Rejected | Fate::Cancelled | Fate::Open => {
                Said::Response(self.answered(after))
            }
        };
        Answer { said, after }
    }

    fn answered(&mut self, after: Duration) -> Json {
        let body = match self.shape {
            Shape::Watch => json!({ "balance": self.chance.between(1_000, 90_000) }),
            Shape::Settlement => json!({ "state": "settled" }),
            Shape::Invoice | Shape::Payment | Shape::Routing | Shape::Payroll | Shape::Shipping => {
                json!({ "entry": self.chance.hex(12) })
            }
        };
        let took = i64::try_from(after.whole_milliseconds()).unwrap_or_default();
        let headers = json!({ "content-type": "application/json" });
        json(json!({ "status": 200, "headers": headers, "body": body, "durationMs": took }))
    }

    fn wait(&mut self, call: &Call) -> Result<Answer, Gap> {
        let by = *self.chance.one(&PEOPLE);
        let task = TaskId::of(self.run, &call.address.to_string());
        let said = match self.fate {
            Fate::Open | Fate::Cancelled => return Err(Gap::NotMocked),
            Fate::Rejected => json!({
                "outcome": "rejected", "reason": "the invoice was paid before", "by": by, "taskId": task,
            }),
            Fate::Well | Fate::Shaky | Fate::Unavailable | Fate::Refused | Fate::Silent => {
                if self.shape.has_tasks() {
                    let data = json!({ "approved": true, "note": "as agreed" });
                    json!({ "outcome": "completed", "data": data, "by": by, "taskId": task })
                } else {
                    json!({ "carrier": "post", "parcel": self.chance.hex(10) })
                }
            }
        };
        let minutes = self.chance.skewed(3, 2_400);
        Ok(Answer { said: Said::Response(json(said)), after: Duration::minutes(minutes) })
    }
}

fn json(value: Value) -> Json {
    Arc::new(value)
}

fn unavailable() -> Failure {
    of_status(503, "Service Unavailable")
}

/// The failure of a request that was answered by this status, as the house words it.
fn of_status(status: u16, name: &str) -> Failure {
    let message = format!("the server answered {status} ({name})");
    let details = Some(json(json!({ "status": status })));
    let (code, category) = ("http_status", FailureCategory::Service);
    if status < 500 {
        Failure { details, ..Failure::lasting(code, category, message) }
    } else {
        Failure { details, ..Failure::passing(code, category, message) }
    }
}
