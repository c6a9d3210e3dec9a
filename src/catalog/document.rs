//! The reference of all node types, `docs/nodes.md` and `docs/nodes/`, from their manifests and
//! from notes of people.

use std::fmt::{self, Write as _};

use serde_json::Value;

use super::{Category, Registry, Role, Spec, prices};

/// The index of all pages; those of the types lie in a directory beside it.
const INDEX: &str = "docs/nodes.md";
/// What is said of types in more words than a manifest has.
pub(super) const NOTES: [(&str, &str); 9] = [
    ("call-workflow", include_str!("../../catalog/notes/call-workflow.md")),
    ("code-transform", include_str!("../../catalog/notes/code-transform.md")),
    ("db-query", include_str!("../../catalog/notes/db-query.md")),
    ("for-each", include_str!("../../catalog/notes/for-each.md")),
    ("http-request", include_str!("../../catalog/notes/http-request.md")),
    ("join", include_str!("../../catalog/notes/join.md")),
    ("manual-task", include_str!("../../catalog/notes/manual-task.md")),
    ("switch", include_str!("../../catalog/notes/switch.md")),
    ("wait", include_str!("../../catalog/notes/wait.md")),
];
const GENERATED: &str = "<!-- Generated from the manifests and notes in `catalog/`; \
                         `UPDATE=1 cargo test contracts` rewrites it. -->\n";

/// A page of the reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Where it lies in the repository.
    pub path: String,
    /// What it says.
    pub text: String,
}

/// The reference of node types: its index, a page for each type, and what each costs.
pub fn document() -> Vec<Page> {
    let pages = Registry::builtin().specs().map(|spec| Page {
        path: format!("docs/nodes/{}.md", spec.kind),
        text: written(|out| page(out, spec)),
    });
    let index = Page { path: INDEX.to_owned(), text: written(index) };
    [index, prices::page()].into_iter().chain(pages).collect()
}

fn written(write: impl FnOnce(&mut String) -> fmt::Result) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write(&mut text);
    // One line break at the end, not two.
    text.truncate(text.trim_end().len());
    text + "\n"
}

fn index(out: &mut String) -> fmt::Result {
    writeln!(out, "# Node types\n\n{GENERATED}")?;
    writeln!(
        out,
        "A node of a workflow names its type, and gives it a payload. Every text in a payload may hold \
         [expressions](expressions.md) (`{{{{…}}}}`); a field that the type does not know is refused. \
         What every node may have beside its payload stands in [workflows.md](workflows.md).\n"
    )?;
    for category in [Category::Trigger, Category::Logic, Category::Utility, Category::EvmOnchain] {
        writeln!(out, "## {}\n\n| type | |\n|---|---|", category.title())?;
        for spec in Registry::builtin().specs().filter(|spec| spec.category == category) {
            let kind = &spec.kind;
            let told = spec.description.replace('|', "\\|");
            writeln!(out, "| [`{kind}`](nodes/{kind}.md) | {} |", first_sentence(&told))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn first_sentence(text: &str) -> &str {
    text.find(". ").and_then(|end| text.get(..=end)).unwrap_or(text)
}

fn page(out: &mut String, spec: &Spec) -> fmt::Result {
    writeln!(out, "# `{}`\n\n{GENERATED}\n{}\n", spec.kind, spec.description)?;
    writeln!(out, "{}\n", standing(spec.role))?;
    if !spec.branches.is_empty() {
        let branches: Vec<_> = spec.branches.iter().map(|name| format!("`{name}`")).collect();
        writeln!(out, "Branches: {}.\n", branches.join(", "))?;
    }
    fields(out, "Payload", &spec.payload_schema)?;
    fields(out, "Result", &spec.result_schema)?;
    writeln!(out, "## Example\n")?;
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
    let note = NOTES.iter().find(|(kind, _)| *kind == spec.kind);
    if let Some((_, note)) = note {
        writeln!(out, "{note}")?;
    }
    writeln!(out, "[All node types](../nodes.md) · [Workflows](../workflows.md)")
}

/// Where a node may stand, and who executes it.
fn standing(role: Role) -> &'static str {
    match role {
        Role::Trigger => "It stands at the `root`, where a run starts.",
        Role::Logic => "It stands below the root; the engine executes it, and it costs no effect.",
        Role::Action => {
            "It stands below the root, and is an effect: its intent is on the ledger before it is \
             performed, with the idempotency key under which it is repeated when a process dies."
        }
    }
}

/// The fields of an object's schema as a table.
fn fields(out: &mut String, title: &str, schema: &Value) -> fmt::Result {
    let Some(fields) = schema.get("properties").and_then(Value::as_object) else { return Ok(()) };
    if fields.is_empty() {
        return Ok(());
    }
    writeln!(out, "## {title}\n\n| field | type | |\n|---|---|---|")?;
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
