//! Who is who: API keys and organizations as they are on the ledger at this moment.
//!
//! What was read once is kept in memory, and each question asks the ledger first whether something
//! has been added since. A key that was revoked, a role that was changed, anywhere, counts from the
//! next request on, in every process; what it costs is one look at two indexes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use cqrs_es::Aggregate;

use super::error::while_doing;
use super::store::{Loaded, Store};
use super::{Error, Journal};
use crate::aggregates::api_key::ApiKey;
use crate::aggregates::organization::Organization;
use crate::primitives::{ApiKeyId, OrganizationId};

/// How many keys and how many organizations are kept in memory. Beyond it the whole memory begins
/// anew, which costs each a read.
const REMEMBERED: usize = 10_000;

/// The keys and organizations of the installation. Cheap to clone.
#[derive(Clone)]
pub struct Directory(Arc<Books>);

struct Books {
    journal: Journal,
    keys: Book<ApiKey>,
    organizations: Book<Organization>,
}

/// The aggregates of one kind that were read.
struct Book<A> {
    store: Store<A>,
    read: Mutex<HashMap<String, Arc<Loaded<A>>>>,
}

impl Directory {
    /// Those of this journal.
    pub fn new(journal: Journal) -> Self {
        Self(Arc::new(Books {
            keys: Book::new(Store::api_keys(journal.clone())),
            organizations: Book::new(Store::organizations(journal.clone())),
            journal,
        }))
    }

    /// A key and the organization that it opens, as they are now; `None` when there is no such key.
    pub async fn key(
        &self,
        id: ApiKeyId,
    ) -> Result<Option<(Arc<Loaded<ApiKey>>, Arc<Loaded<Organization>>)>, Error> {
        let Books { keys, organizations, .. } = &*self.0;
        let id = id.to_string();
        let (key, is_new) = match keys.kept(&id) {
            Some(key) => (key, false),
            None => (keys.read(&id).await?, true),
        };
        let Some(issue) = &key.aggregate.issue else { return Ok(None) };
        let place = issue.organization.to_string();
        let (last, last_there) = self.last_of(&id, &place).await?;
        let key = if is_new { key } else { keys.at(&id, last).await? };
        Ok(Some((key, organizations.at(&place, last_there).await?)))
    }

    /// An organization as it is now; one that was never founded has no event.
    pub async fn organization(
        &self,
        id: OrganizationId,
    ) -> Result<Arc<Loaded<Organization>>, Error> {
        let id = id.to_string();
        let (_, last) = self.last_of("", &id).await?;
        self.0.organizations.at(&id, last).await
    }

    /// Whether there is an organization of this id. None ever ceases to be.
    pub async fn is_there(&self, id: OrganizationId) -> Result<bool, Error> {
        let organizations = &self.0.organizations;
        if id == OrganizationId::DEFAULT || organizations.kept(&id.to_string()).is_some() {
            return Ok(true);
        }
        Ok(organizations.read(&id.to_string()).await?.aggregate.is_there(id))
    }

    /// The last sequences of a key and of an organization.
    async fn last_of(&self, key: &str, organization: &str) -> Result<(i64, i64), Error> {
        let last = sqlx::query!(
            r#"select coalesce((select max(sequence) from events
                                 where aggregate_type = 'api_key' and aggregate_id = $1), 0) as "key!",
                      coalesce((select max(sequence) from events
                                 where aggregate_type = 'organization' and aggregate_id = $2), 0)
                        as "organization!""#,
            key,
            organization,
        )
        .fetch_one(self.0.journal.pool())
        .await
        .map_err(while_doing("asking whether a key is what it was"))?;
        Ok((last.key, last.organization))
    }
}

impl<A> Book<A>
where
    A: Aggregate<Services = ()> + Clone,
{
    fn new(store: Store<A>) -> Self {
        Self { store, read: Mutex::default() }
    }

    fn kept(&self, id: &str) -> Option<Arc<Loaded<A>>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).get(id).map(Arc::clone)
    }

    /// The aggregate, at this sequence at least.
    async fn at(&self, id: &str, last: i64) -> Result<Arc<Loaded<A>>, Error> {
        match self.kept(id) {
            Some(kept) if kept.last >= last => Ok(kept),
            Some(kept) => Ok(self.keep(self.store.refresh(Loaded::clone(&kept)).await?)),
            None => self.read(id).await,
        }
    }

    async fn read(&self, id: &str) -> Result<Arc<Loaded<A>>, Error> {
        Ok(self.keep(self.store.load(id).await?))
    }

    fn keep(&self, loaded: Loaded<A>) -> Arc<Loaded<A>> {
        let loaded = Arc::new(loaded);
        // What has no event may be anything that somebody made up.
        if loaded.last > 0 {
            let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
            if read.len() >= REMEMBERED && !read.contains_key(&loaded.id) {
                read.clear();
            }
            // Whoever read longer may have read less.
            let kept = read.entry(loaded.id.clone()).or_insert_with(|| Arc::clone(&loaded));
            if kept.last < loaded.last {
                *kept = Arc::clone(&loaded);
            }
        }
        loaded
    }
}
