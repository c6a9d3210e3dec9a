//! The program as it is called in a terminal, against a test's own server.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::TestApp;

/// What a command said, and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// Calls the program with the server and the key of this application.
pub(crate) fn chainkeel(app: &TestApp, arguments: &[&str]) -> Said {
    let (url, key) = app.client.credentials();
    let output = Command::new(env!("CARGO_BIN_EXE_chainkeel"))
        .args(arguments)
        .env_clear()
        .env("CHAINKEEL_URL", url)
        .env("CHAINKEEL_API_KEY", key)
        .output()
        .unwrap();
    Said::of(output)
}

/// Calls the program as a person who types this, and whose settings are in this directory.
pub(crate) fn chainkeel_of(app: &TestApp, home: &Path, arguments: &[&str], typed: &str) -> Said {
    let (url, _) = app.client.credentials();
    let mut child = Command::new(env!("CARGO_BIN_EXE_chainkeel"))
        .args(arguments)
        .env_clear()
        .env("CHAINKEEL_URL", url)
        .env("XDG_CONFIG_HOME", home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    Said::of(child.wait_with_output().unwrap())
}
