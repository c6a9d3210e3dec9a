//! Blocks that were passed by, and are still to be read.

use super::cursor::{ChainWatch, Gap};
use super::matches::{self, Match};
use crate::journal::Error;
use crate::journal::error::while_doing;
use crate::primitives::OrganizationId;

impl ChainWatch {
    /// The gap that is to be read first: what everybody lacks before what one lacks who came later.
    pub async fn gap(&self) -> Result<Option<Gap>, Error> {
        let found = sqlx::query!(
            "select next_block, last_block, organization_id from chain_gaps
              where chain = $1 and view = $2 order by organization_id <> '', last_block limit 1",
            self.chain,
            self.view,
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(while_doing("reading which blocks were passed by"))?;
        let Some(row) = found else { return Ok(None) };
        let whose: Option<Result<OrganizationId, _>> =
            (!row.organization_id.is_empty()).then(|| row.organization_id.parse());
        let organization = whose.transpose().map_err(|_| {
            Error::Damaged(format!("{} is no organization's id", row.organization_id))
        })?;
        Ok(Some(Gap { next: row.next_block, last: row.last_block, organization }))
    }

    /// Blocks of a gap up to `read` were read in this epoch of the view, with what matched in them.
    /// False when somebody else has read them, somebody entered the view meanwhile, or what matched
    /// is not on the branch that is followed: then they are read again.
    pub async fn fill(
        &self,
        gap: &Gap,
        read: i64,
        matches: &[Match],
        epoch: i64,
    ) -> Result<bool, Error> {
        let doing = while_doing("reading blocks that were passed by");
        let mut transaction = self.pool.begin().await.map_err(&doing)?;
        let numbers: Vec<_> = matches.iter().map(|it| it.block_number).collect();
        let hashes: Vec<_> = matches.iter().map(|it| it.block_hash.clone()).collect();
        let cursor = sqlx::query!(
            "select number from chain_cursors
              where chain = $1 and view = $2 and epoch = $3 for share",
            self.chain,
            self.view,
            epoch,
        )
        .fetch_optional(&mut *transaction)
        .await
        .map_err(&doing)?;
        let Some(cursor) = cursor else { return Ok(false) };
        let strays = sqlx::query_scalar!(
            r#"select count(*) as "strays!" from unnest($3::bigint[], $4::text[]) u (number, hash)
                where u.number > $5 or exists (
                      select from chain_links l where l.chain = $1 and l.view = $2
                         and l.number = u.number and l.hash <> u.hash)"#,
            self.chain,
            self.view,
            &numbers,
            &hashes,
            cursor.number,
        )
        .fetch_one(&mut *transaction)
        .await
        .map_err(&doing)?;
        if strays > 0 {
            return Ok(false);
        }
        let whose = gap.organization.map(|id| id.to_string()).unwrap_or_default();
        let moved = if read >= gap.last {
            sqlx::query!(
                "delete from chain_gaps where chain = $1 and view = $2 and organization_id = $3
                    and last_block = $4 and next_block = $5",
                self.chain,
                self.view,
                whose,
                gap.last,
                gap.next,
            )
            .execute(&mut *transaction)
            .await
        } else {
            sqlx::query!(
                "update chain_gaps set next_block = $6
                  where chain = $1 and view = $2 and organization_id = $3
                    and last_block = $4 and next_block = $5",
                self.chain,
                self.view,
                whose,
                gap.last,
                gap.next,
                read + 1,
            )
            .execute(&mut *transaction)
            .await
        };
        if moved.map_err(&doing)?.rows_affected() == 0 {
            return Ok(false);
        }
        matches::put(&mut transaction, self, matches).await?;
        transaction.commit().await.map_err(&doing)?;
        Ok(true)
    }
}
