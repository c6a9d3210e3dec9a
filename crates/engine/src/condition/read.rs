//! Conditions, read from JSON.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::operator::{OPERATORS, Operator};
use super::pattern::Pattern;
use crate::diagnostic::did_you_mean;
use crate::expression::Problem;
use crate::pointer::below;

/// How deeply conditions may be nested.
pub(crate) const MAX_CONDITION_DEPTH: usize = 32;

/// The operator whose right side is compiled.
const MATCHES: &str = "$matches";

/// A condition, read. The left sides are names that the caller knows how to look up.
#[derive(Debug, Clone)]
pub(crate) enum Condition<'a> {
    All(Vec<Condition<'a>>),
    Any(Vec<Condition<'a>>),
    Not(Box<Condition<'a>>),
    Compare {
        left: &'a str,
        operator: Operator,
        right: &'a Value,
    },
    /// Without a pattern, which is known at run time only or was noted as faulty, it never holds.
    Matches {
        left: &'a str,
        pattern: Option<Pattern>,
    },
}

impl<'a> Condition<'a> {
    /// Reads a condition and adds everything wrong with it to `problems`; without problems the
    /// condition is whole.
    pub(crate) fn read(value: &'a Value, path: &str, problems: &mut Vec<Problem>) -> Self {
        let mut reader = Reader { problems };
        let Some(fields) = value.as_object() else {
            reader.report(path, "a condition is an object: {\"$and\": [...]} or {\"$or\": [...]}");
            return Self::All(Vec::new());
        };
        match fields.iter().next() {
            Some((key, _)) if fields.len() == 1 && matches!(key.as_str(), "$and" | "$or") => {
                reader.group(fields, path, MAX_CONDITION_DEPTH)
            }
            Some(_) | None => {
                reader.report(
                    path,
                    "a condition has exactly one field, $and or $or, with a list of entries: \
                     {\"$and\": [{\"{{$trigger.body.amount}}\": {\"$gt\": 100}}]}",
                );
                Self::All(Vec::new())
            }
        }
    }

    /// Calls `each` for every left side.
    pub(crate) fn lefts(&self, each: &mut impl FnMut(&'a str)) {
        match self {
            Self::All(inner) | Self::Any(inner) => {
                for condition in inner {
                    condition.lefts(each);
                }
            }
            Self::Not(inner) => inner.lefts(each),
            Self::Compare { left, .. } | Self::Matches { left, .. } => each(left),
        }
    }

    /// Whether it holds, with `look_up` giving the value of a left side.
    pub(crate) fn holds<'v>(&self, look_up: &impl Fn(&str) -> Cow<'v, Value>) -> bool {
        match self {
            Self::All(inner) => inner.iter().all(|condition| condition.holds(look_up)),
            Self::Any(inner) => inner.iter().any(|condition| condition.holds(look_up)),
            Self::Not(inner) => !inner.holds(look_up),
            Self::Compare { left, operator, right } => operator.holds(&look_up(left), right),
            Self::Matches { left, pattern } => {
                pattern.as_ref().is_some_and(|pattern| pattern.matches(&look_up(left)))
            }
        }
    }
}

/// The names of all operators.
fn names() -> impl Iterator<Item = &'static str> {
    OPERATORS.into_iter().map(|(name, _)| name).chain([MATCHES])
}

struct Reader<'p> {
    problems: &'p mut Vec<Problem>,
}

impl Reader<'_> {
    /// Every field of an entry: groups, and left sides with their operators.
    fn group<'a>(
        &mut self,
        fields: &'a Map<String, Value>,
        path: &str,
        depth: usize,
    ) -> Condition<'a> {
        let mut all = Vec::with_capacity(fields.len());
        let Some(depth) = depth.checked_sub(1) else {
            let most = format!("conditions are nested at most {MAX_CONDITION_DEPTH} levels deep");
            self.report(path, &most);
            return Condition::All(all);
        };
        if fields.is_empty() {
            self.report(path, "the entry is empty: give it a left side and an operator");
        }
        for (key, value) in fields {
            let path = below(path, key);
            match key.as_str() {
                "$and" => all.push(Condition::All(self.list(value, &path, depth))),
                "$or" => all.push(Condition::Any(self.list(value, &path, depth))),
                "$not" => all.push(Condition::Not(Box::new(self.entry(value, &path, depth)))),
                operator if operator.starts_with('$') => {
                    let near = did_you_mean(operator, names().chain(["$and", "$or", "$not"]));
                    let message = format!(
                        "{operator} cannot stand here{near} (an entry is \
                         {{left: {{operator: right}}}}, $and, $or or $not)"
                    );
                    self.report(&path, &message);
                }
                left => self.comparisons(left, value, &path, &mut all),
            }
        }
        match all.len() {
            1 => all.remove(0),
            _ => Condition::All(all),
        }
    }

    fn list<'a>(&mut self, value: &'a Value, path: &str, depth: usize) -> Vec<Condition<'a>> {
        match value.as_array() {
            Some(entries) if !entries.is_empty() => entries
                .iter()
                .enumerate()
                .map(|(index, entry)| self.entry(entry, &below(path, &index.to_string()), depth))
                .collect(),
            Some(_) | None => {
                self.report(path, "must be a list of at least one entry");
                Vec::new()
            }
        }
    }

    fn entry<'a>(&mut self, value: &'a Value, path: &str, depth: usize) -> Condition<'a> {
        if let Some(fields) = value.as_object() {
            return self.group(fields, path, depth);
        }
        self.report(path, "an entry is an object: {left: {operator: right}}");
        Condition::All(Vec::new())
    }

    fn comparisons<'a>(
        &mut self,
        left: &'a str,
        value: &'a Value,
        path: &str,
        all: &mut Vec<Condition<'a>>,
    ) {
        let operators = value.as_object().filter(|operators| !operators.is_empty());
        let Some(operators) = operators else {
            self.report(path, "needs an operator: {\"$eq\": value}");
            return;
        };
        for (name, right) in operators {
            let path = below(path, name);
            if name == MATCHES {
                let pattern = Pattern::read(right).map_err(|message| self.report(&path, &message));
                all.push(Condition::Matches { left, pattern: pattern.ok() });
                continue;
            }
            let Some((_, operator)) = OPERATORS.iter().find(|(known, _)| known == name) else {
                let near = did_you_mean(name, names());
                let known = names().collect::<Vec<_>>().join(", ");
                let message = format!("\"{name}\" is no operator{near} (there are {known})");
                self.report(&path, &message);
                continue;
            };
            if let Some(message) = operator.objection(right) {
                self.report(&path, message);
            }
            all.push(Condition::Compare { left, operator: *operator, right });
        }
    }

    fn report(&mut self, path: &str, message: &str) {
        self.problems.push(Problem { path: path.to_owned(), message: message.to_owned() });
    }
}
