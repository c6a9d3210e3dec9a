//! Key-encryption keys that never leave a KMS or an HSM: a program of the operator asks there.
//!
//! It is started with one word, gets JSON on standard input and answers with JSON; bytes are base64:
//!
//! | word | input | answer |
//! |---|---|---|
//! | `ids` | `{}` | `{"ids": ["…", …]}`, the one that wraps first |
//! | `wrap` | `{"key", "context"}` | `{"by", "wrapped"}` |
//! | `unwrap` | `{"by", "wrapped", "context"}` | `{"key"}`, or `{"unknown": true}` |
//!
//! A data key that was unwrapped is kept in memory, so that it is asked once for each.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::future::BoxFuture;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::cipher::KEY;
use super::{DataKey, Error, KeyId, KeySource, Unwrapped, Wrapped};
use crate::primitives::Secret;

/// How long an answer may take: a KMS that is far away has time to be asked twice.
const PATIENCE: Duration = Duration::from_secs(15);
/// How many bytes an answer has at most.
const MAX_ANSWER: u64 = 64 * 1024;
/// How many characters the id of a key has at most.
const MAX_ID: usize = 256;
/// How many ids are accepted at most.
const MAX_IDS: usize = 16;
/// How much is shown of what the program says went wrong, in characters.
const MAX_TOLD: usize = 300;

/// Asks a program for whatever the key-encryption key is needed for.
#[derive(Debug)]
pub struct KeyProgram(PathBuf);

#[derive(Deserialize)]
struct Ids {
    ids: Vec<String>,
}

#[derive(Deserialize)]
struct Wrap {
    by: String,
    wrapped: String,
}

#[derive(Deserialize)]
struct Unwrap {
    key: Option<Secret>,
    #[serde(default)]
    unknown: bool,
}

impl KeyProgram {
    /// A program at this path. It is not started before it is needed.
    pub fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    async fn ask<T: DeserializeOwned>(&self, word: &str, input: &Value) -> Result<T, Error> {
        let input = Zeroizing::new(input.to_string());
        match timeout(PATIENCE, self.answer(word, &input)).await {
            Ok(answer) => serde_json::from_slice(&answer?).map_err(|_| {
                self.fault(format!("`{word}` did not answer as docs/secrets.md says"))
            }),
            Err(_) => Err(self.fault(format!("`{word}` did not answer in {PATIENCE:?}"))),
        }
    }

    async fn answer(&self, word: &str, input: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut child = self.started(word)?;
        let failed = |error: std::io::Error| self.fault(format!("`{word}` was cut off: {error}"));
        let mut stdin = child.stdin.take().expect("it is piped");
        let written = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        let mut answer = Zeroizing::new(Vec::new());
        let mut told = Vec::new();
        let stdout = child.stdout.take().expect("it is piped").take(MAX_ANSWER);
        let stderr = child.stderr.take().expect("it is piped").take(MAX_ANSWER);
        let (mut stdout, mut stderr) = (stdout, stderr);
        let (read, complained) =
            tokio::join!(stdout.read_to_end(&mut answer), stderr.read_to_end(&mut told));
        read.and(complained).map_err(failed)?;
        let status = child.wait().await.map_err(failed)?;
        if status.success() {
            // A program that needs no input may have closed it; its answer is what counts.
            written.or_else(ignore_closed).map_err(failed)?;
            return Ok(answer);
        }
        let told: String = String::from_utf8_lossy(&told).trim().chars().take(MAX_TOLD).collect();
        Err(self.fault(format!("`{word}` ended with {status}: {told}")))
    }

    fn started(&self, word: &str) -> Result<Child, Error> {
        Command::new(&self.0)
            .arg(word)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|source| Error::File {
                doing: "starting the program for keys",
                path: self.0.clone(),
                source,
            })
    }

    fn fault(&self, problem: String) -> Error {
        Error::Key { place: self.place(), problem }
    }

    fn id(&self, text: String) -> Result<KeyId, Error> {
        let is_plain =
            (1..=MAX_ID).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if is_plain {
            Ok(KeyId::stored(text))
        } else {
            Err(self.fault(format!("an id has 1 to {MAX_ID} visible ASCII characters")))
        }
    }
}

fn ignore_closed(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}

impl KeySource for KeyProgram {
    fn place(&self) -> String {
        self.0.display().to_string()
    }

