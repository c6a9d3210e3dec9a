//! The runner of the specs, which drives Debian's Chromium.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::TestApp;
use crate::support::anvil::Anvil;

/// Where `scripts/prerequisites browser` puts it, and where packages of systems do.
const CHROMIUM: [&str; 3] =
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const RUNNER: &str = "node_modules/@playwright/test/cli.js";

/// Where the sources of the app are.
pub(super) fn ui() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("ui")
}

/// Tries a file of `ui/e2e` in the browser, before this installation; what it said is shown where it fails.
pub(super) async fn passes(app: &TestApp, spec: &str) {
    tried(app, spec, None).await;
}

/// The same, and the spec makes transactions on this chain, which the installation reads.
pub(super) async fn passes_with_money(app: &TestApp, chain: &Anvil, spec: &str) {
    tried(app, spec, Some(chain)).await;
}

async fn tried(app: &TestApp, spec: &str, chain: Option<&Anvil>) {
    let chromium = chromium();
    let ui = ui();
    for (needed, cure) in [
        (RUNNER, "run `npm ci` in ui/, or `make ui` after a change of its package-lock.json"),
        ("dist/index.html", "run `make ui`"),
    ] {
        assert!(ui.join(needed).exists(), "ui/{needed} is not there: {cure}");
    }
    let (url, key) = app.client.credentials();
    let output = tempfile::tempdir().unwrap();
    let mut runner = Command::new("node");
    runner
        .current_dir(&ui)
        .args([RUNNER, "test", "--config", "e2e/playwright.config.ts", "--project=specs"])
        .arg(format!("e2e/{spec}.spec.ts"))
        .env("CHROMIUM", chromium)
        .env("CHAINKEEL_URL", url)
        .env("CHAINKEEL_API_KEY", key)
        .env("E2E_OUTPUT", output.path())
        .env("FORCE_COLOR", "0")
        .env_remove("CHAINKEEL_CHAIN")
        .stdin(Stdio::null());
    if let Some(chain) = chain {
        runner.env("CHAINKEEL_CHAIN", format!("http://{}/", chain.address));
    }
    // The installation lives on a thread of its own; it does not wait for this one.
    let said = tokio::task::spawn_blocking(move || runner.output()).await.unwrap();
    let said = said.expect("node does not start: the web app is tried with Node 20.19 or later");
    let [out, err] = [said.stdout, said.stderr].map(|it| String::from_utf8_lossy(&it).into_owned());
    // Figures are printed by specs that pass, too.
    print(&out);
    assert!(said.status.success(), "{spec} does not hold:\n{out}\n{err}");
}

#[expect(clippy::print_stdout, reason = "whoever looks at a test wants its figures")]
fn print(text: &str) {
    println!("{text}");
}

#[expect(clippy::disallowed_methods, reason = "whoever has a browser of their own names it so")]
fn chromium() -> PathBuf {
    if let Some(named) = std::env::var_os("CHROMIUM") {
        return named.into();
    }
    let found = CHROMIUM.iter().map(PathBuf::from).find(|place| place.exists());
    found.expect(
        "there is no Chromium: run `scripts/prerequisites browser`, or name one in CHROMIUM",
    )
}
