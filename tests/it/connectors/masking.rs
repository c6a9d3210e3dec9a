//! Secrets are planted wherever a provider could echo them, and everything that the house emitted
//! and stored is searched.

use std::io::Write;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use chainkeel::telemetry::Covered;
use serde_json::json;
use sqlx::Row;
use tracing_subscriber::fmt::MakeWriter;

use super::provider::configure;
use super::{CONNECTORS, calls, connected};
use crate::support::peer::Peer;
use crate::support::{TestApp, app_that_reaches, chainkeel};

/// A line of secrets that nobody else has, with what encodings turn into something else.
const TOKEN: &str = "tök/en+\"planted\"&0123456789";
const HEADER: &str = "key-planted/in+a&header~42";
const PASSWORD: &str = "pass word/planted+in\"basic\"";
const AUTHORED: &str = "authored-secret-planted-0815";

/// Where the log goes.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Every text that would show a secret, made without the code that is tested.
fn traces(secret: &str) -> Vec<String> {
    let hex = secret.bytes().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let percent: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let quoted = json!(secret).to_string();
    let mut traces = vec![
        secret.to_owned(),
        quoted[1..quoted.len() - 1].to_owned(),
        hex.to_uppercase(),
        hex,
        percent.replace('+', "%20"),
        percent,
    ];
    for before in 0..3 {
        // What is the secret's alone, whatever stands around it.
        let text = format!("{}{secret}", "u".repeat(before));
        for encoded in [STANDARD.encode(&text), URL_SAFE.encode(&text)] {
            traces.push(encoded[4..encoded.len() - 4].to_owned());
        }
    }
    // Nor do its halves show.
    let middle = secret.char_indices().nth(secret.chars().count() / 2).unwrap().0;
    traces.push(secret[..middle].to_owned());
    traces.push(secret[middle..].to_owned());
    traces
}

fn shown(text: &str) -> Vec<String> {
    let secrets = [TOKEN, HEADER, PASSWORD];
    let traces = secrets.into_iter().flat_map(traces);
    traces.filter(|trace| text.contains(trace.as_str())).collect()
}

/// Every row of every table but the vault's, as text.
#[expect(clippy::disallowed_methods, reason = "tests ask SQL ad hoc")]
async fn everything_stored(app: &TestApp) -> String {
    let tables = "select format('%I.%I', n.nspname, c.relname) from pg_class c
                    join pg_namespace n on n.oid = c.relnamespace
                   where c.relkind in ('r', 'p', 'm') and n.nspname not like 'pg\\_%'
                     and n.nspname <> 'information_schema' and c.relname <> 'sealed_secrets'";
    let tables = sqlx::query(tables).fetch_all(&app.database.pool).await.unwrap();
    assert!(tables.len() > 20, "{} tables", tables.len());
    let mut all = String::new();
    for table in tables {
        let table: String = table.get(0);
        let rows = format!("select t::text from {table} t");
        for row in sqlx::query(&rows).fetch_all(&app.database.pool).await.unwrap() {
            all.push_str(&row.get::<String, _>(0));
            all.push('\n');
        }
    }
    all
}

#[actix_web::test]
async fn nothing_that_a_provider_echoes_shows_in_anything_emitted_or_stored() {
    let lines = Lines::default();
    let log = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
    // Another test of this process may have been faster; then there is no log to look at.
    let logs = log.with_writer(Covered(lines.clone())).try_init().is_ok();
    let peer = Peer::start(configure);
    let app = app_that_reaches(&[peer.opening()]).await;
    let host = peer.url("");
    let basic = json!({ "host": host, "username": "ada", "password": PASSWORD });
    let header = json!({ "host": host, "headerName": "X-Shop-Key", "value": HEADER });
    let connectors = [
        ("http-basic", connected(&app, "http-basic", &basic).await),
        ("http-header", connected(&app, "http-header", &header).await),
    ];
    let mut answers = String::new();
    let mut runs = Vec::new();
    for (kind, id) in &connectors {
        for path in
            ["/echo", "/binary", "/refuse/401", "/refuse/503", "/away", "/near", "/refuse/302"]
        {
            let definition = calls(&peer.url(path), &json!({ "type": kind, "id": id }));
            let workflow = app.published(&definition).await;
            let run = app.started_run(&workflow).await;
            let mut stream = app.client.stream(&format!("/v1/runs/{run}/stream"), None).await;
            for event in stream.rest().await {
                answers.push_str(&event.data.to_string());
            }
            runs.push(run);
        }
        answers.push_str(
            &app.client.post(&format!("{CONNECTORS}/{id}/test"), &json!({})).await.text(),
        );
        answers.push_str(&app.client.get(&format!("{CONNECTORS}/{id}")).await.text());
    }
    // A secret that an author put into a header is on the ledger, as he wrote it; what comes back of
    // it is not.
    let mut authored = calls(&peer.url("/echo"), &json!(null));
    authored["nodes"]["call"].as_object_mut().unwrap().remove("connector");
    authored["nodes"]["call"]["payload"]["headers"] =
        json!({ "X-Shop-Key": AUTHORED, "X-Token": AUTHORED });
    let ended = app.client.post("/v1/runs/sync", &json!({ "definition": authored })).await.data();
    assert_eq!(ended["status"], "success");
    let came_back = ended["executionState"]["call"]["result"].to_string();
    assert!(came_back.contains("[masked]") && !came_back.contains(AUTHORED), "{came_back}");

    app.head().await;
    for run in &runs {
        for path in [format!("/v1/runs/{run}"), format!("/v1/runs/{run}/events?limit=1000")] {
            answers.push_str(&app.client.get(&path).await.text());
        }
    }
    for path in [CONNECTORS, "/v1/activity?limit=100", "/v1/runs?limit=100", "/metrics"] {
        answers.push_str(&app.client.get(path).await.text());
    }
    for run in &runs {
        let command = ["run", "show", "--json", run];
        let said = chainkeel(&app, &command);
        answers.push_str(&said.out);
        answers.push_str(&said.err);
    }

    assert!(answers.matches("[masked]").count() > 100, "the provider did echo");
    assert_eq!(shown(&answers), Vec::<String>::new(), "in answers");
    let stored = everything_stored(&app).await;
    assert!(stored.contains("[masked]") && stored.contains("http-basic"));
    assert_eq!(shown(&stored), Vec::<String>::new(), "in the database");
    if logs {
        let lines = String::from_utf8_lossy(&lines.0.lock().unwrap()).into_owned();
        assert!(lines.lines().count() > 50);
        assert_eq!(shown(&lines), Vec::<String>::new(), "in the log");
    }
}

#[test]
fn a_secret_that_is_logged_by_mistake_is_covered_while_it_is_in_use() {
    let lines = Lines::default();
    let mask = chainkeel::secrets::Mask::of([TOKEN]);
    let log = tracing_subscriber::fmt().json().with_writer(Covered(lines.clone())).finish();
    tracing::subscriber::with_default(log, || {
        tracing::info!(token = TOKEN, "sending {TOKEN} to {}", STANDARD.encode(TOKEN));
    });
    drop(mask);
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert_eq!(shown(&text), Vec::<String>::new());
    assert_eq!(text.matches("[masked]").count(), 3, "{text}");
}
