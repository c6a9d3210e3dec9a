//! The notary: follows the ledger in the order of its positions, and signs where it goes on from what
//! was signed before. One process is it at a time.
//!
//! A checkpoint is kept outside of the database first and in it second. Whoever dies in between leaves one
//! of these behind, and the next one takes it up:
//!
//! | it dies | outside | in the database | what follows |
//! |---|---|---|---|
//! | before it signs, or with a signature that nobody saw | the one before | the one before | a new one |
//! | while tiles are written | the one before; whole tiles | the one before | the same tiles again |
//! | before the database has it | the new one | the one before | the events must lead to it; then it is kept here, too |

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::ledger::leaves;
use super::log::{Identity, LEASE, Log};
use super::state::{Past, READ, State, other};
use super::{Damage, Error, OutsideCopy};
use crate::journal::{Journal, Leases};
use crate::primitives::hex;
use crate::proof::{Checkpoint, Note, Origin, TileId, VerifierKey};
use crate::signing::{Kind, Signer, Signers};

/// How long a process that has lost the office rests before it asks for it again.
const CANDIDACY: Duration = Duration::from_secs(1);
/// The most events between two checkpoints: a long ledger that was never signed is signed in parts.
const MOST: u64 = 65_536;

/// Signs what the ledger has become.
#[derive(Clone)]
pub struct Notary {
    /// The ledger.
    pub journal: Journal,
    /// Who signs.
    pub signers: Signers,
    /// The copy outside of the database.
    pub copy: OutsideCopy,
    /// How often a checkpoint is signed, while there is something new.
    pub interval: Duration,
    /// What the ledger is called, where that was chosen and nothing was signed before.
    pub origin: Option<Origin>,
    /// The membership of this process.
    pub standing: watch::Receiver<Option<Leases>>,
}

/// What a beat came to.
enum Beat {
    /// There is more to do at once.
    More,
    /// It is done for now.
    Done,
    /// Another process holds the office.
    Lost,
}

