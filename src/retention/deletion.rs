//! Deletes what an organization lets go. First the ledger says so, then readers pass over it, then the views are made anew
//! without it, then the file goes: who dies in between leaves a file, by which the next pass knows what is to be done.

use std::collections::BTreeSet;
use std::sync::Arc;

use time::Duration;
use tokio::task::spawn_blocking;

use super::archivist::{Archivist, NAME};
use super::sealing::end_of;
use super::{Done, Error};
use crate::aggregates::retention::{self, Command};
use crate::aggregates::segment::Order;
use crate::journal::reading::{Kept, State};
use crate::journal::{Context, Metadata, NotExecuted};
use crate::primitives::{CommandId, OrganizationId, RunId, SegmentId};

impl Archivist {
    /// Deletes the segments that are old enough, and that nobody holds. A file goes last: while it is there, the views
    /// may show what it has.
    pub(super) async fn delete(&self, done: &mut Done) -> Result<(), Error> {
        let mut failed: Result<(), Error> = Ok(());
        for kept in self.catalogue.list().await?.iter().filter(|it| it.state == State::Moved) {
            // One whose file is away holds up no other.
            failed = failed.and(self.delete_one(kept, done).await);
        }
        let mut left = self.catalogue.list().await?;
        left.retain(|it| it.state == State::Deleted && self.shelf.place_of(&it.digest).exists());
        if left.is_empty() {
            return failed;
        }
        self.views.renew().await.map_err(Error::Views)?;
        for kept in &left {
            self.remove(kept).await?;
        }
        failed
    }

    async fn delete_one(&self, kept: &Kept, done: &mut Done) -> Result<(), Error> {
        let Some(order) = self.order_for(kept).await? else { return Ok(()) };
        self.order(kept, order).await?;
        self.catalogue.note(&kept.segment_id, &[State::Moved], State::Deleted).await?;
        done.deleted.push(kept.segment_id.clone());
        Ok(())
    }

    /// The order to delete a segment, where its organization lets it go. That is settled on the stream on which holds
    /// are placed: whichever comes first there counts, and a hold is never a moment late.
    async fn order_for(&self, kept: &Kept) -> Result<Option<Order>, Error> {
        let unreadable = |text: &str| Error::Unreadable(text.to_owned());
        let segment: SegmentId =
            kept.segment_id.parse().map_err(|_| unreadable(&kept.segment_id))?;
        let (now, ended_at) = (self.clock.now(), end_of(kept)?);
        let retention = self.retentions.load(&kept.organization).await?.aggregate;
        let of = |(after_days, settled_by): &(u32, String)| Order::Delete {
            after_days: *after_days,
            settled_by: settled_by.clone(),
        };
        if let Some(let_go) = retention.let_go.get(&segment) {
            return Ok(Some(of(let_go)));
        }
        // Where its time has not come, its runs need not be read.
        let days = retention.in_force(now).and_then(|policy| policy.delete_after_days);
        if days.is_none_or(|days| ended_at + Duration::days(days.into()) > now) {
            return Ok(None);
        }
        let file = self.shelf.open(&kept.digest)?;
        let runs = file.runs().map(|run| run.parse().map_err(|_| unreadable(run)));
        let runs: BTreeSet<RunId> = runs.collect::<Result<_, Error>>()?;
        let organization = Self::owner(kept)?;
        let command = Command {
            organization,
            by: NAME.to_owned(),
            at: now,
            order: retention::Order::LetGo { segment, ended_at, runs: Arc::new(runs) },
        };
        let context = Context::new(Metadata::new(organization, NAME, CommandId::generate()));
        match self.retentions.execute(&kept.organization, command, context).await {
            Ok(executed) => Ok(executed.aggregate.let_go.get(&segment).map(of)),
            Err(NotExecuted::Refused(retention::Error::Kept)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes the file of a segment that was deleted.
    async fn remove(&self, kept: &Kept) -> Result<(), Error> {
        let (files, digest) = (self.shelf.clone(), kept.digest);
        let removed = spawn_blocking(move || files.remove(&digest));
        Ok(removed.await.map_err(|_| crate::journal::Error::Closed)??)
    }

    /// The organization in whose name a segment's events are.
    pub(super) fn owner(kept: &Kept) -> Result<OrganizationId, Error> {
        let unreadable = |_| Error::Unreadable(kept.organization.clone());
        kept.organization.parse().map_err(unreadable)
    }
}
