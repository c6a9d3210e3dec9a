//! Changing keys while secrets are read and written.
//!
//! Each step is a small transaction of its own and leaves everything readable: a rotation that is
//! cut off goes on where it stopped.

use sqlx::error::DatabaseError;

use super::cipher::{self, context_of_data_key, context_of_secret};
use super::error::while_doing;
use super::source::Unwrapped;
use super::vault::commit;
use super::{Census, Error, KeyId, SecretName, Vault, Wrapped};
use crate::primitives::OrganizationId;

/// How many secrets are sealed anew in one transaction: their rows are locked meanwhile.
const BATCH: i64 = 100;

/// How far a rotation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is done.
    pub done: u64,
    /// What is left, as far as is known.
    pub left: u64,
}

/// Changes keys.
#[derive(Debug, Clone)]
pub struct Rotation {
    vault: Vault,
}

impl Rotation {
    /// A rotation of a vault's keys.
    pub const fn new(vault: Vault) -> Self {
        Self { vault }
    }

    /// Wraps every data key under the current key-encryption key, telling the progress after each.
    ///
    /// Servers that hold the older key go on reading: data keys that they have unwrapped stay what
    /// they are, and a file of keys is read again when an unknown one turns up.
    pub async fn wrap_anew(&self, mut tell: impl FnMut(Progress)) -> Result<u64, Error> {
        let mut done = 0;
        // A data key that was made meanwhile by a server that did not know the new key comes last.
        loop {
            let census = Census::take(&self.vault).await?;
            let before: Vec<_> = census.to_wrap().cloned().collect();
            if before.is_empty() {
                return Ok(done);
            }
            for (at, key) in before.iter().enumerate() {
                self.wrap_one(key.organization, key.version).await?;
                done += 1;
                tell(Progress { done, left: (before.len() - at - 1) as u64 });
            }
        }
    }

    async fn wrap_one(&self, organization: OrganizationId, version: i32) -> Result<(), Error> {
        let owner = organization.to_string();
        let mut transaction = self.vault.begin(organization).await?;
        let row = sqlx::query!(
            "select wrapped_by, wrapped from data_keys
              where organization_id = $1 and version = $2 for update",
            owner,
            version,
        )
        .fetch_optional(&mut *transaction)
        .await
        .map_err(while_doing("reading a data key to wrap it anew"))?;
        // Somebody may have let it go meanwhile.
        let Some(row) = row else { return commit(transaction).await };
        let wrapped = Wrapped { by: KeyId::stored(row.wrapped_by), bytes: row.wrapped };
        let context = context_of_data_key(&owner, version);
        // Not from memory: that the stored one opens is what is carried over.
        let key = match self.vault.source().unwrap(&wrapped, &context).await? {
            Unwrapped::Key(key) => key,
            Unwrapped::Broken => return Err(Error::BrokenDataKey { organization: owner, version }),
            Unwrapped::Unknown => {
                let place = self.vault.source().place();
                return Err(Error::UnknownKey { organization: owner, id: wrapped.by, place });
            }
        };
        let anew = self.vault.source().wrap(&key, &context).await?;
        sqlx::query!(
            "update data_keys set wrapped_by = $3, wrapped = $4
              where organization_id = $1 and version = $2",
            owner,
            version,
            anew.by.as_str(),
            anew.bytes,
        )
        .execute(&mut *transaction)
        .await
        .map_err(while_doing("keeping a data key that was wrapped anew"))?;
        commit(transaction).await
    }

    /// Gives an organization a new data key; what is sealed from now on is sealed under it.
    pub async fn renew_data_key(&self, organization: OrganizationId) -> Result<i32, Error> {
        let mut transaction = self.vault.begin(organization).await?;
        let (version, _) = self.vault.newest_key(&mut transaction, organization).await?;
        self.vault.add_key(&mut transaction, organization, version + 1).await?;
        commit(transaction).await?;
        Ok(version + 1)
    }

