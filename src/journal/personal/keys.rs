//! The keys of subjects: one a subject, kept in the vault. None is held in memory longer than it is used, so that a
//! key that was destroyed is gone for all processes at once.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use hmac::{Hmac, Mac};
use sha2::Sha256;
use sqlx::PgConnection;
use zeroize::Zeroizing;

use crate::journal::Error;
use crate::journal::error::while_doing;
use crate::primitives::{OrganizationId, hex};
use crate::secrets::{SecretName, SubjectKey, Vault};

/// How often a key is looked for when others make one or close one at the same moment.
const RACES: u32 = 4;
/// How many organizations' keys for names are held; beyond it all are let go.
const MAX_HELD: usize = 1_024;

/// Which key: whose, and the how many-th.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName {
    /// The subject's handle: 64 hexadecimal digits.
    pub subject: String,
    /// From 1; after a shredding the next begins.
    pub version: i32,
}

impl KeyName {
    pub(super) fn secret(&self) -> SecretName {
        SecretName::new(format_args!("subject/{}", self.subject), self.version.to_string())
    }
}

type NameKey = Arc<Zeroizing<Vec<u8>>>;
type Held = HashMap<OrganizationId, NameKey>;

/// The keys of subjects. Cheap to clone.
#[derive(Clone)]
pub struct Subjects {
    pub(super) vault: Vault,
    /// What makes handles of names. These keys are not destroyed: they open nothing.
    names: Arc<Mutex<Held>>,
}

impl fmt::Debug for Subjects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subjects").field("vault", &self.vault).finish_non_exhaustive()
    }
}

impl Subjects {
    /// Those whose keys this vault keeps.
    pub fn new(vault: Vault) -> Self {
        Self { vault, names: Arc::default() }
    }

    /// How the ledger calls a subject: HMAC-SHA-256 of its name under a key of the organization, in hexadecimal.
    pub async fn handle(
        &self,
        organization: OrganizationId,
        subject: &str,
    ) -> Result<String, Error> {
        let key = match self.kept_name_key(organization).await? {
            Some(key) => key,
            None => self.make_name_key(organization).await?,
        };
        handle_of(&key, subject)
    }

    /// The same, where the organization has subjects at all.
    pub async fn known(
        &self,
        organization: OrganizationId,
        subject: &str,
    ) -> Result<Option<String>, Error> {
        let key = self.kept_name_key(organization).await?;
        key.map(|key| handle_of(&key, subject)).transpose()
    }

    async fn kept_name_key(&self, organization: OrganizationId) -> Result<Option<NameKey>, Error> {
        if let Some(key) = self.held().get(&organization) {
            return Ok(Some(Arc::clone(key)));
        }
        let mut transaction = self.vault.begin(organization).await?;
        let name = name_of_names();
        let found = self.vault.open_within(&mut transaction, organization, &name).await?;
        commit(transaction).await?;
        Ok(found.map(|found| self.hold(organization, found.secret)))
    }

    async fn make_name_key(&self, organization: OrganizationId) -> Result<NameKey, Error> {
        let name = name_of_names();
        // Of all who begin at this moment one makes it.
        let waited = self.vault.hold(organization, name.record()).await?;
        let mut transaction = self.vault.begin(organization).await?;
        let found = self.vault.open_within(&mut transaction, organization, &name).await?;
        let key = if let Some(found) = found {
            found.secret
        } else {
            let made = Zeroizing::new(rand::random::<[u8; 32]>().to_vec());
            self.vault.seal_within(&mut transaction, organization, &name, &made).await?;
            made
        };
        commit(transaction).await?;
        drop(waited);
        Ok(self.hold(organization, key))
    }

    fn hold(&self, organization: OrganizationId, key: Zeroizing<Vec<u8>>) -> NameKey {
        let key = Arc::new(key);
        let mut held = self.held();
        if held.len() >= MAX_HELD {
            held.clear();
        }
        held.insert(organization, Arc::clone(&key));
        key
    }

    /// The key under which a stream is sealed; a stream that has none yet is entered under the present one of its
    /// subject. [`Error::Shredded`] where it is gone.
    pub(super) async fn key_for(
        &self,
        organization: OrganizationId,
        subject: &str,
        stream: &str,
    ) -> Result<(KeyName, SubjectKey), Error> {
        let handle = self.handle(organization, subject).await?;
        for _ in 0..RACES {
            let mut transaction = self.vault.begin(organization).await?;
            let entered = entered(&mut transaction, stream).await?;
            let name = match entered {
                Some(name) => Some(name),
                None => self.enter(&mut transaction, organization, &handle, stream).await?,
            };
            let key = match &name {
                Some(name) => self.find(&mut transaction, organization, name).await?,
                None => None,
            };
            let is_gone = name.is_some() && key.is_none();
            commit(transaction).await?;
            if is_gone {
                return Err(Error::Shredded);
            }
            if let (Some(name), Some(key)) = (name, key) {
                return Ok((name, key));
            }
        }
        Err(Error::Busy("the keys of a subject"))
    }

