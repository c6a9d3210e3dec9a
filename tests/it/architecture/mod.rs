//! The house, checked: floors, sizes, names, and who may name what.
//!
//! The checks read the source as text. Each is tried on a planted violation too, in `planted`: a
//! check that cannot fail holds nothing up.

mod floors;
mod planted;
mod rules;
mod source;

use floors::floors;
use rules::{clearances, doors, names, routes, sizes, status_codes};
use source::Source;

#[test]
fn rooms_import_only_from_the_floors_below_them() {
    none(&floors(&Source::of_the_house()));
}

#[test]
fn what_is_dangerous_is_named_in_one_room_only() {
    none(&doors(&Source::of_the_house()));
}

#[test]
fn nothing_but_a_lane_can_have_anything_signed() {
    none(&clearances(&Source::of_the_house()));
}

#[test]
fn status_codes_are_chosen_in_one_place() {
    none(&status_codes(&Source::of_the_house()));
}

#[test]
fn every_route_stands_in_the_table_with_the_permission_it_wants() {
    none(&routes(&Source::of_the_house()));
}

#[test]
fn files_are_short_enough_to_be_read() {
    none(&sizes(&Source::of_the_house()));
}

#[test]
fn names_say_what_a_thing_is() {
    none(&names(&Source::of_the_house()));
}

#[test]
fn the_engine_depends_on_nothing_that_does_input_or_output() {
    none(&rules::engine_dependencies(include_str!("../../../crates/engine/Cargo.toml")));
}

#[track_caller]
fn none(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}
