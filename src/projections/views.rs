//! The one way to the rows of views: as one organization sees them, or, for the house's own work,
//! across all of them. The database holds both to it, by policies on every table.

use sqlx::{PgConnection, PgPool, Postgres, Transaction};

use super::Error;
use super::error::while_doing;
use crate::primitives::OrganizationId;

/// The views as those read them who serve. Nothing is seen through it but in the name of an
/// organization. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Views(PgPool);

impl Views {
    /// Reads through a pool of [`crate::journal::pool::serving`].
    pub const fn new(pool: PgPool) -> Self {
        Self(pool)
    }

    /// Begins to read what belongs to an organization, and nothing else.
    ///
    /// One round trip: the transaction and its setting go out together. Its end is not awaited.
    pub(super) async fn of(&self, organization: OrganizationId) -> Result<Reader, Error> {
        // `set` takes no parameters. An id is letters, digits and `_`, whoever made it up.
        let begin = format!("begin read only; set local app.organization = '{organization}'");
        let transaction = self.0.begin_with(begin).await;
        transaction.map(Reader).map_err(while_doing("beginning to read a view"))
    }
}

/// A transaction that sees the rows of one organization. It ends when it is dropped.
#[derive(Debug)]
pub(super) struct Reader(Transaction<'static, Postgres>);

impl Reader {
    /// Where its queries go.
    pub(super) fn rows(&mut self) -> &mut PgConnection {
        &mut self.0
    }
}

/// The views across organizations, for what the house does of its own accord: it wakes runs, takes
/// them over and prompts tasks. Never for a request. Cheap to clone.
///
/// What it may read is listed in the table `projection_house_reads`, column by column.
#[derive(Debug, Clone)]
pub struct HouseViews(PgPool);

impl HouseViews {
    /// Reads through a pool of [`crate::journal::pool::house`].
    pub const fn new(pool: PgPool) -> Self {
        Self(pool)
    }

    /// Where its queries go.
    pub(super) const fn rows(&self) -> &PgPool {
        &self.0
    }
}
