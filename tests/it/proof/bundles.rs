//! A run with its proofs in one file, and what becomes of the file in wrong hands.

use std::fs;

use chainkeel::notary::replay;
use chainkeel::primitives::hex;
use chainkeel::proof::{Bundle, Checkpoint, Exhibit, Note, Trust, VerifierKey, judge, sha256};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::Value;

use super::stage::Stage;
use crate::support::chainkeel;

struct Exported {
    stage: Stage,
    run: String,
    bytes: Vec<u8>,
    trust: Trust,
}

async fn exported() -> Exported {
    let stage = Stage::empty(chainkeel::signing::Config::default()).await;
    stage.runs(2).await;
    let run = stage.runs(1).await;
    stage.signed().await;
    let answer = stage.app.client.get(&format!("/v1/runs/{run}/bundle")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let trust = Trust { key: Some(stage.key().await), checkpoint: None };
    Exported { run, bytes: answer.body, trust, stage }
}

#[actix::test]
async fn a_bundle_proves_the_run_its_version_and_its_decisions() {
    let Exported { run, bytes, trust, stage } = exported().await;

    let judged = judge(&bytes, &trust).unwrap();

    let Bundle { workflow_version, workflow_events, events, .. } = &judged.bundle;
    assert_eq!((judged.bundle.run.as_str(), *workflow_version), (run.as_str(), 1));
    assert_eq!(workflow_events.len(), 1);
    assert_eq!(
        events.len() as i64,
        stage.app.count_of("select count(*) from events where aggregate_id = $1", &run).await
    );
    assert!(judged.key_is_known);
    let replayed = replay(&judged.bundle).unwrap();
    assert_eq!((replayed.replay.divergence, replayed.is_over), (None, true));
    // It is of its organization alone.
    let other = stage.app.organization("Other").await;
    assert_eq!(other.get(&format!("/v1/runs/{run}/bundle")).await.status, 404);
}

#[actix::test]
async fn no_byte_of_a_bundle_can_be_another_and_each_is_named() {
    let Exported { bytes, trust, .. } = exported().await;
    judge(&bytes, &trust).unwrap();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        // Another letter of the same kind, so that it is not the form alone that tells.
        changed[at] = match changed[at] {
            b'9' | b'z' | b'Z' => changed[at] - 1,
            b'0'..=b'8' | b'a'..=b'y' | b'A'..=b'Y' => changed[at] + 1,
            other => other ^ 0x01,
        };
        let fault = judge(&changed, &trust).expect_err("it is another bundle");
        assert!(fault.byte <= changed.len(), "{fault}");
    }
    for cut in [1, 2, bytes.len() / 2, bytes.len() - 1] {
        judge(&bytes[..cut], &trust).unwrap_err();
    }
    let longer = [&bytes[..], b"\n"].concat();
    assert_eq!(judge(&longer, &trust).unwrap_err().byte, bytes.len());
}

#[actix::test]
async fn a_payload_that_was_changed_is_named_with_its_event_and_its_place_in_the_file() {
    let Exported { bytes, trust, .. } = exported().await;
    let mut bundle = Bundle::read(&bytes).unwrap();
    let event = &mut bundle.events[1];
    event.payload.insert(1, ' ');
    let leaf = event.leaf.clone();
    let changed = bundle.write();

    let fault = judge(changed.as_bytes(), &trust).unwrap_err();

    assert_eq!(fault.field, "events[1].payload");
    assert!(fault.what.contains("event 2"), "{fault}");
    assert!(changed[fault.byte..].starts_with('"'), "{fault}");
    let line = changed.split('\n').position(|line| line.contains(&format!("\"leaf\":\"{leaf}\"")));
    assert_eq!(changed[..fault.byte].matches('\n').count(), line.unwrap());
}

#[actix::test]
async fn one_who_makes_all_hashes_anew_is_refused_at_the_proof() {
    let Exported { bytes, trust, .. } = exported().await;
    let proof_of = |event: &Exhibit| -> Vec<[u8; 32]> {
        event.proof.iter().map(|step| chainkeel::primitives::unhex(step).unwrap()).collect()
    };
    let mut bundle = Bundle::read(&bytes).unwrap();
    let event = bundle.events[0].clone();
    let proof = proof_of(&event);
    let changed = Exhibit { payload: event.payload.replacen("250", "9", 1), ..event };
    bundle.events[0] = changed.proven(&bundle.organization, &proof);

    let fault = judge(bundle.write().as_bytes(), &trust).unwrap_err();

    assert_eq!(fault.field, "events[0].proof");
}

#[actix::test]
async fn an_event_that_is_left_out_or_moved_is_named() {
    let Exported { bytes, trust, .. } = exported().await;
    let bundle = Bundle::read(&bytes).unwrap();
    let judged = |change: fn(&mut Bundle)| {
        let mut bundle = bundle.clone();
        change(&mut bundle);
        judge(bundle.write().as_bytes(), &trust).unwrap_err().field
    };
    assert_eq!(judged(|it| drop(it.events.remove(1))), "events[1].sequence");
    assert_eq!(judged(|it| drop(it.events.remove(0))), "events[0].sequence");
    assert_eq!(judged(|it| it.events.swap(1, 2)), "events[1].sequence");
    assert_eq!(judged(|it| it.workflow_version = 2), "workflowVersion");
    assert_eq!(judged(|it| it.events[1].position += 1), "events[1].leaf");
    assert_eq!(judged(|it| it.organization = "org_x".to_owned()), "events[0].leaf");
}

