//! Whether a bundle proves what it shows; if not, the first byte or field that is wrong.

use std::collections::BTreeMap;
use std::fmt;

use super::bundle::{Bundle, Exhibit, FORMAT, Unread};
use super::checkpoint::Checkpoint;
use super::hash::{Hash, sha256};
use super::note::{Note, VerifierKey};
use super::prove::holds_inclusion;
use crate::primitives::{hex, unhex};

/// Lines of a note that the ledger's key alone has signed. Others may sign checkpoints, too; in a bundle
/// nobody would check them.
const LINES: usize = 5;

/// What whoever judges knows from elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// The key of the ledger. Without it the bundle's own is taken, which says only that the bundle
    /// agrees with itself.
    pub key: Option<VerifierKey>,
    /// A checkpoint that was kept: the bundle must be proved against this one.
    pub checkpoint: Option<String>,
}

/// What a bundle proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The bundle.
    pub bundle: Bundle,
    /// The checkpoint that all its events are proved against.
    pub checkpoint: Checkpoint,
    /// Whether the key was known from elsewhere.
    pub key_is_known: bool,
}

/// What is wrong with a bundle, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The byte of the file at which what is wrong begins, from 0.
    pub byte: usize,
    /// The field: `events[4].payload`, `checkpoint`.
    pub field: String,
    /// What is wrong with it.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field.as_str() {
            "" => write!(f, "byte {}: {}", self.byte, self.what),
            field => write!(f, "{field}, from byte {} on: {}", self.byte, self.what),
        }
    }
}

impl std::error::Error for Fault {}

/// Judges a file. It needs nothing but the file and what is known from elsewhere.
pub fn judge(bytes: &[u8], trust: &Trust) -> Result<Judged, Fault> {
    let read = Bundle::read(bytes);
    let bundle =
        read.map_err(|Unread { byte, what }| Fault { byte, field: String::new(), what })?;
    let bench = Bench { text: std::str::from_utf8(bytes).unwrap_or_default(), bundle: &bundle };
    let checkpoint = bench.signed(trust)?;
    bench.blobs()?;
    bench.run(&checkpoint)?;
    bench.workflow(&checkpoint)?;
    Ok(Judged { checkpoint, key_is_known: trust.key.is_some(), bundle })
}

/// A bundle on the bench.
struct Bench<'a> {
    text: &'a str,
    bundle: &'a Bundle,
}

/// Where something stands: in the head, or in a line of a part.
#[derive(Clone, Copy)]
enum At {
    Head,
    Event(usize),
    WorkflowEvent(usize),
    Blob(usize),
}

