//! Which keys there are, and at which version each is. Below the fold, the list.

use std::collections::HashMap;

use futures::future::BoxFuture;
use serde::Deserialize;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::Error;
use super::concern;
use super::error::while_doing;
use super::facts;
use super::page::{Cursor, Page, Paging};
use super::positions::Positions;
use super::projection::Projection;
use super::text::Text;
use super::views::Views;
use crate::aggregates::entry::Scope;
use crate::journal::Recorded;
use crate::primitives::OrganizationId;

/// The projection behind `view_entries`.
#[derive(Debug, Clone, Copy)]
pub struct Projector;

impl Projector {
    /// Its name.
    pub const NAME: &'static str = "storage";
}

impl Projection for Projector {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn version(&self) -> i32 {
        1
    }

    fn concerns(&self, event: &Recorded) -> bool {
        concern::is_of(event, &[concern::ENTRY])
    }

    fn write<'a>(
        &'a self,
        connection: &'a mut PgConnection,
        events: &'a [&'a Recorded],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let payloads = facts::of_entries(events)?;
            let mut entries = Entries::new();
            for (event, payload) in &payloads {
                take(&mut entries, event, payload)?;
            }
            write(connection, entries).await
        })
    }
}

/// What happened to an entry, without its value.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Deed<'a> {
    Set(#[serde(borrow)] Change<'a>),
    Removed {},
}

#[derive(Debug, Deserialize)]
struct Change<'a> {
    #[serde(borrow)]
    place: Place<'a>,
    #[serde(borrow)]
    by: Text<'a>,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Place<'a> {
    #[serde(borrow, default)]
    workflow_id: Option<Text<'a>>,
    #[serde(borrow)]
    store: Text<'a>,
    #[serde(borrow)]
    key: Text<'a>,
}

/// The last event of each entry in a batch says all of it; `None`: it is gone.
type Entries<'a> = HashMap<&'a str, Option<(&'a Recorded, Change<'a>)>>;

fn take<'a>(entries: &mut Entries<'a>, event: &'a Recorded, payload: &'a str) -> Result<(), Error> {
    let kept = match facts::read(event, payload)? {
        Deed::Set(change) => Some((event, change)),
        Deed::Removed {} => None,
    };
    entries.insert(&event.aggregate_id, kept);
    Ok(())
}

async fn write(connection: &mut PgConnection, entries: Entries<'_>) -> Result<(), Error> {
    let gone: Vec<_> =
        entries.iter().filter(|(_, kept)| kept.is_none()).map(|(id, _)| *id).collect();
    if !gone.is_empty() {
        sqlx::query!("delete from entries where entry_id = any ($1)", &gone as _)
            .execute(&mut *connection)
            .await
            .map_err(while_doing("removing entries"))?;
    }
    let kept: Vec<_> = entries.into_iter().filter_map(|(id, kept)| Some((id, kept?))).collect();
    if kept.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = kept.iter().map(|(id, _)| *id).collect();
    let events: Vec<_> = kept.iter().map(|(_, (event, _))| *event).collect();
    let changes: Vec<_> = kept.iter().map(|(_, (_, change))| change).collect();
    let organizations: Vec<_> = events.iter().map(|event| event.organization.to_string()).collect();
    let versions: Vec<_> = events.iter().map(|event| event.sequence).collect();
    let workflow = |change: &&Change<'_>| {
        change.place.workflow_id.as_ref().map(ToString::to_string).unwrap_or_default()
    };
    let workflows: Vec<_> = changes.iter().map(workflow).collect();
    let stores: Vec<_> = changes.iter().map(|change| change.place.store.as_str()).collect();
    let keys: Vec<_> = changes.iter().map(|change| change.place.key.as_str()).collect();
    let by: Vec<_> = changes.iter().map(|change| change.by.as_str()).collect();
    let at: Vec<_> = changes.iter().map(|change| change.at).collect();
    sqlx::query!(
        "insert into entries (entry_id, organization_id, workflow_id, store, key, version, updated_by, updated_at)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[],
                              $7::text[], $8::timestamptz[])
             on conflict (entry_id) do update
            set version = excluded.version, updated_by = excluded.updated_by, updated_at = excluded.updated_at",
        &ids as _,
        &organizations as _,
        &workflows as _,
        &stores as _,
        &keys as _,
        &versions,
        &by as _,
        &at,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("writing entries"))
}

/// A key that has a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The key.
    pub key: String,
    /// The version of its value.
    pub version: i64,
    /// Who set it.
    pub updated_by: String,
    /// When.
    pub updated_at: OffsetDateTime,
}

/// Which keys are wanted.
#[derive(Debug, Clone, Copy)]
pub struct Filter<'a> {
    /// Whose they are.
    pub scope: Scope,
    /// In which store.
    pub store: &'a str,
    /// What they begin with.
    pub prefix: &'a str,
}

/// What a list of keys is asked. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Storage {
    views: Views,
    positions: Positions,
}

impl Storage {
    /// Asks these views.
    pub fn new(views: Views, positions: Positions) -> Self {
        Self { views, positions }
    }

    /// How far the view has come.
    pub const fn positions(&self) -> &Positions {
        &self.positions
    }

    /// The keys of a store in their order, byte by byte.
    pub async fn list(
        &self,
        organization: OrganizationId,
        filter: Filter<'_>,
        paging: &Paging,
    ) -> Result<Page<Key>, Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let workflow = match filter.scope {
            Scope::Organization => String::new(),
            Scope::Workflow(workflow) => workflow.to_string(),
        };
        let mut reader = self.views.of(organization).await?;
        let items = sqlx::query_as!(
            Key,
            r#"select key as "key!", version as "version!", updated_by as "updated_by!",
                      updated_at as "updated_at!"
                 from view_entries
                where organization_id = $1 and workflow_id = $2 and store = $3
                  and key >= $4 and starts_with(key, $4)
                  and ($5::text is null or key > $5)
                order by key limit $6 offset $7"#,
            organization.to_string(),
            workflow,
            filter.store,
            filter.prefix,
            paging.after.as_ref().map(Cursor::key),
            paging.fetched(),
            paging.offset,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("listing keys"))?;
        Ok(Page::of(items, paging, position, |key| key.key.clone()))
    }
}
