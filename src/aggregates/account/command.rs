//! What an account can be told to do.

use time::OffsetDateTime;

use super::state::Plan;

/// An order, by whom and when it was given.
#[derive(Debug, Clone)]
pub struct Command {
    /// Who gives the order, as an auditor will read it.
    pub by: String,
    /// When it was given.
    pub at: OffsetDateTime,
    /// What is to be done.
    pub order: Order,
}

/// What is to be done with the account.
#[derive(Debug, Clone)]
pub enum Order {
    /// Count usage against a balance from this day on, or change how.
    Meter(Plan),
    /// Stop counting: usage is unlimited.
    Unmeter,
    /// Add units that were paid for.
    TopUp {
        /// How many.
        units: u64,
        /// What it refers to: an invoice, an order.
        reference: Option<String>,
    },
    /// Add units as a present.
    Grant {
        /// How many.
        units: u64,
        /// Why.
        reason: Option<String>,
    },
    /// Add what the plan grants for the present month, unless that was done.
    GrantMonth,
    /// Note that the units are used up, or that there are some again.
    Judge {
        /// The balance, as the view of usage has it.
        balance: i64,
        /// The account's version that is contained in it.
        seen: u64,
    },
}
