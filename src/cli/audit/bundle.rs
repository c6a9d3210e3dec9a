//! `chainkeel audit export RUN`: a run with its proofs, in one file.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use futures::TryStreamExt as _;
use serde_json::json;

use super::super::client::{Client, Error, query};
use super::super::print::{bytes, line, print_json};

/// The bundle of a run against the last checkpoint.
pub(super) async fn fetch(client: &Client, run: &str) -> Result<Vec<u8>, Error> {
    let parts = client.download(&format!("/v1/runs/{run}/bundle")).await?;
    let gather = async |mut whole: Vec<u8>, part: bytes::Bytes| {
        whole.extend_from_slice(&part);
        Ok(whole)
    };
    parts.try_fold(Vec::new(), gather).await
}

/// Fetches the bundle of a run into a file, or to standard output where none is named.
pub(super) async fn export(
    client: &Client,
    run: &str,
    size: Option<u64>,
    out: Option<&Path>,
) -> Result<(), Error> {
    let query = query([("size", size.map(|size| size.to_string()))]);
    let mut parts = client.download(&format!("/v1/runs/{run}/bundle{query}")).await?;
    let failed =
        |path: &Path, error| Error::Outcome(format!("writing {}: {error}", path.display()));
    let mut file = match out {
        Some(path) => Some((File::create(path).map_err(|error| failed(path, error))?, path)),
        None => None,
    };
    let mut length = 0;
    while let Some(part) = parts.try_next().await? {
        length += part.len();
        match &mut file {
            Some((file, path)) => file.write_all(&part).map_err(|error| failed(path, error))?,
            // A closed pipe (`| head`) is not an error of the command.
            None if !bytes(&part) => return Ok(()),
            None => {}
        }
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
