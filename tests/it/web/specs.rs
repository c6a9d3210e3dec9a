//! One test for each file of `ui/e2e`.

use std::sync::Arc;

use chainkeel::chains::{Chains, Config};
use chainkeel::egress;
use chainkeel::primitives::{Secret, SystemClock};

use super::browser::{passes, passes_with_money, ui};
use crate::support::anvil::Anvil;
use crate::support::{app, app_that_reaches, app_that_reads};

/// What the specs serve themselves, for nodes that call it.
const LOOPBACK: &str = "127.0.0.1";

#[actix_web::test]
async fn a_newcomer_builds_publishes_watches_and_mends_a_workflow() {
    passes(&app_that_reaches(&[LOOPBACK.to_owned()]).await, "author").await;
}

#[actix_web::test]
async fn every_page_opens_in_light_and_dark_and_on_a_phone_and_to_everybody() {
    let chain = Anvil::start().await;
    let endpoints = format!("31337=http://{}/", chain.address);
    let config = Config { endpoints: Some(Secret::new(&endpoints)) };
    let chains = Chains::new(&config, &egress::Config::default(), Arc::new(SystemClock));
    let app = app_that_reads(Arc::new(chains.unwrap()), &[LOOPBACK.to_owned()]).await;
    passes_with_money(&app, &chain, "pages").await;
}

#[actix_web::test]
async fn a_task_is_approved_on_a_phone() {
    passes(&app().await, "phone").await;
}

#[actix_web::test]
async fn a_model_is_asked_and_acts_by_what_a_person_agrees_to() {
    passes(&app_that_reaches(&[LOOPBACK.to_owned()]).await, "assistant").await;
}

#[actix_web::test]
async fn two_tabs_on_one_draft_lose_nothing() {
    passes(&app().await, "tabs").await;
}

#[actix_web::test]
async fn a_network_that_is_cut_hides_no_event() {
    passes(&app().await, "cut").await;
}

#[actix_web::test]
async fn a_thousand_nodes_are_drawn_while_they_move() {
    passes(&app().await, "graph").await;
}

#[actix_web::test]
async fn what_is_public_is_seen_and_started_by_strangers_also_in_frames() {
    passes(&app().await, "public").await;
}

#[actix_web::test]
async fn hostile_names_are_text_everywhere() {
    passes(&app().await, "hostile").await;
}

#[test]
fn no_spec_is_left_out() {
    let tested = include_str!("specs.rs");
    let mut specs = 0;
    for entry in std::fs::read_dir(ui().join("e2e")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(spec) = name.strip_suffix(".spec.ts") else { continue };
        assert!(tested.contains(&format!("\"{spec}\")")), "no test runs ui/e2e/{name}");
        specs += 1;
    }
    assert!(specs > 0);
}
