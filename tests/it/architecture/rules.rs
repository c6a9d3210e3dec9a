//! Sizes, names, and the doors that lead to danger.

use super::source::Source;

/// A file longer than this holds more than one idea.
const LONGEST: usize = 600;

/// A `mod.rs` is a table of contents.
const LONGEST_CONTENTS: usize = 60;

/// Drawers into which everything falls in the end.
const DRAWERS: &[&str] = &[
    "common",
    "constants",
    "helper",
    "helpers",
    "manager",
    "managers",
    "misc",
    "model",
    "models",
    "service",
    "services",
    "shared",
    "types",
    "util",
    "utils",
];

/// Endings of types that say nothing.
const EMPTY_ENDINGS: &[&str] = &["Dto", "Helper", "Impl", "Manager", "Service", "Trait", "Util"];

/// A word that opens a door, the rooms (or files) that may say it, and why.
const DOORS: &[(&str, &[&str], &str)] = &[
    ("web3", &["chains"], "chains are reached through one room"),
    ("postgres_es", &["journal"], "events are written by the journal alone"),
    ("async_nats", &["relay"], "NATS is reached through one room"),
    ("reqwest", &["egress"], "outbound HTTP goes through one guarded door"),
    ("tokio_tungstenite", &["egress"], "outbound WebSockets go through one guarded door"),
    ("TcpStream", &["egress", "http"], "outbound connections go through one guarded door"),
    (
        "sqlx",
        &[
            "journal",
            "notary",
            "data",
            "deliveries",
            "hooks",
            "sources",
            "projections",
            "secrets",
            "actors",
            "app",
            "http",
            "cli",
        ],
        "this room does no I/O",
    ),
    ("cryptoki", &["signing"], "keys are reached through one room"),
    ("sqlparser", &["tables"], "SQL of authors is read in one room"),
    ("env", &["config", "cli"], "only the configuration reads the environment"),
];

/// Files over their limit.
pub(super) fn sizes(sources: &[Source]) -> Vec<String> {
    let limit = |source: &Source| {
        if source.path.ends_with("/mod.rs") { LONGEST_CONTENTS } else { LONGEST }
    };
    sources
        .iter()
        .filter(|source| source.lines > limit(source))
        .map(|source| {
            format!(
                "{}: {} lines, {} at most: look for the seam",
                source.path,
                source.lines,
                limit(source)
            )
        })
        .collect()
}

/// Files and types whose name could mean anything.
pub(super) fn names(sources: &[Source]) -> Vec<String> {
    let mut violations = Vec::new();
    for source in sources {
        let mut parts = source.path.trim_end_matches(".rs").split('/');
        if let Some(drawer) = parts.find(|part| DRAWERS.contains(part)) {
            violations.push(format!("{}: `{drawer}` is a drawer, not a name", source.path));
        }
        for (number, line) in source.code.lines().enumerate() {
            let Some(name) = declared_type(line) else { continue };
            let empty = EMPTY_ENDINGS
                .iter()
                .find(|ending| name.strip_suffix(**ending).is_some_and(|stem| !stem.is_empty()));
            if let Some(ending) = empty {
                let at = number + 1;
                violations.push(format!("{}:{at}: {name}: `{ending}` says nothing", source.path));
            }
        }
    }
    violations
}

fn declared_type(line: &str) -> Option<&str> {
    let mut words = line.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    words.find(|word| matches!(*word, "struct" | "enum" | "trait"))?;
    words.next().filter(|name| name.starts_with(char::is_uppercase))
}

/// Words said outside the rooms that may say them.
pub(super) fn doors(sources: &[Source]) -> Vec<String> {
    let mut violations = Vec::new();
    for source in sources {
        for (word, rooms, why) in DOORS {
            if rooms.contains(&source.room()) {
                continue;
            }
            for (number, line) in source.code.lines().enumerate() {
                if paths(line).any(|path| path == *word) {
                    let at = number + 1;
                    violations.push(format!("{}:{at}: names {word}: {why}", source.path));
                }
            }
        }
    }
    violations
}

