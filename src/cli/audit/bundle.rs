//! `chainkeel audit export RUN`: a run with its proofs, in one file.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use futures::StreamExt as _;
use serde_json::json;

use super::super::client::{Client, Error, query, refused, unreachable};
use super::super::print::{bytes, line, print_json};

/// The bundle of a run against the last checkpoint.
pub(super) async fn fetch(client: &Client, run: &str) -> Result<Vec<u8>, Error> {
    let api = client.streams();
    let lost = |source| unreachable(api.base().as_str(), source);
    let (status, mut parts) =
        api.download(&format!("/v1/runs/{run}/bundle")).await.map_err(lost)?;
    let mut whole = Vec::new();
    while let Some(part) = parts.next().await {
        whole.extend_from_slice(&part.map_err(lost)?);
    }
    if status.is_success() {
        return Ok(whole);
    }
    Err(refused(serde_json::from_slice(&whole).unwrap_or_default()))
}

/// Fetches the bundle of a run into a file, or to standard output where none is named.
pub(super) async fn export(
    client: &Client,
    run: &str,
    size: Option<u64>,
    out: Option<&Path>,
) -> Result<(), Error> {
    let query = query([("size", size.map(|size| size.to_string()))]);
    let api = client.streams();
    let lost = |source| unreachable(api.base().as_str(), source);
    let (status, mut parts) =
        api.download(&format!("/v1/runs/{run}/bundle{query}")).await.map_err(lost)?;
    let failed =
        |path: &Path, error| Error::Outcome(format!("writing {}: {error}", path.display()));
    let mut file = match out.filter(|_| status.is_success()) {
        Some(path) => Some((File::create(path).map_err(|error| failed(path, error))?, path)),
        None => None,
    };
    let (mut refusal, mut length) = (Vec::new(), 0);
    while let Some(part) = parts.next().await {
        let part = part.map_err(lost)?;
        length += part.len();
        match &mut file {
            _ if !status.is_success() => refusal.extend_from_slice(&part),
            Some((file, path)) => file.write_all(&part).map_err(|error| failed(path, error))?,
            // A closed pipe (`| head`) is not an error of the command.
            None if !bytes(&part) => return Ok(()),
            None => {}
        }
    }
    if !status.is_success() {
        return Err(refused(serde_json::from_slice(&refusal).unwrap_or_default()));
    }
    let Some((file, path)) = file else { return Ok(()) };
    file.sync_all().map_err(|error| failed(path, error))?;
    if client.json {
        print_json(&json!({ "runId": run, "file": path.display().to_string(), "bytes": length }));
    } else {
        line(&format!("{length} bytes are in {}", path.display()));
        line(&format!("  `chainkeel audit verify {}` checks it, without a server", path.display()));
    }
    Ok(())
}
