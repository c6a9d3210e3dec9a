//! What stands in `deploy/` speaks of the program as it is: of metrics that it has, settings that it reads, addresses
//! that it answers, roles that it takes; and each alert has its section in the runbook.
//!
//! Each check is tried on something that must fail it, too.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;
use serde_json::Value;

use crate::support::{app, chainkeel};

/// What a metric is, which decides what Prometheus calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// What Prometheus adds to the name of a histogram.
const OF_HISTOGRAMS: [&str; 3] = ["_bucket", "_sum", "_count"];

#[test]
fn dashboards_and_alerts_ask_for_metrics_that_the_program_has() {
    let known = metrics(&sources());
    assert!(known.len() > 30, "{} metrics were found in src", known.len());
    assert_eq!(known["chainkeel_http_request_duration_seconds"], Kind::Histogram);
    let mut asked = 0;
    for (path, text) in files("deploy") {
        let questions = match path.extension().and_then(|it| it.to_str()) {
            Some("json") => expressions(&serde_json::from_str(&text).unwrap()),
            Some("yaml") if path.starts_with("deploy/prometheus") => vec![uncommented(&text)],
            _ => continue,
        };
        for question in questions {
            asked += named(&question).len();
            none(&path, &unknown(&question, &known));
        }
    }
    assert!(asked > 60, "{asked} metrics are asked for");
}

#[test]
fn every_metric_of_the_program_is_on_a_dashboard_or_in_an_alert() {
    let mut shown = BTreeSet::new();
    for (_, text) in files("deploy/grafana").into_iter().chain(files("deploy/prometheus")) {
        shown.extend(named(&text).into_iter().map(|name| bare(&name).to_owned()));
    }
    let left_out: Vec<_> =
        metrics(&sources()).into_keys().filter(|name| !shown.contains(name)).collect();
    none(Path::new("deploy/grafana"), &left_out);
}

#[test]
fn a_metric_that_is_asked_for_wrongly_is_found() {
    let code = r#"metrics::counter!("chainkeel_a_total", "x" => y); metrics::histogram!(
        "chainkeel_b_seconds").record(1.0); metrics::gauge!("chainkeel_c").set(1.0);"#;
    let known = metrics(&[code.to_owned()]);
    assert_eq!(known.len(), 3);
    for wrong in
        ["chainkeel_d", "chainkeel_b_seconds", "chainkeel_a_total_bucket", "chainkeel_c_sum"]
    {
        assert_eq!(unknown(&format!("rate({wrong}[5m]) > 0"), &known), [wrong]);
    }
    let right = "sum(rate(chainkeel_b_seconds_bucket[5m])) / chainkeel_a_total + chainkeel_c";
    assert_eq!(unknown(right, &known), Vec::<String>::new());
    let panel = serde_json::json!({ "panels": [{ "targets": [{ "expr": "chainkeel_d" }] }] });
    assert_eq!(expressions(&panel), ["chainkeel_d"]);
}

#[test]
fn containers_and_units_set_what_the_program_reads() {
    let example = text(".env.example");
    let mut seen = 0;
    for (path, text) in files("deploy") {
        let variables = variables(&text);
        seen += variables.len();
        none(&path, &unread(&variables, &example));
    }
    assert!(seen > 20, "{seen} settings were found in deploy/");
    let planted = variables("CHAINKEEL_LISTEN=0.0.0.0:7717 CHAINKEEL_LISTEM: x");
    assert_eq!(unread(&planted, &example), ["CHAINKEEL_LISTEM"]);
}

#[test]
fn probes_ask_at_addresses_that_the_program_answers() {
    let api: Value = serde_json::from_str(&text("docs/openapi.json")).unwrap();
    let addresses = Regex::new(r"(?:path|metrics_path): (/[a-z0-9.-]+)").unwrap();
    let mut probes = 0;
    for (path, text) in files("deploy/kubernetes").into_iter().chain(files("deploy/prometheus")) {
        for found in addresses.captures_iter(&text) {
            let asked = &found[1];
            if asked == "/spec" {
                continue; // the place of a patch
            }
            // `/v1`, which a proxy passes on, is where addresses begin.
            let is_there =
                api["paths"].as_object().unwrap().keys().any(|it| {
                    it == asked || asked == "/docs" || it.starts_with(&format!("{asked}/"))
                });
            assert!(is_there, "{}: the program answers no {asked}", path.display());
            probes += 1;
        }
    }
    assert!(probes > 8, "{probes} addresses were found");
}

