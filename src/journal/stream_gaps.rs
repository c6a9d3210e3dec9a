//! The times in which something was not heard that is heard over a connection of its own.

use time::{Duration, OffsetDateTime};

use super::error::while_doing;
use super::{Error, Journal};

/// How long a gap is kept on record.
const KEPT: Duration = Duration::days(90);

impl Journal {
    /// A stream is not heard since then. Nothing where that is known already.
    pub async fn begin_stream_gap(
        &self,
        stream: &str,
        since: OffsetDateTime,
        reason: &str,
    ) -> Result<(), Error> {
        sqlx::query!("delete from stream_gaps where ended_at < $1", since - KEPT)
            .execute(&self.pool)
            .await
            .map_err(while_doing("forgetting old gaps of a stream"))?;
        sqlx::query!(
            "insert into stream_gaps (stream, began_at, reason)
             select $1, $2, $3
              where not exists (select from stream_gaps where stream = $1 and ended_at is null)
             on conflict do nothing",
            stream,
            since,
            reason,
        )
        .execute(&self.pool)
        .await
        .map_err(while_doing("noting a gap of a stream"))?;
        Ok(())
    }

    /// A stream is heard again.
    pub async fn end_stream_gap(&self, stream: &str, at: OffsetDateTime) -> Result<(), Error> {
        sqlx::query!(
            "update stream_gaps set ended_at = $2 where stream = $1 and ended_at is null",
            stream,
            at,
        )
        .execute(&self.pool)
        .await
        .map_err(while_doing("noting the end of a gap of a stream"))?;
        Ok(())
    }
}
