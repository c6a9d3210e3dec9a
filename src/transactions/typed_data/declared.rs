//! The types that a document declares, bounded before anybody follows them.

use std::collections::{BTreeMap, BTreeSet};

use alloy_dyn_abi::DynSolType;
use serde_json::{Map, Value, json};

use super::InvalidDocument;
use super::domain::DOMAIN;

/// The most types of a document.
const MAX_TYPES: usize = 64;
/// How deep types may hold one another.
const MAX_DEPTH: usize = 16;
/// How many lists may be in one another in one field.
const MAX_LISTS: usize = 8;
/// How many places they may come to when each is followed: types that hold one another twice
/// double with each step.
const MAX_PLACES: usize = 2_000;

/// The types of a document, but for that of its domain.
#[derive(Debug)]
pub(super) struct Types(BTreeMap<String, Vec<Field>>);

#[derive(Debug)]
struct Field {
    name: String,
    /// With its brackets.
    kind: String,
}

impl Field {
    /// The type without its brackets.
    fn root(&self) -> &str {
        self.kind.split('[').next().unwrap_or_default()
    }
}

impl Types {
    /// Reads them.
    pub(super) fn read(types: &Map<String, Value>) -> Result<Self, InvalidDocument> {
        if types.len() > MAX_TYPES {
            let problem = format!("expected at most {MAX_TYPES} types");
            return Err(InvalidDocument::at("/types", problem));
        }
        let read = types.iter().filter(|(name, _)| *name != DOMAIN).map(|(name, fields)| {
            let at = format!("/types/{name}");
            if !is_name(name.replace(':', "").as_str()) || DynSolType::parse(name).is_ok() {
                return Err(InvalidDocument::at(&at, "expected a name that no other type has"));
            }
            Ok((name.clone(), self::fields(&at, fields)?))
        });
        Ok(Self(read.collect::<Result<_, _>>()?))
    }

    /// Those of them that a type comes to, as a document declares them.
    pub(super) fn behind(&self, primary: &str) -> Result<Map<String, Value>, InvalidDocument> {
        let (mut reached, mut places) = (BTreeSet::new(), 0);
        self.follow(primary, "/primaryType", (0, &mut places), &mut reached)?;
        let declared = |name: &str| {
            let fields = self.0.get(name).into_iter().flatten();
            fields.map(|Field { name, kind }| json!({"name": name, "type": kind})).collect()
        };
        Ok(reached.iter().map(|name| ((*name).to_owned(), declared(name))).collect())
    }

    fn follow<'a>(
        &'a self,
        name: &str,
        at: &str,
        (depth, places): (usize, &mut usize),
        reached: &mut BTreeSet<&'a str>,
    ) -> Result<(), InvalidDocument> {
        *places += 1;
        let Some((name, fields)) = self.0.get_key_value(name) else {
            return Err(InvalidDocument::at(at, format!("there is no type `{name}`")));
        };
        if depth > MAX_DEPTH || *places > MAX_PLACES {
            return Err(InvalidDocument::at(
                at,
                format!(
                    "expected types that hold one another at most {MAX_DEPTH} deep, and come to at \
                     most {MAX_PLACES} places"
                ),
            ));
        }
        reached.insert(name);
        for (index, field) in fields.iter().enumerate() {
            if is_basic(field.root()) {
                *places += 1;
            } else {
                let at = format!("/types/{name}/{index}/type");
                self.follow(field.root(), &at, (depth + 1, places), reached)?;
            }
        }
        Ok(())
    }
}

fn fields(at: &str, fields: &Value) -> Result<Vec<Field>, InvalidDocument> {
    let expected = || InvalidDocument::at(at, "expected a list of fields, each `name` and `type`");
    let (mut read, mut names) = (Vec::new(), BTreeSet::new());
    for (index, field) in fields.as_array().ok_or_else(expected)?.iter().enumerate() {
        let field = field.as_object().filter(|parts| parts.len() == 2).ok_or_else(expected)?;
        let text = |part: &str| field.get(part).and_then(Value::as_str).ok_or_else(expected);
        let (name, kind) = (text("name")?, text("type")?);
        if !is_name(name) || !names.insert(name.to_owned()) {
            let problem = "expected a name that no other field of the type has";
            return Err(InvalidDocument::at(&format!("{at}/{index}/name"), problem));
        }
        if !is_kind(kind) {
            let problem = "expected a type such as `address`, `uint256`, `bytes32[]` or `Person`, with at most \
                           8 brackets";
            return Err(InvalidDocument::at(&format!("{at}/{index}/type"), problem));
        }
        read.push(Field { name: name.to_owned(), kind: kind.to_owned() });
    }
    Ok(read)
}

/// A name as Solidity has it: nothing that could end a type in its written form.
fn is_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$';
    !text.is_empty() && !text.as_bytes()[0].is_ascii_digit() && text.bytes().all(fits)
}

/// The name of a type, with brackets that may hold a length.
fn is_kind(text: &str) -> bool {
    let mut parts = text.split('[');
    let root = parts.next().unwrap_or_default();
    // Whoever reads types goes down one level a bracket.
    if parts.clone().count() > MAX_LISTS {
        return false;
    }
    is_name(root.replace(':', "").as_str())
        && parts.all(|part| {
            part.strip_suffix(']').is_some_and(|length| {
                length.len() <= 6 && length.bytes().all(|byte| byte.is_ascii_digit())
            })
        })
}

/// The types that the specification knows by itself. It has no `uint` and no `int`.
fn is_basic(text: &str) -> bool {
    let sized = |prefix: &str| {
        let size = text.strip_prefix(prefix)?;
        if size.starts_with('0') { None } else { size.parse::<u16>().ok() }
    };
    let is_number =
        |size: Option<u16>| size.is_some_and(|bits| bits > 0 && bits <= 256 && bits % 8 == 0);
    matches!(text, "bool" | "address" | "string" | "bytes")
        || sized("bytes").is_some_and(|bytes| (1..=32).contains(&bytes))
        || is_number(sized("uint"))
        || is_number(sized("int"))
}