/// What gives a key leave to sign, named outside of the lanes and of the keys' own room: what replays, rebuilds,
/// tries out or shows has no way to a signature.
pub(super) fn clearances(sources: &[Source]) -> Vec<String> {
    const ROOMS: &[&str] = &["src/signing/", "src/actors/wallets/"];
    const WORDS: &[&str] = &["Clearance", "TypedClearance", "Ruling"];
    let mut violations = Vec::new();
    for source in sources {
        if ROOMS.iter().any(|room| source.path.starts_with(room)) {
            continue;
        }
        for (number, line) in source.code.lines().enumerate() {
            if let Some(word) = paths(line).find(|path| WORDS.contains(path)) {
                let at = number + 1;
                let why = "only a lane has something signed";
                violations.push(format!("{}:{at}: names {word}: {why}", source.path));
            }
        }
    }
    violations
}

/// The words of a line that lead into a module or crate, or name a type.
fn paths(line: &str) -> impl Iterator<Item = &str> {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(is_word).filter(move |(at, _)| !line[..*at].ends_with(is_word)).filter_map(
        move |(at, _)| {
            let word = line[at..].split(|letter| !is_word(letter)).next()?;
            let leads = line[at + word.len()..].starts_with("::");
            (leads || word.starts_with(char::is_uppercase)).then_some(word)
        },
    )
}

/// Refusals are mapped to status codes in one place; elsewhere in `http` only success is named.
pub(super) fn status_codes(sources: &[Source]) -> Vec<String> {
    const SUCCESS: &[&str] = &["OK", "CREATED", "ACCEPTED", "NO_CONTENT"];
    let mut violations = Vec::new();
    for source in sources.iter().filter(|source| source.room() == "http") {
        if source.path.starts_with("src/http/problem") {
            continue;
        }
        for (number, line) in source.code.lines().enumerate() {
            for (at, found) in line.match_indices("StatusCode::") {
                let code = &line[at + found.len()..];
                let code =
                    code.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next();
                let code = code.unwrap_or_default();
                if code.starts_with(char::is_uppercase) && !SUCCESS.contains(&code) {
                    let at = number + 1;
                    violations
                        .push(format!("{}:{at}: {code} belongs to http/problem", source.path));
                }
            }
        }
    }
    violations
}

/// Routes that are made outside of the table, where no permission stands beside them.
pub(super) fn routes(sources: &[Source]) -> Vec<String> {
    const MAKERS: &[&str] =
        &["web::resource", "web::scope", "web::route", "#[get(", "#[post(", "#[put(", "#[delete("];
    let elsewhere = |source: &&Source| source.path != "src/http/routes.rs";
    let mut violations = Vec::new();
    for source in sources.iter().filter(elsewhere) {
        for (number, line) in source.code.lines().enumerate() {
            if let Some(maker) = MAKERS.iter().find(|maker| line.contains(**maker)) {
                let at = number + 1;
                violations.push(format!("{}:{at}: {maker}: give it a line in routes", source.path));
            }
        }
    }
    violations
}

/// What the engine may depend on: data, time as data, and what calculates with both; nothing that
/// acts.
pub(super) fn engine_dependencies(manifest: &str) -> Vec<String> {
    const ALLOWED: &[&str] = &[
        "base64",
        "chrono",
        "chrono-tz",
        "croner",
        "num-bigint",
        "percent-encoding",
        "regex",
        "regex-automata",
        "rrule",
        "serde",
        "serde_json",
        "sha2",
        "sha3",
        "thiserror",
        "time",
    ];
    let section = manifest.split("[dependencies]").nth(1).unwrap_or_default();
    section
        .lines()
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty() && !name.starts_with('#') && !ALLOWED.contains(name))
        .map(|name| format!("the engine depends on {name}"))
        .collect()
}
