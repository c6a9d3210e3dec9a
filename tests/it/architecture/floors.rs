//! Which room may import which.

use std::collections::BTreeSet;

use super::source::Source;

/// The rooms from the ground up, each with the rooms that it may import. A room imports only from
/// rooms that stand before it here, so that there are no circles.
const ROOMS: &[(&str, &[&str])] = &[
    ("engine", &[]),
    ("primitives", &["engine"]),
    // What is done for runs, as it is noted wherever it is done.
    ("spans", &["primitives"]),
    // What calls of contracts look like in bytes: purely.
    ("abi", &[]),
    ("access", &["primitives"]),
    ("blueprints", &["engine", "primitives"]),
    // Forms and views that are written as data: held against their rules, and answers against them.
    ("interfaces", &["primitives"]),
    ("catalog", &["engine", "primitives"]),
    ("egress", &["spans", "primitives"]),
    ("chains", &["abi", "egress", "spans", "primitives"]),
    ("confined", &[]),
    // What is signed: bytes in, bytes out.
    ("transactions", &["primitives"]),
    // What a key may sign is decided purely: the ledger replays it, and reaches no key by it.
    ("policies", &["transactions", "abi", "primitives"]),
    // What proves history: hashes and texts in, findings out.
    ("proof", &["primitives"]),
    ("schemas", &["primitives"]),
    // Files of events that have left the database: written once, called by their hash.
    ("segments", &["primitives"]),
    ("secrets", &["primitives"]),
    ("readiness", &["secrets", "engine", "primitives"]),
    ("tables", &["primitives"]),
    // What is said to be paid, and to pay: texts in, texts out.
    ("x402", &["transactions", "primitives"]),
    // Keys never leave it.
    ("signing", &["transactions", "proof", "secrets", "egress", "spans", "primitives"]),
    (
        "aggregates",
        &[
            "access",
            "blueprints",
            "interfaces",
            "tables",
            "schemas",
            "catalog",
            "transactions",
            "x402",
            "policies",
            "tables",
            "schemas",
            "catalog",
            "engine",
            "primitives",
        ],
    ),
    ("validation", &["schemas", "confined", "primitives"]),
    ("journal", &["aggregates", "segments", "secrets", "primitives"]),
    // What is signed of the ledger, and kept where the database cannot reach it.
    ("notary", &["journal", "signing", "segments", "proof", "engine", "primitives"]),
    // What leaves the database, what may not, and what is deleted by order.
    ("retention", &["notary", "journal", "aggregates", "segments", "proof", "primitives"]),
    // The ledger on other servers, for readers who do not ask the database.
    ("relay", &["primitives"]),
    // What an organization keeps in tables is primary, like the ledger that says what they are.
    ("data", &["journal", "aggregates", "tables", "primitives"]),
    // What came in lately is shown to its receiver; nothing is decided by it.
    ("deliveries", &["primitives"]),
    // What endpoints are told of runs: which events say what, and where it waits to be sent.
    ("hooks", &["journal", "aggregates", "egress", "engine", "primitives"]),
    // What a collector is told of runs: what the ledger says of them, and what was noted meanwhile.
    ("traces", &["journal", "secrets", "egress", "spans", "engine", "primitives"]),
    // How far sources were read is primary: what is asked of them next follows from it.
    ("sources", &["primitives"]),
    // What nodes ask of chains, read out of their payloads: checked at publish as in a run.
    ("onchain", &["transactions", "chains", "abi", "catalog", "engine", "primitives"]),
    (
        "triggers",
        &["onchain", "chains", "abi", "egress", "catalog", "x402", "engine", "primitives"],
    ),
    // What other systems were told becomes workflows: files in, definitions out.
    ("imports", &["triggers", "primitives"]),
    // The prices of node types are what usage is counted by.
    (
        "projections",
        &[
            "journal",
            "aggregates",
            "blueprints",
            "schemas",
            "catalog",
            "interfaces",
            "engine",
            "primitives",
        ],
    ),
    ("trials", &["aggregates", "catalog", "engine", "primitives"]),
    (
        "connectors",
        // A connector is a stream of the ledger, and found in a view.
        &[
            "projections",
            "journal",
            "aggregates",
            "catalog",
            "egress",
            "secrets",
            "engine",
            "primitives",
        ],
    ),
    // What a model of an organization's provider says; what it wants done is done by whoever asked.
    ("assistant", &["connectors", "catalog", "access", "egress", "engine", "primitives"]),
    (
        "actions",
        // What a workflow keeps stands on the ledger, and which keys it has in a view.
        &[
            "connectors",
            "projections",
            "data",
            "journal",
            "aggregates",
            "onchain",
            "chains",
            "abi",
            "tables",
            "catalog",
            "confined",
            "access",
            "secrets",
            "egress",
            "engine",
            "primitives",
        ],
    ),
    (
        "actors",
        &[
            "actions",
            "connectors",
            "projections",
            "triggers",
            "data",
            "deliveries",
            "hooks",
            "traces",
            "sources",
            "relay",
            "journal",
            "aggregates",
            "chains",
            "onchain",
            "abi",
            // The lane of a wallet asks the policies before it has anything signed.
            "policies",
            "signing",
            "transactions",
            "x402",
            "access",
            "secrets",
            "catalog",
            "egress",
            "spans",
            "engine",
            "primitives",
        ],
    ),
    (
        "http",
        &[
            "segments",
            "blueprints",
            "interfaces",
            "readiness",
            "actors",
            "projections",
            "assistant",
            "connectors",
            "trials",
            "triggers",
            "data",
            "deliveries",
            "hooks",
            "sources",
            "proof",
            "notary",
            // Whoever orders that personal data is shredded is answered when it is.
            "retention",
            "journal",
            "aggregates",
            "onchain",
            "chains",
            "abi",
            "tables",
            "validation",
            "policies",
            "schemas",
            "access",
            "catalog",
            // Wallets are made at the door; nothing is signed there, since only the policy clears.
            "signing",
            "secrets",
            // Within which trace of another a request came.
            "spans",
            // What is sold is asked for at the door, and payments are held against it.
            "x402",
            "engine",
            "primitives",
        ],
    ),
    // Streams for clients, out of the stream that the ledger is relayed to: no database.
    (
        "gateway",
        &["http", "actors", "projections", "relay", "journal", "access", "egress", "primitives"],
    ),
    ("telemetry", &["secrets", "primitives"]),
    (
        "config",
        &[
            "retention",
            "telemetry",
            "gateway",
            "http",
            "actors",
            "assistant",
            "connectors",
            "triggers",
            "notary",
            "traces",
            "projections",
            "relay",
            "journal",
            "chains",
            "signing",
            "egress",
            "secrets",
            "primitives",
        ],
    ),
    (
        "app",
        &[
            "retention",
            "segments",
            "config",
            "telemetry",
            "gateway",
            "http",
            "actors",
            "actions",
            "assistant",
            "connectors",
            "projections",
            "triggers",
            "data",
            "deliveries",
            "hooks",
            "traces",
            "spans",
            "sources",
            "proof",
            "notary",
            "relay",
            "journal",
            "aggregates",
            "validation",
            "chains",
            "signing",
            "egress",
            "catalog",
            "access",
            "secrets",
            "engine",
            "primitives",
        ],
    ),
    (
        "cli",
        &[
            "retention",
            "segments",
            "app",
            "config",
            "telemetry",
            "http",
            // The command by which the program becomes a worker for code.
            "actions",
            "assistant",
            "connectors",
            "projections",
            "hooks",
            "traces",
            "imports",
            "triggers",
            "trials",
            "proof",
            "notary",
            "relay",
            "journal",
            "aggregates",
            // The command by which the program becomes a worker for values.
            "validation",
            // The command by which the program becomes a host of a module, and the token of `dev`.
            "signing",
            "egress",
            "catalog",
            "access",
            "secrets",
            "engine",
            "primitives",
        ],
    ),
    ("lib", &[]),
    ("main", &["cli"]),
];

