//! The one place where secrets are sealed and opened.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use zeroize::Zeroizing;

use super::cipher::{self, context_of_data_key, context_of_secret};
use super::error::while_doing;
use super::{DataKey, Error, KeyId, KeySource, SecretName, Unwrapped, Wrapped};
use crate::primitives::OrganizationId;

/// The largest secret: a service account's key file with room to spare.
const MAX_SECRET: usize = 64 * 1024;
/// How many data keys are held unwrapped; beyond it all are let go.
const MAX_HELD: usize = 1_024;

/// Data keys in memory, by whose they are and which.
type Held = HashMap<(OrganizationId, i32), Arc<DataKey>>;

/// What was sealed, for those who keep a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Its name, under which it opens.
    pub name: SecretName,
    /// The version of the data key that sealed it.
    pub key_version: i32,
}

/// A secret that was opened, and what it was sealed under.
pub struct Opened {
    /// The secret; wiped when it is dropped.
    pub secret: Zeroizing<Vec<u8>>,
    /// The version of the data key that seals it now.
    pub key_version: i32,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("key_version", &self.key_version).finish_non_exhaustive()
    }
}

/// Seals, opens and forgets secrets. Cheap to clone.
#[derive(Clone)]
pub struct Vault {
    pool: PgPool,
    source: Arc<dyn KeySource>,
    held: Arc<Mutex<Held>>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("source", &self.source).finish_non_exhaustive()
    }
}

impl Vault {
    /// A vault on the pool of those who serve.
    pub fn new(pool: PgPool, source: Arc<dyn KeySource>) -> Self {
        Self { pool, source, held: Arc::default() }
    }

    /// Seals a secret, in the place of what had its name before.
    pub async fn seal(
        &self,
        organization: OrganizationId,
        name: &SecretName,
        secret: &[u8],
    ) -> Result<Sealed, Error> {
        let mut transaction = self.begin(organization).await?;
        let sealed = self.seal_within(&mut transaction, organization, name, secret).await?;
        commit(transaction).await?;
        Ok(sealed)
    }

    /// The same within a transaction of [`Vault::begin`].
    pub(crate) async fn seal_within(
        &self,
        connection: &mut PgConnection,
        organization: OrganizationId,
        name: &SecretName,
        secret: &[u8],
    ) -> Result<Sealed, Error> {
        name.check()?;
        if secret.len() > MAX_SECRET {
            return Err(Error::TooLarge { bytes: secret.len(), max: MAX_SECRET });
        }
        let (key_version, key) = self.newest_key(connection, organization).await?;
        let owner = organization.to_string();
        let context = context_of_secret(&owner, name, key_version);
        let sealed = cipher::seal(key.bytes(), rand::random(), &context, secret);
        sqlx::query!(
            "insert into sealed_secrets (organization_id, record, field, key_version, sealed)
             values ($1, $2, $3, $4, $5)
             on conflict (organization_id, record, field) do update
                set key_version = excluded.key_version, sealed = excluded.sealed,
                    sealed_at = clock_timestamp()",
            owner,
            name.record(),
            name.field(),
            key_version,
            sealed,
        )
        .execute(connection)
        .await
        .map_err(while_doing("keeping a sealed secret"))?;
        Ok(Sealed { name: name.clone(), key_version })
    }

    /// Opens a secret. What is given is wiped when it is dropped.
    pub async fn open(
        &self,
        organization: OrganizationId,
        name: &SecretName,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        Ok(self.open_and_tell(organization, name).await?.secret)
    }

    /// The same, and the version of the data key that it is sealed under, for those who record it.
    pub async fn open_and_tell(
        &self,
        organization: OrganizationId,
        name: &SecretName,
    ) -> Result<Opened, Error> {
        name.check()?;
        let mut transaction = self.begin(organization).await?;
        let opened = self.open_within(&mut transaction, organization, name).await?;
        commit(transaction).await?;
        opened.ok_or_else(|| Error::Missing(name.clone()))
    }

