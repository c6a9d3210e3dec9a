//! The runs that somebody must be at work on.

use super::super::error::{held, while_doing};
use super::super::{Error, HouseViews};
use crate::primitives::{OrganizationId, RunId};

/// A run whose effects are being performed, or were when its worker died.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenRun {
    /// The run.
    pub id: RunId,
    /// Whose it is.
    pub organization: OrganizationId,
}

/// Every run that is running, of all organizations.
pub async fn running(views: &HouseViews) -> Result<Vec<OpenRun>, Error> {
    let rows = sqlx::query!(
        r#"select run_id as "run!", organization_id as "organization!"
             from house_runs where status = 'running'"#
    )
    .fetch_all(views.rows())
    .await
    .map_err(while_doing("asking for runs that are running"))?;
    rows.into_iter()
        .map(|row| Ok(OpenRun { id: held(&row.run)?, organization: held(&row.organization)? }))
        .collect()
}
