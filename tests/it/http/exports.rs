//! Exports: the ledger of an organization, whole, cut off and resumed; rows of views.

use std::collections::BTreeSet;

use chainkeel::access::KeyHash;
use chainkeel::journal::StreamId;
use parquet::basic::{LogicalType, TimeUnit};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::{Field, Row};
use serde_json::{Value, json};

use crate::support::client::{Client, Response};

use crate::support::{TestApp, app, chainkeel, definitions};

const EXPORT: &str = "/v1/ledger/export";

/// The lines of an export: its events, and its end.
fn lines(response: &Response) -> (Vec<Value>, Value) {
    assert_eq!(response.status, 200, "{}", response.text());
    let mut lines: Vec<Value> =
        response.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let end = lines.pop().expect("a last line");
    assert_eq!(end["complete"], true, "{end}");
    (lines, end)
}

fn positions(lines: &[Value]) -> Vec<i64> {
    lines.iter().map(|line| line["position"].as_i64().unwrap()).collect()
}

/// Position, type and payload of what the ledger has of the first organization, by SQL.
#[expect(clippy::disallowed_methods, reason = "tests ask SQL ad hoc")]
async fn ledger(app: &TestApp, to: i64) -> Vec<(i64, String, String)> {
    let rows = "select position, aggregate_type || '.' || events.event_type, payload::text
                  from event_log join events using (aggregate_type, aggregate_id, sequence)
                 where organization_id = $1 and position <= $2 and aggregate_type <> 'login_name'
                 order by position";
    let organization = chainkeel::primitives::OrganizationId::DEFAULT.to_string();
    let rows = sqlx::query_as(rows).bind(organization).bind(to);
    rows.fetch_all(&app.database.pool).await.unwrap()
}

#[actix_web::test]
async fn an_export_is_the_ledger_as_it_stands_while_others_write() {
    let app = app().await;
    let id = app.published(&definitions::pure()).await;
    let elsewhere = app.organization("Elsewhere").await;
    app.finished_run(&id).await;
    let churn = async {
        for _ in 0..30 {
            futures::join!(app.started_run(&id), async {
                let body = json!({"name": "Theirs", "definition": definitions::pure()});
                elsewhere.post("/v1/workflows", &body).await.data();
            });
        }
    };
    let exports = async {
        let mut exports = Vec::new();
        for _ in 0..5 {
            exports.push(app.client.get(EXPORT).await);
        }
        exports
    };
    let ((), mut exports) = futures::join!(churn, exports);
    let head = app.head().await;
    exports.push(app.client.reached(&format!("{EXPORT}?minPosition={head}")).await);
    for export in exports {
        let (lines, end) = lines(&export);
        let to: i64 = export.header("chainkeel-position").unwrap().parse().unwrap();
        let written = ledger(&app, to).await;
        assert_eq!(positions(&lines), written.iter().map(|row| row.0).collect::<Vec<_>>());
        for (line, (_, kind, payload)) in lines.iter().zip(&written) {
            assert_eq!(line["type"], json!(kind));
            if kind.starts_with("run.") {
                let payload: Value = serde_json::from_str(payload).unwrap();
                assert_eq!((&line["payload"], &line["withheld"]), (&payload, &Value::Null));
            }
        }
        let last = written.last().map(|row| row.0);
        let expected =
            json!({"complete": true, "events": written.len(), "lastPosition": last, "to": to});
        assert_eq!(end, expected);
        assert_eq!(export.header("content-type"), Some("application/x-ndjson"));
    }
}

#[actix_web::test]
async fn what_was_cut_off_goes_on_behind_the_last_position_that_came() {
    let app = app().await;
    let id = app.published(&definitions::pure()).await;
    app.finished_run(&id).await;
    let head = app.head().await;
    let whole = app.client.get(&format!("{EXPORT}?to={head}")).await;
    let (whole, end) = lines(&whole);
    assert!(whole.len() >= 7, "{}", whole.len());
    for count in 0..=whole.len() {
        let after = count.checked_sub(1).map_or(0, |last| positions(&whole)[last]);
        let rest = app.client.get(&format!("{EXPORT}?after={after}&to={head}")).await;
        let (rest, of_rest) = lines(&rest);
        assert_eq!(rest, whole[count..], "after {after}");
        assert_eq!(of_rest["events"], json!(rest.len()));
        assert_eq!(of_rest["to"], end["to"]);
        let from = app.client.get(&format!("{EXPORT}?from={}&to={head}", after + 1)).await;
        if after < head {
            assert_eq!(lines(&from).0, rest, "from {}", after + 1);
        }
    }
}

