//! Keys are changed while runs use connectors: nothing is ever unreadable.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chainkeel::journal::pool;
use chainkeel::primitives::OrganizationId;
use chainkeel::secrets::{Census, KeyFile, Rotation, Vault};
use serde_json::json;

use super::provider::{GOOD, configure};
use super::{calls, connected};
use crate::support::app_with_keys;
use crate::support::peer::Peer;

#[actix_web::test]
async fn runs_with_connectors_go_on_while_both_kinds_of_keys_are_changed() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("secrets.key");
    KeyFile::create(&file, [1; 32]).unwrap();
    let peer = Peer::start(configure);
    let app = app_with_keys(&[peer.opening()], Arc::new(KeyFile::open(&file).unwrap())).await;
    let data = json!({ "host": peer.url(""), "token": GOOD });
    let id = connected(&app, "http-bearer", &data).await;
    let definition = calls(&peer.url("/me"), &json!({ "type": "http-bearer", "id": id }));
    let workflow = app.published(&definition).await;

    let stop = AtomicBool::new(false);
    let traffic = async {
        let mut runs = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            runs.extend(
                futures::future::join_all((0..4).map(|_| app.finished_run(&workflow))).await,
            );
        }
        runs
    };
    let rotating = async {
        let rotation = || {
            let source = Arc::new(KeyFile::open(&file).unwrap());
            Rotation::new(Vault::new(pool::serving(&app.database.options(), 4), source))
        };
        for round in 0..6 {
            KeyFile::put_first(&file, [round + 2; 32]).unwrap();
            rotation().wrap_anew(|_| ()).await.unwrap();
            rotation().renew_data_key(OrganizationId::DEFAULT).await.unwrap();
            rotation().seal_anew(OrganizationId::DEFAULT, |_| ()).await.unwrap();
            // The house has to find its way with the new keys alone.
            KeyFile::keep_first(&file).unwrap();
            let path = format!("/v1/connectors/{id}");
            app.client.request("PUT", &path).json(&json!({ "data": data })).send().await.data();
        }
        stop.store(true, Ordering::Relaxed);
    };
    let (runs, ()) = futures::future::join(traffic, rotating).await;

    assert!(runs.len() >= 20, "{} runs", runs.len());
    let mut versions = Vec::new();
    for run in &runs {
        let shown = app.client.data(&format!("/v1/runs/{run}")).await;
        assert_eq!(shown["status"], "success", "{shown}");
        let result = &shown["executionState"]["call"]["result"];
        versions.push(result["connector"]["keyVersion"].as_i64().unwrap());
    }
    versions.dedup();
    assert!(versions.len() > 1, "keys were changed between the runs: {versions:?}");
    let source = Arc::new(KeyFile::open(&file).unwrap());
    let vault = Vault::new(pool::serving(&app.database.options(), 2), source);
    let census = Census::take(&vault).await.unwrap();
    assert_eq!((census.unreadable().count(), census.to_seal()), (0, 0), "{census:?}");
    assert_eq!(census.accepted.len(), 1);
    assert!(!fs::read_to_string(&file).unwrap().is_empty());
}
