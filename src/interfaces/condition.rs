//! When something is shown. The browser decides the same by `ui/src/interfaces/condition.ts`; one table of
//! cases holds both to it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};
use utoipa::ToSchema;

use super::fault::Fault;

/// How many conditions one may consist of.
const MAX_PARTS: usize = 50;
/// How deep they may stand in one another.
const MAX_DEPTH: usize = 8;

/// When something is shown: one comparison, or several by `all`, `any` and `not`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = UiCondition)]
pub struct Condition {
    /// The key of a field that stands before this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Or a JSON pointer into the data that are shown, as `/amount`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// It is this text, number or boolean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub equals: Option<Value>,
    /// It is not this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub not_equals: Option<Value>,
    /// It is one of these. Of a field that takes several: one of them is.
    #[serde(default, rename = "in", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    pub within: Option<Vec<Value>>,
    /// It is none of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    pub not_in: Option<Vec<Value>>,
    /// It is a number above this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub greater_than: Option<Number>,
    /// It is a number below this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub less_than: Option<Number>,
    /// Whether anything is there: not nothing, no empty text and no empty list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filled: Option<bool>,
    /// All of these hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(no_recursion)]
    pub all: Option<Vec<Condition>>,
    /// One of these holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(no_recursion)]
    pub any: Option<Vec<Condition>>,
    /// This does not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(no_recursion)]
    pub not: Option<Box<Condition>>,
}

impl Condition {
    /// Whether it holds for these answers, of fields that are shown, and these data.
    pub fn holds(&self, answers: &Map<String, Value>, data: &Value) -> bool {
        if let Some(all) = &self.all {
            return all.iter().all(|part| part.holds(answers, data));
        }
        if let Some(any) = &self.any {
            return any.iter().any(|part| part.holds(answers, data));
        }
        if let Some(not) = &self.not {
            return !not.holds(answers, data);
        }
        let found = match (&self.field, &self.data) {
            (Some(field), _) => answers.get(field),
            (None, Some(pointer)) => data.pointer(pointer),
            (None, None) => None,
        };
        let found = found.unwrap_or(&Value::Null);
        let is = |wanted: &Value| same(found, wanted);
        let among = |wanted: &[Value]| match found {
            Value::Array(several) => {
                several.iter().any(|one| wanted.iter().any(|it| same(one, it)))
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Object(_) => wanted.iter().any(is),
        };
        if let Some(wanted) = &self.equals {
            return is(wanted);
        }
        if let Some(wanted) = &self.not_equals {
            return !is(wanted);
        }
        if let Some(wanted) = &self.within {
            return among(wanted);
        }
        if let Some(wanted) = &self.not_in {
            return !among(wanted);
        }
        if let Some(bound) = &self.greater_than {
            return pair(found, bound).is_some_and(|(number, bound)| number > bound);
        }
        if let Some(bound) = &self.less_than {
            return pair(found, bound).is_some_and(|(number, bound)| number < bound);
        }
        self.filled.is_some_and(|wanted| wanted != is_empty(found))
    }

    /// What is wrong with it. `known` says whether a field may be asked for here.
    pub(super) fn check(&self, path: &str, known: &dyn Fn(&str) -> bool, faults: &mut Vec<Fault>) {
        if self.parts() > MAX_PARTS || self.depth() > MAX_DEPTH {
            let message = format!(
                "has more than {MAX_PARTS} parts or stands more than {MAX_DEPTH} deep: take it apart"
            );
            faults.push(Fault::new(path, message));
            return;
        }
        self.check_part(path, known, faults);
    }

    fn check_part(&self, path: &str, known: &dyn Fn(&str) -> bool, faults: &mut Vec<Fault>) {
        let joined = [self.all.is_some(), self.any.is_some(), self.not.is_some()];
        let joined = joined.iter().filter(|it| **it).count();
        let compared = self.comparisons();
        let subjects = usize::from(self.field.is_some()) + usize::from(self.data.is_some());
        let is_sound = match joined {
            0 => subjects == 1 && compared == 1,
            1 => subjects == 0 && compared == 0,
            _ => false,
        };
        if !is_sound {
            let message = "is either one of `all`, `any` and `not`, or one of `field` and `data` with one of \
                           equals, notEquals, in, notIn, greaterThan, lessThan and filled";
            faults.push(Fault::new(path, message));
            return;
        }
        if let Some(field) = self.field.as_deref().filter(|field| !known(field)) {
            let message = format!(
                "`{field}` is no field that stands before this one: a condition looks at those above it"
            );
            faults.push(Fault::new(format!("{path}/field"), message));
        }
        if let Some(pointer) = &self.data
            && !pointer.starts_with('/')
        {
            faults.push(Fault::new(format!("{path}/data"), "is a JSON pointer, as `/amount`"));
        }
        let lists = [("in", &self.within), ("notIn", &self.not_in)];
        for (name, list) in lists.into_iter().filter_map(|(name, it)| Some((name, it.as_ref()?))) {
            if list.is_empty() || list.len() > 100 || list.iter().any(|it| !is_plain(it)) {
                let message = "has 1 to 100 texts, numbers and booleans";
                faults.push(Fault::new(format!("{path}/{name}"), message));
            }
        }
        for (name, value) in [("equals", &self.equals), ("notEquals", &self.not_equals)] {
            if value.as_ref().is_some_and(|it| !is_plain(it)) {
                let message = "is a text, a number or a boolean";
                faults.push(Fault::new(format!("{path}/{name}"), message));
            }
        }
        for (name, parts) in [("all", &self.all), ("any", &self.any)] {
            let Some(parts) = parts else { continue };
            if parts.is_empty() {
                faults.push(Fault::new(format!("{path}/{name}"), "is empty: leave it out"));
            }
            for (number, part) in parts.iter().enumerate() {
                part.check_part(&format!("{path}/{name}/{number}"), known, faults);
            }
        }
        if let Some(not) = &self.not {
            not.check_part(&format!("{path}/not"), known, faults);
        }
    }

    fn comparisons(&self) -> usize {
        let given = [
            self.equals.is_some(),
            self.not_equals.is_some(),
            self.within.is_some(),
            self.not_in.is_some(),
            self.greater_than.is_some(),
            self.less_than.is_some(),
            self.filled.is_some(),
        ];
        given.iter().filter(|it| **it).count()
    }

    fn inner(&self) -> impl Iterator<Item = &Self> {
        let lists = self.all.iter().chain(&self.any).flatten();
        lists.chain(self.not.as_deref())
    }

    fn parts(&self) -> usize {
        1 + self.inner().map(Self::parts).sum::<usize>()
    }

    fn depth(&self) -> usize {
        1 + self.inner().map(Self::depth).max().unwrap_or(0)
    }
}

/// Whether there is nothing: what an answer has that was left empty.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

/// Whether two values are the same: 1 and 1.0 are.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => one.partial_cmp(&other).is_some_and(std::cmp::Ordering::is_eq),
        (Some(_), None) | (None, Some(_) | None) => one == other,
    }
}

/// Both as numbers, where they are.
fn pair(found: &Value, bound: &Number) -> Option<(f64, f64)> {
    Some((found.as_f64()?, bound.as_f64()?))
}

fn is_plain(value: &Value) -> bool {
    match value {
        Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}
