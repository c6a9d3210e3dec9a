//! A run as a bundle: read from the ledger letter by letter, with the proofs that the log has of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::ledger::{asked, micros};
use super::log::{Identity, Log};
use super::{Damage, Error};
use crate::journal::{self, Journal, StreamId, blobs_of};
use crate::primitives::{RunId, unhex};
use crate::proof::{
    Blob, Bundle, Checkpoint, Exhibit, FORMAT, Note, Part, Tiles, inclusion, tiles_for,
};

/// Events of one reading.
const READ: i64 = 200;
/// Large texts of one reading.
const BLOBS: usize = 8;

/// An export under way: it gives the file in parts.
pub struct Export {
    log: Log,
    journal: Journal,
    checkpoint: Checkpoint,
    bundle: Bundle,
    run: RunId,
    /// Up to this sequence.
    last: i64,
    after: i64,
    blobs: BTreeSet<String>,
    given: BTreeSet<String>,
    step: Step,
}

enum Step {
    Head,
    Events,
    Workflow,
    Blobs,
    Over,
}

impl Export {
    /// The export of a run against the checkpoint of this size, or the last one. The caller has seen that
    /// the run may be shown.
    ///
    /// [`Error::NoCheckpoint`] where there is none of this size, or the last one does not cover the run yet.
    pub async fn open(
        (log, journal): (Log, Journal),
        run: RunId,
        size: Option<u64>,
    ) -> Result<Self, Error> {
        let identity = log.identity().await?;
        let lacks = |text: String| Error::NoCheckpoint(text);
        let Identity { key, .. } =
            identity.ok_or_else(|| lacks("nothing of the ledger is signed yet".to_owned()))?;
        let kept = match size {
            Some(size) => log.checkpoint(size).await?,
            None => log.latest().await?,
        };
        let kept = kept.ok_or_else(|| match size {
            Some(size) => lacks(format!("there is no checkpoint of {size} events")),
            None => lacks("nothing of the ledger is signed yet".to_owned()),
        })?;
        let place = || format!("the database, of {} events,", kept.size);
        let note = Note::read(&kept.note, &key);
        let note = note.map_err(|why| Damage::Forged { place: place(), why })?;
        let checkpoint = note.checkpoint().clone();
        let extent = extent((&log, &journal), &run.to_string(), checkpoint.size).await?;
        if extent.covered == 0 || (size.is_none() && extent.covered < extent.all) {
            return Err(lacks("the last events of the run are not signed yet".to_owned()));
        }
        let mut export = Self {
            bundle: Bundle {
                format: FORMAT.to_owned(),
                organization: extent.organization,
                run: run.to_string(),
                workflow: String::new(),
                workflow_version: 0,
                verifier_key: key.to_string(),
                checkpoint: kept.note,
                events: Vec::new(),
                workflow_events: Vec::new(),
                blobs: Vec::new(),
            },
            log,
            journal,
            checkpoint,
            run,
            last: extent.covered,
            after: 0,
            blobs: BTreeSet::new(),
            given: BTreeSet::new(),
            step: Step::Head,
        };
        export.name_workflow().await?;
        Ok(export)
    }

    /// The next part of the file; nothing behind its end.
    pub async fn next(&mut self) -> Result<Option<String>, Error> {
        let text = match self.step {
            Step::Head => {
                self.step = Step::Events;
                format!("{}{}", self.bundle.head(), Part::Events.opening())
            }
            Step::Events => self.events().await?,
            Step::Workflow => {
                self.step = Step::Blobs;
                let published = self.published().await?;
                let lines = Bundle::more(published.iter().map(Exhibit::line), true);
                format!("{}{lines}{}", Part::WorkflowEvents.opening(), Part::Blobs.opening())
            }
            Step::Blobs => self.large().await?,
            Step::Over => return Ok(None),
        };
        Ok(Some(text))
    }

    async fn events(&mut self) -> Result<String, Error> {
        let mut events = self.stream("run", &self.run.to_string(), self.after).await?;
        events.retain(|event| event.sequence <= self.last);
        let is_first = self.after == 0;
        match events.last() {
            Some(last) if last.sequence < self.last => self.after = last.sequence,
            Some(_) | None => self.step = Step::Workflow,
        }
        let events = self.proven(events).await?;
        Ok(Bundle::more(events.iter().map(Exhibit::line), is_first))
    }

    /// Large texts, a few at a time; those that they name in turn come later.
    async fn large(&mut self) -> Result<String, Error> {
        let next: Vec<String> = self.blobs.difference(&self.given).take(BLOBS).cloned().collect();
        if next.is_empty() {
            self.step = Step::Over;
            return Ok(Part::End.opening().to_owned());
        }
        let is_first = self.given.is_empty();
        let mut lines = Vec::new();
        for (hash, content) in contents(&self.log, &next).await? {
            self.blobs.extend(blobs_of(&content));
            self.given.insert(hash);
            lines.push(Blob::of(content).line());
        }
        Ok(Bundle::more(lines.into_iter(), is_first))
    }

    /// Which version of which workflow the run executed, by its first event.
    async fn name_workflow(&mut self) -> Result<(), Error> {
        let first = self.stream("run", &self.run.to_string(), 0).await?.into_iter().next();
        let first = first.ok_or(Error::Unreadable("run"))?;
        let mut text = first.payload;
        loop {
            let said: Value = serde_json::from_str(&text).map_err(|_| Error::Unreadable("run"))?;
            if let Some(blob) = said["$blob"]["sha256"].as_str() {
                let held = contents(&self.log, &[blob.to_owned()]).await?;
                text = held.into_values().next().ok_or(Error::Unreadable("run"))?;
                continue;
            }
            let said = said.get("rest").unwrap_or(&said);
            // Of a run that is sealed it stays unnamed: what cannot be proved without the key is not claimed.
            if said.get("$sealed").is_some() {
                return Ok(());
            }
            let workflow = &said["started"]["workflow"];
            workflow["id"].as_str().unwrap_or_default().clone_into(&mut self.bundle.workflow);
            let version = workflow["version"].as_u64().and_then(|it| u32::try_from(it).ok());
            self.bundle.workflow_version = version.unwrap_or_default();
            return Ok(());
        }
    }