#[actix_web::test]
async fn only_what_is_asked_for_is_exported() {
    let app = app().await;
    let id = app.published(&definitions::pure()).await;
    let other = app.published(&definitions::failing()).await;
    let run = app.finished_run(&id).await;
    app.finished_run(&other).await;
    app.head().await;
    let (all, _) = lines(&app.client.get(EXPORT).await);
    let export = async |query: &str| lines(&app.client.get(&format!("{EXPORT}?{query}")).await).0;
    let those = |wanted: &dyn Fn(&str, &str) -> bool| -> Vec<Value> {
        let is_wanted = |line: &&Value| {
            wanted(line["stream"].as_str().unwrap(), line["type"].as_str().unwrap())
        };
        all.iter().filter(is_wanted).cloned().collect()
    };
    let (of_run, of_workflow) = (format!("run/{run}"), format!("workflow/{id}"));
    let events = those(&|stream, _| stream == of_run);
    assert_eq!(events.len(), 5, "{events:?}");
    assert_eq!(export(&format!("runId={run}")).await, events);
    // Any event of the run names its workflow, also where its first lies before.
    let begin = events[2]["position"].as_i64().unwrap();
    let by_workflow = export(&format!("workflowId={id}&from={begin}")).await;
    assert_eq!(by_workflow, events[2..]);
    let both = those(&|stream, _| stream == of_run || stream == of_workflow);
    assert_eq!(export(&format!("workflowId={id}")).await, both);
    let failed = those(&|_, kind| kind == "run.failed" || kind.starts_with("workflow."));
    assert_eq!(failed.len(), 5, "{failed:?}");
    assert_eq!(export("type=run.failed,workflow.*").await, failed);
    let node = export(&format!("runId={run}&type=run.node_succeeded")).await;
    assert_eq!(node, those(&|stream, kind| stream == of_run && kind == "run.node_succeeded"));
    assert_eq!(export("type=run.melted").await, Vec::<Value>::new());
    // Beside the run's own route it is the same, word for word.
    let own = app.client.data(&format!("/v1/runs/{run}/events")).await;
    for (line, event) in events.iter().zip(own["items"].as_array().unwrap()) {
        for field in ["position", "sequence", "stream", "payload", "metadata", "recordedAt"] {
            assert_eq!(line[field], event[field], "{field}");
        }
    }
}

#[actix_web::test]
async fn what_is_wrong_is_named_with_what_helps() {
    let app = app().await;
    app.published(&definitions::pure()).await;
    let head = app.head().await;
    for (query, place, says) in [
        ("after=-1".to_owned(), "after", "0 for all"),
        ("from=0".to_owned(), "from", "begin with 1"),
        ("after=1&from=2".to_owned(), "from", "one of the two"),
        (format!("to={}", head + 1_000), "to", "the ledger is at"),
        (format!("after={}", head + 1_000), "after", "the end of the ledger"),
        ("from=3&to=1".to_owned(), "from", "`to`"),
        ("type=run".to_owned(), "type", "run.*"),
        ("type=runs.*".to_owned(), "type", "wallet_lane"),
        ("type=login_name.*".to_owned(), "type", "no family"),
        ("workflowId=wf_1".to_owned(), "workflowId", "26 characters"),
        ("kind=run.*".to_owned(), "kind", "unknown field"),
    ] {
        let refused = app.client.get(&format!("{EXPORT}?{query}")).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, "invalid-query"), "{query}");
        let detail = refused.json()["details"][0].clone();
        assert_eq!(detail["path"], place, "{query}: {detail}");
        assert!(detail["message"].as_str().unwrap().contains(says), "{query}: {detail}");
    }
}