    /// Seals anew what is sealed under an older data key of the organization, telling the progress
    /// after each batch, and lets the older data keys go.
    pub async fn seal_anew(
        &self,
        organization: OrganizationId,
        mut tell: impl FnMut(u64),
    ) -> Result<u64, Error> {
        let mut done = 0;
        loop {
            let batch = self.seal_batch(organization).await?;
            done += batch;
            if batch == 0 {
                self.drop_old_keys(organization).await?;
                return Ok(done);
            }
            tell(done);
        }
    }

    async fn seal_batch(&self, organization: OrganizationId) -> Result<u64, Error> {
        let owner = organization.to_string();
        let mut transaction = self.vault.begin(organization).await?;
        let (version, key) = self.vault.newest_key(&mut transaction, organization).await?;
        // A row that somebody is writing will be under the newest key, or is met the next time.
        let rows = sqlx::query!(
            "select s.record, s.field, s.key_version, s.sealed, k.wrapped_by, k.wrapped
               from sealed_secrets s join data_keys k
                 on k.organization_id = s.organization_id and k.version = s.key_version
              where s.organization_id = $1 and s.key_version < $2
              limit $3 for update of s skip locked",
            owner,
            version,
            BATCH,
        )
        .fetch_all(&mut *transaction)
        .await
        .map_err(while_doing("reading secrets to seal them anew"))?;
        let count = rows.len() as u64;
        for row in rows {
            let name = SecretName::new(row.record, row.field);
            let wrapped = Wrapped { by: KeyId::stored(row.wrapped_by), bytes: row.wrapped };
            let old = self.vault.unwrap(organization, row.key_version, &wrapped).await?;
            let context = context_of_secret(&owner, &name, row.key_version);
            let secret = cipher::open(old.bytes(), &context, &row.sealed)
                .map_err(|_| Error::Broken(name.clone()))?;
            let context = context_of_secret(&owner, &name, version);
            let sealed = cipher::seal(key.bytes(), rand::random(), &context, &secret);
            sqlx::query!(
                "update sealed_secrets set key_version = $4, sealed = $5
                  where organization_id = $1 and record = $2 and field = $3",
                owner,
                name.record(),
                name.field(),
                version,
                sealed,
            )
            .execute(&mut *transaction)
            .await
            .map_err(while_doing("keeping a secret that was sealed anew"))?;
        }
        commit(transaction).await?;
        Ok(count)
    }

    /// Lets data keys go under which nothing is sealed and that have a successor. One under which
    /// somebody seals at this moment stays until the next time: the foreign key sees to it.
    async fn drop_old_keys(&self, organization: OrganizationId) -> Result<(), Error> {
        /// SQLSTATE: something still refers to the row.
        const FOREIGN_KEY: &str = "23503";
        let mut transaction = self.vault.begin(organization).await?;
        let dropped = sqlx::query!(
            "delete from data_keys k
              where k.organization_id = $1
                and exists (select from data_keys n
                             where n.organization_id = $1 and n.version > k.version)
                and not exists (select from sealed_secrets s
                                 where s.organization_id = $1 and s.key_version = k.version)",
            organization.to_string(),
        )
        .execute(&mut *transaction)
        .await;
        match dropped {
            Ok(_) => commit(transaction).await,
            Err(error)
                if error.as_database_error().and_then(DatabaseError::code).as_deref()
                    == Some(FOREIGN_KEY) =>
            {
                Ok(())
            }
            Err(source) => Err(Error::Database { doing: "letting an older data key go", source }),
        }
    }

    /// The organizations with secrets under an older data key.
    pub async fn behind(&self) -> Result<Vec<OrganizationId>, Error> {
        let rows = sqlx::query_scalar!(r#"select data_keys_behind() as "organization!""#)
            .fetch_all(self.vault.pool())
            .await
            .map_err(while_doing("asking whose secrets are to be sealed anew"))?;
        Ok(rows.iter().filter_map(|text| text.parse().ok()).collect())
    }
}