    fn ids(&self) -> BoxFuture<'_, Result<Vec<KeyId>, Error>> {
        Box::pin(async {
            let Ids { ids } = self.ask("ids", &json!({})).await?;
            if ids.is_empty() || ids.len() > MAX_IDS {
                return Err(self.fault(format!("`ids` answers with 1 to {MAX_IDS} ids")));
            }
            ids.into_iter().map(|id| self.id(id)).collect()
        })
    }

    fn wrap<'a>(
        &'a self,
        key: &'a DataKey,
        context: &'a [u8],
    ) -> BoxFuture<'a, Result<Wrapped, Error>> {
        Box::pin(async move {
            let input = json!({
                "key": STANDARD.encode(key.bytes()), "context": STANDARD.encode(context),
            });
            let Wrap { by, wrapped } = self.ask("wrap", &input).await?;
            let bytes = STANDARD.decode(wrapped.trim());
            let bytes = bytes.map_err(|_| self.fault("`wrapped` is no base64".to_owned()))?;
            Ok(Wrapped { by: self.id(by)?, bytes })
        })
    }

    fn unwrap<'a>(
        &'a self,
        wrapped: &'a Wrapped,
        context: &'a [u8],
    ) -> BoxFuture<'a, Result<Unwrapped, Error>> {
        Box::pin(async move {
            let input = json!({
                "by": wrapped.by, "wrapped": STANDARD.encode(&wrapped.bytes),
                "context": STANDARD.encode(context),
            });
            let Unwrap { key, unknown } = self.ask("unwrap", &input).await?;
            let Some(key) = key.filter(|_| !unknown) else { return Ok(Unwrapped::Unknown) };
            let bytes = STANDARD.decode(key.expose().trim()).map(Zeroizing::new);
            let bytes = bytes.map_err(|_| self.fault("`key` is no base64".to_owned()))?;
            Ok(match <[u8; KEY]>::try_from(bytes.as_slice()) {
                Ok(key) => Unwrapped::Key(DataKey::new(key)),
                Err(_) => Unwrapped::Broken,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// Wraps by writing down what it is asked, and opens for the same context alone.
    const KMS: &str = r#"#!/bin/sh
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
case $1 in
ids) echo '{"ids": ["arn:kms/2", "arn:kms/1"]}' ;;
wrap) printf '{"by": "arn:kms/2", "wrapped": "%s"}' "$(base64 -w0)" ;;
unwrap)
    asked=$(cat)
    kept=$(printf %s "$asked" | field wrapped | base64 -d)
    [ "$(printf %s "$asked" | field by)" = arn:kms/2 ] || { echo '{"unknown": true}'; exit; }
    if [ "$(printf %s "$kept" | field context)" != "$(printf %s "$asked" | field context)" ]; then
        echo "the context is another" >&2
        exit 1
    fi
    printf '{"key": "%s"}' "$(printf %s "$kept" | field key)" ;;
esac
"#;

    fn program(text: &str) -> (tempfile::TempDir, KeyProgram) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kms");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o700)).unwrap();
        let program = KeyProgram::new(&path);
        (directory, program)
    }

    #[tokio::test]
    async fn what_a_program_wraps_it_opens_in_the_same_context() {
        let (_directory, kms) = program(KMS);
        let key = DataKey::new([7; 32]);

        let wrapped = kms.wrap(&key, b"org_1").await.unwrap();

        assert_eq!(kms.ids().await.unwrap()[0], wrapped.by);
        let opened = kms.unwrap(&wrapped, b"org_1").await.unwrap();
        assert!(matches!(opened, Unwrapped::Key(opened) if opened.bytes() == key.bytes()));
        let elsewhere = kms.unwrap(&wrapped, b"org_2").await.unwrap_err().to_string();
        assert!(elsewhere.contains("the context is another"), "{elsewhere}");
        let foreign = Wrapped { by: KeyId::stored("arn:kms/9".to_owned()), ..wrapped };
        assert!(matches!(kms.unwrap(&foreign, b"org_1").await, Ok(Unwrapped::Unknown)));
    }

    #[tokio::test]
    async fn a_program_that_is_wrong_is_named_with_what_it_did() {
        let key = DataKey::new([7; 32]);
        for (text, words) in [
            ("#!/bin/sh\necho no >&2; exit 3\n", "`wrap` ended with exit status: 3: no"),
            ("#!/bin/sh\necho hello\n", "docs/secrets.md"),
            ("#!/bin/sh\necho '{\"by\": \"a b\", \"wrapped\": \"\"}'\n", "visible ASCII"),
            ("#!/bin/sh\necho '{\"by\": \"a\", \"wrapped\": \"?\"}'\n", "no base64"),
        ] {
            let (_directory, kms) = program(text);
            let refused = kms.wrap(&key, b"org_1").await.unwrap_err().to_string();
            assert!(refused.contains(words), "{refused}");
        }
        let missing = KeyProgram::new(Path::new("/nowhere/kms"));
        let refused = missing.ids().await.unwrap_err().to_string();
        assert!(refused.contains("/nowhere/kms"), "{refused}");
    }
}