#[test]
fn roles_and_versions_are_those_of_this_program() {
    let roles = Regex::new(r"--roles[= ]([a-z,]+)").unwrap();
    let images = Regex::new(r#"(?:chainkeel:|newTag: "?)(\d[0-9.]*)"#).unwrap();
    let (mut placed, mut pinned) = (BTreeSet::new(), 0);
    for (path, text) in files("deploy") {
        for found in roles.captures_iter(&text) {
            placed.extend(found[1].split(',').map(str::to_owned));
        }
        for found in images.captures_iter(&text) {
            assert_eq!(&found[1], env!("CARGO_PKG_VERSION"), "{}", path.display());
            pinned += 1;
        }
    }
    let all = ["api", "detector", "projector", "relay", "worker"].map(str::to_owned);
    assert_eq!(placed, BTreeSet::from(all), "each role is placed, and there are no others");
    assert!(pinned >= 2);
}

#[test]
fn each_alert_has_its_section_in_the_runbook_and_each_section_its_alert() {
    let (rules, runbook) = (text("deploy/prometheus/alerts.yaml"), text("docs/operations.md"));
    let alerts = alerts(&rules);
    assert!(alerts.len() > 15, "{} alerts", alerts.len());
    assert_eq!(alerts.iter().collect::<BTreeSet<_>>().len(), alerts.len(), "a name is used twice");
    assert_eq!(without_section(&alerts, &runbook), Vec::<String>::new());
    let sections: Vec<_> =
        runbook.lines().filter_map(|line| line.strip_prefix("### Chainkeel")).collect();
    for section in sections {
        assert!(
            alerts.contains(&format!("Chainkeel{section}")),
            "no alert is called Chainkeel{section}"
        );
    }
    for alert in &alerts {
        let link = format!("docs/operations.md#{}", alert.to_lowercase());
        assert!(rules.contains(&link), "{alert} does not lead to {link}");
    }
    let planted = self::alerts("  - alert: ChainkeelUnheardOf\n    expr: x");
    assert_eq!(without_section(&planted, &runbook), ["ChainkeelUnheardOf"]);
}

#[actix::test]
async fn a_container_asks_its_server_whether_it_serves() {
    let app = app().await;
    let said = chainkeel(&app, &["doctor", "--ready"]);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    assert!(said.out.contains("is ready, at position"), "{}", said.out);

    // Port 9 is where everything that is said is thrown away, and where nobody listens.
    let gone = Command::new(env!("CARGO_BIN_EXE_chainkeel"))
        .args(["doctor", "--ready"])
        .env_clear()
        .env("CHAINKEEL_URL", "http://127.0.0.1:9")
        .output()
        .unwrap();
    assert_eq!(gone.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&gone.stderr).contains("no answer from"));
}

/// The text of a file of the repository.
fn text(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The text of every file of the house.
fn sources() -> Vec<String> {
    files("src").into_iter().map(|(_, text)| text).collect()
}

/// Files below a directory of the repository, by their path in it.
fn files(directory: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut left = vec![root.join(directory)];
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                // What an operator has made there is no part of the repository.
                let is_made = path.ends_with("secrets") && path.starts_with(root.join("deploy"));
                if !is_made {
                    left.push(path);
                }
            } else if let Ok(text) = fs::read_to_string(&path) {
                found.push((path.strip_prefix(root).unwrap().to_owned(), text));
            }
        }
    }
    found.sort();
    found
}

/// The metrics that are counted, by their names.
fn metrics(sources: &[String]) -> BTreeMap<String, Kind> {
    let counted =
        Regex::new(r#"\b(counter|gauge|histogram)!\(\s*"(chainkeel_[a-z0-9_]+)""#).unwrap();
    let kind = |word: &str| match word {
        "counter" => Kind::Counter,
        "gauge" => Kind::Gauge,
        _ => Kind::Histogram,
    };
    let found = sources.iter().flat_map(|text| counted.captures_iter(text));
    found.map(|it| (it[2].to_owned(), kind(&it[1]))).collect()
}

/// What a text calls metrics.
fn named(text: &str) -> Vec<String> {
    let name = Regex::new(r"\bchainkeel_[a-z0-9_]+").unwrap();
    name.find_iter(text).map(|it| it.as_str().to_owned()).collect()
}

/// The name without what Prometheus adds.
fn bare(name: &str) -> &str {
    OF_HISTOGRAMS.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
}

/// What a question asks for that the program does not have, or not under this name.
fn unknown(question: &str, known: &BTreeMap<String, Kind>) -> Vec<String> {
    let is_known = |name: &String| match known.get(name) {
        Some(kind) => *kind != Kind::Histogram,
        None => name != bare(name) && known.get(bare(name)) == Some(&Kind::Histogram),
    };
    named(question).into_iter().filter(|name| !is_known(name)).collect()
}

/// The questions of a dashboard: those of its panels, and those that its variables take their values from.
fn expressions(dashboard: &Value) -> Vec<String> {
    match dashboard {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| {
                let is_question = ["expr", "query", "definition"].contains(&name.as_str());
                let asked = value.as_str().filter(|_| is_question).map(str::to_owned);
                asked.map_or_else(|| expressions(value), |text| vec![text])
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(expressions).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

fn uncommented(yaml: &str) -> String {
    yaml.lines().filter(|line| !line.trim_start().starts_with('#')).collect::<Vec<_>>().join("\n")
}

/// The settings that a text names.
fn variables(text: &str) -> Vec<String> {
    let variable =
        Regex::new(r"\b(?:CHAINKEEL_[A-Z0-9_]+|OTEL_[A-Z0-9_]+|DATABASE_URL)\b").unwrap();
    variable.find_iter(text).map(|it| it.as_str().to_owned()).collect()
}

/// Those that the example of an environment does not have.
fn unread(variables: &[String], example: &str) -> Vec<String> {
    let is_unread = |name: &&String| !example.contains(&format!("#{name}="));
    variables.iter().filter(is_unread).cloned().collect()
}

/// The names of alerts.
fn alerts(rules: &str) -> Vec<String> {
    let alert = Regex::new(r"(?m)^\s*- alert: (\w+)$").unwrap();
    alert.captures_iter(rules).map(|it| it[1].to_owned()).collect()
}

/// The alerts that the runbook has no section for.
fn without_section(alerts: &[String], runbook: &str) -> Vec<String> {
    let has_section = |alert: &&String| runbook.lines().any(|line| line == format!("### {alert}"));
    alerts.iter().filter(|alert| !has_section(alert)).cloned().collect()
}

#[track_caller]
fn none(path: &Path, wrong: &[String]) {
    assert!(wrong.is_empty(), "{}: the program has no {}", path.display(), wrong.join(", "));
}
