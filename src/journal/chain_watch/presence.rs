//! Who is in a view of a chain, and from which block on.

use super::cursor::{ChainWatch, Presence};
use crate::journal::Error;
use crate::journal::error::while_doing;

impl ChainWatch {
    /// Who is in the view now; none before it was followed.
    pub async fn presence(&self) -> Result<Option<Presence>, Error> {
        let found = sqlx::query!(
            r#"select c.epoch, array(select v.organization_id from chain_views v
                                      where v.chain = c.chain and v.own) as "own!"
                 from chain_cursors c where c.chain = $1 and c.view = $2"#,
            self.chain,
            self.view,
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(while_doing("reading who is in a view of a chain"))?;
        let Some(row) = found else { return Ok(None) };
        let own = row.own.iter().map(|id| {
            id.parse().map_err(|_| Error::Damaged(format!("{id} is no organization's id")))
        });
        Ok(Some(Presence { epoch: row.epoch, own: own.collect::<Result<_, _>>()? }))
    }

    /// From which block on each subscriber counts. Those that are new count from `since` on; what is
    /// known of those that are not among them is forgotten. None where somebody entered or left
    /// the view after that epoch: then nothing is noted.
    pub async fn enrol(
        &self,
        epoch: i64,
        subscribers: &[String],
        since: i64,
    ) -> Result<Option<Vec<(String, i64)>>, Error> {
        let doing = while_doing("noting who watches a chain");
        let mut transaction = self.pool.begin().await.map_err(&doing)?;
        let as_known = sqlx::query!(
            "select from chain_cursors where chain = $1 and view = $2 and epoch = $3 for share",
            self.chain,
            self.view,
            epoch,
        )
        .fetch_optional(&mut *transaction)
        .await
        .map_err(&doing)?;
        if as_known.is_none() {
            return Ok(None);
        }
        sqlx::query!(
            "delete from chain_subscribers
              where chain = $1 and view = $2 and not (subscriber = any ($3))",
            self.chain,
            self.view,
            subscribers,
        )
        .execute(&mut *transaction)
        .await
        .map_err(&doing)?;
        sqlx::query!(
            "insert into chain_subscribers (chain, view, subscriber, since)
             select $1, $2, u.subscriber, $4 from unnest($3::text[]) u (subscriber)
                 on conflict do nothing",
            self.chain,
            self.view,
            subscribers,
            since,
        )
        .execute(&mut *transaction)
        .await
        .map_err(&doing)?;
        let rows = sqlx::query!(
            "select subscriber, since from chain_subscribers where chain = $1 and view = $2",
            self.chain,
            self.view,
        )
        .fetch_all(&mut *transaction)
        .await
        .map_err(&doing)?;
        transaction.commit().await.map_err(&doing)?;
        Ok(Some(rows.into_iter().map(|row| (row.subscriber, row.since)).collect()))
    }
}
