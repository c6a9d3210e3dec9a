//! What happens to secrets by itself: those under an older data key are sealed anew.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Census, Error, Rotation, Vault};

/// How often the keeper looks. A rotation by hand does the work itself; this finishes what it left.
const LOOK_EVERY: Duration = Duration::from_mins(1);

/// Seals anew what is behind, until it is told to stop. What fails is tried again the next time.
pub async fn keep(vault: Vault, stop: CancellationToken) -> Result<(), Error> {
    warn_of_unreadable(&vault).await;
    let rotation = Rotation::new(vault);
    loop {
        if let Err(error) = seal_behind(&rotation).await {
            let cause = &error as &dyn std::error::Error;
            tracing::warn!(
                error = cause,
                "some secrets could not be sealed under a newer data key"
            );
        }
        if stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await.is_none() {
            return Ok(());
        }
    }
}

async fn seal_behind(rotation: &Rotation) -> Result<(), Error> {
    for organization in rotation.behind().await? {
        let sealed = rotation.seal_anew(organization, |_| ()).await?;
        tracing::info!(
            organization.id = %organization,
            "sealed {sealed} secrets of {organization} under its newest data key"
        );
    }
    Ok(())
}

/// Says at the start what would otherwise be found when a run needs it.
async fn warn_of_unreadable(vault: &Vault) {
    let Ok(census) = Census::take(vault).await else { return };
    let unreadable = census.unreadable().count();
    if unreadable > 0 {
        tracing::warn!(
            "{unreadable} data keys are wrapped by a key that {} does not hold: their secrets \
             cannot be read; `chainkeel secrets status` names the keys",
            census.place
        );
    }
}
