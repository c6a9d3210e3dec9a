//! Shreds what an organization gave up: first the ledger says so, then the keys go, then the ledger says that, then the
//! views are made anew without what the keys had sealed.
//!
//! | it dies | what there is | what the next pass does |
//! |---|---|---|
//! | before the order is on the ledger | a key that is closed | opens it again |
//! | before the keys are gone | the order | destroys them |
//! | before `subject_shredded` is on the ledger | no key | says so: it counts once |
//! | before the views are made anew | no key, and views that show what it sealed | makes them anew |

use time::Duration;

use super::archivist::{Archivist, NAME};
use super::{Done, Error};
use crate::aggregates::retention::{Command, Order, Retention};
use crate::journal::personal::{Left, Subjects};
use crate::journal::{Context, Metadata, Store};
use crate::primitives::{Clock, CommandId, OrganizationId};

/// After how long a key that somebody closed, and did not order to be destroyed, is opened again.
const GIVEN_UP: Duration = Duration::minutes(5);

/// Destroys the keys of a subject that was given up, and says so. It can be done again.
pub async fn destroy(
    (subjects, retentions): (&Subjects, &Store<Retention>),
    clock: &dyn Clock,
    (organization, subject, version): (OrganizationId, &str, i32),
) -> Result<(), Error> {
    subjects.destroy(organization, subject, version).await?;
    let order = Order::Shredded { subject: subject.to_owned() };
    let command = Command { organization, by: NAME.to_owned(), at: clock.now(), order };
    let context = Context::new(Metadata::new(organization, NAME, CommandId::generate()));
    retentions.execute(&organization.to_string(), command, context).await?;
    Ok(())
}

impl Archivist {
    /// Goes on with what was ordered, and makes the views anew when something is gone.
    pub(super) async fn shred(&self, done: &mut Done) -> Result<(), Error> {
        let Some(subjects) = &self.subjects else { return Ok(()) };
        let mut failed: Result<(), Error> = Ok(());
        for left in subjects.left().await? {
            // One that cannot be shredded now holds up no other.
            failed = failed.and(self.shred_one(subjects, &left, done).await);
        }
        let mut gone = subjects.left().await?;
        gone.retain(|left| left.shredded_at.is_some());
        if !gone.is_empty() {
            self.views.renew().await.map_err(Error::Views)?;
            subjects.note_renewed(&gone).await?;
        }
        failed
    }

    async fn shred_one(
        &self,
        subjects: &Subjects,
        left: &Left,
        done: &mut Done,
    ) -> Result<(), Error> {
        let Left { organization, name, .. } = left;
        let retention = self.retentions.load(&organization.to_string()).await?.aggregate;
        let ordered = retention.shredded.get(&name.subject);
        let Some(ordered) = ordered.filter(|ordered| ordered.version >= name.version) else {
            if left.shredded_at.is_none() && left.closed_at + GIVEN_UP <= self.clock.now() {
                subjects.reopen(*organization, &name.subject).await?;
            }
            return Ok(());
        };
        if ordered.is_done && left.shredded_at.is_some() {
            return Ok(());
        }
        let which = (*organization, name.subject.as_str(), ordered.version);
        destroy((subjects, &self.retentions), &*self.clock, which).await?;
        done.shredded.push(name.subject.clone());
        Ok(())
    }
}
