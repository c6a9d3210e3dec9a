//! From what is recorded of a table to the table itself, where whoever ordered it did not live to
//! carry it out.

use cqrs_es::Aggregate;
use futures::future::BoxFuture;

use super::reaction::{Reaction, Trouble};
use crate::aggregates::table::Table;
use crate::data::{self, Data};
use crate::journal::Recorded;
use crate::primitives::{InvalidId, TableId};

/// The reaction that carries out in the database what the events of tables say.
pub struct TableReaction {
    data: Data,
}

impl TableReaction {
    /// Carries out with these means.
    pub const fn new(data: Data) -> Self {
        Self { data }
    }
}

impl From<data::Error> for Trouble {
    fn from(error: data::Error) -> Self {
        if error.is_transient() { Self::Passing(error.into()) } else { Self::Lasting(error.into()) }
    }
}

impl Reaction for TableReaction {
    fn name(&self) -> &'static str {
        "tables"
    }

    fn concerns(&self, kind: &str, _: &str) -> bool {
        kind == Table::TYPE
    }

    fn react<'a>(&'a self, event: &'a Recorded) -> BoxFuture<'a, Result<(), Trouble>> {
        Box::pin(async move {
            let id = event.aggregate_id.parse();
            let id: TableId = id.map_err(|error: InvalidId| Trouble::lasting(error))?;
            self.data.reconcile(event.organization, id).await?;
            Ok(())
        })
    }
}
