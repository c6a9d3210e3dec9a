//! Which tables there are, and how what their events say comes into the database.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sqlx::PgPool;
use time::OffsetDateTime;
use tokio::sync::Semaphore;

use super::Error;
use super::error::while_doing;
use super::session::Session;
use crate::aggregates::table::{Command, Event, MAX_EVENTS, Order, Table};
use crate::journal::{self, Context, Journal, Loaded, Metadata, Recorded, Store, StreamId};
use crate::primitives::{Clock, CommandId, OrganizationId, TableId};
use crate::tables::{Change, Definition, Name};

/// How long a change of a table may take in the database: an index over many rows is made at once.
const DDL_LIMIT: Duration = Duration::from_mins(1);
/// How long a question about tables may take.
const LOOK_LIMIT: Duration = Duration::from_secs(5);
/// How many tables an organization has at most.
const MAX_TABLES: i64 = 200;
/// Who an auditor reads that noted a refusal.
const NAME: &str = "system:tables";
/// How many statements of authors are understood and asked at a time; more wait their turn.
const STATEMENTS_AT_ONCE: usize = 16;

/// The tables of all organizations. Cheap to clone.
#[derive(Clone)]
pub struct Data {
    pub(super) pool: PgPool,
    store: Store<Table>,
    clock: Arc<dyn Clock>,
    pub(super) turns: Arc<Semaphore>,
}

/// A table that is ready to be worked on.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Its name.
    pub name: Name,
    /// What it consists of.
    pub definition: Definition,
    /// How often it changed.
    pub version: u64,
}

/// A table in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Its id.
    pub table_id: String,
    /// Its name.
    pub name: String,
    /// What of its events was carried out.
    pub version: i64,
    /// What it consists of, as JSON.
    pub definition: Option<Value>,
    /// When it was created.
    pub created_at: OffsetDateTime,
    /// When it changed last.
    pub changed_at: OffsetDateTime,
}

impl Data {
    /// Works through a pool of [`crate::journal::pool::data`].
    pub fn new(pool: PgPool, journal: Journal, clock: Arc<dyn Clock>) -> Self {
        let turns = Arc::new(Semaphore::new(STATEMENTS_AT_ONCE));
        Self { pool, store: Store::tables(journal), clock, turns }
    }

    /// Where tables are changed. What is recorded there is carried out by [`Data::reconcile`].
    pub const fn store(&self) -> &Store<Table> {
        &self.store
    }

