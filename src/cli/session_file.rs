//! Where the tokens of whoever is logged in are kept: one file for its owner alone, refreshed by
//! one command at a time, since a refresh token that is used twice ends the session.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::client::{Client, Error, Server};
use super::workflow::text_of;
use crate::config::Surroundings;
use crate::primitives::{Clock, SystemClock};

/// An access token that ends sooner is refreshed first.
const MARGIN: Duration = Duration::seconds(60);

/// What is kept of a session.
#[derive(Serialize, Deserialize)]
struct Kept {
    url: String,
    access_token: String,
    refresh_token: String,
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
}

/// The directory of the file, with a lock that is held until it is dropped.
struct Place {
    file: PathBuf,
    _lock: File,
}

/// The access token for this server, refreshed where it is about to end; `None` when nobody is
/// logged in there.
pub(super) async fn current(server: &Server) -> Result<Option<String>, Error> {
    let Some(place) = Place::existing()? else { return Ok(None) };
    let Some(kept) = place.read()?.filter(|kept| kept.url == server.url) else { return Ok(None) };
    if SystemClock.now() + MARGIN < kept.expires_at {
        return Ok(Some(kept.access_token));
    }
    let body = json!({"refreshToken": kept.refresh_token});
    let refreshed = Client::new(server, None)?.post("/v1/auth/refresh", &body).await;
    match refreshed {
        Ok(tokens) => Ok(Some(place.write(&server.url, &tokens)?)),
        Err(Error::Refused { .. }) => {
            place.remove()?;
            Err(Error::Outcome("the session is over: `chainkeel login` begins another".to_owned()))
        }
        Err(error) => Err(error),
    }
}

/// Keeps the tokens of a session that has begun.
pub(super) fn keep(server: &Server, tokens: &Value) -> Result<(), Error> {
    Place::made()?.write(&server.url, tokens).map(drop)
}

/// Forgets whoever is logged in.
pub(super) fn forget() -> Result<(), Error> {
    Place::existing()?.map_or(Ok(()), |place| place.remove())
}

impl Place {
    fn existing() -> Result<Option<Self>, Error> {
        let Some(directory) = directory().filter(|it| it.join("session.json").exists()) else {
            return Ok(None);
        };
        Self::locked(&directory).map(Some)
    }

    fn made() -> Result<Self, Error> {
        let directory = directory().ok_or_else(|| {
            Error::Outcome("there is no place for the tokens: set HOME or XDG_CONFIG_HOME".into())
        })?;
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&directory);
        made.map_err(|source| failed(&directory, source))?;
        Self::locked(&directory)
    }

    fn locked(directory: &Path) -> Result<Self, Error> {
        let path = directory.join("session.lock");
        let lock = File::options().write(true).create(true).truncate(false).mode(0o600).open(&path);
        let lock = lock.and_then(|lock| lock.lock().map(|()| lock));
        let lock = lock.map_err(|source| failed(&path, source))?;
        Ok(Self { file: directory.join("session.json"), _lock: lock })
    }

    fn read(&self) -> Result<Option<Kept>, Error> {
        match fs::read_to_string(&self.file) {
            // What cannot be read is as good as nothing: logging in writes it anew.
            Ok(text) => Ok(serde_json::from_str(&text).ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(failed(&self.file, source)),
        }
    }

    /// Keeps tokens; gives the access token.
    fn write(&self, url: &str, tokens: &Value) -> Result<String, Error> {
        let expires_at = serde_json::from_value::<Expiry>(tokens.clone());
        let expires_at = expires_at.map_or(OffsetDateTime::UNIX_EPOCH, |it| it.expires_at);
        let kept = Kept {
            url: url.to_owned(),
            access_token: text_of(tokens, "accessToken").to_owned(),
            refresh_token: text_of(tokens, "refreshToken").to_owned(),
            expires_at,
        };
        let text = serde_json::to_string(&kept).expect("tokens are texts");
        let fresh = self.file.with_extension("new");
        let written = File::options()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&fresh)
            .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&fresh, &self.file));
        written.map_err(|source| failed(&self.file, source))?;
        Ok(kept.access_token)
    }

    fn remove(&self) -> Result<(), Error> {
        match fs::remove_file(&self.file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(&self.file, error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

#[derive(Deserialize)]
struct Expiry {
    #[serde(rename = "expiresAt", with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
}

fn directory() -> Option<PathBuf> {
    Surroundings::read().config_directory.map(|directory| directory.join("chainkeel"))
}

fn failed(path: &Path, source: io::Error) -> Error {
    Error::File { path: path.display().to_string(), source }
}
