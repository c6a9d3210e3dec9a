//! `chainkeel audit verify`: a bundle without server and network, or the whole ledger in its database.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::super::config::begin;
use super::super::failure::Failure;
use super::super::migrate::database;
use super::super::print::{line, print_json};
use super::pace::{bar, rate, show};
use crate::config::{Flags, Surroundings};
use crate::journal::pool;
use crate::notary::{self, Damage, Log, OutsideCopy, Progress, Walk, Walked};
use crate::proof::{self, Judged, Trust, VerifierKey};
use crate::segments::Shelf;

/// How a verification is done.
#[derive(Debug, Args)]
pub(in crate::cli) struct Verify {
    /// The bundle
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    bundle: Option<PathBuf>,
    /// The whole ledger in its database, against the copy outside of it
    #[arg(long)]
    all: bool,
    /// The key that signs the ledger, as /v1/log/key gave it when you trusted it
    #[arg(long, value_name = "VKEY")]
    key: Option<String>,
    /// A checkpoint that you kept: what is proved must be proved against this one
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    #[command(flatten)]
    flags: Flags,
}

impl Verify {
    /// Verifies. What is wrong is named with its place.
    pub(in crate::cli) fn run(self, json: bool) -> Result<(), Failure> {
        let key = self.key.as_deref().map(str::parse::<VerifierKey>).transpose();
        let key = key.map_err(|error| Failure::of(&error))?;
        let checkpoint = self.checkpoint.as_deref().map(read).transpose()?;
        let checkpoint = checkpoint.map(String::from_utf8).transpose();
        let checkpoint = checkpoint.map_err(|_| Failure::new("the checkpoint is no text"))?;
        match &self.bundle {
            Some(path) => one(path, &Trust { key, checkpoint }, json),
            None => self.all((key, checkpoint), json),
        }
    }

