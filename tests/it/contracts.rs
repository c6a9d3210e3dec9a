//! Generated documents are committed, and are what the code generates today.
//!
//! `UPDATE=1 cargo test contracts` rewrites them.

use std::fs;
use std::path::Path;

#[test]
fn the_reference_of_node_types_is_what_the_manifests_say() {
    let pages = chainkeel::catalog::document();
    for page in &pages {
        is_up_to_date(&page.path, &page.text);
    }
    // Nothing is left of types that are no more.
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/nodes");
    for file in fs::read_dir(directory).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let path = format!("docs/nodes/{name}");
        assert!(pages.iter().any(|page| page.path == path), "{path} is of no node type: remove it");
    }
}

/// A definition in a page is one that can be published; a node alone is one with a root before it.
#[test]
fn the_definitions_that_the_pages_show_can_be_published() {
    let mut shown = 0;
    for (page, text) in [
        ("docs/workflows.md", include_str!("../../docs/workflows.md")),
        ("catalog/notes/call-workflow.md", include_str!("../../catalog/notes/call-workflow.md")),
        ("catalog/notes/for-each.md", include_str!("../../catalog/notes/for-each.md")),
        ("catalog/notes/join.md", include_str!("../../catalog/notes/join.md")),
        ("catalog/notes/manual-task.md", include_str!("../../catalog/notes/manual-task.md")),
        ("catalog/notes/switch.md", include_str!("../../catalog/notes/switch.md")),
        ("catalog/notes/wait.md", include_str!("../../catalog/notes/wait.md")),
    ] {
        for block in text.split("```json\n").skip(1) {
            let block = block.split("```").next().unwrap();
            let definition: serde_json::Value = serde_json::from_str(block)
                .unwrap_or_else(|error| panic!("{page} shows no JSON: {error}\n{block}"));
            let problems =
                engine::check(&definition, chainkeel::catalog::Registry::builtin()).err();
            assert_eq!(problems, None, "{page} shows\n{block}");
            shown += 1;
        }
    }
    assert!(shown >= 8, "{shown} were looked at");
}

#[test]
fn the_page_of_connector_types_is_what_the_definitions_say() {
    is_up_to_date(chainkeel::connectors::PAGE, &chainkeel::connectors::document());
}

#[test]
fn the_page_of_chains_is_what_the_catalogue_says() {
    is_up_to_date(chainkeel::chains::PAGE, &chainkeel::chains::document());
}

#[test]
fn the_reference_of_expressions_is_what_the_engine_evaluates() {
    is_up_to_date("docs/expressions.md", &engine::expression_reference());
}

#[test]
fn the_page_about_access_has_the_table_of_roles() {
    is_up_to_date("docs/access.md", &chainkeel::access::document());
}

#[test]
fn the_page_of_settings_is_what_the_configuration_reads() {
    is_up_to_date("docs/configuration.md", &chainkeel::config::document());
}

#[test]
fn the_example_of_an_environment_names_every_variable() {
    let example = include_str!("../../.env.example");
    for setting in chainkeel::config::SETTINGS {
        assert!(example.contains(&format!("#{}=", setting.variable)), "{}", setting.variable);
    }
}

#[test]
fn the_api_document_is_what_the_handlers_say() {
    let document = chainkeel::http::openapi().to_pretty_json().unwrap() + "\n";
    is_up_to_date("docs/openapi.json", &document);
}

#[test]
fn the_page_of_problems_is_what_the_table_says() {
    is_up_to_date("docs/problems.md", &chainkeel::http::problems());
}

#[expect(clippy::disallowed_methods, reason = "the tests' own settings")]
fn is_up_to_date(path: &str, generated: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, generated).unwrap();
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    if committed != generated {
        let at = committed.lines().zip(generated.lines()).take_while(|(old, new)| old == new);
        let line = at.count() + 1;
        panic!("{path} is out of date from line {line} on: UPDATE=1 cargo test contracts");
    }
}