    /// The tables of an organization by name, as far as they were carried out.
    pub async fn list(
        &self,
        organization: OrganizationId,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<Summary>, Error> {
        let mut session = Session::read(&self.pool, organization, LOOK_LIMIT).await?;
        sqlx::query_as!(
            Summary,
            r#"select table_id, name, carried as version, definition, created_at, changed_at
                 from data_tables
                where organization_id = $1 and present and ($2::text is null or name > $2)
                order by name limit $3"#,
            organization.to_string(),
            after,
            limit,
        )
        .fetch_all(session.rows())
        .await
        .map_err(while_doing("listing tables"))
    }

    /// Refuses one more table than an organization may have.
    pub async fn has_room(&self, organization: OrganizationId) -> Result<bool, Error> {
        let mut session = Session::read(&self.pool, organization, LOOK_LIMIT).await?;
        let count = sqlx::query_scalar!(
            r#"select count(*) as "count!" from data_tables where organization_id = $1 and present"#,
            organization.to_string(),
        )
        .fetch_one(session.rows())
        .await
        .map_err(while_doing("counting tables"))?;
        Ok(count < MAX_TABLES)
    }

    /// The tables whose rows refer to rows of this one.
    pub async fn referring(
        &self,
        organization: OrganizationId,
        name: &Name,
    ) -> Result<Vec<String>, Error> {
        let mut session = Session::read(&self.pool, organization, LOOK_LIMIT).await?;
        let referring = sqlx::query_scalar!(
            r#"select t.name from data_tables t
                where t.organization_id = $1 and t.present and t.name <> $2
                  and exists (select from jsonb_array_elements(t.definition->'columns') c
                               where c->>'references' = $2)
                order by 1"#,
            organization.to_string(),
            name.as_str(),
        );
        referring.fetch_all(session.rows()).await.map_err(while_doing("looking for references"))
    }

    /// The names of the tables that a statement may name.
    pub(super) async fn names(session: &mut Session) -> Result<BTreeSet<String>, Error> {
        let organization = session.organization.to_string();
        let names = sqlx::query_scalar!(
            "select name from data_tables where organization_id = $1 and present",
            organization,
        );
        let names = names.fetch_all(session.rows()).await.map_err(while_doing("listing tables"))?;
        Ok(names.into_iter().collect())
    }

    /// A table by its name, with all that is recorded of it carried out.
    pub async fn open(&self, organization: OrganizationId, name: &str) -> Result<Opened, Error> {
        let unknown = || Error::NoTable(name.to_owned());
        let name: Name = name.parse().map_err(|_| unknown())?;
        let id = name.table(organization);
        let mut loaded = self.store.load(&id.to_string()).await?;
        if loaded.last == 0 {
            return Err(unknown());
        }
        let (carried, _) = self.carried(organization, &name).await?;
        if carried < loaded.last {
            loaded = self.reconcile(organization, id).await?;
        }
        let definition = loaded.aggregate.definition.ok_or_else(unknown)?;
        Ok(Opened { name, definition, version: loaded.aggregate.version })
    }

    /// The last event that was carried out, and what was refused, by sequence.
    async fn carried(
        &self,
        organization: OrganizationId,
        name: &Name,
    ) -> Result<(i64, BTreeMap<u64, String>), Error> {
        let mut session = Session::read(&self.pool, organization, LOOK_LIMIT).await?;
        let found = sqlx::query!(
            "select carried, refusals from data_tables where organization_id = $1 and name = $2",
            organization.to_string(),
            name.as_str(),
        );
        let found = found.fetch_optional(session.rows()).await;
        let Some(found) = found.map_err(while_doing("looking a table up"))? else {
            return Ok((0, BTreeMap::new()));
        };
        let refusals = serde_json::from_value(found.refusals);
        Ok((found.carried, refusals.map_err(|error| Error::Damaged(error.to_string()))?))
    }

    /// Carries out whatever is recorded of a table and was not carried out yet, and gives the table.
    ///
    /// Each event is one transaction with its number, so that it may be called at any time, by
    /// several at once, and after any death.
    pub async fn reconcile(
        &self,
        organization: OrganizationId,
        id: TableId,
    ) -> Result<Loaded<Table>, Error> {
        // What cannot be carried out is noted, which is one more event.
        loop {
            let stream = StreamId::table(id);
            let page = i64::try_from(MAX_EVENTS).unwrap_or(i64::MAX) + 1;
            let events = self.store.journal().read_stream(&stream, 0, page).await?;
            let mut loaded = Loaded::blank(id.to_string());
            let first = events.first().map(Recorded::table).transpose()?;
            let Some(Event::Created { name, .. }) = first else {
                return Err(Error::Damaged(format!("{id} has no beginning")));
            };
            let (carried, _) = self.carried(organization, &name).await?;
            for recorded in &events {
                let event = recorded.table()?;
                cqrs_es::Aggregate::apply(&mut loaded.aggregate, event.clone());
                loaded.last = recorded.sequence;
                if recorded.organization != organization {
                    return Err(Error::Damaged(format!("{id} is not of {organization}")));
                }
                if recorded.sequence > carried {
                    self.carry_out(recorded, &event, &name, &loaded.aggregate).await?;
                }
            }
            let (_, mut refused) = self.carried(organization, &name).await?;
            refused.retain(|sequence, _| !loaded.aggregate.refused.contains_key(sequence));
            if refused.is_empty() {
                return Ok(loaded);
            }
            for (sequence, reason) in refused {
                self.note(organization, id, sequence, reason).await?;
            }
        }
    }

    async fn carry_out(
        &self,
        recorded: &Recorded,
        event: &Event,
        name: &Name,
        table: &Table,
    ) -> Result<(), Error> {
        let definition = serde_json::to_value(&table.definition)
            .map_err(|error| Error::Damaged(error.to_string()))?;
        let mut session = Session::write(&self.pool, recorded.organization, DDL_LIMIT).await?;
        sqlx::query_scalar!(
            "select data_carry_out($1, $2, $3, $4, $5, $6, $7)",
            recorded.organization.to_string(),
            recorded.aggregate_id,
            name.as_str(),
            recorded.sequence,
            ddl(event),
            definition,
            event.at(),
        )
        .fetch_one(session.rows())
        .await
        .map_err(|source| {
            if journal::is_outage(&source) {
                while_doing("carrying out a change of a table")(source)
            } else {
                Error::Database { doing: "carrying out a change of a table", source }
            }
        })?;
        session.commit().await
    }

    async fn note(
        &self,
        organization: OrganizationId,
        id: TableId,
        sequence: u64,
        reason: String,
    ) -> Result<(), Error> {
        let order = Order::NoteRefusal { sequence, reason };
        let command = Command { by: NAME.to_owned(), at: self.clock.now(), order };
        let context = Context::new(Metadata::new(organization, NAME, CommandId::generate()));
        self.store.execute(&id.to_string(), command, context).await?;
        Ok(())
    }
}

/// What an event asks of the database.
fn ddl(event: &Event) -> Value {
    match event {
        Event::Created { definition, .. } => {
            json!({ "kind": "create", "columns": definition.columns, "indexes": definition.indexes })
        }
        Event::Dropped { .. } => json!({ "kind": "drop" }),
        Event::ChangeRefused { .. } => json!({ "kind": "none" }),
        Event::ColumnAdded { .. }
        | Event::ColumnRemoved { .. }
        | Event::ColumnRenamed { .. }
        | Event::IndexAdded { .. }
        | Event::IndexRemoved { .. } => event.change().map_or(Value::Null, |change| match change {
            Change::AddColumn(column) => json!({ "kind": "add_column", "column": column }),
            Change::RemoveColumn(name) => json!({ "kind": "remove_column", "name": name }),
            Change::RenameColumn { from, to } => {
                json!({ "kind": "rename_column", "from": from, "to": to })
            }
            Change::AddIndex(index) => json!({ "kind": "add_index", "index": index }),
            Change::RemoveIndex(name) => json!({ "kind": "remove_index", "name": name }),
        }),
    }
}
