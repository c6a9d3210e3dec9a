//! Who has an account. Below the fold, the list.

use futures::future::BoxFuture;
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
use crate::aggregates::user::Event;
use crate::journal::Recorded;
use crate::primitives::OrganizationId;

/// The projection behind `view_users`.
#[derive(Debug, Clone, Copy)]
pub struct Projector;

impl Projector {
    /// Its name.
    pub const NAME: &'static str = "users";
}

impl Projection for Projector {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn version(&self) -> i32 {
        1
    }

    fn concerns(&self, event: &Recorded) -> bool {
        concern::is_of(event, &[concern::USER])
    }

    fn write<'a>(
        &'a self,
        connection: &'a mut PgConnection,
        events: &'a [&'a Recorded],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            for (event, change) in facts::of_users(events)? {
                apply(connection, event, change).await?;
            }
            Ok(())
        })
    }
}

/// What an event changes in its user's row; what is absent stays.
#[derive(Debug, Default)]
struct Change {
    suspended: Option<bool>,
    has_password: Option<bool>,
    second_factor: Option<bool>,
    logged_in_at: Option<OffsetDateTime>,
    lock: Lock,
}

/// What an event does to the lock after failures.
#[derive(Debug, Default)]
enum Lock {
    #[default]
    AsBefore,
    Is(Option<OffsetDateTime>),
}

/// Writes an event; they are few.
async fn apply(
    connection: &mut PgConnection,
    event: &Recorded,
    happened: Event,
) -> Result<(), Error> {
    let none = Change::default();
    let change = match happened {
        Event::Registered { email, name, at, .. } => {
            return insert(connection, event, &email, name.as_deref(), at).await;
        }
        Event::PasswordSet { .. } => {
            Change { has_password: Some(true), lock: Lock::Is(None), ..none }
        }
        Event::LoginFailed { locked_until, .. } => Change { lock: Lock::Is(locked_until), ..none },
        Event::LoggedIn { at, .. } => {
            Change { logged_in_at: Some(at), lock: Lock::Is(None), ..none }
        }
        Event::TotpConfirmed { .. } => Change { second_factor: Some(true), ..none },
        Event::TotpRemoved { .. } => Change { second_factor: Some(false), ..none },
        Event::Suspended { .. } => Change { suspended: Some(true), ..none },
        Event::Restored { .. } => Change { suspended: Some(false), ..none },
        Event::SessionsRevoked { .. } | Event::TotpEnrolled { .. } | Event::ResetIssued { .. } => {
            return Ok(());
        }
    };
    let (is_locked_anew, locked_until) = match change.lock {
        Lock::AsBefore => (false, None),
        Lock::Is(until) => (true, until),
    };
    sqlx::query!(
        "update users set
            suspended     = coalesce($2, suspended),
            has_password  = coalesce($3, has_password),
            second_factor = coalesce($4, second_factor),
            logged_in_at  = coalesce($5, logged_in_at),
            locked_until  = case when $6 then $7 else locked_until end
          where user_id = $1",
        event.aggregate_id,
        change.suspended,
        change.has_password,
        change.second_factor,
        change.logged_in_at,
        is_locked_anew,
        locked_until,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("changing a user"))
}

async fn insert(
    connection: &mut PgConnection,
    event: &Recorded,
    email: &str,
    name: Option<&str>,
    at: OffsetDateTime,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into users (user_id, organization_id, email, name, suspended, has_password,
                            second_factor, registered_at)
         values ($1, $2, $3, $4, false, false, false, $5)",
        event.aggregate_id,
        event.organization.to_string(),
        Text::from(email).to_string(),
        name.map(|name| Text::from(name).to_string()),
        at,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("writing a user"))
}

/// A user as a list shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The id.
    pub user_id: String,
    /// The address by which they log in.
    pub email: String,
    /// What they are called.
    pub name: Option<String>,
    /// Whether they are not let in.
    pub suspended: bool,
    /// Whether a password was set.
    pub has_password: bool,
    /// Whether a second factor is asked for.
    pub second_factor: bool,
    /// Up to when nobody is let in, after too many failures.
    pub locked_until: Option<OffsetDateTime>,
    /// When they were registered.
    pub registered_at: OffsetDateTime,
    /// When they were last let in.
    pub logged_in_at: Option<OffsetDateTime>,
}

/// What the list of users is asked. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Users {
    views: Views,
    positions: Positions,
}

impl Users {
    /// Asks these views.
    pub fn new(views: Views, positions: Positions) -> Self {
        Self { views, positions }
    }

    /// The users of the installation, the newest first; with a text, those in whose address or name
    /// it occurs.
    pub async fn list(&self, text: Option<&str>, paging: &Paging) -> Result<Page<Summary>, Error> {
        let position = self.positions.of(Projector::NAME).await?;
        let mut reader = self.views.of(OrganizationId::DEFAULT).await?;
        let items = sqlx::query_as!(
            Summary,
            r#"select user_id as "user_id!", email as "email!", name, suspended as "suspended!",
                      has_password as "has_password!", second_factor as "second_factor!",
                      locked_until, registered_at as "registered_at!", logged_in_at
                 from view_users
                where organization_id = $1
                  and ($2::text is null
                       or position(lower($2) in lower(email || ' ' || coalesce(name, ''))) > 0)
                  and ($3::text is null or user_id < $3)
                order by user_id desc limit $4 offset $5"#,
            OrganizationId::DEFAULT.to_string(),
            text,
            paging.after.as_ref().map(Cursor::key),
            paging.fetched(),
            paging.offset,
        )
        .fetch_all(reader.rows())
        .await
        .map_err(while_doing("listing users"))?;
        Ok(Page::of(items, paging, position, |it| it.user_id.clone()))
    }
}