impl Bench<'_> {
    fn fault(&self, at: At, field: &str, what: impl Into<String>) -> Fault {
        let (part, prefix) = match at {
            At::Head => (None, String::new()),
            At::Event(index) => (Some(("\n\"events\":[\n", index)), format!("events[{index}].")),
            At::WorkflowEvent(index) => {
                (Some(("\n\"workflowEvents\":[\n", index)), format!("workflowEvents[{index}]."))
            }
            At::Blob(index) => (Some(("\n\"blobs\":[\n", index)), format!("blobs[{index}].")),
        };
        // No text within the file holds a line's end: they are written as `\n`.
        let line = part.map_or(0, |(opening, index)| {
            let begin = self.text.find(opening).map_or(0, |at| at + opening.len());
            let before = self.text[begin..].split('\n').take(index).map(|line| line.len() + 1);
            begin + before.sum::<usize>()
        });
        let name = format!("\"{field}\":");
        let byte = self.text[line..].find(&name).map_or(line, |at| line + at + name.len());
        Fault { byte, field: format!("{prefix}{field}"), what: what.into() }
    }

    fn signed(&self, trust: &Trust) -> Result<Checkpoint, Fault> {
        let Bundle { format, verifier_key, checkpoint, .. } = self.bundle;
        let head = |field: &str, what: String| self.fault(At::Head, field, what);
        if format != FORMAT {
            return Err(head(
                "format",
                format!("this program reads `{FORMAT}`, and it is `{format}`"),
            ));
        }
        let own: VerifierKey =
            verifier_key.parse().map_err(|error| head("verifierKey", format!("{error}")))?;
        let key = trust.key.as_ref().unwrap_or(&own);
        if *key != own || own.to_string() != *verifier_key {
            return Err(head("verifierKey", format!("it names another key than {key}")));
        }
        let note = Note::read(checkpoint, key);
        let note = note.map_err(|error| head("checkpoint", error.to_string()))?;
        if checkpoint.lines().count() != LINES {
            return Err(head("checkpoint", "more than one has signed it".to_owned()));
        }
        if let Some(kept) = &trust.checkpoint {
            let kept = Note::read(kept, key).map_err(|error| {
                head("checkpoint", format!("the checkpoint that was kept: {error}"))
            })?;
            let (ours, its) = (kept.checkpoint(), note.checkpoint());
            if ours.size != its.size {
                return Err(head(
                    "checkpoint",
                    format!(
                        "it is of {} events, and the one that was kept of {}: export the run \
                         against that one (`--size {}`)",
                        its.size, ours.size, ours.size
                    ),
                ));
            }
            if ours.root != its.root {
                return Err(head(
                    "checkpoint",
                    "the one that was kept has another root: there are two histories".to_owned(),
                ));
            }
        }
        Ok(note.checkpoint().clone())
    }

    fn blobs(&self) -> Result<(), Fault> {
        for (index, blob) in self.bundle.blobs.iter().enumerate() {
            let found = hex(&sha256(blob.content.as_bytes()));
            if found != blob.sha256 {
                let what = format!("its SHA-256 is {found}, and not {}", blob.sha256);
                return Err(self.fault(At::Blob(index), "content", what));
            }
        }
        Ok(())
    }

    fn run(&self, checkpoint: &Checkpoint) -> Result<(), Fault> {
        let Bundle { run, events, .. } = self.bundle;
        if events.is_empty() {
            return Err(self.fault(At::Head, "events", "the run has no events"));
        }
        let mut before = 0;
        for (index, (event, sequence)) in events.iter().zip(1..).enumerate() {
            let at = At::Event(index);
            if event.aggregate_type != "run" || event.aggregate_id != *run {
                let what = format!("it is no event of {run}");
                return Err(self.fault(at, "aggregateId", what));
            }
            if event.sequence != sequence {
                let what = format!("event {sequence} of the run should stand here");
                return Err(self.fault(at, "sequence", what));
            }
            if event.position <= before {
                let what = format!("it does not come after position {before}");
                return Err(self.fault(at, "position", what));
            }
            before = event.position;
            self.event(at, event, checkpoint)?;
        }
        self.names_its_workflow(&events[0])
    }

    /// The first event says which version the run executed, and so does the head.
    fn names_its_workflow(&self, first: &Exhibit) -> Result<(), Fault> {
        let Bundle { workflow, workflow_version, .. } = self.bundle;
        let begun: serde_json::Value = self.whole(first, At::Event(0))?;
        if begun.get("$sealed").is_some() {
            // What it says is sealed: the head may claim nothing of it.
            if workflow.is_empty() && *workflow_version == 0 {
                return Ok(());
            }
            let what = "the run is sealed, and does not say which workflow it executed";
            return Err(self.fault(At::Head, "workflow", what));
        }
        let said = &begun["started"]["workflow"];
        if said["id"] != workflow.as_str() {
            let what = format!("the run executed {}", said["id"]);
            return Err(self.fault(At::Head, "workflow", what));
        }
        if said["version"] != *workflow_version {
            let what = format!("the run executed version {}", said["version"]);
            return Err(self.fault(At::Head, "workflowVersion", what));
        }
        Ok(())
    }

    /// The payload as JSON, as far as it stands in the row: what names a workflow always does.
    fn whole(&self, event: &Exhibit, at: At) -> Result<serde_json::Value, Fault> {
        let unread = |error: serde_json::Error| self.fault(at, "payload", error.to_string());
        let value: serde_json::Value = serde_json::from_str(&event.payload).map_err(unread)?;
        if let Some(blob) = value["$blob"]["sha256"].as_str() {
            let blobs: BTreeMap<_, _> =
                self.bundle.blobs.iter().map(|blob| (&*blob.sha256, &*blob.content)).collect();
            let gone =
                || self.fault(at, "payload", format!("the blob {blob} is not in the bundle"));
            return serde_json::from_str(blobs.get(blob).ok_or_else(gone)?).map_err(unread);
        }
        Ok(value.get("rest").cloned().unwrap_or(value))
    }

    fn workflow(&self, checkpoint: &Checkpoint) -> Result<(), Fault> {
        let Bundle { workflow, workflow_version, workflow_events, .. } = self.bundle;
        for (index, event) in workflow_events.iter().enumerate() {
            let at = At::WorkflowEvent(index);
            if event.aggregate_type != "workflow" || event.aggregate_id != *workflow {
                let what = format!("it is no event of {workflow}");
                return Err(self.fault(at, "aggregateId", what));
            }
            self.event(at, event, checkpoint)?;
            let said = self.whole(event, at)?;
            if said["published"]["version"] != *workflow_version {
                let what = format!("it does not publish version {workflow_version}");
                return Err(self.fault(at, "payload", what));
            }
        }
        Ok(())
    }

    /// Whether an event is the one that the checkpoint covers.
    fn event(&self, at: At, event: &Exhibit, checkpoint: &Checkpoint) -> Result<(), Fault> {
        let hash_of = |field: &str, text: &str| -> Result<Hash, Fault> {
            // There is one way to write a hash, too.
            let hash = unhex(text).filter(|hash| hex(hash) == text);
            hash.ok_or_else(|| {
                self.fault(at, field, "it is no SHA-256 in small hexadecimal digits")
            })
        };
        let texts = [
            ("payload", &event.payload, "payloadSha256", &event.payload_sha256),
            ("metadata", &event.metadata, "metadataSha256", &event.metadata_sha256),
        ];
        let mut hashes = [[0; 32]; 2];
        for ((field, text, hash_field, said), hash) in texts.into_iter().zip(&mut hashes) {
            *hash = hash_of(hash_field, said)?;
            let found = sha256(text.as_bytes());
            if found != *hash {
                let what = format!(
                    "event {}: the SHA-256 of its {field} is {}, and not {said}",
                    event.sequence,
                    hex(&found)
                );
                return Err(self.fault(at, field, what));
            }
        }
        let leaf = hash_of("leaf", &event.leaf)?;
        let envelope = event.envelope(&self.bundle.organization, (&hashes[0], &hashes[1]));
        let found = envelope.leaf(&mut Vec::new());
        if found != leaf {
            let what = format!(
                "event {}: its frame has the leaf {}, so that something of it was changed",
                event.sequence,
                hex(&found)
            );
            return Err(self.fault(at, "leaf", what));
        }
        let mut proof = Vec::with_capacity(event.proof.len());
        for step in &event.proof {
            proof.push(hash_of("proof", step)?);
        }
        let index = u64::try_from(event.position - 1).unwrap_or(u64::MAX);
        let Checkpoint { size, root, .. } = checkpoint;
        if holds_inclusion(index, &leaf, *size, root, &proof) {
            return Ok(());
        }
        let what = format!(
            "event {}: it does not lead from position {} to the root that was signed",
            event.sequence, event.position
        );
        Err(self.fault(at, "proof", what))
    }
}
