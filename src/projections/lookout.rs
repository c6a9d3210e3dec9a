//! Which views are kept up by somebody, looked at for all runners of a process together.
//!
//! A runner that stands by would otherwise log in twice a second to ask for its office, and a process that
//! stands by for all views would spend half a core of the database on that.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use sqlx::PgConnection;
use sqlx::postgres::PgConnectOptions;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::session::{self, Office};
use super::{Error, registry};

/// How old an answer may be.
const FRESH: Duration = Duration::from_millis(250);

/// Sees who keeps which view up; shared by the runners of a process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Lookout {
    database: PgConnectOptions,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Debug, Default)]
struct Seen {
    connection: Option<PgConnection>,
    at: Option<Instant>,
    held: HashSet<String>,
}

impl Lookout {
    /// One over this database; nothing is asked before somebody wants to know.
    pub fn new(database: PgConnectOptions) -> Self {
        Self { database, seen: Arc::default() }
    }

    /// The way to the database for whoever projects.
    pub(super) fn database(&self) -> &PgConnectOptions {
        &self.database
    }

    /// Whether a session, of whichever process, keeps this view up.
    pub(super) async fn is_kept(&self, projection: &str) -> Result<bool, Error> {
        let mut seen = self.seen.lock().await;
        if seen.at.is_none_or(|at| at.elapsed() >= FRESH) {
            // Taken out, so that one that fails, or is left in the middle, is not used again.
            let mut connection = match seen.connection.take() {
                Some(connection) => connection,
                None => session::open(&self.database, "public").await?,
            };
            let names: Vec<String> =
                registry::all().iter().map(|it| it.name().to_owned()).collect();
            seen.held = Office::Follow.held(&mut connection, &names).await?.into_iter().collect();
            seen.at = Some(Instant::now());
            seen.connection = Some(connection);
        }
        Ok(seen.held.contains(projection))
    }
}
