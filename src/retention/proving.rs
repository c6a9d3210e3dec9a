//! Holds what is in a segment against what was signed outside of the database: each row must be a leaf of that tree.

use super::Error;
use crate::notary::{self, Damage, Log, OutsideCopy, leaf_of_row};
use crate::proof::{Checkpoint, Note, holds_inclusion, inclusion, tiles_for};
use crate::segments::Row;

/// Rows of one question for tiles.
const ROWS: usize = 4_096;

/// A checkpoint that was kept outside, and the tiles that lead to it.
#[derive(Debug, Clone)]
pub struct Prover {
    log: Log,
    checkpoint: Checkpoint,
}

impl Prover {
    /// By the checkpoint outside, if its key has signed it; nothing where nothing is signed yet.
    pub async fn open(log: Log, copy: &OutsideCopy) -> Result<Option<Self>, Error> {
        let Some(identity) = log.identity().await? else { return Ok(None) };
        let Some(text) = copy.checkpoint()? else { return Ok(None) };
        let place = || copy.checkpoint_file().display().to_string();
        let note = Note::read(&text, &identity.key);
        let note =
            note.map_err(|why| notary::Error::from(Damage::Forged { place: place(), why }))?;
        Ok(Some(Self { checkpoint: note.checkpoint().clone(), log }))
    }

    /// What is proved against.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Refuses rows of an organization of which one is not as it was signed.
    pub async fn prove(&self, organization: &str, rows: &[Row]) -> Result<(), Error> {
        let Checkpoint { size, root, .. } = &self.checkpoint;
        let leaf = |row: &Row| u64::try_from(row.position - 1).unwrap_or(u64::MAX);
        let mut buffer = Vec::new();
        for rows in rows.chunks(ROWS) {
            if let Some(beyond) = rows.iter().find(|row| leaf(row) >= *size) {
                return Err(Error::Unproved(beyond.position));
            }
            let leaves: Vec<u64> = rows.iter().map(leaf).collect();
            let tiles = self.log.tiles(&tiles_for(&leaves, *size, &[])).await?;
            for row in rows {
                let hash = leaf_of_row(organization, row, &mut buffer);
                let proof = inclusion(&tiles, leaf(row), *size).map_err(|_| Error::Behind)?;
                if !holds_inclusion(leaf(row), &hash, *size, root, &proof) {
                    return Err(Error::Unproved(row.position));
                }
            }
        }
        Ok(())
    }
}
