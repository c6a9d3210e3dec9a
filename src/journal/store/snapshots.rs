//! States of long streams, kept so that these are not folded from their beginning each time. A cache: what
//! does not fit the ledger, or the program, is not used.

use cqrs_es::Aggregate;
use serde_json::Value;

use super::Loaded;
use crate::journal::error::while_doing;
use crate::journal::event::Recorded;
use crate::journal::{Error, Journal};

/// How states of a kind are kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Snapshots {
    /// How they are written. It rises when the state gets another form, or folds events otherwise.
    pub(super) form: i32,
    /// After so many events another one is kept.
    pub(super) every: i64,
}

impl Snapshots {
    /// The newest state of a stream that was kept and fits what is recorded.
    pub(super) async fn read<A: Aggregate>(
        self,
        journal: &Journal,
        id: &str,
    ) -> Result<Option<Loaded<A>>, Error> {
        let row = sqlx::query!(
            "select s.sequence, s.state from snapshots s
              where s.aggregate_type = $1 and s.aggregate_id = $2 and s.form = $3
                and exists (
                  select from journal_read_stream(s.aggregate_type, s.aggregate_id, s.sequence - 1, 1) r
                   where r.sequence = s.sequence and r.recorded_at = s.recorded_at)",
            A::TYPE,
            id,
            self.form,
        )
        .fetch_optional(&journal.pool)
        .await
        .map_err(while_doing("reading a snapshot"))?;
        let Some(row) = row else { return Ok(None) };
        match serde_json::from_value(row.state) {
            Ok(aggregate) => {
                let (id, last) = (id.to_owned(), row.sequence);
                Ok(Some(Loaded { id, aggregate, last, kept: last }))
            }
            Err(error) => {
                tracing::warn!("the snapshot of {} {id} is not used: {error}", A::TYPE);
                Ok(None)
            }
        }
    }

    /// Keeps a state, where none is kept that is further. That it cannot be kept hinders nobody.
    pub(super) async fn keep<A: Aggregate>(
        self,
        journal: &Journal,
        loaded: &Loaded<A>,
        last: &Recorded,
    ) {
        let kept = async {
            let state = serde_json::to_value(&loaded.aggregate);
            let state = state.map_err(|error| Error::Encode(error.into()))?;
            self.write(journal, (A::TYPE, &loaded.id), (last, state)).await
        };
        if let Err(error) = kept.await {
            tracing::warn!("no snapshot of {} {} is kept: {error}", A::TYPE, loaded.id);
        }
    }

    async fn write(
        self,
        journal: &Journal,
        (kind, id): (&str, &str),
        (last, state): (&Recorded, Value),
    ) -> Result<(), Error> {
        sqlx::query!(
            "insert into snapshots as s (aggregate_type, aggregate_id, form, sequence, recorded_at, state)
             values ($1, $2, $3, $4, $5, $6)
             on conflict (aggregate_type, aggregate_id) do update
                set form = excluded.form, sequence = excluded.sequence,
                    recorded_at = excluded.recorded_at, state = excluded.state
              where s.form < excluded.form or (s.form = excluded.form and s.sequence < excluded.sequence)",
            kind,
            id,
            self.form,
            last.sequence,
            last.recorded_at,
            state,
        )
        .execute(&journal.pool)
        .await
        .map(drop)
        .map_err(while_doing("keeping a snapshot"))
    }
}
