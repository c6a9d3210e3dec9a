//! Whether a view is what the ledger makes of it.

use sqlx::Connection;

use super::candidate::{Candidate, Means};
use super::compare::{self, Comparison};
use super::effort::Effort;
use super::rebuild::{drop_leftovers, enter};
use crate::projections::Error;
use crate::projections::builds::{self, Purpose};
use crate::projections::error::while_doing;
use crate::projections::projection::Projection;

/// Folds the ledger again into a temporary build, up to where the live one is, and compares them
/// row by row. `told` learns how far it is: position and target.
///
/// Refused while the same projection is being rebuilt or verified.
pub async fn verify(
    means: &Means,
    projection: &'static dyn Projection,
    effort: Effort,
    mut told: impl FnMut(i64, i64),
) -> Result<Comparison, Error> {
    let mut office = enter(means, projection).await?;
    let target = builds::live(&mut office, projection.name()).await?.position;
    drop_leftovers(&mut office, projection).await?;
    let mut candidate = Candidate::begin(means, projection, Purpose::Verify, &mut office).await?;
    let compared = async {
        candidate.fold(target, effort, |position| told(position, target)).await?;
        compare::with_live(projection, &mut candidate, &mut office).await
    }
    .await;
    let Candidate { build, connection, .. } = candidate;
    connection.close().await.map_err(while_doing("closing a connection"))?;
    if let Err(error) = builds::drop_build(&mut office, build.build_id).await {
        let error = &error as &dyn std::error::Error;
        tracing::debug!(build_id = build.build_id, error, "the temporary build stays for now");
    }
    compared
}
