//! Whether all data that fits the narrow schema fits the wide one: rule by rule of the wide one.
//!
//! Every answer "it does" is a proof; where there is none, the rule is told as broken. A schema that
//! contains itself is compared by assuming what is being proved about the data one level further
//! down, which data that ends cannot make false.

use serde_json::{Map, Value};

use super::change::Rule;
use super::kinds::Kinds;
use super::narrow::{BY_KIND, Narrow, has_references};
use super::{bounds, contents};
use crate::schemas::part::{Lost, Part};

/// How many rules are looked at. Schemas of people need some thousands; what needs more than this
/// was made to need it.
const MAX_STEPS: u32 = 50_000;
/// How deep schemas are followed into one another.
const MAX_DEPTH: usize = 96;
/// How many broken rules are told.
const MAX_BROKEN: usize = 200;

/// A rule that does not follow: what it is about, where it stands, and what is wrong in words.
pub(super) type Broken = (Rule, String, String);

/// A comparison under way.
pub(super) struct Walk<'a> {
    narrow: &'a Value,
    wide: &'a Value,
    steps: u32,
    path: Vec<String>,
    /// What is being proved, and how far down in the data.
    open: Vec<(Vec<usize>, usize, u32)>,
    level: u32,
    broken: Vec<Broken>,
}

impl<'a> Walk<'a> {
    pub(super) const fn new(narrow: &'a Value, wide: &'a Value) -> Self {
        Self {
            narrow,
            wide,
            steps: 0,
            path: Vec::new(),
            open: Vec::new(),
            level: 0,
            broken: Vec::new(),
        }
    }

    /// The rules that do not follow; none when all data that fits the one fits the other.
    pub(super) fn breaks(mut self) -> Vec<Broken> {
        match Narrow::of([Part::whole(self.narrow)]) {
            Ok(narrow) => self.follows(&narrow, Part::whole(self.wide)),
            Err(Lost) => self.tell(Rule::Other, Lost.to_string()),
        }
        self.broken
    }

    /// Holds a schema of the wide side against what is known, and tells what does not follow.
    pub(super) fn follows(&mut self, narrow: &Narrow<'a>, wide: Part<'a>) {
        self.steps += 1;
        if self.steps > MAX_STEPS || self.open.len() > MAX_DEPTH {
            self.tell(Rule::Other, "the schemas are too intricate to be compared");
            return;
        }
        if narrow.kinds().is_empty() {
            return;
        }
        let mut known: Vec<usize> =
            narrow.0.iter().map(|part| std::ptr::from_ref(part.node).addr()).collect();
        known.sort_unstable();
        known.dedup();
        let goal = std::ptr::from_ref(wide.node).addr();
        let open = self.open.iter().find(|(of, to, _)| *to == goal && *of == known);
        if let Some((_, _, level)) = open {
            if *level == self.level {
                self.tell(Rule::Other, "the schema refers to itself without describing any data");
            }
            return;
        }
        self.open.push((known, goal, self.level));
        match wide.conjuncts() {
            Ok(parts) => {
                for part in parts {
                    self.rules(narrow, part);
                }
            }
            Err(Lost) => self.tell(Rule::Other, Lost.to_string()),
        }
        self.open.pop();
    }

