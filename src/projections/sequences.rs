//! How the stories stand that sequences of events follow. Below the fold, the questions.

use futures::future::BoxFuture;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::concern;
use super::error::{held, while_doing};
use super::page::{Page, Paging};
use super::positions::Positions;
use super::projection::Projection;
use super::text::Text;
use super::views::{HouseViews, Views};
use super::{Error, facts};
use crate::aggregates::sequence_instance::{Event, Reason, Status};
use crate::journal::{Recorded, slot_of};
use crate::primitives::{OrganizationId, SequenceInstanceId};

/// The projection behind `view_sequence_instances`.
#[derive(Debug, Clone, Copy)]
pub struct Projector;

impl Projector {
    /// Its name.
    pub const NAME: &'static str = "sequences";
}

impl Projection for Projector {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn version(&self) -> i32 {
        1
    }

    fn concerns(&self, event: &Recorded) -> bool {
        concern::is_of(event, &[concern::SEQUENCE_INSTANCE])
    }

    fn write<'a>(
        &'a self,
        connection: &'a mut PgConnection,
        events: &'a [&'a Recorded],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            for (event, change) in facts::of_sequence_instances(events)? {
                apply(connection, event, change).await?;
            }
            Ok(())
        })
    }
}

async fn apply(
    connection: &mut PgConnection,
    event: &Recorded,
    change: Event,
) -> Result<(), Error> {
    let id = &event.aggregate_id;
    match change {
        Event::Opened(opened) => sqlx::query!(
            "insert into sequence_instances (instance_id, organization_id, slot, name, version, key,
                                             status, steps, processed, attempts, failure, due_at,
                                             position, opened_at, updated_at, ended_at)
             values ($1, $2, $3, $4, $5, $6, 'created', $7, 0, 0, null, $8, $9, $10, $10, null)",
            id,
            event.organization.to_string(),
            slot_of(id),
            opened.name,
            opened.version.to_string(),
            Text::from(opened.key).to_string(),
            i32::try_from(opened.content.events.len()).unwrap_or(i32::MAX),
            opened.due_at,
            event.position,
            opened.at,
        )
        .execute(connection)
        .await
        .map(drop)
        .map_err(while_doing("keeping an instance of a sequence")),
        Event::Processed(served) => sqlx::query!(
            "update sequence_instances
                set status = 'in_progress', processed = processed + 1, updated_at = $2
              where instance_id = $1",
            id,
            served.at,
        )
        .execute(connection)
        .await
        .map(drop)
        .map_err(while_doing("counting an event of a sequence")),
        Event::Held(served) => touch(connection, id, served.at).await,
        Event::Compensated { at, .. } => touch(connection, id, at).await,
        Event::Completed { at } => end(connection, id, (Status::Completed, None), at).await,
        Event::Failed { reason, at, .. } => {
            end(connection, id, (Status::Failed, Some(reason)), at).await
        }
        Event::Abandoned { at, .. } => end(connection, id, (Status::Abandoned, None), at).await,
        Event::Retried { attempt, due_at, at, .. } => sqlx::query!(
            "update sequence_instances
                set status = case when processed > 0 then 'in_progress' else 'created' end,
                    attempts = $2, due_at = $3, ended_at = null, updated_at = $4
              where instance_id = $1",
            id,
            i32::try_from(attempt).unwrap_or(i32::MAX),
            due_at,
            at,
        )
        .execute(connection)
        .await
        .map(drop)
        .map_err(while_doing("letting an instance of a sequence go on")),
    }
}

async fn touch(connection: &mut PgConnection, id: &str, at: OffsetDateTime) -> Result<(), Error> {
    sqlx::query!("update sequence_instances set updated_at = $2 where instance_id = $1", id, at)
        .execute(connection)
        .await
        .map(drop)
        .map_err(while_doing("noting an event of a sequence"))
}

async fn end(
    connection: &mut PgConnection,
    id: &str,
    (status, failure): (Status, Option<Reason>),
    at: OffsetDateTime,
) -> Result<(), Error> {
    sqlx::query!(
        "update sequence_instances
            set status = $2, failure = coalesce($3, failure), due_at = null, ended_at = $4,
                updated_at = $4
          where instance_id = $1",
        id,
        status.name(),
        failure.map(Reason::name),
        at,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("ending an instance of a sequence"))
}

