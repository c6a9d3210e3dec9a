//! Finds secrets in texts and JSON, and covers them.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Weak};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use serde_json::{Map, Value};

use super::{encodings, live};

/// What stands in a secret's place.
pub const MASK: &str = "[masked]";

/// The shortest secret that is looked for, in bytes: a shorter one would be found everywhere.
pub const SHORTEST: usize = 6;

/// The secrets that somebody touches, in all their forms. Cheap to clone; as long as it lives, the
/// log covers them, too.
#[derive(Clone)]
pub struct Mask(Arc<Automaton>);

/// A mask that somebody else may be holding, and that does not keep it.
#[derive(Clone)]
pub struct WeakMask(Weak<Automaton>);

/// Finds all forms of some secrets at once.
pub(super) struct Automaton {
    /// None where there is nothing to find.
    finder: Option<AhoCorasick>,
    longest: usize,
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mask(…)")
    }
}

impl Mask {
    /// Covers these secrets. Those of fewer than [`SHORTEST`] bytes are left out.
    pub fn of<T: AsRef<[u8]>>(secrets: impl IntoIterator<Item = T>) -> Self {
        let mut forms = BTreeSet::new();
        for secret in secrets {
            forms.extend(encodings::of(secret.as_ref()));
        }
        let automaton = Arc::new(Automaton::of(&forms));
        if automaton.finder.is_some() {
            live::register(&automaton);
        }
        Self(automaton)
    }

    /// Covers nothing.
    pub fn none() -> Self {
        Self::of::<&[u8]>([])
    }

    /// The same mask, for as long as somebody holds it.
    pub fn downgrade(&self) -> WeakMask {
        WeakMask(Arc::downgrade(&self.0))
    }

    /// The text without secrets.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let found = self.0.find(text.as_bytes());
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        Cow::Owned(String::from_utf8_lossy(&covered(text.as_bytes(), &found)).into_owned())
    }

    /// The bytes without secrets.
    pub fn bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        self.0.bytes(bytes)
    }

    /// The value without secrets, in names, texts and numbers; `None` when there were none.
    pub fn json(&self, value: &Value) -> Option<Value> {
        self.touches(value).then(|| self.cover(value))
    }

    pub(super) fn automaton(&self) -> &Automaton {
        &self.0
    }

    fn touches(&self, value: &Value) -> bool {
        match value {
            Value::Null | Value::Bool(_) => false,
            Value::Number(number) => self.0.finds(number.to_string().as_bytes()),
            Value::String(text) => self.0.finds(text.as_bytes()),
            Value::Array(items) => items.iter().any(|item| self.touches(item)),
            Value::Object(fields) => fields
                .iter()
                .any(|(name, field)| self.0.finds(name.as_bytes()) || self.touches(field)),
        }
    }

    fn cover(&self, value: &Value) -> Value {
        match value {
            Value::Null | Value::Bool(_) => value.clone(),
            Value::Number(number) => match self.text(&number.to_string()) {
                Cow::Borrowed(_) => value.clone(),
                Cow::Owned(covered) => covered.into(),
            },
            Value::String(text) => self.text(text).into_owned().into(),
            Value::Array(items) => items.iter().map(|item| self.cover(item)).collect(),
            Value::Object(fields) => {
                let mut covered = Map::new();
                for (name, field) in fields {
                    let mut name = self.text(name).into_owned();
                    // Two names may have become one.
                    while covered.contains_key(&name) {
                        name.push('\'');
                    }
                    covered.insert(name, self.cover(field));
                }
                Value::Object(covered)
            }
        }
    }
}

impl WeakMask {
    /// The mask, unless everybody has let go of it.
    pub fn upgrade(&self) -> Option<Mask> {
        self.0.upgrade().map(Mask)
    }
}

impl Automaton {
    fn of(forms: &BTreeSet<Vec<u8>>) -> Self {
        let longest = forms.iter().map(Vec::len).max().unwrap_or_default();
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(forms);
        let finder = finder.expect("the forms of some secrets have far fewer than 2^31 states");
        Self { finder: (longest > 0).then_some(finder), longest }
    }

    /// The bytes of the longest form.
    pub(super) const fn longest(&self) -> usize {
        self.longest
    }

    pub(super) fn bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let found = self.find(bytes);
        if found.is_empty() { Cow::Borrowed(bytes) } else { Cow::Owned(covered(bytes, &found)) }
    }

    fn finds(&self, bytes: &[u8]) -> bool {
        self.finder.as_ref().is_some_and(|finder| finder.is_match(bytes))
    }

    /// Where secrets stand, in order. Those that overlap are one place, so that no end of one shows
    /// behind another.
    pub(super) fn find(&self, bytes: &[u8]) -> Vec<Range<usize>> {
        let mut places: Vec<Range<usize>> = Vec::new();
        let Some(finder) = &self.finder else { return places };
        // Matches come in the order of their ends.
        for found in finder.find_overlapping_iter(bytes) {
            let mut place = found.range();
            while let Some(before) = places.pop_if(|before| before.end >= place.start) {
                place.start = place.start.min(before.start);
                place.end = place.end.max(before.end);
            }
            places.push(place);
        }
        places
    }
}

/// The bytes with masks in those places.
fn covered(bytes: &[u8], places: &[Range<usize>]) -> Vec<u8> {
    let (mut covered, mut at) = (Vec::with_capacity(bytes.len()), 0);
    for place in places {
        covered.extend_from_slice(&bytes[at..place.start]);
        covered.extend_from_slice(MASK.as_bytes());
        at = place.end;
    }
    covered.extend_from_slice(&bytes[at..]);
    covered
}
