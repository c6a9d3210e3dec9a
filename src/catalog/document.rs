//! The reference of all node types, `docs/nodes.md`, from their manifests.

use std::fmt::{self, Write as _};

use serde_json::Value;

use super::{Category, Registry, Spec};

/// The text of `docs/nodes.md`.
pub fn document() -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write(&mut text);
    text
}

fn write(out: &mut String) -> fmt::Result {
    writeln!(out, "# Node types\n")?;
    writeln!(
        out,
        "<!-- Generated from the manifests in `catalog/`; `UPDATE=1 cargo test contracts` rewrites it. -->\n"
    )?;
    writeln!(
        out,
        "A node of a workflow names its type, and gives it a payload. Every text in a payload may hold \
         expressions (`{{{{…}}}}`); a field that the type does not know is refused.\n"
    )?;
    for category in [Category::Trigger, Category::Logic, Category::Utility] {
        writeln!(out, "## {}\n", category.title())?;
        for spec in Registry::builtin().specs().filter(|spec| spec.category == category) {
            section(out, spec)?;
        }
    }
    // One line break at the end, not two.
    out.truncate(out.trim_end().len());
    writeln!(out)
}

fn section(out: &mut String, spec: &Spec) -> fmt::Result {
    writeln!(out, "### `{}`\n\n{}\n", spec.kind, spec.description)?;
    if !spec.branches.is_empty() {
        let branches: Vec<_> = spec.branches.iter().map(|name| format!("`{name}`")).collect();
        writeln!(out, "Branches: {}.\n", branches.join(", "))?;
    }
    fields(out, "Payload", &spec.payload_schema)?;
    fields(out, "Result", &spec.result_schema)?;
    let example = &spec.example_usage;
    writeln!(
        out,
        "```json\n{:#}\n```\n",
        serde_json::json!({ "type": spec.kind, "payload": example.payload })
    )?;
    if example.result != serde_json::json!({}) {
        if !example.body.is_null() {
            let body = &example.body;
            writeln!(out, "in a run whose trigger brought\n\n```json\n{body:#}\n```\n")?;
        }
        writeln!(out, "gives\n\n```json\n{:#}\n```\n", example.result)?;
    }
    Ok(())
}

/// The fields of an object's schema as a table.
fn fields(out: &mut String, title: &str, schema: &Value) -> fmt::Result {
    let Some(fields) = schema.get("properties").and_then(Value::as_object) else { return Ok(()) };
    if fields.is_empty() {
        return Ok(());
    }
    writeln!(out, "| {title} | type | |\n|---|---|---|")?;
    for (name, field) in fields {
        let field = resolved(field, schema);
        let required = if requires(schema, name) { "Required. " } else { "" };
        let description = field.get("description").and_then(Value::as_str).unwrap_or_default();
        let description = description.replace('|', "\\|");
        let told = format!("{required}{description}");
        writeln!(out, "| `{name}` | {} | {} |", kind(field), told.trim_end())?;
    }
    writeln!(out)?;
    one_of(out, schema)
}

/// The alternatives of a schema, of which one has to be given.
fn one_of(out: &mut String, schema: &Value) -> fmt::Result {
    let alternatives = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    let names: Vec<_> = alternatives
        .filter_map(|alternative| alternative.get("required")?.get(0)?.as_str())
        .map(|name| format!("`{name}`"))
        .collect();
    if names.is_empty() {
        Ok(())
    } else {
        writeln!(out, "One of {} is required.\n", names.join(", "))
    }
}

fn requires(schema: &Value, name: &str) -> bool {
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    required.into_iter().any(|required| required == name)
}

/// A field's schema behind its reference into the same document, if it has one.
fn resolved<'a>(field: &'a Value, schema: &'a Value) -> &'a Value {
    let reference = field.get("$ref").and_then(Value::as_str);
    let target = reference.and_then(|reference| schema.pointer(reference.strip_prefix('#')?));
    target.unwrap_or(field)
}

fn kind(field: &Value) -> String {
    let bound = |name| field.get(name).and_then(Value::as_i64);
    let kind = match (field.get("type"), field.get("enum")) {
        (Some(Value::String(kind)), _) => kind.clone(),
        (Some(Value::Array(kinds)), _) => {
            kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or ")
        }
        (_, Some(Value::Array(options))) => {
            let options: Vec<_> = options.iter().map(|option| format!("`{option}`")).collect();
            options.join(", ")
        }
        _ => "any".to_owned(),
    };
    match (bound("minimum"), bound("maximum")) {
        (Some(least), Some(most)) => format!("{kind}, {least} to {most}"),
        (Some(least), None) => format!("{kind}, at least {least}"),
        (None, Some(most)) => format!("{kind}, at most {most}"),
        (None, None) => kind,
    }
}