impl Notary {
    /// Signs, or waits until it may, until it is told to stop.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        let standing = self.standing.clone();
        Leases::while_standing(standing, stop, |leases| self.work(leases)).await
    }

    async fn work(&self, leases: Leases) -> Result<(), Error> {
        let mut told = String::new();
        loop {
            let epoch = leases.obtain(LEASE, "").await?;
            while leases.alive() {
                match self.sign_on((&leases, epoch)).await {
                    Ok(()) => break,
                    Err(error) => self.tell(&error, &mut told).await,
                }
                sleep(self.interval).await;
            }
            sleep(CANDIDACY).await;
        }
    }

    /// Says once why nothing is signed.
    async fn tell(&self, error: &Error, told: &mut String) {
        let text = error.to_string();
        if let Error::Damage(damage) = error {
            metrics::gauge!("chainkeel_log_halted").set(1.0);
            if let Err(error) = Log::new(self.journal.pool().clone()).halt(damage).await {
                tracing::warn!("that signing has halted is not in the database: {error}");
            }
        }
        if *told == text {
            return;
        }
        let cause = error as &dyn std::error::Error;
        if matches!(error, Error::Damage(_)) {
            tracing::error!(
                error = cause,
                "history is not what was signed, and no checkpoint is signed any more: {text}; \
                 docs/verifying.md says what to do"
            );
        } else {
            tracing::warn!(error = cause, "no checkpoint of the ledger is signed for now: {text}");
        }
        *told = text;
    }

    /// Signs until something is wrong, or another process does it.
    async fn sign_on(&self, office: (&Leases, i64)) -> Result<(), Error> {
        let log = Log::new(self.journal.pool().clone());
        let (identity, signer) = self.identity(&log).await?;
        let past =
            Past { log: &log, journal: &self.journal, copy: &self.copy, identity: &identity };
        let mut state = past.open().await?;
        self.catch_up(&past, &state).await?;
        while office.0.alive() {
            match self.beat(&past, &mut state, (signer, office)).await? {
                Beat::More => {}
                Beat::Done => sleep(self.interval).await,
                Beat::Lost => break,
            }
        }
        Ok(())
    }

    /// What the log is called and what signs it; settled where it is not.
    async fn identity(&self, log: &Log) -> Result<(Identity, &Signer), Error> {
        let identity = match log.identity().await? {
            Some(identity) => identity,
            None => self.settled(log).await?,
        };
        let signer = self.signers.of(identity.backend).ok_or(Error::NoBackend)?;
        let found = signer.checkpoint_key(&identity.origin).await?;
        if found != identity.key {
            let (expected, found) = (identity.key.to_string(), found.to_string());
            return Err(Damage::Key { expected, found }.into());
        }
        if let Some(outside) = self.copy.key()?
            && outside.trim() != identity.key.to_string()
        {
            let copy = self.copy.place().to_owned();
            let (expected, found) = (identity.key.to_string(), outside.trim().to_owned());
            return Err(Damage::OtherLog { copy, expected, found }.into());
        }
        Ok((identity, signer))
    }

    /// Settles what the log is called and what signs it.
    async fn settled(&self, log: &Log) -> Result<Identity, Error> {
        let (backend, signer) = self.preferred().ok_or(Error::NoBackend)?;
        let random = || format!("chainkeel/{}", hex(&rand::random::<[u8; 8]>()));
        let outside = self.copy.key()?.and_then(|key| key.parse::<VerifierKey>().ok());
        // A database that forgot what the log is called goes on with the name of the copy.
        let origin = outside.map(|key| key.name().clone()).or_else(|| self.origin.clone());
        let origin = origin.map_or_else(|| random().parse(), Ok);
        let origin = origin.map_err(|_| Error::Unreadable("name"))?;
        let key = signer.checkpoint_key(&origin).await?;
        log.settle(&Identity { origin, backend, key }).await
    }

    /// The backend that signs: the preferred one, or the keystore.
    fn preferred(&self) -> Option<(Kind, &Signer)> {
        [self.signers.preferred(), Kind::Keystore].into_iter().find_map(|kind| {
            let signer = self.signers.of(kind)?;
            signer.signs_checkpoints().then_some((kind, signer))
        })
    }

    /// Brings a copy that is behind the database up to it: another process signed meanwhile.
    async fn catch_up(&self, past: &Past<'_>, state: &State) -> Result<(), Error> {
        let size = state.growth.size();
        let outside = past.outside()?.map_or(0, |note| note.checkpoint().size);
        let Some(kept) = past.log.checkpoint(size).await?.filter(|_| outside < size) else {
            return Ok(());
        };
        if outside == 0 {
            tracing::warn!(
                "{} held no copy of the log, and takes on what the database says: that nothing was changed \
                 before is vouched for by the signature alone",
                self.copy.place().display()
            );
        }
        let mut tiles = Vec::new();
        for edge in crate::proof::Frontier::edge_of(size) {
            let from = (outside >> (8 * u32::from(edge.level))) / 256;
            for index in from..=edge.index {
                let width = if index < edge.index { 256 } else { edge.width };
                let tile = TileId { level: edge.level, index, width };
                if width > 0 {
                    let gone = || Error::Unreadable("tiles");
                    tiles.push((tile, past.log.tile(tile).await?.ok_or_else(gone)?));
                }
            }
        }
        self.keep_outside(past.identity, tiles, (size, kept.note)).await?;
        Ok(())
    }

    /// Lets the tree grow, and signs it.
    async fn beat(
        &self,
        past: &Past<'_>,
        state: &mut State,
        (signer, office): (&Signer, (&Leases, i64)),
    ) -> Result<Beat, Error> {
        let outside = past.outside()?;
        let head = u64::try_from(self.journal.head().await?).unwrap_or_default();
        must_reach(past, state, outside.as_ref(), head)?;
        let more = self.grow(past, state).await?;
        let size = state.growth.size();
        metrics::gauge!("chainkeel_log_events").set(shown(size));
        if !more && size < head {
            let what = "no event has it".to_owned();
            return Err(Damage::Event { position: size + 1, what }.into());
        }
        if !state.ahead.is_empty() {
            return Ok(Beat::More);
        }
        let there = outside.filter(|note| note.checkpoint().size == size);
        if size == 0 || (there.is_some() && state.in_database == size) {
            past.log.go_on().await?;
            metrics::gauge!("chainkeel_log_halted").set(0.0);
            metrics::gauge!("chainkeel_log_signed").set(shown(size));
            return Ok(Beat::Done);
        }
        let note = if let Some(note) = there {
            note
        } else {
            let (origin, root) = (past.identity.origin.clone(), state.growth.root());
            let checkpoint = Checkpoint { origin, size, root };
            signer.sign_checkpoint(&past.identity.key, &checkpoint).await?
        };
        let tiles = state.growth.tiles();
        let text = note.text().to_owned();
        let kept = self.keep_outside(past.identity, tiles.clone(), (size, text)).await?;
        if !kept || !past.log.keep(office, &tiles, &note).await? {
            return Ok(Beat::Lost);
        }
        state.growth.kept();
        state.in_database = size;
        metrics::gauge!("chainkeel_log_halted").set(0.0);
        metrics::gauge!("chainkeel_log_signed").set(shown(size));
        Ok(if more { Beat::More } else { Beat::Done })
    }

    /// Reads on; whether there may be more. The last event that was taken in is read again: it must be
    /// the same.
    async fn grow(&self, past: &Past<'_>, state: &mut State) -> Result<bool, Error> {
        let begin = state.growth.size();
        loop {
            let size = state.growth.size();
            let mut read = leaves((&self.journal, &self.copy), size.saturating_sub(1), READ)
                .await?
                .into_iter();
            if let Some(last) = state.growth.last() {
                let gone = || Damage::Event { position: size, what: "no event has it".to_owned() };
                let again = read.next().ok_or_else(gone)?;
                if again.hash != last {
                    return Err(other(&again).into());
                }
            }
            let mut is_end = true;
            for leaf in read {
                is_end = false;
                state.growth.push(leaf.hash);
                must_be_as_signed(past, state, begin).await?;
            }
            if is_end {
                return Ok(false);
            }
            if state.growth.size() - begin >= MOST {
                return Ok(true);
            }
        }
    }

    /// Keeps it outside. Disks are slow: it is done by a thread that may wait.
    async fn keep_outside(
        &self,
        identity: &Identity,
        tiles: Vec<(TileId, Vec<u8>)>,
        (size, note): (u64, String),
    ) -> Result<bool, Error> {
        let (copy, key) = (self.copy.clone(), identity.key.clone());
        let keep = move || {
            let size_of = |text: &str| Some(Note::read(text, &key).ok()?.checkpoint().size);
            let kept = copy.keep(&tiles, (size, &note), size_of)?;
            copy.keep_key(&key.to_string())?;
            Ok(kept)
        };
        let failed = |error: tokio::task::JoinError| Error::Copy {
            doing: "writing into",
            path: self.copy.place().to_owned(),
            source: std::io::Error::other(error),
        };
        spawn_blocking(keep).await.map_err(failed)?
    }
}

