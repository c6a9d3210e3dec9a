//! `chainkeel projections findings`: what samples of the ledger found of the views.

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::cli::failure::Failure;
use crate::cli::print::{line, print_json};
use crate::projections::findings::{self, Finding};
use crate::projections::rebuild::Means;

/// Shows the newest.
pub(super) async fn show_findings(means: &Means, limit: i64, json: bool) -> Result<(), Failure> {
    let found = findings::list(means.journal.pool(), limit).await;
    let found = found.map_err(|error| Failure::of(&error))?;
    if json {
        let found: Vec<Value> = found.iter().map(as_json).collect();
        print_json(&json!({ "findings": found }));
        return Ok(());
    }
    if found.is_empty() {
        line("no sample of the ledger differed from a view");
    }
    for it in &found {
        let done = if it.is_mended { "projected again" } else { "left as it was" };
        let Finding { projection, position, table, key, .. } = it;
        line(&format!(
            "{}  {projection} at position {position}: {table} {key}, {done}",
            in_words(it.found_at)
        ));
        for difference in differences(it) {
            line(&difference);
        }
    }
    Ok(())
}

fn as_json(it: &Finding) -> Value {
    json!({
        "foundAt": in_words(it.found_at),
        "projection": it.projection,
        "position": it.position,
        "table": it.table,
        "key": it.key,
        "live": row(it.live.as_deref()),
        "ledger": row(it.made.as_deref()),
        "mended": it.is_mended,
    })
}

/// The columns that differ, a line each; or that there is a row too many or too few.
fn differences(it: &Finding) -> Vec<String> {
    match (row(it.live.as_deref()).as_object(), row(it.made.as_deref()).as_object()) {
        (Some(live), Some(made)) => made
            .iter()
            .filter(|(column, value)| live.get(*column) != Some(value))
            .map(|(column, value)| {
                let seen = live.get(column).unwrap_or(&Value::Null);
                format!("  {column}: readers saw {seen}, the ledger says {value}")
            })
            .collect(),
        (None, _) => vec!["  readers saw no such row, and the ledger makes one".to_owned()],
        (Some(_), None) => vec!["  readers saw it, and the ledger makes no such row".to_owned()],
    }
}

fn row(text: Option<&str>) -> Value {
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

fn in_words(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}
