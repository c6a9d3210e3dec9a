//! Destroying the key of a subject, step by step. Each step can be done again; in which order they are taken, and what
//! the ledger is told, is not for here.

use sqlx::PgPool;
use time::OffsetDateTime;

use super::keys::{KeyName, Subjects, commit};
use crate::journal::Error;
use crate::journal::error::while_doing;
use crate::journal::reading::reader::organization;
use crate::primitives::OrganizationId;
use crate::secrets::Vault;

/// What became of closing the keys of a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closing {
    /// All its runs are over, and none begins under these keys any more.
    Closed {
        /// The newest of its keys that stands; none where there is none.
        version: Option<i32>,
        /// Its runs under keys that stand.
        runs: Vec<String>,
    },
    /// Some of its runs are not over: these, and perhaps more.
    Open(Vec<String>),
}

/// A key that is closed, and of which something is left to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Whose.
    pub organization: OrganizationId,
    /// Which.
    pub name: KeyName,
    /// Since when no run begins under it.
    pub closed_at: OffsetDateTime,
    /// Since when it is gone, if it is.
    pub shredded_at: Option<OffsetDateTime>,
}

/// A key of a subject, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectStanding {
    /// The subject's handle.
    pub subject: String,
    /// The how many-th key it is.
    pub version: i32,
    /// When it was made.
    pub made_at: OffsetDateTime,
    /// When it was destroyed, if it was.
    pub shredded_at: Option<OffsetDateTime>,
    /// Since when no view shows what it sealed.
    pub renewed_at: Option<OffsetDateTime>,
    /// How many runs are sealed under it.
    pub runs: i64,
}

impl Subjects {
    /// Lets no run of a subject begin under a key that it has, where all that did are over.
    pub async fn close(
        &self,
        organization: OrganizationId,
        handle: &str,
    ) -> Result<Closing, Error> {
        let doing = while_doing("closing the key of a subject");
        let owner = organization.to_string();
        let mut transaction = self.pool().begin().await.map_err(&doing)?;
        // Whoever enters a run at this moment holds the key: it is waited for.
        let closed = sqlx::query_scalar!(
            "update personal_keys set closed_at = coalesce(closed_at, clock_timestamp())
              where organization_id = $1 and subject = $2 and shredded_at is null returning version",
            owner,
            handle,
        )
        .fetch_all(&mut *transaction)
        .await
        .map_err(&doing)?;
        let open = sqlx::query_scalar!(
            r#"select personal_open_streams($1, $2) as "stream!""#,
            owner,
            handle,
        )
        .fetch_all(&mut *transaction)
        .await
        .map_err(&doing)?;
        if !open.is_empty() {
            transaction.rollback().await.map_err(&doing)?;
            return Ok(Closing::Open(open));
        }
        let runs = sqlx::query_scalar!(
            "select s.stream from personal_streams s
              where s.organization_id = $1 and s.subject = $2 and s.version = any($3)
              order by s.stream",
            owner,
            handle,
            &closed,
        )
        .fetch_all(&mut *transaction)
        .await
        .map_err(&doing)?;
        transaction.commit().await.map_err(&doing)?;
        Ok(Closing::Closed { version: closed.into_iter().max(), runs })
    }

    /// Lets runs begin under the newest key again, which nobody may destroy.
    pub async fn reopen(&self, organization: OrganizationId, handle: &str) -> Result<(), Error> {
        sqlx::query!(
            "update personal_keys k set closed_at = null
              where k.organization_id = $1 and k.subject = $2 and k.shredded_at is null
                and k.version = (select max(n.version) from personal_keys n
                                  where n.organization_id = $1 and n.subject = $2)",
            organization.to_string(),
            handle,
        )
        .execute(self.pool())
        .await
        .map(drop)
        .map_err(while_doing("opening the key of a subject again"))
    }

    /// Destroys the keys of a subject up to a version, and forgets what was kept of its runs beside the ledger. False
    /// where that was done before.
    pub async fn destroy(
        &self,
        organization: OrganizationId,
        handle: &str,
        up_to: i32,
    ) -> Result<bool, Error> {
        let doing = while_doing("destroying the key of a subject");
        let owner = organization.to_string();
        let mut transaction = self.vault.begin(organization).await?;
        let versions = sqlx::query_scalar!(
            "update personal_keys set shredded_at = clock_timestamp(),
                    closed_at = coalesce(closed_at, clock_timestamp())
              where organization_id = $1 and subject = $2 and version <= $3 and shredded_at is null
             returning version",
            owner,
            handle,
            up_to,
        )
        .fetch_all(&mut *transaction)
        .await
        .map_err(&doing)?;
        for version in &versions {
            let name = KeyName { subject: handle.to_owned(), version: *version };
            Vault::forget_within(&mut transaction, organization, &name.secret()).await?;
        }
        let runs = sqlx::query_scalar!(
            "select stream from personal_streams
              where organization_id = $1 and subject = $2 and version = any($3)",
            owner,
            handle,
            &versions,
        )
        .fetch_all(&mut *transaction)
        .await
        .map_err(&doing)?;
        sqlx::query!("select personal_forget($1, $2)::text", owner, &runs)
            .fetch_one(&mut *transaction)
            .await
            .map_err(&doing)?;
        commit(transaction).await?;
        Ok(!versions.is_empty())
    }

