//! Rules about what is inside objects and arrays.

use serde_json::Value;

use super::change::Rule;
use super::narrow::Narrow;
use super::walk::{Walk, list};
use crate::schemas::part::Part;

/// The keywords about fields.
pub(super) const OF_OBJECTS: [&str; 9] = [
    "required",
    "dependentRequired",
    "dependentSchemas",
    "dependencies",
    "properties",
    "patternProperties",
    "additionalProperties",
    "propertyNames",
    "unevaluatedProperties",
];

/// The keywords about items.
pub(super) const OF_ARRAYS: [&str; 4] = ["prefixItems", "items", "contains", "unevaluatedItems"];

/// Holds a rule about fields against what is known.
pub(super) fn of_object<'a>(
    walk: &mut Walk<'a>,
    narrow: &Narrow<'a>,
    wide: Part<'a>,
    keyword: &str,
    rule: &'a Value,
) {
    match keyword {
        "required" => {
            for name in list(rule).iter().filter_map(Value::as_str) {
                if !narrow.requires(name) {
                    let message = format!("the field `{name}` must be there");
                    walk.tell_at(Rule::Required, &["properties", name], message);
                }
            }
        }
        "dependentRequired" => dependent_names(walk, narrow, rule),
        "dependentSchemas" => dependent_schemas(walk, narrow, wide, rule),
        "properties" => fields(walk, narrow, wide, rule),
        "patternProperties" => patterns(walk, narrow, wide, rule),
        "additionalProperties" => other_fields(walk, narrow, wide, rule),
        "propertyNames" => {
            let known: Vec<_> = narrow.all(keyword).map(|(part, it)| part.beside(it)).collect();
            walk.follows_inside(&known, wide.beside(rule), &[keyword]);
        }
        // `unevaluatedProperties` depends on all its neighbours, `dependencies` is of old drafts.
        _ => whole(walk, narrow, wide, keyword, rule),
    }
}

/// Holds a rule about items against what is known.
pub(super) fn of_array<'a>(
    walk: &mut Walk<'a>,
    narrow: &Narrow<'a>,
    wide: Part<'a>,
    keyword: &str,
    rule: &'a Value,
) {
    match keyword {
        "prefixItems" => {
            for (place, node) in list(rule).iter().enumerate() {
                let segments = [keyword, &place.to_string()];
                walk.follows_inside(&narrow.item(place), wide.beside(node), &segments);
            }
        }
        "items" => {
            let own = wide.get("prefixItems").map_or(0, |places| list(places).len());
            for place in own..narrow.places() {
                walk.follows_inside(&narrow.item(place), wide.beside(rule), &[keyword]);
            }
            walk.follows_inside(&narrow.other_items(), wide.beside(rule), &[keyword]);
        }
        "contains" => {
            let Some(rules) = wide.object() else { return };
            let keywords = ["contains", "minContains", "maxContains"];
            let asks_nothing = rules.get("minContains").and_then(Value::as_f64) == Some(0.0)
                && !rules.contains_key("maxContains");
            if !asks_nothing && !super::walk::is_kept(narrow, rules, &keywords) {
                walk.tell(Rule::Other, "what an array must contain is something else");
            }
        }
        _ => whole(walk, narrow, wide, keyword, rule),
    }
}

/// A rule that depends on its neighbours follows from the same rule with the same neighbours.
fn whole(walk: &mut Walk<'_>, narrow: &Narrow<'_>, wide: Part<'_>, keyword: &str, rule: &Value) {
    let asks_nothing = *rule == Value::Bool(true);
    let is_kept = !super::narrow::has_references(wide.node)
        && narrow.0.iter().any(|part| part.node == wide.node);
    if !asks_nothing && !is_kept {
        walk.tell(Rule::Rest, format!("`{keyword}` or a rule beside it is another one"));
    }
}

fn dependent_names<'a>(walk: &mut Walk<'a>, narrow: &Narrow<'a>, rule: &'a Value) {
    for (key, names) in rule.as_object().into_iter().flatten() {
        for name in list(names).iter().filter_map(Value::as_str) {
            let known = narrow.all("dependentRequired").filter_map(|(_, all)| all.get(key));
            let follows = name == key
                || narrow.requires(name)
                || known.flat_map(list).any(|known| known == name);
            if !follows {
                let message = format!("the field `{name}` must be there where `{key}` is");
                walk.tell_at(Rule::Required, &["properties", name], message);
            }
        }
    }
}

fn dependent_schemas<'a>(
    walk: &mut Walk<'a>,
    narrow: &Narrow<'a>,
    wide: Part<'a>,
    rule: &'a Value,
) {
    for (key, node) in rule.as_object().into_iter().flatten() {
        let here = narrow.all("dependentSchemas");
        let known = here.filter_map(|(part, all)| Some(part.beside(all.get(key)?)));
        let known = known.chain(narrow.0.iter().copied()).collect::<Vec<_>>();
        let follows = walk.try_out(|walk| match Narrow::of(known) {
            Ok(known) => walk.follows(&known, wide.beside(node)),
            Err(lost) => walk.tell(Rule::Other, lost.to_string()),
        });
        if !follows {
            let message = format!("what holds where the field `{key}` is has changed");
            walk.tell_at(Rule::Other, &["dependentSchemas", key], message);
        }
    }
}

fn fields<'a>(walk: &mut Walk<'a>, narrow: &Narrow<'a>, wide: Part<'a>, rule: &'a Value) {
    for (name, node) in rule.as_object().into_iter().flatten() {
        let (field, node) = (narrow.field(name), wide.beside(node));
        let segments = ["properties", name.as_str()];
        if field.is_described {
            walk.follows_inside(&field.parts, node, &segments);
        } else if !walk.try_out(|walk| walk.follows_inside(&field.parts, node, &segments)) {
            let message = format!(
                "the field `{name}` could hold anything, since the schema did not describe it and \
                 did not close itself with `additionalProperties`"
            );
            walk.tell_at(Rule::FieldOfWide, &segments, message);
        }
    }
}

fn patterns<'a>(walk: &mut Walk<'a>, narrow: &Narrow<'a>, wide: Part<'a>, rule: &'a Value) {
    for (pattern, node) in rule.as_object().into_iter().flatten() {
        let same = narrow.all("patternProperties");
        let known: Vec<_> =
            same.filter_map(|(part, all)| Some(part.beside(all.get(pattern)?))).collect();
        walk.follows_inside(&known, wide.beside(node), &["patternProperties", pattern]);
    }
}

fn other_fields<'a>(walk: &mut Walk<'a>, narrow: &Narrow<'a>, wide: Part<'a>, rule: &'a Value) {
    let (own, node) = (wide.get("properties"), wide.beside(rule));
    let names: std::collections::BTreeSet<&str> =
        narrow.fields().filter(|name| own.is_none_or(|own| own.get(*name).is_none())).collect();
    for name in names {
        let (field, segments) = (narrow.field(name), ["properties", name]);
        if !walk.try_out(|walk| walk.follows_inside(&field.parts, node, &segments)) {
            let message = format!("the field `{name}` does not fit what else may be there");
            walk.tell_at(Rule::FieldOfNarrow, &segments, message);
        }
    }
    let exempt = wide.get("patternProperties").and_then(Value::as_object);
    let known = narrow.other_fields(exempt);
    let segments = ["additionalProperties"];
    if !walk.try_out(|walk| walk.follows_inside(&known, node, &segments)) {
        let message = "fields that are not described do not fit as they did";
        walk.tell_at(Rule::Rest, &segments, message);
    }
}