#[actix_web::test]
async fn whoever_may_not_read_it_elsewhere_gets_no_payload_and_nobody_gets_a_secret() {
    let app = app().await;
    let acme = app.organization("Acme").await;
    let body = json!({"name": "Salaries", "definition": definitions::pure()});
    let workflow = acme.post("/v1/workflows", &body).await.data()["id"].clone();
    let workflow = workflow.as_str().unwrap();
    acme.post(&format!("/v1/workflows/{workflow}/publish"), &json!({})).await.data();
    acme.post(&format!("/v1/workflows/{workflow}/run"), &json!({"payload": {"amount": 250}}))
        .await
        .data();
    let (_, auditor) = app.key_of(&acme, "auditor", &["audit:read", "members:manage"]).await;
    let (_, nosy) = app.key_of(&acme, "nosy", &["runs:read"]).await;
    let at = app.head().await;
    assert_eq!(app.client.with_key(&nosy).get(EXPORT).await.status, 403);
    let whole = acme.get(&format!("{EXPORT}?to={at}")).await;
    let bare = app.client.with_key(&auditor).get(&format!("{EXPORT}?to={at}")).await;
    let ((whole_lines, _), (bare_lines, _)) = (lines(&whole), lines(&bare));
    assert_eq!(positions(&whole_lines), positions(&bare_lines), "all that happened is told");
    let of = |lines: &[Value], kind: &str| {
        lines.iter().find(|line| line["type"] == kind).expect(kind).clone()
    };
    let [started, withheld] = [&whole_lines, &bare_lines].map(|lines| of(lines, "run.started"));
    assert_eq!(started["payload"]["started"]["workflow"]["id"], json!(workflow));
    assert_eq!(
        (&withheld["withheld"], &withheld["payload"]["started"]),
        (&json!(true), &Value::Null)
    );
    // Of keys the log of the audit shows the names, and so does this; never what opens anything.
    let issued = of(&whole_lines, "api_key.issued");
    assert_eq!(
        (&issued["withheld"], &issued["payload"]["name"]),
        (&json!(true), &json!("everything"))
    );
    for text in [&auditor, &nosy] {
        let hash = KeyHash::of(text).to_string();
        assert!(!whole.text().contains(text) && !whole.text().contains(&hash));
    }
}

#[actix_web::test]
async fn every_part_of_the_ledger_can_be_asked_for() {
    let app = app().await;
    let parts: BTreeSet<String> = partitions(&app).await.into_iter().collect();
    let known: BTreeSet<_> = StreamId::TYPES.into_iter().map(str::to_owned).collect();
    assert_eq!(known, parts, "StreamId::TYPES is the list of partitions");
}

#[expect(clippy::disallowed_methods, reason = "tests ask SQL ad hoc")]
async fn partitions(app: &TestApp) -> Vec<String> {
    let parts =
        "select substr(c.relname::text, 8) from pg_inherits i join pg_class c on c.oid = i.inhrelid
                  where i.inhparent = 'events'::regclass";
    sqlx::query_scalar(parts).fetch_all(&app.database.pool).await.unwrap()
}