    /// The event that published the version, where the checkpoint covers it.
    async fn published(&mut self) -> Result<Vec<Exhibit>, Error> {
        let (workflow, version) = (self.bundle.workflow.clone(), self.bundle.workflow_version);
        let mut after = 0;
        loop {
            let events = self.stream("workflow", &workflow, after).await?;
            let Some(last) = events.last() else { return Ok(Vec::new()) };
            after = last.sequence;
            let publishes = |event: &Exhibit| {
                let said: Value = serde_json::from_str(&event.payload).unwrap_or_default();
                let said = said.get("rest").unwrap_or(&said);
                said["published"]["version"] == version
            };
            let size = i64::try_from(self.checkpoint.size).unwrap_or(i64::MAX);
            let found = events.into_iter().find(|event| {
                event.event_type == "published" && event.position <= size && publishes(event)
            });
            if let Some(found) = found {
                return self.proven(vec![found]).await;
            }
        }
    }

    async fn proven(&mut self, events: Vec<Exhibit>) -> Result<Vec<Exhibit>, Error> {
        let size = self.checkpoint.size;
        let leaf = |event: &Exhibit| u64::try_from(event.position - 1).unwrap_or(u64::MAX);
        let leaves: Vec<u64> = events.iter().map(leaf).collect();
        let tiles: Tiles = self.log.tiles(&tiles_for(&leaves, size, &[])).await?;
        let mut proven = Vec::with_capacity(events.len());
        for event in events {
            let proof = inclusion(&tiles, leaf(&event), size);
            let proof = proof.map_err(|_| Error::Unreadable("tiles"))?;
            self.blobs.extend(blobs_of(&event.payload));
            proven.push(event.proven(&self.bundle.organization, &proof));
        }
        Ok(proven)
    }

    /// Events of a stream, as they are stored.
    async fn stream(
        &self,
        kind: &'static str,
        id: &str,
        after: i64,
    ) -> Result<Vec<Exhibit>, Error> {
        let events = self.journal.stored_stream(&StreamId::new(kind, id), after, READ).await?;
        Ok(events
            .into_iter()
            .map(|event| Exhibit {
                aggregate_type: kind.to_owned(),
                aggregate_id: id.to_owned(),
                position: event.position,
                sequence: event.sequence,
                event_type: event.event_type,
                version: event.event_version,
                recorded_at: micros(event.recorded_at),
                payload: event.payload,
                metadata: event.metadata,
                payload_sha256: String::new(),
                metadata_sha256: String::new(),
                leaf: String::new(),
                proof: Vec::new(),
            })
            .collect())
    }
}

/// How far a run goes, and how far a checkpoint covers it.
struct Extent {
    organization: String,
    all: i64,
    covered: i64,
}

async fn extent((log, journal): (&Log, &Journal), run: &str, size: u64) -> Result<Extent, Error> {
    let row = sqlx::query!(
        r#"select min(e.organization_id) as "organization!", max(e.sequence) as "all!",
                  coalesce(max(e.sequence) filter (where l.position <= $2), 0) as "covered!"
             from events e
             left join event_log l using (aggregate_type, aggregate_id, sequence)
            where e.aggregate_type = 'run' and e.aggregate_id = $1
           having count(*) > 0"#,
        run,
        i64::try_from(size).unwrap_or(i64::MAX),
    )
    .fetch_optional(log.pool())
    .await
    .map_err(asked("asking how long a run is"))?;
    let Some(row) = row else { return sealed_extent((log, journal), run, size).await };
    Ok(Extent { organization: row.organization, all: row.all, covered: row.covered })
}

/// The same of a run that has left the database: it has an end, and each of its events a position.
async fn sealed_extent(
    (log, journal): (&Log, &Journal),
    run: &str,
    size: u64,
) -> Result<Extent, Error> {
    let home = journal.homes(&[run.to_owned()]).await?.remove(run);
    let home = home.ok_or(Error::Unreadable("run"))?;
    let row = sqlx::query!(
        r#"select coalesce(max(sequence), 0) as "all!",
                  coalesce(max(sequence) filter (where position <= $2), 0) as "covered!"
             from event_log where aggregate_type = 'run' and aggregate_id = $1"#,
        run,
        i64::try_from(size).unwrap_or(i64::MAX),
    )
    .fetch_one(log.pool())
    .await
    .map_err(asked("asking how long a run is that has left the database"))?;
    let organization = home.organization.to_string();
    Ok(Extent { organization, all: row.all, covered: row.covered })
}

/// Large texts by their hashes in hexadecimal; one that is gone is told.
async fn contents(log: &Log, hashes: &[String]) -> Result<BTreeMap<String, String>, Error> {
    let wanted: Vec<Vec<u8>> =
        hashes.iter().filter_map(|hash| unhex::<32>(hash)).map(|hash| hash.to_vec()).collect();
    let rows = sqlx::query!("select sha256, content from blobs where sha256 = any($1)", &wanted)
        .fetch_all(log.pool())
        .await
        .map_err(asked("reading blobs"))?;
    if rows.len() < hashes.len() {
        return Err(journal::Error::Damaged("a blob that an event names is gone".to_owned()).into());
    }
    let held = rows.into_iter().map(|row| (crate::primitives::hex(&row.sha256), row.content));
    Ok(held.collect())
}