    /// The same, for data inside the data.
    pub(super) fn follows_inside(
        &mut self,
        narrow: &[Part<'a>],
        wide: Part<'a>,
        segments: &[&str],
    ) {
        let length = self.path.len();
        self.path.extend(segments.iter().map(|segment| (*segment).to_owned()));
        self.level += 1;
        match Narrow::of(narrow.iter().copied()) {
            Ok(narrow) => self.follows(&narrow, wide),
            Err(Lost) => self.tell(Rule::Other, Lost.to_string()),
        }
        self.level -= 1;
        self.path.truncate(length);
    }

    /// Whether it follows, without telling what does not.
    pub(super) fn try_out(&mut self, proof: impl FnOnce(&mut Self)) -> bool {
        let before = self.broken.len();
        proof(self);
        let follows = self.broken.len() == before && self.steps <= MAX_STEPS;
        self.broken.truncate(before);
        follows
    }

    /// Notes that a rule at this place does not follow.
    pub(super) fn tell(&mut self, rule: Rule, message: impl Into<String>) {
        self.tell_at(rule, &[], message);
    }

    /// The same, further down.
    pub(super) fn tell_at(&mut self, rule: Rule, segments: &[&str], message: impl Into<String>) {
        // Trials need to see that there was something, whoever reads it only the first ones.
        let is_read = self.broken.len() < MAX_BROKEN;
        let segments = self.path.iter().map(String::as_str).chain(segments.iter().copied());
        let mut path = String::new();
        for segment in segments.filter(|_| is_read) {
            crate::primitives::pointer::push(&mut path, segment);
        }
        self.broken.push((rule, path, message.into()));
    }

    fn rules(&mut self, narrow: &Narrow<'a>, wide: Part<'a>) {
        let Some(rules) = wide.object() else {
            if *wide.node == Value::Bool(false) {
                self.tell(Rule::Type, "nothing fits any more");
            }
            return;
        };
        let kinds = narrow.kinds();
        for (keyword, rule) in rules {
            self.steps += 1;
            match keyword.as_str() {
                "type" if !kinds.is_within(Kinds::of_type(rule)) => {
                    self.tell(Rule::Type, format!("values of other types than {rule} do not fit"));
                }
                "enum" | "const" => self.listed(narrow, keyword, rule),
                "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf"
                    if kinds.meets(Kinds::NUMBER) =>
                {
                    self.bound(narrow, keyword, rule);
                }
                "minLength" | "maxLength" if kinds.meets(Kinds::STRING) => {
                    self.bound(narrow, keyword, rule);
                }
                "minItems" | "maxItems" | "uniqueItems" if kinds.meets(Kinds::ARRAY) => {
                    self.bound(narrow, keyword, rule);
                }
                "minProperties" | "maxProperties" if kinds.meets(Kinds::OBJECT) => {
                    self.bound(narrow, keyword, rule);
                }
                "pattern" | "format"
                    if kinds.meets(Kinds::STRING)
                        && !narrow.all(keyword).any(|(_, known)| known == rule) =>
                {
                    self.tell(Rule::Pattern, format!("texts must fit the {keyword} {rule}"));
                }
                "anyOf" => self.any_of(narrow, wide, rule),
                "oneOf" => self.one_of(narrow, wide, rule),
                "not" => self.not(narrow, wide, rule),
                "if" => self.condition(narrow, rules),
                _ if kinds.meets(Kinds::OBJECT)
                    && contents::OF_OBJECTS.contains(&keyword.as_str()) =>
                {
                    contents::of_object(self, narrow, wide, keyword, rule);
                }
                _ if kinds.meets(Kinds::ARRAY)
                    && contents::OF_ARRAYS.contains(&keyword.as_str()) =>
                {
                    contents::of_array(self, narrow, wide, keyword, rule);
                }
                // What else there is says something of the schema, not of the data; references and
                // `allOf` were followed.
                _ => {}
            }
        }
    }

    fn listed(&mut self, narrow: &Narrow<'a>, keyword: &str, rule: &'a Value) {
        let allowed = if keyword == "const" { std::slice::from_ref(rule) } else { list(rule) };
        let Some(values) = narrow.values() else {
            self.tell(Rule::Enum, "values fit that are not listed any more");
            return;
        };
        for value in values.into_iter().filter(|value| !allowed.contains(value)) {
            self.tell(Rule::Enum, format!("the value {} is not listed", shown(value)));
        }
    }

    fn bound(&mut self, narrow: &Narrow<'a>, keyword: &str, rule: &'a Value) {
        if !is_bounded(narrow, keyword, rule) {
            self.tell(Rule::Range, format!("{keyword} is {rule}"));
        }
    }

    fn any_of(&mut self, narrow: &Narrow<'a>, wide: Part<'a>, branches: &'a Value) {
        let branches: Vec<_> = list(branches).iter().map(|node| wide.beside(node)).collect();
        if !self.fits_one(narrow, &branches) && !self.fits_one_by_one(narrow, &branches) {
            self.tell(Rule::Alternatives, "what fits need not fit any of the alternatives");
        }
    }

    fn fits_one(&mut self, narrow: &Narrow<'a>, branches: &[Part<'a>]) -> bool {
        branches.iter().any(|branch| self.try_out(|walk| walk.follows(narrow, *branch)))
    }

