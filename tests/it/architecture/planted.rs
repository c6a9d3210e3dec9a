//! Each check on a violation that was planted for it, and on what only looks like one.

use super::floors::floors;
use super::rules::{clearances, doors, engine_dependencies, names, routes, sizes, status_codes};
use super::source::Source;

fn planted(path: &str, text: &str) -> Vec<Source> {
    vec![Source::new(path, text)]
}

#[test]
fn an_import_from_a_floor_above_is_found_however_it_is_written() {
    for (path, text) in [
        ("src/journal/append.rs", "use crate::http::Problem;"),
        ("src/journal/append.rs", "use crate::{primitives::RunId, http::{Problem, Code}};"),
        ("src/journal/append.rs", "fn f() { crate::actors::start() }"),
        ("src/journal/append.rs", "use super::super::actors;"),
        ("src/journal/mod.rs", "use super::actors;"),
        ("src/engine_room/mod.rs", "fn f() {}"),
        ("src/journal/append.rs", "fn f(fact: engine::Fact) {}"),
        ("crates/engine/src/run.rs", "use chainkeel::journal;"),
        ("src/app/house.rs", "use crate::cli::print;"),
    ] {
        assert_eq!(floors(&planted(path, text)).len(), 1, "{path}: {text}");
    }
}

#[test]
fn an_import_from_a_floor_below_is_none_of_our_business() {
    for (path, text) in [
        ("src/journal/append.rs", "use crate::primitives::RunId;"),
        ("src/journal/append.rs", "use super::actors;"),
        ("src/journal/append.rs", "// use crate::http::Problem;"),
        ("src/journal/append.rs", "/* crate::http /* crate::actors */ crate::http */"),
        ("src/journal/append.rs", "const A: &str = \"crate::http\"; const B: char = '\"';"),
        ("src/journal/append.rs", "const A: &str = r#\"a \" crate::http\"#;"),
        ("src/journal/append.rs", "#[cfg(test)]\nmod tests {\n use crate::http; fn f() {}\n}"),
        ("src/journal/append.rs", "use crate::journal::error::Error;"),
    ] {
        assert_eq!(floors(&planted(path, text)), Vec::<String>::new(), "{path}: {text}");
    }
}

#[test]
fn a_violation_is_reported_with_its_line() {
    let found = floors(&planted("src/journal/a.rs", "//! Words.\n\nuse crate::http::Problem;\n"));
    assert_eq!(found, ["src/journal/a.rs:3: journal may not import http"]);
}

#[test]
fn a_door_is_opened_in_its_own_room_only() {
    for (path, text) in [
        ("src/actors/run.rs", "use web3::types::U256;"),
        ("src/actions/http.rs", "fn f() -> reqwest::Client { reqwest::Client::new() }"),
        ("src/projections/runs.rs", "use postgres_es::PostgresEventRepository;"),
        ("src/aggregates/run/state.rs", "use sqlx::PgPool;"),
        ("src/http/server.rs", "let home = std::env::var(\"HOME\");"),
        ("crates/engine/src/run.rs", "use std::env::var;"),
    ] {
        assert_eq!(doors(&planted(path, text)).len(), 1, "{path}: {text}");
    }
    for (path, text) in [
        ("src/egress/client.rs", "use reqwest::Client;"),
        ("src/journal/reader.rs", "use postgres_es::PostgresEventRepository;"),
        ("src/actions/http.rs", "/// Goes out by reqwest::Client.\nfn reqwest_like() {}"),
        ("src/http/server.rs", "const VERSION: &str = env!(\"CARGO_PKG_VERSION\");"),
    ] {
        assert_eq!(doors(&planted(path, text)), Vec::<String>::new(), "{path}: {text}");
    }
}

#[test]
fn a_replay_that_could_sign_is_found() {
    for (path, text) in [
        ("src/trials/simulate.rs", "use crate::signing::{Clearance, Signers};"),
        ("src/cli/replay.rs", "let leave = signing::TypedClearance::granted(&ruling);"),
        ("src/actors/run_desk.rs", "fn f(ruling: Ruling) {}"),
    ] {
        assert_eq!(clearances(&planted(path, text)).len(), 1, "{path}: {text}");
    }
    for (path, text) in [
        ("src/signing/signer.rs", "fn f(leave: &Clearance) {}"),
        ("src/actors/wallets/judging.rs", "Clearance::granted(&ruling)"),
        ("src/http/wallets/create.rs", "/// No Clearance is needed.\nfn f() {}"),
    ] {
        assert_eq!(clearances(&planted(path, text)), Vec::<String>::new(), "{path}: {text}");
    }
}

#[test]
fn a_refusals_status_code_outside_the_problems_is_found() {
    let refusal = "fn f() -> StatusCode { StatusCode::CONFLICT }";
    assert_eq!(status_codes(&planted("src/http/runs/start.rs", refusal)).len(), 1);
    assert_eq!(status_codes(&planted("src/http/problem/table.rs", refusal)).len(), 0);
    let success = "fn f() -> StatusCode { StatusCode::CREATED }";
    assert_eq!(status_codes(&planted("src/http/runs/start.rs", success)).len(), 0);
}

#[test]
fn a_route_outside_of_the_table_is_found() {
    let route = "fn f(c: &mut ServiceConfig) { c.service(web::resource(\"/v1/x\")); }";
    assert_eq!(routes(&planted("src/http/server.rs", route)).len(), 1);
    assert_eq!(routes(&planted("src/http/routes.rs", route)).len(), 0);
    let by_attribute = "#[get(\"/v1/x\")]\nasync fn x() {}";
    assert_eq!(routes(&planted("src/http/runs/x.rs", by_attribute)).len(), 1);
    let redirect = "fn f(c: &mut ServiceConfig) { c.service(web::redirect(\"/docs\", \"/\")); }";
    assert_eq!(routes(&planted("src/http/server.rs", redirect)).len(), 0);
}

#[test]
fn a_long_file_is_found_and_its_tests_do_not_count() {
    assert_eq!(sizes(&planted("src/journal/a.rs", &"fn f() {}\n".repeat(601))).len(), 1);
    assert_eq!(sizes(&planted("src/journal/mod.rs", &"mod a;\n".repeat(61))).len(), 1);
    let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "fn t() {}\n".repeat(500));
    let text = format!("{}{tests}", "fn f() {}\n".repeat(600));
    assert_eq!(sizes(&planted("src/journal/a.rs", &text)).len(), 0);
}

#[test]
fn a_name_that_says_nothing_is_found() {
    for (path, text) in [
        ("src/http/utils.rs", ""),
        ("src/models/mod.rs", ""),
        ("src/actors/run.rs", "pub(crate) struct RunManager;"),
        ("src/actors/run.rs", "pub enum JobDto { A }"),
    ] {
        assert_eq!(names(&planted(path, text)).len(), 1, "{path}: {text}");
    }
    assert_eq!(names(&planted("src/actors/run.rs", "pub struct Service;")).len(), 0);
}

#[test]
fn a_dependency_of_the_engine_that_acts_is_found() {
    let manifest = "[dependencies]\nserde.workspace = true\ntokio = \"1\"\n\n[dev-dependencies]\nproptest = \"1\"";
    assert_eq!(engine_dependencies(manifest), ["the engine depends on tokio"]);
}
