//! What was signed before: held against the copy outside, the database and the ledger.

use super::growth::Growth;
use super::ledger::{Leaf, leaves, signed_leaf};
use super::log::{Identity, Kept, Log};
use super::{Damage, Error, OutsideCopy};
use crate::journal::Journal;
use crate::proof::{Note, root_at, tiles_for};

/// Events of one reading.
pub(super) const READ: i64 = 1_000;

/// The log as a notary takes it up.
pub(super) struct State {
    /// The tree.
    pub(super) growth: Growth,
    /// What was signed beyond it: where the tree gets there, its root must be that.
    pub(super) ahead: Vec<Note>,
    /// How far the tiles in the database go, and the checkpoint over them.
    pub(super) in_database: u64,
}

/// The parts that know what was signed.
#[derive(Clone)]
pub(super) struct Past<'a> {
    pub(super) log: &'a Log,
    pub(super) journal: &'a Journal,
    pub(super) copy: &'a OutsideCopy,
    pub(super) identity: &'a Identity,
}

impl Past<'_> {
    /// The checkpoint in the copy outside. One that our key has not signed is told, not passed over.
    pub(super) fn outside(&self) -> Result<Option<Note>, Error> {
        let Some(text) = self.copy.checkpoint()? else { return Ok(None) };
        let place = || self.copy.checkpoint_file().display().to_string();
        let note = Note::read(&text, &self.identity.key);
        Ok(Some(note.map_err(|why| Damage::Forged { place: place(), why })?))
    }

    fn believed(&self, kept: &Kept) -> Result<Note, Error> {
        let place = || format!("the database, of {} events,", kept.size);
        let note = Note::read(&kept.note, &self.identity.key);
        Ok(note.map_err(|why| Damage::Forged { place: place(), why })?)
    }

    /// Takes the log up.
    pub(super) async fn open(&self) -> Result<State, Error> {
        let outside = self.outside()?;
        let kept = self.log.latest().await?.map(|it| self.believed(&it)).transpose()?;
        let growth = match &kept {
            Some(note) => self.grown(note).await?,
            None => Growth::default(),
        };
        let mut ahead = Vec::new();
        for (note, place) in [
            (outside, self.copy.checkpoint_file().display().to_string()),
            (kept, "the database".to_owned()),
        ] {
            let Some(note) = note else { continue };
            if note.checkpoint().size > growth.size() {
                ahead.push(note);
            } else {
                self.goes_on_from(&note, growth.size(), place).await?;
            }
        }
        let in_database = growth.size();
        Ok(State { growth, ahead, in_database })
    }

    /// The tree of this checkpoint by the tiles in the database; an empty one where they are not those
    /// that were signed: then it grows from the events again.
    async fn grown(&self, note: &Note) -> Result<Growth, Error> {
        let checkpoint = note.checkpoint();
        let tiles = self.log.tiles(&Growth::wanted(checkpoint.size)).await?;
        let growth = Growth::of(checkpoint.size, &tiles);
        if let Some(growth) = growth.filter(|it| it.root() == checkpoint.root) {
            return Ok(growth);
        }
        tracing::warn!(
            "the tiles of the log in the database are not those that were signed, and are made again \
             from the events"
        );
        Ok(Growth::default())
    }

    /// Refuses a tree in which an earlier checkpoint has another root.
    async fn goes_on_from(&self, note: &Note, size: u64, place: String) -> Result<(), Error> {
        let before = note.checkpoint();
        let tiles = self.log.tiles(&tiles_for(&[], size, &[before.size])).await?;
        if root_at(&tiles, before.size) == Ok(before.root) {
            return Ok(());
        }
        Err(self.differing(0, before.size, place).await)
    }

    /// The first event between these positions that is not the one that was signed, by the tiles outside.
    pub(super) async fn differing(&self, after: u64, size: u64, place: String) -> Error {
        match self.first_differing(after, size).await {
            Ok(Some(damage)) => damage.into(),
            Ok(None) => Damage::Root { size, place }.into(),
            Err(error) => error,
        }
    }

    async fn first_differing(&self, after: u64, size: u64) -> Result<Option<Damage>, Error> {
        let mut at = after;
        while at < size {
            let read = leaves((self.journal, self.copy), at, READ).await?;
            let Some(last) = read.last().map(|leaf| leaf.position) else {
                let (head, copy) = (at, self.copy.place().to_owned());
                return Ok(Some(Damage::Shorter { head, signed: size, copy }));
            };
            for leaf in read.iter().filter(|leaf| leaf.position <= size) {
                match signed_leaf(self.copy, leaf.position, size)? {
                    Some(signed) if signed == leaf.hash => {}
                    Some(_) => return Ok(Some(other(leaf))),
                    None => return Ok(None),
                }
            }
            at = last;
        }
        Ok(None)
    }
}

/// What there is to say of an event that is not the one that was signed.
pub(super) fn other(leaf: &Leaf) -> Damage {
    let what = format!("{} stands there, changed or moved", leaf.of);
    Damage::Event { position: leaf.position, what }
}
