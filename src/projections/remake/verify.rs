//! Whether a view is what the ledger makes of it.

use sqlx::Connection;

use super::candidate::{Candidate, Means};
use super::compare::{self, Comparison};
use super::effort::Effort;
use super::rebuild::{drop_leftovers, enter};
use super::slices;
use super::turns::Turns;
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
        let mut turns = Turns::of(effort, means)?;
        candidate.fold(target, effort, &mut turns, |position| told(position, target)).await?;
        if effort.is_held() {
            slices::with_live(projection, &mut candidate, &mut office, &mut turns).await
        } else {
            compare::with_live(projection, &mut candidate, &mut office).await
        }
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
