//! Aggregates that are kept in memory, as far as they were read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use cqrs_es::Aggregate;
use tokio::sync::Mutex as AsyncMutex;

use super::{Context, Loaded, NotExecuted, Store};
use crate::journal::Error;

/// How many are kept; beyond that, those that nobody uses are read anew.
const MOST: usize = 1_024;

/// One aggregate, once it was read.
type Cell<A> = Arc<AsyncMutex<Option<Loaded<A>>>>;

/// What is read and told of a store again and again: only what is new is read, and what is told the same
/// aggregate in this process is told one after the other, so that nobody here is in another's way. Others
/// may write to it at the same time. Cheap to clone.
pub struct Memory<A> {
    store: Store<A>,
    known: Arc<Mutex<HashMap<String, Cell<A>>>>,
}

impl<A> Clone for Memory<A> {
    fn clone(&self) -> Self {
        Self { store: self.store.clone(), known: Arc::clone(&self.known) }
    }
}

impl<A> Memory<A>
where
    A: Aggregate<Services = ()>,
{
    /// An empty memory of a store.
    pub fn of(store: Store<A>) -> Self {
        Self { store, known: Arc::default() }
    }

    /// An empty memory of the same that believes nothing but events.
    #[must_use]
    pub fn without_snapshots(self) -> Self {
        Self::of(self.store.without_snapshots())
    }

    /// Looks at an aggregate as it is recorded by now.
    pub async fn read<T>(&self, id: &str, look: impl FnOnce(&A) -> T) -> Result<T, Error> {
        let cell = self.cell(id);
        let mut held = cell.lock().await;
        let loaded = match held.take() {
            Some(known) => self.store.refresh(known).await?,
            None => self.store.load(id).await?,
        };
        let seen = look(&loaded.aggregate);
        *held = Some(loaded);
        Ok(seen)
    }

    /// As [`Store::execute`]; gives the events.
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn execute(
        &self,
        id: &str,
        command: A::Command,
        context: Context,
    ) -> Result<Vec<A::Event>, NotExecuted<A::Error>>
    where
        A::Command: Clone,
    {
        self.execute_and_look(id, command, context, |_| ()).await.map(|(events, ())| events)
    }

    /// The same, and looks at the aggregate as it is then.
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn execute_and_look<T>(
        &self,
        id: &str,
        command: A::Command,
        context: Context,
        look: impl FnOnce(&A) -> T,
    ) -> Result<(Vec<A::Event>, T), NotExecuted<A::Error>>
    where
        A::Command: Clone,
    {
        let cell = self.cell(id);
        let mut held = cell.lock().await;
        let (mut loaded, is_kept) = match held.take() {
            Some(known) => (known, true),
            None => (self.store.load(id).await?, false),
        };
        let mut told = self.store.execute_on(&mut loaded, command.clone(), context.clone()).await;
        let may_be_old = match &told {
            Ok(events) => events.is_empty(),
            Err(NotExecuted::Refused(_)) => true,
            Err(_) => false,
        };
        if is_kept && may_be_old {
            // Others may have written to it: what they wrote is read, and decides anew.
            let known = loaded.last;
            loaded = self.store.refresh(loaded).await?;
            if loaded.last > known {
                told = self.store.execute_on(&mut loaded, command, context).await;
            }
        }
        let events = match told {
            Ok(events) => events,
            Err(refused @ NotExecuted::Refused(_)) => {
                *held = Some(loaded);
                return Err(refused);
            }
            // That leaves nothing in memory, which may be ahead of the ledger.
            Err(failed) => return Err(failed),
        };
        self.store.keep(&mut loaded).await?;
        let seen = look(&loaded.aggregate);
        *held = Some(loaded);
        Ok((events, seen))
    }

    fn cell(&self, id: &str) -> Cell<A> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST && !known.contains_key(id) {
            known.retain(|_, cell| Arc::strong_count(cell) > 1);
        }
        Arc::clone(known.entry(id.to_owned()).or_default())
    }
}