    /// The same within a transaction of [`Vault::begin`]; nothing where nothing has the name.
    pub(crate) async fn open_within(
        &self,
        connection: &mut PgConnection,
        organization: OrganizationId,
        name: &SecretName,
    ) -> Result<Option<Opened>, Error> {
        let owner = organization.to_string();
        let row = sqlx::query!(
            "select s.key_version, s.sealed, k.wrapped_by, k.wrapped
               from sealed_secrets s join data_keys k
                 on k.organization_id = s.organization_id and k.version = s.key_version
              where s.organization_id = $1 and s.record = $2 and s.field = $3",
            owner,
            name.record(),
            name.field(),
        )
        .fetch_optional(connection)
        .await
        .map_err(while_doing("reading a sealed secret"))?;
        let Some(row) = row else { return Ok(None) };
        let wrapped = Wrapped { by: KeyId::stored(row.wrapped_by), bytes: row.wrapped };
        let key = self.unwrap(organization, row.key_version, &wrapped).await?;
        let context = context_of_secret(&owner, name, row.key_version);
        let secret = cipher::open(key.bytes(), &context, &row.sealed)
            .map_err(|_| Error::Broken(name.clone()))?;
        Ok(Some(Opened { secret, key_version: row.key_version }))
    }

    /// Forgets a secret; one that is not there is forgotten already.
    pub async fn forget(
        &self,
        organization: OrganizationId,
        name: &SecretName,
    ) -> Result<(), Error> {
        let mut transaction = self.begin(organization).await?;
        Self::forget_within(&mut transaction, organization, name).await?;
        commit(transaction).await
    }

    /// The same within a transaction of [`Vault::begin`].
    pub(crate) async fn forget_within(
        connection: &mut PgConnection,
        organization: OrganizationId,
        name: &SecretName,
    ) -> Result<(), Error> {
        sqlx::query!(
            "delete from sealed_secrets
              where organization_id = $1 and record = $2 and field = $3",
            organization.to_string(),
            name.record(),
            name.field(),
        )
        .execute(connection)
        .await
        .map(drop)
        .map_err(while_doing("forgetting a secret"))
    }

    /// Forgets every secret of a record but those of these fields; gives how many went.
    pub async fn forget_others(
        &self,
        organization: OrganizationId,
        record: &str,
        kept: &[String],
    ) -> Result<u64, Error> {
        let mut transaction = self.begin(organization).await?;
        let gone = sqlx::query!(
            "delete from sealed_secrets
              where organization_id = $1 and record = $2 and field <> all($3)",
            organization.to_string(),
            record,
            kept,
        )
        .execute(&mut *transaction)
        .await
        .map_err(while_doing("forgetting the secrets of a record"))?;
        commit(transaction).await?;
        Ok(gone.rows_affected())
    }

    /// Waits until nobody else in any process works on this record, and keeps others waiting until
    /// what is given is dropped. It holds a connection.
    pub async fn hold(&self, organization: OrganizationId, record: &str) -> Result<Hold, Error> {
        let mut transaction = self.begin(organization).await?;
        sqlx::query!(
            "select pg_advisory_xact_lock(hashtextextended($1, 0))::text",
            format!("secret {organization} {record}"),
        )
        .fetch_one(&mut *transaction)
        .await
        .map_err(while_doing("waiting for a secret that is being changed"))?;
        Ok(Hold { _transaction: transaction })
    }

    /// Where the key-encryption keys are.
    pub(super) fn source(&self) -> &dyn KeySource {
        &*self.source
    }

