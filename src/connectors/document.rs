//! The page of connector types, made of their definitions.

use std::fmt::Write as _;

use super::{Kind, Kinds, Place};

/// Where the page is.
pub const PAGE: &str = "docs/connector-types.md";

const BEGINNING: &str = "<!-- Generated from the definitions in `catalog/connectors/`; \
                         `UPDATE=1 cargo test contracts` writes it. -->\n\n\
                         # Connector types\n\n\
                         What a connector is, and how one is made: [connectors.md](connectors.md). \
                         Fields in **bold** are required, those marked 🔒 are sealed and never shown.\n\n";

/// The page.
pub fn document() -> String {
    let mut page = BEGINNING.to_owned();
    page.push_str("| type | | known by | credentials go to |\n|---|---|---|---|\n");
    for kind in Kinds::builtin().all() {
        let hosts: Vec<_> = kind.hosts.iter().map(|host| format!("`{host}`")).collect();
        // Writing to a String cannot fail.
        let _ = writeln!(
            page,
            "| [`{0}`](#{0}) | {1} | {2} | {3} |",
            kind.kind,
            kind.name,
            kind.auth.title(),
            hosts.join(", ")
        );
    }
    for kind in Kinds::builtin().all() {
        section(&mut page, kind);
    }
    page
}

fn section(page: &mut String, kind: &Kind) {
    let _ = write!(page, "\n## {}\n\n**{}.** {}\n\n", kind.kind, kind.name, kind.description);
    page.push_str("| field | |\n|---|---|\n");
    let required = kind.data["required"].as_array();
    for (name, schema) in kind.data["properties"].as_object().into_iter().flatten() {
        let is_required = required.is_some_and(|names| names.iter().any(|it| it == name.as_str()));
        let shown = if is_required { format!("**`{name}`**") } else { format!("`{name}`") };
        let lock = if kind.is_secret(name) { " 🔒" } else { "" };
        let about = schema["description"].as_str().unwrap_or_default();
        let _ = writeln!(page, "| {shown}{lock} | {about} |");
    }
    let _ = write!(page, "\n{}\n\nIn requests: {}.", kind.guide, place(&kind.place));
    if let Some(documentation) = &kind.documentation {
        let _ = write!(page, " The provider's documentation: <{documentation}>.");
    }
    page.push('\n');
}

fn place(place: &Place) -> String {
    match place {
        Place::Header { name, value } => format!("header `{name}: {value}`"),
        Place::Query { name, value } => format!("query `{name}={value}`"),
        Place::Basic { username, password } => {
            format!("header `Authorization: Basic`, of `{username}:{password}`")
        }
        Place::PathPrefix { value } => format!("`{value}` before the path"),
        Place::PathSuffix { value } => format!("`{value}` behind the path"),
        Place::Nowhere => "nowhere; it verifies what comes in".to_owned(),
    }
}