    /// Enters a stream under the key that is not closed, or under a new one; nothing where others were faster.
    async fn enter(
        &self,
        connection: &mut PgConnection,
        organization: OrganizationId,
        handle: &str,
        stream: &str,
    ) -> Result<Option<KeyName>, Error> {
        let doing = while_doing("entering a run under the key of its subject");
        let owner = organization.to_string();
        // Shared: whoever closes the key waits until the stream is entered, and sees it.
        let open = sqlx::query_scalar!(
            "select version from personal_keys
              where organization_id = $1 and subject = $2 and closed_at is null
              order by version desc limit 1 for share",
            owner,
            handle,
        )
        .fetch_optional(&mut *connection)
        .await
        .map_err(&doing)?;
        let version = if let Some(version) = open {
            version
        } else {
            let made = sqlx::query_scalar!(
                "insert into personal_keys (organization_id, subject, version)
                 select $1, $2, coalesce(max(k.version), 0) + 1 from personal_keys k
                  where k.organization_id = $1 and k.subject = $2
                 on conflict do nothing returning version",
                owner,
                handle,
            )
            .fetch_optional(&mut *connection)
            .await
            .map_err(&doing)?;
            let Some(version) = made else { return Ok(None) };
            let name = KeyName { subject: handle.to_owned(), version };
            let key = SubjectKey::new(rand::random());
            self.vault.seal_within(connection, organization, &name.secret(), key.bytes()).await?;
            version
        };
        sqlx::query!(
            "insert into personal_streams (stream, organization_id, subject, version)
             values ($1, $2, $3, $4) on conflict do nothing",
            stream,
            owner,
            handle,
            version,
        )
        .execute(&mut *connection)
        .await
        .map_err(&doing)?;
        entered(connection, stream).await
    }

    /// The keys of these names that stand. Of those that were destroyed there is none; one that is missing and was not
    /// destroyed is an error.
    pub(super) async fn keys(
        &self,
        organization: OrganizationId,
        names: &BTreeSet<KeyName>,
    ) -> Result<HashMap<KeyName, SubjectKey>, Error> {
        let mut transaction = self.vault.begin(organization).await?;
        let mut keys = HashMap::with_capacity(names.len());
        for name in names {
            if let Some(key) = self.find(&mut transaction, organization, name).await? {
                keys.insert(name.clone(), key);
            }
        }
        commit(transaction).await?;
        Ok(keys)
    }

    async fn find(
        &self,
        connection: &mut PgConnection,
        organization: OrganizationId,
        name: &KeyName,
    ) -> Result<Option<SubjectKey>, Error> {
        let opened = self.vault.open_within(connection, organization, &name.secret()).await?;
        if let Some(opened) = opened {
            let kept = SubjectKey::kept(&opened.secret);
            let damaged = || Error::Damaged("the key of a subject has not its length".to_owned());
            return kept.map(Some).ok_or_else(damaged);
        }
        let is_shredded = sqlx::query_scalar!(
            r#"select exists (select from personal_keys
                where organization_id = $1 and subject = $2 and version = $3
                  and shredded_at is not null) as "is!""#,
            organization.to_string(),
            name.subject,
            name.version,
        )
        .fetch_one(connection)
        .await
        .map_err(while_doing("asking whether personal data was shredded"))?;
        if is_shredded {
            return Ok(None);
        }
        Err(Error::Damaged(format!(
            "the key {} of subject {} is gone, and nobody shredded it: restore the database of secrets",
            name.version, name.subject
        )))
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        // Nothing panics while it is held.
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What makes handles of names, as the vault calls it.
fn name_of_names() -> SecretName {
    SecretName::new("subjects", "names")
}

fn handle_of(key: &NameKey, subject: &str) -> Result<String, Error> {
    let mut mac = <Hmac<Sha256>>::new_from_slice(key.as_slice())
        .map_err(|_| Error::Damaged("the key of subjects' names has no length".to_owned()))?;
    mac.update(subject.as_bytes());
    Ok(hex(&mac.finalize().into_bytes()))
}

async fn entered(connection: &mut PgConnection, stream: &str) -> Result<Option<KeyName>, Error> {
    sqlx::query_as!(
        KeyName,
        "select subject, version from personal_streams where stream = $1",
        stream,
    )
    .fetch_optional(connection)
    .await
    .map_err(while_doing("asking under which key a run is sealed"))
}

pub(super) async fn commit(
    transaction: sqlx::Transaction<'static, sqlx::Postgres>,
) -> Result<(), Error> {
    transaction.commit().await.map_err(while_doing("ending work on the keys of subjects"))
}
