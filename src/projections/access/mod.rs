//! Who is who, for lists: organizations, who belongs to them, and API keys.

mod fold;
mod queries;

use futures::future::BoxFuture;
use sqlx::PgConnection;

use super::Error;
use super::facts;
use super::projection::Projection;
use crate::journal::Recorded;
use crate::projections::concern;

pub use queries::{Access, KeyFilter, KeyRow, OrganizationRow, memberships_of, organizations};

/// The projection behind `view_organizations`, `view_memberships` and `view_api_keys`.
#[derive(Debug, Clone, Copy)]
pub struct Projector;

impl Projector {
    /// Its name.
    pub const NAME: &'static str = "access";
}

impl Projection for Projector {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn version(&self) -> i32 {
        1
    }

    fn concerns(&self, event: &Recorded) -> bool {
        concern::is_of(event, &[concern::ORGANIZATION, concern::API_KEY])
    }

    fn write<'a>(
        &'a self,
        connection: &'a mut PgConnection,
        events: &'a [&'a Recorded],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            for (event, change) in facts::of_organizations(events)? {
                fold::organization(connection, event, change).await?;
            }
            for (event, change) in facts::of_api_keys(events)? {
                fold::api_key(connection, event, change).await?;
            }
            Ok(())
        })
    }
}