/// Refuses a ledger that is shorter than what was signed, and a copy that has turned into another.
fn must_reach(
    past: &Past<'_>,
    state: &mut State,
    outside: Option<&Note>,
    head: u64,
) -> Result<(), Error> {
    let said = outside.map(Note::checkpoint);
    let known = state.ahead.iter().map(|note| note.checkpoint().size).max();
    let signed = [said.map(|it| it.size), known, Some(state.in_database)];
    let signed = signed.into_iter().flatten().max().unwrap_or_default();
    if signed > head {
        let copy = past.copy.place().to_owned();
        return Err(Damage::Shorter { head, signed, copy }.into());
    }
    let Some(said) = said else { return Ok(()) };
    if said.size == state.growth.size() && said.root != state.growth.root() {
        let place = past.copy.checkpoint_file().display().to_string();
        return Err(Damage::Root { size: said.size, place }.into());
    }
    if said.size > state.growth.size() && known < Some(said.size) {
        state.ahead.extend(outside.cloned());
    }
    Ok(())
}

/// Holds the tree against what was signed of this size.
async fn must_be_as_signed(past: &Past<'_>, state: &mut State, begin: u64) -> Result<(), Error> {
    let size = state.growth.size();
    let is_of_here = |note: &Note| note.checkpoint().size == size;
    if !state.ahead.iter().any(is_of_here) {
        return Ok(());
    }
    let root = state.growth.root();
    if state.ahead.iter().any(|note| is_of_here(note) && note.checkpoint().root != root) {
        let place = past.copy.checkpoint_file().display().to_string();
        return Err(past.differing(begin, size, place).await);
    }
    state.ahead.retain(|note| !is_of_here(note));
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "floats are exact far beyond these counts")]
const fn shown(count: u64) -> f64 {
    count as f64
}
