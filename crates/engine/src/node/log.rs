//! `log`: records a message.

use serde_json::Value;
use time::OffsetDateTime;

use super::field::field;
use super::logic::Done;
use crate::expression::Problem;
use crate::instant;

pub(super) fn check(payload: &Value) -> Result<(), Problem> {
    field(payload, "message").map(drop)
}

pub(super) fn log(input: &Value, at: OffsetDateTime) -> Result<Done, Problem> {
    let message = field(input, "message")?.clone();
    Ok(Done::with([("message", message), ("loggedAt", instant::text(at).into())]))
}
