//! The file that an auditor is handed: a run with its proofs. There is one way to write it, so that
//! every byte of it counts.

use serde::{Deserialize, Serialize};

use super::envelope::Envelope;
use super::hash::{Hash, sha256};
use crate::primitives::hex;

/// What the file says that it is.
pub const FORMAT: &str = "chainkeel-bundle/1";

/// Everything that a bundle holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Bundle {
    /// [`FORMAT`].
    pub format: String,
    /// Whose the run is.
    pub organization: String,
    /// The run.
    pub run: String,
    /// The workflow that it executed.
    pub workflow: String,
    /// Which version of it; 0 of a definition that was executed without being published.
    pub workflow_version: u32,
    /// The key that signed the checkpoint, as the server names it.
    pub verifier_key: String,
    /// The signed note.
    pub checkpoint: String,
    /// The run's events, in order.
    pub events: Vec<Exhibit>,
    /// The event that published the version, where there is one.
    pub workflow_events: Vec<Exhibit>,
    /// The large texts that payloads name by their hashes.
    pub blobs: Vec<Blob>,
}

/// An event with what proves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Exhibit {
    /// The kind of its aggregate.
    pub aggregate_type: String,
    /// The aggregate's id.
    pub aggregate_id: String,
    /// Its number in the whole ledger.
    pub position: i64,
    /// Its number in its stream.
    pub sequence: i64,
    /// Its name.
    pub event_type: String,
    /// The version of its shape.
    pub version: String,
    /// When it was written: microseconds since 1970 in UTC.
    pub recorded_at: i64,
    /// The stored text of the payload.
    pub payload: String,
    /// The stored text of the metadata.
    pub metadata: String,
    /// SHA-256 of the payload, in hexadecimal.
    pub payload_sha256: String,
    /// SHA-256 of the metadata, in hexadecimal.
    pub metadata_sha256: String,
    /// The hash of its leaf, in hexadecimal.
    pub leaf: String,
    /// The nodes beside the way from the leaf to the root, in hexadecimal.
    pub proof: Vec<String>,
}

/// A large text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Blob {
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// The text.
    pub content: String,
}

/// The parts of a bundle, as they follow one another in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The events begin behind the head.
    Events,
    /// The events end, and what published the version begins.
    WorkflowEvents,
    /// That ends, and the large texts begin.
    Blobs,
    /// That ends, and the file with it.
    End,
}

impl Part {
    /// What stands before what follows.
    pub const fn opening(self) -> &'static str {
        match self {
            Self::Events => ",\n\"events\":[\n",
            Self::WorkflowEvents => "\n],\n\"workflowEvents\":[\n",
            Self::Blobs => "\n],\n\"blobs\":[\n",
            Self::End => "\n]}\n",
        }
    }
}

/// What stands between two lines of a part.
const BETWEEN: &str = ",\n";

/// A bundle that cannot be read: where, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The byte of the file.
    pub byte: usize,
    /// Why.
    pub what: String,
}

impl Bundle {
    /// Whether what the run says is sealed: then its proofs stand, and nothing of it can be read here.
    pub const fn is_sealed(&self) -> bool {
        self.workflow.is_empty()
    }

    /// Reads a file, which must be written in the one way.
    pub fn read(bytes: &[u8]) -> Result<Self, Unread> {
        let text = std::str::from_utf8(bytes)
            .map_err(|error| Unread { byte: error.valid_up_to(), what: "it is no UTF-8".into() })?;
        let bundle: Self = serde_json::from_str(text).map_err(|error| {
            let before = text.split('\n').take(error.line().saturating_sub(1));
            let byte = before.map(|line| line.len() + 1).sum::<usize>() + error.column();
            Unread { byte: byte.saturating_sub(1), what: error.to_string() }
        })?;
        let written = bundle.write();
        if written == text {
            return Ok(bundle);
        }
        let same = written.bytes().zip(text.bytes()).take_while(|(ours, its)| ours == its).count();
        Err(Unread { byte: same, what: "a bundle is not written like that".into() })
    }

    /// The file.
    pub fn write(&self) -> String {
        let mut text = self.head();
        for (part, lines) in [
            (Part::Events, self.events.iter().map(Exhibit::line).collect::<Vec<_>>()),
            (Part::WorkflowEvents, self.workflow_events.iter().map(Exhibit::line).collect()),
            (Part::Blobs, self.blobs.iter().map(Blob::line).collect()),
        ] {
            text.push_str(part.opening());
            text.push_str(&lines.join(BETWEEN));
        }
        text.push_str(Part::End.opening());
        text
    }

    /// What stands before the events.
    pub fn head(&self) -> String {
        let fields = [
            ("format", quoted(&self.format)),
            ("organization", quoted(&self.organization)),
            ("run", quoted(&self.run)),
            ("workflow", quoted(&self.workflow)),
            ("workflowVersion", self.workflow_version.to_string()),
            ("verifierKey", quoted(&self.verifier_key)),
            ("checkpoint", quoted(&self.checkpoint)),
        ];
        format!("{{{}", fields.map(|(name, value)| format!("\"{name}\":{value}")).join(BETWEEN))
    }

    /// Lines of a part, of which some were written already.
    pub fn more(lines: impl Iterator<Item = String>, is_first: bool) -> String {
        let mut text = String::new();
        for (index, line) in lines.enumerate() {
            if index > 0 || !is_first {
                text.push_str(BETWEEN);
            }
            text.push_str(&line);
        }
        text
    }
}

impl Exhibit {
    /// Its line in the file.
    pub fn line(&self) -> String {
        serde_json::to_string(self).expect("it has only texts and numbers")
    }

    /// The frame that its leaf is made of, with these hashes of payload and metadata.
    pub fn envelope<'a>(
        &'a self,
        organization: &'a str,
        (payload, metadata): (&'a Hash, &'a Hash),
    ) -> Envelope<'a> {
        Envelope {
            position: self.position,
            organization,
            aggregate_type: &self.aggregate_type,
            aggregate_id: &self.aggregate_id,
            sequence: self.sequence,
            event_type: &self.event_type,
            version: &self.version,
            recorded_at: self.recorded_at,
            payload,
            metadata,
        }
    }

    /// Fills in the hashes and the proof of an event of this organization.
    #[must_use]
    pub fn proven(mut self, organization: &str, proof: &[Hash]) -> Self {
        let hashes = (sha256(self.payload.as_bytes()), sha256(self.metadata.as_bytes()));
        let leaf = self.envelope(organization, (&hashes.0, &hashes.1)).leaf(&mut Vec::new());
        self.payload_sha256 = hex(&hashes.0);
        self.metadata_sha256 = hex(&hashes.1);
        self.leaf = hex(&leaf);
        self.proof = proof.iter().map(|step| hex(step)).collect();
        self
    }
}

impl Blob {
    /// A large text under its hash.
    pub fn of(content: String) -> Self {
        Self { sha256: hex(&sha256(content.as_bytes())), content }
    }

    /// Its line in the file.
    pub fn line(&self) -> String {
        serde_json::to_string(self).expect("it has only texts")
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text is JSON")
}