#[actix::test]
async fn one_with_a_key_of_his_own_convinces_only_who_knows_no_key() {
    // given a forger who makes a whole log of his own with the same name
    let Exported { bytes, trust, .. } = exported().await;
    let mut bundle = Bundle::read(&bytes).unwrap();
    let key = trust.key.clone().unwrap();
    let forger = Ed25519KeyPair::from_seed_unchecked(&[1; 32]).unwrap();
    let public = forger.public_key().as_ref().try_into().unwrap();
    let its_key = VerifierKey::new(key.name().clone(), public);
    let mut event = bundle.events[0].clone();
    event.position = 1;
    let event = event.proven(&bundle.organization, &[]);
    let root = chainkeel::primitives::unhex(&event.leaf).unwrap();
    let checkpoint = Checkpoint { origin: key.name().clone(), size: 1, root };
    let signature = forger.sign(checkpoint.to_string().as_bytes());
    let note = Note::sealed(&checkpoint, &its_key, signature.as_ref()).unwrap();
    bundle.events = vec![event];
    bundle.workflow_events.clear();
    (bundle.verifier_key, bundle.checkpoint) = (its_key.to_string(), note.text().to_owned());
    let forged = bundle.write();

    // then who knows no key is told that he knows none, and who knows it is not deceived
    let believed = judge(forged.as_bytes(), &Trust::default()).unwrap();
    assert!(!believed.key_is_known);
    assert_eq!(judge(forged.as_bytes(), &trust).unwrap_err().field, "verifierKey");
}

#[actix::test]
async fn a_bundle_is_held_against_a_checkpoint_that_was_kept() {
    let Exported { bytes, stage, trust, run, .. } = exported().await;
    let kept = stage.outside().await;
    let with = |text: &str| Trust { checkpoint: Some(text.to_owned()), ..trust.clone() };
    judge(&bytes, &with(kept.text())).unwrap();

    // when the ledger has grown, a bundle of now is not proved against what was kept
    stage.runs(1).await;
    stage.signed().await;
    let path = format!("/v1/runs/{run}/bundle");
    let later = stage.app.client.get(&path).await.body;
    let fault = judge(&later, &with(kept.text())).unwrap_err();
    assert!(fault.what.contains("--size"), "{fault}");

    // and one that is asked for against that one is
    let size = kept.checkpoint().size;
    let asked = stage.app.client.get(&format!("{path}?size={size}")).await.body;
    judge(&asked, &with(kept.text())).unwrap();
    assert_eq!(stage.app.client.get(&format!("{path}?size=1000000")).await.status, 404);
}

#[actix::test]
async fn large_texts_are_in_the_bundle_and_count() {
    let stage = Stage::empty(chainkeel::signing::Config::default()).await;
    let workflow = stage.app.published(&crate::support::definitions::pure()).await;
    let payload = serde_json::json!({ "amount": 250, "text": "x".repeat(60_000) });
    let run = stage.app.run_of(&workflow, &payload).await;
    stage.app.until_status(&run, "success").await;
    stage.signed().await;
    let bytes = stage.app.client.get(&format!("/v1/runs/{run}/bundle")).await.body;
    let trust = Trust { key: Some(stage.key().await), checkpoint: None };

    let mut bundle = judge(&bytes, &trust).unwrap().bundle;

    assert!(!bundle.blobs.is_empty());
    assert_eq!(replay(&bundle).unwrap().replay.divergence, None);
    bundle.blobs[0].content.push('x');
    let fault = judge(bundle.write().as_bytes(), &trust).unwrap_err();
    assert_eq!(fault.field, "blobs[0].content");
    // Under a hash of its own it is another blob, which no event names: the event's is gone.
    bundle.blobs[0].sha256 = hex(&sha256(bundle.blobs[0].content.as_bytes()));
    let judged = judge(bundle.write().as_bytes(), &trust);
    assert!(judged.is_err() || replay(&judged.unwrap().bundle).is_err());
}

#[actix::test]
async fn the_commands_export_and_verify_and_name_what_is_wrong() {
    let Exported { stage, run, trust, .. } = exported().await;
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("run.bundle.json");
    let path = file.to_str().unwrap();
    let said = chainkeel(&stage.app, &["audit", "export", &run, "--out", path]);
    assert_eq!(said.code, Some(0), "{said:?}");
    let key = trust.key.unwrap().to_string();

    let said = chainkeel(&stage.app, &["audit", "verify", path, "--key", &key]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.contains(&run) && !said.out.contains("--key"), "{said:?}");
    let said = chainkeel(&stage.app, &["audit", "verify", path, "--json"]);
    let shown: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((&shown["ok"], &shown["keyIsKnown"]), (&true.into(), &false.into()));

    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("amount\\\":250", "amount\\\":251", 1)).unwrap();
    let said = chainkeel(&stage.app, &["audit", "verify", path, "--key", &key]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.err.contains("events[0].payload, from byte"), "{said:?}");

    // The whole ledger, in its database.
    let (url, copy) = (&stage.app.database.url, stage.copy.place().to_str().unwrap());
    let settings = [("DATABASE_URL", url.as_str()), ("CHAINKEEL_PROOF_DIRECTORY", copy)];
    let all = || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_chainkeel"));
        let output =
            command.args(["audit", "verify", "--all", "--json"]).env_clear().envs(settings);
        output.output().unwrap()
    };
    let output = all();
    assert!(output.status.success(), "{output:?}");
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(shown["ok"], true, "{shown}");
    stage
        .tamper(&format!("delete from events where aggregate_id = '{run}' and sequence = 2"))
        .await;
    let output = all();
    assert_eq!(output.status.code(), Some(1));
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(shown["position"], stage.position(&run, 2).await, "{shown}");
}