#[actix_web::test]
async fn the_command_goes_on_where_its_file_was_cut_off() {
    let app = app().await;
    let id = app.published(&definitions::pure()).await;
    app.finished_run(&id).await;
    let head = app.head().await.to_string();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ledger.ndjson");
    let file = path.to_str().unwrap();
    let said = chainkeel(&app, &["ledger", "export", "--to", &head, "--out", file, "--json"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    let whole = std::fs::read_to_string(&path).unwrap();
    let count = whole.lines().count() - 1;
    let summary: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((&summary["events"], &summary["complete"]), (&json!(count), &json!(true)));
    // In the middle of a line, at the end of one, before all and before the last line.
    let third = whole.match_indices('\n').nth(2).unwrap().0 + 1;
    let end = whole.trim_end().rfind('\n').unwrap() + 1;
    for cut in [third + 20, third, 0, end, whole.len()] {
        std::fs::write(&path, &whole[..cut]).unwrap();
        let said = chainkeel(&app, &["ledger", "export", "--to", &head, "--out", file, "--resume"]);
        assert_eq!(said.code, Some(0), "{said:?}");
        assert!(said.out.contains(&format!("{count} events")), "{said:?}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), whole, "cut at {cut}");
    }
    // What is refused empties no file.
    let said = chainkeel(&app, &["ledger", "export", "--type", "runs.*", "--out", file]);
    assert_eq!((said.code, said.err.contains("no family")), (Some(1), true), "{said:?}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), whole);
    let said = chainkeel(&app, &["ledger", "export", "--to", &head, "--out", "-"]);
    assert_eq!(said.out, whole);
}

/// Runs of a workflow that says at its failure what it was given.
async fn failed_with(app: &TestApp, client: &Client, messages: &[&str]) {
    let definition = json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["stop"]},
        "stop": {"type": "fail", "payload": {"message": "{{$trigger.body.message}}"}},
    }});
    let body = json!({"name": "Says it", "definition": definition});
    let workflow = client.post("/v1/workflows", &body).await.data()["id"].clone();
    let workflow = workflow.as_str().unwrap();
    client.post(&format!("/v1/workflows/{workflow}/publish"), &json!({})).await.data();
    for message in messages {
        let body = json!({"payload": {"message": message}});
        client.post(&format!("/v1/workflows/{workflow}/run"), &body).await.data();
    }
    let ended = |page: &Value| {
        let runs = page["items"].as_array().unwrap();
        runs.len() == messages.len() && runs.iter().all(|run| !run["finishedAt"].is_null())
    };
    app.eventually(|| client.data("/v1/runs?limit=100"), ended).await;
}

#[actix_web::test]
async fn runs_are_rows_of_a_table_that_calculates_nothing() {
    let app = app().await;
    let acme = app.organization("Acme").await;
    let messages = ["=1+1", "a, \"b\"\nc", "plain"];
    failed_with(&app, &acme, &messages).await;
    let listed = acme.data("/v1/runs?limit=100").await;
    let listed = listed["items"].as_array().unwrap();
    let csv = acme.get("/v1/runs/export").await;
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(csv.header("content-disposition").unwrap().contains("runs.csv"));
    let text = csv.text();
    let head: BTreeSet<_> = text.lines().next().unwrap().split(',').collect();
    let fields: BTreeSet<_> = listed[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(head, fields, "the columns are the fields of the list");
    for cell in [",'=1+1,", ",\"a, \"\"b\"\"\nc\",", ",plain,"] {
        assert!(text.contains(cell), "{cell} in {text}");
    }
    assert_eq!(text.matches("\r\n").count(), 1 + messages.len());
    let ids = |text: &str| -> Vec<String> {
        let begins = text.lines().filter(|line| line.starts_with("run_"));
        begins.map(|line| line.split(',').next().unwrap().to_owned()).collect()
    };
    let expected: Vec<_> =
        listed.iter().map(|run| run["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids(&text), expected, "in the order of the list");
    let lines = acme.get("/v1/runs/export?format=ndjson&status=failure").await;
    let rows: Vec<Value> =
        lines.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(&rows, listed);
    let none = acme.get("/v1/runs/export?status=success").await.text();
    assert_eq!(none.lines().count(), 1, "a head without rows");
    for wrong in ["format=xml", "status=melted", "limit=3", "from=yesterday"] {
        let refused = acme.get(&format!("/v1/runs/export?{wrong}")).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, "invalid-query"), "{wrong}");
    }
    assert_eq!(acme.get("/v1/transactions/export").await.text().lines().count(), 1);
}

/// Waits until all runs have ended, and until their compute units are counted, which is a moment after that.
async fn are_over(app: &TestApp) {
    let head = app.head().await;
    for unfinished in ["running", "waiting"] {
        let path = format!("/v1/runs?status={unfinished}&limit=1&minPosition={head}");
        app.eventually(|| app.client.data(&path), |page| page["items"] == json!([])).await;
    }
    let ask = || app.client.get("/v1/runs/export?format=ndjson");
    app.eventually(ask, |lines| !lines.text().contains("\"computeUnits\":null")).await;
}

#[actix_web::test]
async fn a_table_of_more_runs_than_are_read_at_a_time_has_each_of_them_once() {
    const RUNS: usize = 1_020;
    let app = app().await;
    let id = app.published(&definitions::pure()).await;
    for _ in 0..RUNS / 30 {
        futures::future::join_all((0..30).map(|_| app.started_run(&id))).await;
    }
    are_over(&app).await;
    let text = app.client.get("/v1/runs/export").await.text();
    let ids: Vec<_> = text.lines().filter_map(|line| line.split(',').next()).collect();
    assert_eq!(ids.len(), RUNS + 1);
    assert!(ids[1..].is_sorted_by(|one, next| one > next), "the latest first, each once");
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("runs.csv");
    let said = chainkeel(&app, &["run", "export", "--out", path.to_str().unwrap(), "--json"]);
    let summary: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, &summary["rows"]), (Some(0), &json!(RUNS)), "{said:?}");
    assert_eq!(std::fs::read_to_string(path).unwrap(), text);
}

