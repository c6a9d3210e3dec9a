//! Whether a layout names fields that there are, each in one place.

use std::collections::{BTreeMap, BTreeSet};

use super::component::Layout;
use super::fault::Fault;

/// How many columns there may be.
const MAX_COLUMNS: u8 = 4;
/// How many sections, and rows of areas.
const MAX_SECTIONS: usize = 30;
const MAX_ROWS: usize = 100;
/// How long a heading may be, in characters.
const MAX_TITLE: usize = 200;
/// A cell that stays empty.
const EMPTY: &str = ".";

/// What is wrong with a layout of these fields.
pub(super) fn check_layout(layout: &Layout, known: &BTreeSet<&str>, faults: &mut Vec<Fault>) {
    if layout.columns.is_some_and(|columns| !(1..=MAX_COLUMNS).contains(&columns)) {
        faults.push(Fault::new("/layout/columns", format!("is 1 to {MAX_COLUMNS}")));
    }
    keys("/layout/order", layout.order.iter(), &mut BTreeSet::new(), known, faults);
    if layout.sections.len() > MAX_SECTIONS {
        let message = format!("are {}: {MAX_SECTIONS} are allowed", layout.sections.len());
        faults.push(Fault::new("/layout/sections", message));
    }
    let mut placed = BTreeSet::new();
    for (number, section) in layout.sections.iter().take(MAX_SECTIONS).enumerate() {
        let path = format!("/layout/sections/{number}");
        let length = section.title.trim().chars().count();
        if !(1..=MAX_TITLE).contains(&length) {
            let message = format!("has 1 to {MAX_TITLE} characters, not {length}");
            faults.push(Fault::new(format!("{path}/title"), message));
        }
        keys(&format!("{path}/fields"), section.fields.iter(), &mut placed, known, faults);
    }
    check_areas(layout, known, faults);
}

fn keys<'a>(
    path: &str,
    given: impl Iterator<Item = &'a String>,
    placed: &mut BTreeSet<&'a str>,
    known: &BTreeSet<&str>,
    faults: &mut Vec<Fault>,
) {
    for (number, key) in given.enumerate() {
        if !known.contains(key.as_str()) {
            faults
                .push(Fault::new(format!("{path}/{number}"), format!("there is no field `{key}`")));
        } else if !placed.insert(key.as_str()) {
            let message = format!("`{key}` stands somewhere already: name it once");
            faults.push(Fault::new(format!("{path}/{number}"), message));
        }
    }
}

/// Rows of equal length, in which every key takes one rectangle.
fn check_areas(layout: &Layout, known: &BTreeSet<&str>, faults: &mut Vec<Fault>) {
    let Some(first) = layout.areas.first() else { return };
    if !layout.sections.is_empty() {
        let message = "cannot stand beside `sections`: give one of them";
        faults.push(Fault::new("/layout/areas", message));
        return;
    }
    let wide = first.len();
    let is_even = layout.areas.iter().all(|row| row.len() == wide);
    if layout.areas.len() > MAX_ROWS || !is_even || !(1..=usize::from(MAX_COLUMNS)).contains(&wide)
    {
        let message =
            format!("are at most {MAX_ROWS} rows of equal length, of 1 to {MAX_COLUMNS} keys each");
        faults.push(Fault::new("/layout/areas", message));
        return;
    }
    // Of each key the edges of its cells, and how many they are.
    let mut boxes: BTreeMap<&str, (usize, usize, usize, usize, usize)> = BTreeMap::new();
    for (row, cells) in layout.areas.iter().enumerate() {
        for (column, key) in cells.iter().enumerate().filter(|(_, key)| *key != EMPTY) {
            if !known.contains(key.as_str()) {
                let message = format!("there is no field `{key}`; `.` leaves a cell empty");
                faults.push(Fault::new(format!("/layout/areas/{row}/{column}"), message));
                continue;
            }
            let (top, bottom, left, right, cells) =
                boxes.entry(key).or_insert((row, row, column, column, 0));
            (*top, *bottom) = ((*top).min(row), (*bottom).max(row));
            (*left, *right) = ((*left).min(column), (*right).max(column));
            *cells += 1;
        }
    }
    for (key, (top, bottom, left, right, cells)) in boxes {
        if (bottom - top + 1) * (right - left + 1) != cells {
            let message = format!("the cells of `{key}` are no rectangle: put them side by side");
            faults.push(Fault::new("/layout/areas", message));
        }
    }
}