/// Imports that lead upwards or sideways, and rooms that the table does not know.
pub(super) fn floors(sources: &[Source]) -> Vec<String> {
    let mut violations = circles();
    for source in sources {
        let room = source.room();
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            violations.push(format!("{}: the room {room} has no floor", source.path));
            continue;
        };
        for (line, import) in imports(source) {
            if import != room && is_room(&import) && !allowed.contains(&import.as_str()) {
                violations.push(format!("{}:{line}: {room} may not import {import}", source.path));
            }
        }
    }
    violations
}

/// Entries of the table that lead upwards.
fn circles() -> Vec<String> {
    let mut below = BTreeSet::new();
    let mut violations = Vec::new();
    for (room, allowed) in ROOMS {
        for upward in allowed.iter().filter(|name| !below.contains(*name)) {
            violations
                .push(format!("the table lets {room} import {upward}, which is not below it"));
        }
        below.insert(room);
    }
    violations
}

fn is_room(name: &str) -> bool {
    ROOMS.iter().any(|(room, _)| *room == name)
}

/// The rooms that a file names, with the line: by `crate::`, by enough `super::`, by the names of
/// our crates, in `use` trees as in paths within the code.
fn imports(source: &Source) -> Vec<(usize, String)> {
    let up = "super::".repeat(source.depth());
    let mut found = Vec::new();
    let own: &[&str] = if source.room() == "engine" { &[] } else { &["crate::", &up] };
    for root in own.iter().copied().chain(["chainkeel::"]) {
        for at in starts(&source.code, root) {
            let line = source.code[..at].lines().count().max(1);
            for name in firsts(&source.code[at + root.len()..]) {
                found.push((line, name));
            }
        }
    }
    for at in starts(&source.code, "engine::") {
        found.push((source.code[..at].lines().count().max(1), "engine".to_owned()));
    }
    found
}

/// Where a path begins with these words.
fn starts<'a>(code: &'a str, path: &'a str) -> impl Iterator<Item = usize> + 'a {
    code.match_indices(path).map(|(at, _)| at).filter(|at| {
        let before = code[..*at].chars().next_back();
        !before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_' || letter == ':')
    })
}

/// The first names of a path, or of each branch of a `use` tree.
fn firsts(rest: &str) -> Vec<String> {
    let word = |text: &str| {
        let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
        text[..end.unwrap_or(text.len())].to_owned()
    };
    let Some(tree) = rest.strip_prefix('{') else { return vec![word(rest)] };
    let (mut depth, mut begin, mut names) = (0, 0, Vec::new());
    for (at, letter) in tree.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.push(word(tree[begin..at].trim_start()));
                begin = at + 1;
                if letter == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names
}
