//! What an execution costs: compute units by node type, in tables that are published ahead and
//! never change.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::Page;

/// Where the generated page lies.
const PAGE: &str = "docs/prices.md";

static BUILTIN: LazyLock<Prices> = LazyLock::new(Prices::embedded);

/// All tables that were ever published, the first one first.
///
/// Which of them an execution is priced by is told by the instant at which it was settled, and
/// that stands on the ledger: whoever reads the ledger again comes to the same unit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Prices(Vec<Table>);

/// The prices that are in force from an instant on, until the next table is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its number, counted from 1.
    pub version: u32,
    /// From when on it is in force.
    #[serde(with = "time::serde::rfc3339")]
    pub from: OffsetDateTime,
    /// The price of a node type that it does not name: one of another release, or of somebody
    /// else's actions.
    pub other: u32,
    /// Compute units an execution, by node type.
    pub prices: BTreeMap<String, u32>,
}

impl Prices {
    /// The tables that this build brings.
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// All tables, the first one first.
    pub fn tables(&self) -> &[Table] {
        &self.0
    }

    /// The table that is in force at an instant. What came before the first is priced by the first.
    pub fn at(&self, at: OffsetDateTime) -> &Table {
        let begun = self.0.iter().rev().find(|table| table.from <= at);
        begun.or_else(|| self.0.first()).expect("there is a first table: a test reads it")
    }

    fn embedded() -> Self {
        serde_json::from_str(include_str!("../../catalog/prices.json"))
            .expect("the embedded tables have the form of Prices: a test reads them")
    }
}

impl Table {
    /// What an execution of a node of this type costs.
    pub fn of(&self, kind: &str) -> u32 {
        self.prices.get(kind).copied().unwrap_or(self.other)
    }
}

/// The page that shows the tables, the newest one first.
pub(super) fn page() -> Page {
    let mut text = String::from(
        "# Prices\n\n<!-- Generated from `catalog/prices.json`; `UPDATE=1 cargo test contracts` \
         rewrites it. -->\n\nCompute units an execution. Every attempt of a node that came to its \
         end, well or not, is one execution; [usage.md](usage.md) says what is not counted. A table \
         that was published never changes: another price is another table, with a day on which it \
         comes into force.\n",
    );
    for table in Prices::builtin().tables().iter().rev() {
        let day = table.from.date();
        // Writing to a String cannot fail.
        let _ = write!(text, "\n## Version {}, from {day} on\n\n", table.version);
        text.push_str("| node type | units |\n|---|---|\n");
        for (kind, units) in &table.prices {
            let _ = writeln!(text, "| [`{kind}`](nodes/{kind}.md) | {units} |");
        }
        let _ = writeln!(text, "| any other | {} |", table.other);
    }
    Page { path: PAGE.to_owned(), text }
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;
    use crate::catalog::Registry;

    #[test]
    fn every_node_type_has_a_price_in_the_newest_table() {
        let newest = Prices::builtin().tables().last().unwrap();
        let unpriced: Vec<_> = Registry::builtin()
            .specs()
            .map(|spec| spec.kind.as_str())
            .filter(|kind| !newest.prices.contains_key(*kind))
            .collect();
        assert_eq!(unpriced, [""; 0]);
    }

    #[test]
    fn tables_are_numbered_from_one_and_follow_one_another_in_time() {
        let tables = Prices::builtin().tables();
        assert!(tables.iter().map(|table| table.version).eq((1..).take(tables.len())));
        assert!(tables.is_sorted_by(|one, next| one.from < next.from));
    }

    #[test]
    fn an_instant_is_priced_by_the_last_table_that_had_begun() {
        let first = Prices::builtin().tables()[0].clone();
        let second = Table { version: 2, from: first.from + Duration::DAY, ..first.clone() };
        let prices = Prices(vec![first.clone(), second.clone()]);
        let version = |at| prices.at(at).version;
        assert_eq!(version(first.from - Duration::DAY), 1);
        assert_eq!(version(second.from - Duration::NANOSECOND), 1);
        assert_eq!(version(second.from), 2);
    }

    #[test]
    fn a_type_that_no_table_names_costs_what_others_cost() {
        let table = Prices::builtin().at(OffsetDateTime::UNIX_EPOCH);
        assert_eq!(table.of("no-such-type"), table.other);
        assert_eq!(table.of("http-request"), 5);
    }
}