/// A story as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Its id.
    pub instance_id: String,
    /// The version by which it is followed.
    pub version: String,
    /// What tells it from other stories.
    pub key: String,
    /// Where it stands.
    pub status: String,
    /// How many events it expects.
    pub steps: i32,
    /// How many have counted.
    pub processed: i32,
    /// How often it was begun again.
    pub attempts: i32,
    /// Why it failed the last time.
    pub failure: Option<String>,
    /// When it fails unless it is complete.
    pub due_at: Option<OffsetDateTime>,
    /// The position of its beginning.
    pub position: i64,
    /// When it began.
    pub opened_at: OffsetDateTime,
    /// When something happened the last time.
    pub updated_at: OffsetDateTime,
    /// When it ended, or failed.
    pub ended_at: Option<OffsetDateTime>,
}

/// Which stories are wanted: all that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those that stand here.
    pub status: Option<Status>,
    /// The one of this key.
    pub key: Option<String>,
}

/// The questions to the view of stories. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Instances {
    views: Views,
    positions: Positions,
}

impl Instances {
    /// Asks these views.
    pub fn new(views: Views, positions: Positions) -> Self {
        Self { views, positions }
    }

    /// The stories of a sequence, the latest first.
    pub async fn list(
        &self,
        organization: OrganizationId,
        (name, filter): (&str, &Filter),
        paging: &Paging,
    ) -> Result<Page<Summary>, Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let before = paging.before()?;
        let mut reader = self.views.of(organization).await?;
        let items = sqlx::query_as!(
            Summary,
            r#"select instance_id as "instance_id!", version as "version!", key as "key!",
                      status as "status!", steps as "steps!", processed as "processed!",
                      attempts as "attempts!", failure, due_at, position as "position!",
                      opened_at as "opened_at!", updated_at as "updated_at!", ended_at
                 from view_sequence_instances
                where organization_id = $1 and name = $2
                  and ($3::text is null or status = $3) and ($4::text is null or key = $4)
                  and ($5::bigint is null or position < $5)
                order by position desc limit $6 offset $7"#,
            organization.to_string(),
            Text::from(name).to_string(),
            filter.status.map(Status::name),
            filter.key.as_deref().map(|key| Text::from(key).to_string()),
            before,
            paging.fetched(),
            paging.offset,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("listing instances of a sequence"))?;
        Ok(Page::of(items, paging, position, |it| it.position.to_string()))
    }
}

/// How many stories of an organization go on, counted to a bound.
pub async fn open(views: &Views, organization: OrganizationId, bound: i64) -> Result<i64, Error> {
    let mut reader = views.of(organization).await?;
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
             from (select from view_sequence_instances
                    where organization_id = $1 and due_at is not null limit $2) some_of_them"#,
        organization.to_string(),
        bound,
    )
    .fetch_one(reader.rows())
    .await
    .map_err(while_doing("counting instances of sequences"))
}

/// A story whose time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Due {
    /// Whose it is.
    pub organization: OrganizationId,
    /// The story.
    pub instance: SequenceInstanceId,
    /// Since when.
    pub due_at: OffsetDateTime,
}

/// The stories in these slots whose time was over at `now`, the most overdue first, at most `limit`.
pub async fn due(
    views: &HouseViews,
    slots: &[i16],
    now: OffsetDateTime,
    limit: i64,
) -> Result<Vec<Due>, Error> {
    let rows = sqlx::query!(
        r#"select organization_id as "organization!", instance_id as "instance!", due_at as "due_at!"
             from house_sequence_instances where slot = any ($1) and due_at <= $2
            order by due_at limit $3"#,
        slots,
        now,
        limit,
    )
    .fetch_all(views.rows())
    .await
    .map_err(while_doing("asking for sequences whose time is over"))?;
    rows.into_iter()
        .map(|row| {
            Ok(Due {
                organization: held(&row.organization)?,
                instance: held(&row.instance)?,
                due_at: row.due_at,
            })
        })
        .collect()
}
