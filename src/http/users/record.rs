//! How users are shown.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::aggregates::user::User;
use crate::http::api::Api;
use crate::http::problem::{Code, Problem};
use crate::projections::users::Summary;

/// A user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = User)]
pub struct Record {
    /// The id.
    id: String,
    /// The address by which they log in.
    email: String,
    /// What they are called.
    name: Option<String>,
    /// Whether they are not let in.
    is_suspended: bool,
    /// Whether a password was set.
    has_password: bool,
    /// Whether a second factor is asked for.
    has_second_factor: bool,
    /// Up to when nobody is let in, after too many failures.
    #[serde(with = "time::serde::rfc3339::option")]
    locked_until: Option<OffsetDateTime>,
    /// When they were registered.
    #[serde(with = "time::serde::rfc3339::option")]
    registered_at: Option<OffsetDateTime>,
    /// When they were last let in.
    #[serde(with = "time::serde::rfc3339::option")]
    logged_in_at: Option<OffsetDateTime>,
}

/// A user, as the ledger has them.
pub(super) async fn of(api: &Api, id: &str) -> Result<Record, Problem> {
    let user: User = api.people.users.load(id).await?.aggregate;
    user.id.ok_or_else(|| Problem::new(Code::UserNotFound))?;
    Ok(Record {
        id: id.to_owned(),
        has_second_factor: user.asked_for().is_some(),
        email: user.email,
        name: user.name,
        is_suspended: user.suspended,
        has_password: user.password.is_some(),
        locked_until: user.locks.locked_until(api.clock.now()),
        registered_at: user.registered_at,
        logged_in_at: user.logged_in_at,
    })
}

impl Record {
    /// A user, as the list has them.
    pub(super) fn listed(it: Summary, now: OffsetDateTime) -> Self {
        Self {
            id: it.user_id,
            email: it.email,
            name: it.name,
            is_suspended: it.suspended,
            has_password: it.has_password,
            has_second_factor: it.second_factor,
            locked_until: it.locked_until.filter(|until| now < *until),
            registered_at: Some(it.registered_at),
            logged_in_at: it.logged_in_at,
        }
    }
}

/// A user, and the token by which they set a password.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserWithToken {
    /// The user.
    user: Record,
    /// Sets the password at `/v1/auth/reset`, once, within a day: hand it to them. It is shown
    /// once, and not when the request is repeated.
    #[serde(skip_serializing_if = "Option::is_none")]
    reset_token: Option<String>,
}

impl UserWithToken {
    pub(super) const fn new(user: Record, reset_token: Option<String>) -> Self {
        Self { user, reset_token }
    }
}