    /// The keys that are closed, and of which something is left to do, of all organizations.
    pub async fn left(&self) -> Result<Vec<Left>, Error> {
        let rows = sqlx::query!(
            r#"select organization_id, subject, version, closed_at as "closed_at!", shredded_at
                 from personal_keys where closed_at is not null and renewed_at is null
                order by organization_id, subject, version"#,
        )
        .fetch_all(self.pool())
        .await
        .map_err(while_doing("asking what is left to shred"))?;
        rows.into_iter()
            .map(|row| {
                Ok(Left {
                    organization: organization(&row.organization_id)?,
                    name: KeyName { subject: row.subject, version: row.version },
                    closed_at: row.closed_at,
                    shredded_at: row.shredded_at,
                })
            })
            .collect()
    }

    /// Notes of keys that are gone that no view shows any more what they sealed.
    pub async fn note_renewed(&self, gone: &[Left]) -> Result<(), Error> {
        for left in gone {
            // Whoever looked at views meanwhile may have noted what they showed.
            let runs = sqlx::query_scalar!(
                "select stream from personal_streams
                  where organization_id = $1 and subject = $2 and version = $3",
                left.organization.to_string(),
                left.name.subject,
                left.name.version,
            )
            .fetch_all(self.pool())
            .await
            .map_err(while_doing("listing the runs of a subject"))?;
            sqlx::query!(
                "select personal_forget($1, $2)::text",
                left.organization.to_string(),
                &runs,
            )
            .fetch_one(self.pool())
            .await
            .map_err(while_doing("forgetting what was kept of runs"))?;
            sqlx::query!(
                "update personal_keys set renewed_at = clock_timestamp()
                  where organization_id = $1 and subject = $2 and version = $3 and shredded_at is not null",
                left.organization.to_string(),
                left.name.subject,
                left.name.version,
            )
            .execute(self.pool())
            .await
            .map_err(while_doing("noting that views were made anew"))?;
        }
        Ok(())
    }

    /// The keys of one subject, the newest first.
    pub async fn of_subject(
        &self,
        organization: OrganizationId,
        handle: &str,
    ) -> Result<Vec<SubjectStanding>, Error> {
        self.list(organization, Some(handle), i64::MAX, 0).await
    }

    /// The keys of an organization's subjects, the newest first.
    pub async fn list(
        &self,
        organization: OrganizationId,
        handle: Option<&str>,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<SubjectStanding>, Error> {
        sqlx::query_as!(
            SubjectStanding,
            r#"select k.subject, k.version, k.made_at, k.shredded_at, k.renewed_at,
                      (select count(*) from personal_streams s
                        where s.organization_id = k.organization_id and s.subject = k.subject
                          and s.version = k.version) as "runs!"
                 from personal_keys k
                where k.organization_id = $1 and ($2::text is null or k.subject = $2)
                order by k.made_at desc, k.subject, k.version desc limit $3 offset $4"#,
            organization.to_string(),
            handle,
            limit,
            offset,
        )
        .fetch_all(self.pool())
        .await
        .map_err(while_doing("listing subjects"))
    }

    /// When a run was shredded, and whose data it was; nothing of a run that was not.
    pub async fn shredded(
        &self,
        organization: OrganizationId,
        run: &str,
    ) -> Result<Option<(String, OffsetDateTime)>, Error> {
        let row = sqlx::query!(
            r#"select k.subject, k.shredded_at as "at!" from personal_streams s
                 join personal_keys k on k.organization_id = s.organization_id
                  and k.subject = s.subject and k.version = s.version
                where s.stream = $1 and s.organization_id = $2 and k.shredded_at is not null"#,
            run,
            organization.to_string(),
        )
        .fetch_optional(self.pool())
        .await
        .map_err(while_doing("asking whether a run was shredded"))?;
        Ok(row.map(|row| (row.subject, row.at)))
    }

    /// How many runs were shredded, of all organizations.
    pub async fn count_shredded(pool: &PgPool) -> Result<i64, Error> {
        sqlx::query_scalar!(
            r#"select count(*) as "count!" from personal_streams s
                 join personal_keys k on k.organization_id = s.organization_id
                  and k.subject = s.subject and k.version = s.version
                where k.shredded_at is not null"#,
        )
        .fetch_one(pool)
        .await
        .map_err(while_doing("counting the runs that were shredded"))
    }

    fn pool(&self) -> &PgPool {
        self.vault.pool()
    }
}