/// What a file of columns has, as the lines of NDJSON have it.
fn rows_of(file: Vec<u8>) -> (usize, Vec<Value>) {
    let reader = SerializedFileReader::new(bytes::Bytes::from(file)).unwrap();
    let row = |row: parquet::errors::Result<Row>| -> Value {
        let cells = row.unwrap().into_columns().into_iter();
        cells.map(|(name, field)| (name, cell(&field))).collect()
    };
    (reader.num_row_groups(), reader.get_row_iter(None).unwrap().map(row).collect())
}

fn cell(field: &Field) -> Value {
    if let Field::TimestampMicros(micros) = field {
        let nanos = i128::from(*micros) * 1_000;
        let at = time::OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap();
        json!(at.format(&time::format_description::well_known::Rfc3339).unwrap())
    } else if let Field::Str(text) = field {
        json!(text)
    } else if let Field::Long(number) = field {
        json!(number)
    } else {
        assert_eq!(*field, Field::Null, "no column has it");
        Value::Null
    }
}

#[actix_web::test]
async fn columns_with_types_have_the_rows_of_the_lines() {
    // given more runs than a group of rows takes, by what they say of their failures
    const RUNS: usize = 1_080;
    let app = app().await;
    let id = app
        .published(&json!({"nodes": {
            "root": {"type": "manual", "payload": {}, "children": ["stop"]},
            "stop": {"type": "fail", "payload": {"message": "{{$trigger.body.message}}"}},
        }}))
        .await;
    let message = json!({"message": "=x".repeat(2_000)});
    for _ in 0..RUNS / 30 {
        futures::future::join_all((0..30).map(|_| app.run_of(&id, &message))).await;
    }
    are_over(&app).await;
    // when they are exported, then the file has the rows of the lines, in their order
    let lines = app.client.get("/v1/runs/export?format=ndjson").await.text();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let answer = app.client.get("/v1/runs/export?format=parquet").await;
    assert_eq!(answer.header("content-type"), Some("application/vnd.apache.parquet"));
    assert!(answer.header("content-disposition").unwrap().contains("runs.parquet"));
    let file = answer.body;
    let (groups, rows) = rows_of(file.clone());
    assert_eq!((rows.len(), groups), (RUNS, 2));
    for (row, line) in rows.iter().zip(&lines) {
        assert_eq!(row, line);
    }
    assert_eq!(rows.len(), lines.len());
    let schema = SerializedFileReader::new(bytes::Bytes::from(file.clone())).unwrap();
    let schema = schema.metadata().file_metadata().schema_descr_ptr();
    let began = schema.columns().iter().find(|column| column.name() == "startedAt").unwrap();
    let micros = LogicalType::timestamp(true, TimeUnit::MICROS);
    assert_eq!(began.logical_type_ref(), Some(&micros));
    // and what was cut off is no file
    let cut = bytes::Bytes::from(file[..file.len() - 1].to_vec());
    assert!(SerializedFileReader::new(cut).is_err());
    // and the command has the same, and says how many they are
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("runs.parquet");
    let out = path.to_str().unwrap();
    let said = chainkeel(&app, &["run", "export", "--format", "parquet", "--out", out, "--json"]);
    let summary: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, &summary["rows"]), (Some(0), &json!(RUNS)), "{said:?}");
    assert_eq!(rows_of(std::fs::read(path).unwrap()).1, rows);
    // and a list without rows is a file, too
    let none = app.client.get("/v1/transactions/export?format=parquet").await.body;
    assert_eq!(rows_of(none), (0, Vec::new()));
}