    fn all(
        &self,
        (key, checkpoint): (Option<VerifierKey>, Option<String>),
        json: bool,
    ) -> Result<(), Failure> {
        let config = begin(&self.flags, &Surroundings::read())?;
        let database = database(&config)?;
        let copy = OutsideCopy::new(config.proof.place(&config.data_dir));
        let bar = bar(json, "{bar:30} {pos} of {len} events  {msg}");
        let walked = actix_rt::System::new().block_on(async {
            let log = Log::new(pool::owner(&database, 2));
            let segments = Shelf::new(config.retention.place(&config.data_dir));
            let walk = Walk { database, log, copy, key, checkpoint, segments };
            walk.run(|Progress { done, total, taken }| show(&bar, (done, total), rate(done, taken)))
                .await
        });
        bar.finish_and_clear();
        match walked {
            Ok(walked) => {
                told(&walked, json);
                Ok(())
            }
            Err(error) => Err(failed(&error, json)),
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::new(format!("reading {}: {error}", path.display())))
}

fn one(path: &Path, trust: &Trust, json: bool) -> Result<(), Failure> {
    let judged = proof::judge(&read(path)?, trust);
    let judged = judged.map_err(|fault| {
        if json {
            print_json(&json!({
                "ok": false, "byte": fault.byte, "field": fault.field, "fault": fault.what,
            }));
        }
        Failure::new(&fault).cure("the bundle was changed, or is not one of this key's ledger")
    })?;
    if judged.bundle.is_sealed() {
        sealed(&judged, json);
        return Ok(());
    }
    let replayed = notary::replay(&judged.bundle);
    let replayed =
        replayed.map_err(|text| Failure::new(text).cure("a newer program may read it"))?;
    if let Some(divergence) = &replayed.replay.divergence {
        let sequence = divergence.sequence;
        if json {
            print_json(&json!({ "ok": false, "divergesAt": sequence }));
        }
        return Err(Failure::new(format!(
            "event {sequence} is on the ledger, and is not what the engine decides there"
        )));
    }
    let Judged { bundle, checkpoint, key_is_known } = judged;
    let events = bundle.events.len();
    if json {
        print_json(&json!({
            "ok": true,
            "runId": bundle.run,
            "events": events,
            "isOver": replayed.is_over,
            "workflowId": bundle.workflow,
            "workflowVersion": bundle.workflow_version,
            "publicationIsProved": !bundle.workflow_events.is_empty(),
            "log": checkpoint.origin,
            "size": checkpoint.size,
            "keyIsKnown": key_is_known,
        }));
        return Ok(());
    }
    line(&format!("{} is as it was signed: {events} events, without a gap", bundle.run));
    line(&format!("  executed    {} version {}", bundle.workflow, bundle.workflow_version));
    line("  decided     every decision is the one that the engine makes from what it was told");
    line(&format!("  proved by   {}, {} events", checkpoint.origin, checkpoint.size));
    if !replayed.is_over {
        line(
            "  note        the run was not over when this was exported: later events are not in it",
        );
    }
    if bundle.workflow_events.is_empty() {
        line("  note        that the version was published is not in the bundle");
    }
    if !key_is_known {
        line(&format!(
            "  note        the key was taken from the bundle itself; `--key {}` says that you know it",
            bundle.verifier_key
        ));
    }
    Ok(())
}

/// Of a run whose text is sealed: that nothing was changed is proved, and what it decided nobody can read here.
fn sealed(judged: &Judged, json: bool) {
    let Judged { bundle, checkpoint, key_is_known } = judged;
    let events = bundle.events.len();
    if json {
        print_json(&json!({
            "ok": true,
            "runId": bundle.run,
            "events": events,
            "isSealed": true,
            "log": checkpoint.origin,
            "size": checkpoint.size,
            "keyIsKnown": key_is_known,
        }));
        return;
    }
    line(&format!("{} is as it was signed: {events} events, without a gap", bundle.run));
    line("  sealed      it handles personal data: what it decided is not readable in the bundle");
    line(&format!("  proved by   {}, {} events", checkpoint.origin, checkpoint.size));
}

fn told(walked: &Walked, json: bool) {
    let Walked { checkpoint, place, unsigned, blobs, sealed, deleted, taken } = walked;
    let rate = rate(checkpoint.size, *taken);
    if json {
        print_json(&json!({
            "ok": true,
            "log": checkpoint.origin,
            "size": checkpoint.size,
            "unsigned": unsigned,
            "blobs": blobs,
            "sealed": sealed,
            "deleted": deleted,
            "against": place,
            "seconds": taken.as_secs_f64(),
            "eventsPerSecond": rate,
        }));
        return;
    }
    line(&format!(
        "all {} events and {blobs} large texts are as they were signed ({place})",
        checkpoint.size
    ));
    line(&format!("  {rate:.0} events/s; {unsigned} later events are not signed yet"));
    if *sealed > 0 {
        line(&format!("  {sealed} of them were read from segments"));
    }
    if *deleted > 0 {
        line(&format!(
            "  {deleted} of them were deleted by order: their hashes are those that were signed, their texts are gone"
        ));
    }
}

fn failed(error: &notary::Error, json: bool) -> Failure {
    let position = match error {
        notary::Error::Damage(damage) => match &**damage {
            Damage::Event { position, .. } => Some(*position),
            Damage::Shorter { head, .. } => Some(*head),
            Damage::Root { .. }
            | Damage::Forged { .. }
            | Damage::Key { .. }
            | Damage::OtherLog { .. }
            | Damage::Blob { .. } => None,
        },
        notary::Error::Journal(_)
        | notary::Error::Signing(_)
        | notary::Error::Copy { .. }
        | notary::Error::NoBackend
        | notary::Error::Unreadable(_)
        | notary::Error::NoCheckpoint(_) => None,
    };
    if json {
        let text = error.to_string();
        print_json(&json!({ "ok": false, "position": position, "fault": text }));
    }
    Failure::of(error).cure("docs/verifying.md says what each of these means, and what to do")
}
