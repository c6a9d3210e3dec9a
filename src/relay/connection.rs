//! The way to the servers, and how one proves there who one is.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use std::{fs, io};

use async_nats::{Client, ConnectOptions, Event};
use tokio::sync::Notify;

use super::{Error, Target};

/// How long a server may take to let somebody in.
const CONNECT: Duration = Duration::from_secs(5);
/// How long it may take to answer.
pub(super) const ANSWER: Duration = Duration::from_secs(5);

/// Connects under a name that the servers' lists show; `lost` is told when the connection breaks.
pub(super) async fn connect(
    name: &str,
    target: &Target,
    lost: &Arc<Notify>,
) -> Result<Client, Error> {
    let lost = Arc::clone(lost);
    let mut options = ConnectOptions::new()
        .name(name)
        .connection_timeout(CONNECT)
        .request_timeout(Some(ANSWER))
        .event_callback(move |event| {
            if matches!(event, Event::Disconnected | Event::Closed) {
                lost.notify_one();
            }
            std::future::ready(())
        });
    if let Some(authority) = &target.authority {
        options = options.add_root_certificates(authority.clone());
    }
    if let Some(path) = &target.credentials {
        let known = read(path).and_then(|text| with_proof(options, text.trim()));
        options = known.map_err(|source| Error::Credentials { path: path.clone(), source })?;
    }
    let connected = options.connect(&target.servers[..]).await;
    connected
        .map_err(|error| Error::Away { servers: target.servers.join(", "), source: error.into() })
}

/// What a file has that is somebody's secret.
fn read(path: &Path) -> io::Result<String> {
    let file = fs::File::open(path)?;
    if file.metadata()?.permissions().mode() & 0o007 != 0 {
        return Err(io::Error::other("everybody may read it: `chmod 600` it"));
    }
    io::read_to_string(file)
}

/// How the relay proves who it is: by credentials (a JWT and its key), the seed of an nkey, `name:password`, or a
/// token. What the file holds tells which.
fn with_proof(options: ConnectOptions, text: &str) -> io::Result<ConnectOptions> {
    if text.contains("BEGIN NATS USER JWT") {
        options.credentials(text)
    } else if text.starts_with("SU") && text.len() == 58 {
        Ok(options.nkey(text.to_owned()))
    } else if let Some((name, password)) = text.split_once(':') {
        Ok(options.user_and_password(name.to_owned(), password.to_owned()))
    } else if text.is_empty() {
        Err(io::Error::other("it is empty"))
    } else {
        Ok(options.token(text.to_owned()))
    }
}
