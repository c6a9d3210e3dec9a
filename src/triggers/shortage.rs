//! That an organization's compute units are used up, as those see it who start runs.

use std::fmt;

use time::OffsetDateTime;

/// What was found when the units ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortage {
    /// The balance then; runs that had begun may have used more since.
    pub balance: i64,
    /// What the balance has to exceed.
    pub threshold: u64,
    /// When that was.
    pub since: OffsetDateTime,
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { balance, threshold, since } = self;
        let (day, time) = (since.date(), since.time().truncate_to_second());
        write!(
            f,
            "the organization's compute units are used up: its balance was {balance} on {day} at \
             {time} UTC, and has to be above {threshold}. Have units added, or wait for the next \
             month's grant; `GET /v1/usage/balance` shows what is left"
        )
    }
}
