//! What happened to a table. Stored for ever: a changed shape is a new version and an upcaster.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::primitives::{OrganizationId, TableId};
use crate::tables::{Change, Column, Definition, Index, Name};

/// A fact of a table's life. Each is carried out in the database after it stands on the ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Event {
    /// The table came into being.
    Created {
        /// Its id.
        table_id: TableId,
        /// Its owner.
        organization_id: OrganizationId,
        /// Its name.
        name: Name,
        /// What it consists of.
        definition: Definition,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// A column came.
    ColumnAdded {
        /// The column.
        column: Column,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// A column went, with what it held.
    ColumnRemoved {
        /// Which one.
        name: Name,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// A column is called something else.
    ColumnRenamed {
        /// What it was called.
        from: Name,
        /// What it is called.
        to: Name,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// An index came.
    IndexAdded {
        /// The index.
        index: Index,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// An index went.
    IndexRemoved {
        /// Which one.
        name: Name,
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The table came to its end, with all its rows.
    Dropped {
        /// Who did it.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// The rows there were did not allow what an event says: it had no effect.
    ChangeRefused {
        /// The event's sequence.
        sequence: u64,
        /// What stood in the way.
        reason: String,
        /// Who found out.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
}

impl Event {
    /// The version in which every event of this aggregate is written today.
    pub const VERSION: &'static str = "1.0";

    /// The names of all events, in the order of the enum.
    pub const NAMES: [&'static str; 8] = [
        "created",
        "column_added",
        "column_removed",
        "column_renamed",
        "index_added",
        "index_removed",
        "dropped",
        "change_refused",
    ];

    /// The stored name of this event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Created { .. } => "created",
            Self::ColumnAdded { .. } => "column_added",
            Self::ColumnRemoved { .. } => "column_removed",
            Self::ColumnRenamed { .. } => "column_renamed",
            Self::IndexAdded { .. } => "index_added",
            Self::IndexRemoved { .. } => "index_removed",
            Self::Dropped { .. } => "dropped",
            Self::ChangeRefused { .. } => "change_refused",
        }
    }

    /// When it happened.
    pub const fn at(&self) -> OffsetDateTime {
        match self {
            Self::Created { at, .. }
            | Self::ColumnAdded { at, .. }
            | Self::ColumnRemoved { at, .. }
            | Self::ColumnRenamed { at, .. }
            | Self::IndexAdded { at, .. }
            | Self::IndexRemoved { at, .. }
            | Self::Dropped { at, .. }
            | Self::ChangeRefused { at, .. } => *at,
        }
    }

    /// The event that a change is.
    pub(super) fn of(change: Change, by: String, at: OffsetDateTime) -> Self {
        match change {
            Change::AddColumn(column) => Self::ColumnAdded { column, by, at },
            Change::RemoveColumn(name) => Self::ColumnRemoved { name, by, at },
            Change::RenameColumn { from, to } => Self::ColumnRenamed { from, to, by, at },
            Change::AddIndex(index) => Self::IndexAdded { index, by, at },
            Change::RemoveIndex(name) => Self::IndexRemoved { name, by, at },
        }
    }

    /// The change that it is, if it is one of a table's definition.
    pub fn change(&self) -> Option<Change> {
        match self {
            Self::ColumnAdded { column, .. } => Some(Change::AddColumn(column.clone())),
            Self::ColumnRemoved { name, .. } => Some(Change::RemoveColumn(name.clone())),
            Self::ColumnRenamed { from, to, .. } => {
                Some(Change::RenameColumn { from: from.clone(), to: to.clone() })
            }
            Self::IndexAdded { index, .. } => Some(Change::AddIndex(index.clone())),
            Self::IndexRemoved { name, .. } => Some(Change::RemoveIndex(name.clone())),
            Self::Created { .. } | Self::Dropped { .. } | Self::ChangeRefused { .. } => None,
        }
    }
}

impl DomainEvent for Event {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        Self::VERSION.to_owned()
    }
}