    /// Whether each alternative of the narrow side, or each kind of value, fits one of them.
    fn fits_one_by_one(&mut self, narrow: &Narrow<'a>, branches: &[Part<'a>]) -> bool {
        let alternatives: Vec<_> = ["anyOf", "oneOf"]
            .into_iter()
            .flat_map(|keyword| narrow.all(keyword))
            .map(|(part, list_)| list(list_).iter().map(|node| part.beside(node)).collect())
            .collect::<Vec<Vec<_>>>();
        let fits_each = |walk: &mut Self, parts: &[Part<'a>]| {
            let mut fits = |part: &Part<'a>| {
                narrow.and(*part).is_ok_and(|known| walk.fits_one(&known, branches))
            };
            parts.iter().all(&mut fits)
        };
        if alternatives.iter().any(|parts| fits_each(self, parts)) {
            return true;
        }
        let kinds = narrow.kinds();
        let split: Vec<_> = BY_KIND
            .iter()
            .filter(|(kind, _)| kinds.meets(*kind))
            .map(|(_, node)| Part::whole(node))
            .collect();
        split.len() > 1 && fits_each(self, &split)
    }

    /// Exactly one of them fits: that follows from the same alternatives alone.
    fn one_of(&mut self, narrow: &Narrow<'a>, wide: Part<'a>, branches: &'a Value) {
        let wanted = list(branches);
        let known: Vec<_> = narrow.all("oneOf").map(|(part, known)| (part, list(known))).collect();
        let same = known.into_iter().any(|(part, known)| {
            known.len() == wanted.len()
                && known.iter().zip(wanted).all(|(known, wanted)| {
                    self.is_equivalent(part.beside(known), wide.beside(wanted))
                })
        });
        if !same {
            self.tell(Rule::Alternatives, "the alternatives of which one fits are others");
        }
    }

    fn is_equivalent(&mut self, one: Part<'a>, other: Part<'a>) -> bool {
        let mut follows = |one: Part<'a>, other: Part<'a>| {
            let Ok(narrow) = Narrow::of([one]) else { return false };
            self.try_out(|walk| walk.follows(&narrow, other))
        };
        follows(one, other) && follows(other, one)
    }

    /// What is excluded must have been excluded before.
    fn not(&mut self, narrow: &Narrow<'a>, wide: Part<'a>, excluded: &'a Value) {
        let excluded = Narrow::of([wide.beside(excluded)]);
        let known: Vec<_> = narrow.all("not").map(|(part, node)| part.beside(node)).collect();
        let follows = excluded.is_ok_and(|excluded| {
            known.into_iter().any(|known| self.try_out(|walk| walk.follows(&excluded, known)))
        });
        if !follows {
            self.tell(Rule::Other, "more is excluded by `not`");
        }
    }

    fn condition(&mut self, narrow: &Narrow<'a>, rules: &Map<String, Value>) {
        let keywords = ["if", "then", "else"];
        let consequences = rules.contains_key("then") || rules.contains_key("else");
        if consequences && !is_kept(narrow, rules, &keywords) {
            self.tell(Rule::Other, "what follows under a condition (`if`) is something else");
        }
    }
}

/// Whether the narrow side says the very same by these keywords.
pub(super) fn is_kept(narrow: &Narrow<'_>, rules: &Map<String, Value>, keywords: &[&str]) -> bool {
    let stands_alone = |name: &&str| rules.get(*name).is_none_or(|rule| !has_references(rule));
    keywords.iter().all(stands_alone)
        && narrow
            .0
            .iter()
            .filter_map(|part| part.object())
            .any(|known| keywords.iter().all(|name| known.get(*name) == rules.get(*name)))
}

/// Whether a bound follows from what is known.
fn is_bounded(narrow: &Narrow<'_>, keyword: &str, rule: &Value) -> bool {
    if keyword == "uniqueItems" {
        let unique = narrow.all(keyword).any(|(_, known)| *known == Value::Bool(true));
        return *rule != Value::Bool(true) || unique;
    }
    if keyword == "multipleOf" {
        return narrow.all(keyword).any(|(_, known)| bounds::is_multiple(known, rule));
    }
    let Some(wanted) = rule.as_number() else { return false };
    let open = |keyword| narrow.numbers(keyword).map(|bound| (bound, true));
    let closed = |keyword| narrow.numbers(keyword).map(|bound| (bound, false));
    match keyword {
        "minimum" | "exclusiveMinimum" => {
            let known = closed("minimum").chain(open("exclusiveMinimum"));
            bounds::is_at_least(known, wanted, keyword == "exclusiveMinimum")
        }
        "maximum" | "exclusiveMaximum" => {
            let known = closed("maximum").chain(open("exclusiveMaximum"));
            bounds::is_at_most(known, wanted, keyword == "exclusiveMaximum")
        }
        "maxLength" | "maxItems" | "maxProperties" => {
            bounds::is_at_most(closed(keyword), wanted, false)
        }
        // Lengths and counts are not below nothing.
        _ => wanted.as_f64() == Some(0.0) || bounds::is_at_least(closed(keyword), wanted, false),
    }
}

pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A value in a message, not longer than a line.
fn shown(value: &Value) -> String {
    const LONGEST: usize = 60;
    let text = value.to_string();
    let end = text.floor_char_boundary(LONGEST);
    if end < text.len() { format!("{}…", &text[..end]) } else { text }
}
