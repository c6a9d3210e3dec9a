//! Why the assistant gave no answer, as problems.

use super::answer::Problem;
use super::table::Code;
use crate::assistant::Error;
use crate::http::rates::Exhausted;

/// When to come again where others are being answered.
const RETRY_AFTER: std::time::Duration = std::time::Duration::from_secs(5);

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Off => Self::new(Code::AssistantOff),
            Error::NoModel(_) => Self::new(Code::AssistantWithoutModel).because(error),
            Error::Busy => Self::new(Code::Busy).because(error).retry_after(RETRY_AFTER),
            Error::Exhausted(Some(after)) => {
                Self::new(Code::AssistantUnanswered).because(error).retry_after(after)
            }
            Error::Away(_)
            | Error::Slow(_)
            | Error::Credentials(_)
            | Error::Exhausted(None)
            | Error::Refused { .. }
            | Error::Faulty(_)
            | Error::Garbled(_) => Self::new(Code::AssistantUnanswered).because(error),
            Error::Withheld(_) => Self::new(Code::ConnectorRefuses).because(error),
            Error::Connector(error) => error.into(),
        }
    }
}

impl From<Exhausted> for Problem {
    fn from(full: Exhausted) -> Self {
        Self::new(Code::RateLimited).retry_after(full.retry_after)
    }
}
