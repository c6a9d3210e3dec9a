//! The program as it is called in a terminal, against a test's own server.

use std::process::Command;

use super::TestApp;

/// What a command said, and how it ended.
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
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
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}
