//! Which events are wanted, by their types.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;

/// How many types one wish names at most.
const MAX_KINDS: usize = 32;

/// Types of events: single ones, as `run.failed`, and whole families, as `run.*`. Written one after the other
/// with commas between; never empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Kinds {
    families: BTreeSet<String>,
    /// None of a family that is wanted as a whole.
    exact: BTreeSet<String>,
}

impl Kinds {
    /// Whether a type is among them.
    pub fn has(&self, kind: &str) -> bool {
        self.exact.contains(kind) || self.families.contains(family_of(kind))
    }

    /// The families that are wanted as a whole, without their asterisks.
    pub fn families(&self) -> impl Iterator<Item = String> + '_ {
        self.families.iter().cloned()
    }

    /// The single types, none of which is of such a family.
    pub fn exact(&self) -> impl Iterator<Item = String> + '_ {
        self.exact.iter().cloned()
    }

    /// The first of them that `is_known` does not know, as it was written.
    pub fn unknown(&self, is_known: impl Fn(Kind<'_>) -> bool) -> Option<String> {
        let families = self.families.iter().map(|family| Kind::Family(family));
        let exact = self.exact.iter().map(|kind| Kind::Exact(kind));
        families.chain(exact).find(|kind| !is_known(*kind)).map(|kind| kind.to_string())
    }

    /// The same types and this family as well.
    #[must_use]
    pub fn with_family(mut self, family: &str) -> Self {
        self.exact.retain(|kind| family_of(kind) != family);
        self.families.insert(family.to_owned());
        self
    }

    /// These families.
    pub fn of_families<const N: usize>(families: [&str; N]) -> Self {
        let families = families.into_iter().map(str::to_owned).collect();
        Self { families, exact: BTreeSet::new() }
    }
}

/// One of the types that are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind<'a> {
    /// All of a family, by its name without the asterisk.
    Family(&'a str),
    /// A single type.
    Exact(&'a str),
}

impl fmt::Display for Kind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Family(family) => write!(f, "{family}.*"),
            Self::Exact(kind) => f.write_str(kind),
        }
    }
}

impl TryFrom<String> for Kinds {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (mut families, mut exact) = (BTreeSet::new(), BTreeSet::new());
        for kind in text.split(',') {
            match kind.split_once('.') {
                Some((family, "*")) if is_word(family) => families.insert(family.to_owned()),
                Some((family, name)) if is_word(family) && is_word(name) => {
                    exact.insert(kind.to_owned())
                }
                Some(_) | None => {
                    let shown: String =
                        kind.chars().filter(|letter| !letter.is_control()).take(64).collect();
                    return Err(format!(
                        "`{shown}` is no type of event: write `run.failed`, or `run.*` for all of a family, with commas \
                         between several"
                    ));
                }
            };
        }
        if families.len() + exact.len() > MAX_KINDS {
            return Err(format!(
                "names more than {MAX_KINDS} types: name their families, as `run.*`"
            ));
        }
        exact.retain(|kind| !families.contains(family_of(kind)));
        Ok(Self { families, exact })
    }
}

/// The family of a type.
fn family_of(kind: &str) -> &str {
    kind.split_once('.').map_or(kind, |(family, _)| family)
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Result<Kinds, String> {
        text.to_owned().try_into()
    }

    #[test]
    fn single_types_and_families_are_told_apart() {
        let wanted = kinds("run.failed,workflow.*,workflow.published").expect("types");
        assert!(wanted.has("run.failed") && wanted.has("workflow.created"));
        assert!(!wanted.has("run.started") && !wanted.has("task.opened"));
        assert_eq!(wanted.exact().collect::<Vec<_>>(), ["run.failed"], "the family has the other");
    }

    #[test]
    fn what_is_no_type_is_named_with_what_helps() {
        for text in
            ["", "run", "run.", ".failed", "Run.failed", "run.failed,", "run.failed, x.y", "*"]
        {
            assert!(kinds(text).expect_err(text).contains("run.*"), "{text}");
        }
        let many: Vec<_> = (0..33).map(|n| format!("run.{}", "x".repeat(n + 1))).collect();
        assert!(kinds(&many.join(",")).expect_err("too many").contains("32"));
    }

    #[test]
    fn the_first_unknown_one_is_told_as_it_was_written() {
        let wanted = kinds("walk.*,run.failed").expect("types");
        let unknown = wanted.unknown(|kind| matches!(kind, Kind::Exact(_) | Kind::Family("run")));
        assert_eq!(unknown.as_deref(), Some("walk.*"));
        assert_eq!(wanted.unknown(|_| true), None);
    }
}