    /// The pool behind it.
    pub(crate) const fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// A transaction that sees one organization's secrets.
    pub(crate) async fn begin(
        &self,
        organization: OrganizationId,
    ) -> Result<Transaction<'static, Postgres>, Error> {
        let entering = while_doing("entering an organization's secrets");
        let mut transaction = self.pool.begin().await.map_err(&entering)?;
        sqlx::query_scalar!(
            "select set_config('app.organization', $1, true)",
            organization.to_string(),
        )
        .fetch_one(&mut *transaction)
        .await
        .map_err(&entering)?;
        Ok(transaction)
    }

    /// The data key that seals now; the first one is made here.
    pub(super) async fn newest_key(
        &self,
        connection: &mut PgConnection,
        organization: OrganizationId,
    ) -> Result<(i32, Arc<DataKey>), Error> {
        // The newest at that moment may give way to a newer one before it is held: looked at again,
        // that one is there.
        for _ in 0..2 {
            if let Some(found) = self.newest_kept(connection, organization).await? {
                return Ok(found);
            }
        }
        self.add_key(connection, organization, 1).await?;
        // Somebody else may have made another at the same moment: theirs counts, too.
        self.newest_kept(connection, organization).await?.ok_or(Error::Database {
            doing: "reading a data key that was just made",
            source: sqlx::Error::RowNotFound,
        })
    }

    /// The newest data key, held until the end of the transaction: while something is being sealed
    /// under it, it does not go.
    async fn newest_kept(
        &self,
        connection: &mut PgConnection,
        organization: OrganizationId,
    ) -> Result<Option<(i32, Arc<DataKey>)>, Error> {
        let newest = sqlx::query!(
            "select version, wrapped_by, wrapped from data_keys
              where organization_id = $1 order by version desc limit 1 for key share",
            organization.to_string(),
        )
        .fetch_optional(connection)
        .await
        .map_err(while_doing("reading the newest data key"))?;
        let Some(row) = newest else { return Ok(None) };
        let wrapped = Wrapped { by: KeyId::stored(row.wrapped_by), bytes: row.wrapped };
        Ok(Some((row.version, self.unwrap(organization, row.version, &wrapped).await?)))
    }

    /// Makes a data key, unless that version exists.
    pub(super) async fn add_key(
        &self,
        connection: &mut PgConnection,
        organization: OrganizationId,
        version: i32,
    ) -> Result<(), Error> {
        let owner = organization.to_string();
        let key = DataKey::new(rand::random());
        let wrapped = self.source.wrap(&key, &context_of_data_key(&owner, version)).await?;
        sqlx::query!(
            "insert into data_keys (organization_id, version, wrapped_by, wrapped)
             values ($1, $2, $3, $4) on conflict (organization_id, version) do nothing",
            owner,
            version,
            wrapped.by.as_str(),
            wrapped.bytes,
        )
        .execute(connection)
        .await
        .map(drop)
        .map_err(while_doing("keeping a new data key"))
    }

    /// A data key, from memory where it was unwrapped before.
    pub(super) async fn unwrap(
        &self,
        organization: OrganizationId,
        version: i32,
        wrapped: &Wrapped,
    ) -> Result<Arc<DataKey>, Error> {
        if let Some(key) = self.held().get(&(organization, version)) {
            return Ok(Arc::clone(key));
        }
        let owner = organization.to_string();
        let context = context_of_data_key(&owner, version);
        match self.source.unwrap(wrapped, &context).await? {
            Unwrapped::Key(key) => {
                let key = Arc::new(key);
                let mut held = self.held();
                if held.len() >= MAX_HELD {
                    held.clear();
                }
                held.insert((organization, version), Arc::clone(&key));
                Ok(key)
            }
            Unwrapped::Unknown => Err(Error::UnknownKey {
                organization: owner,
                id: wrapped.by.clone(),
                place: self.source.place(),
            }),
            Unwrapped::Broken => Err(Error::BrokenDataKey { organization: owner, version }),
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // Nothing panics while it is held.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to change the secrets of a record alone.
#[derive(Debug)]
pub struct Hold {
    _transaction: Transaction<'static, Postgres>,
}

pub(super) async fn commit(transaction: Transaction<'_, Postgres>) -> Result<(), Error> {
    transaction.commit().await.map_err(while_doing("ending work on secrets"))
}
