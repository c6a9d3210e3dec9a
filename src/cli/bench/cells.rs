//! `bench cells`: how evenly organizations lie on several ledgers, and what has to move for that. A simulation:
//! no database takes part, and the same numbers come out each time.
//!
//! A cell is one PostgreSQL with everything that stands on it. An organization is on one cell: its ledger is not
//! divided. Which cell stands in a directory, to which a new organization comes by a hash of its name; those that
//! have grown are moved.

use clap::Args;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde::Serialize;

use crate::cli::print::{line, print_json};

/// Seconds of a day.
const DAY: f64 = 86_400.0;
/// So much more than the mean a cell may have before organizations are moved from it.
const TOLERATED: f64 = 1.1;
/// Bytes that an event takes in the database with its indexes, its place in the order and its rows in the views:
/// measured, see docs/scaling.md.
const BYTES_OF_AN_EVENT: f64 = 1_880.0;
const GIGABYTE: f64 = 1e9;

/// What is simulated.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Extent {
    /// How many organizations there are
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    organizations: u32,
    /// How many events a day they have together
    #[arg(long, default_value_t = 1e9)]
    events_a_day: f64,
    /// How unequal they are: the organization of rank r has a share of 1 / r to the power of this
    #[arg(long, default_value_t = 0.8)]
    skew: f64,
    /// How many times the mean of the day its busiest minute has
    #[arg(long, default_value_t = 4.0)]
    peak: f64,
    /// Events a second that one cell takes; `chainkeel bench` says it of a machine
    #[arg(long, default_value_t = 8_000.0)]
    capacity: f64,
}

/// What so many cells come to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    cells: usize,
    /// The busiest cell beside the mean, as names alone place organizations.
    by_name: f64,
    /// How many organizations have to move until no cell has more than the tolerated share.
    moved: usize,
    /// The share of all events that those have.
    moved_share: f64,
    /// The busiest cell beside the mean after that.
    after: f64,
    /// Events a second in its busiest minute.
    peak_events_per_second: f64,
    /// Whether each cell takes its busiest minute.
    suffices: bool,
    /// What the busiest cell grows by, in GB a day.
    gigabytes_a_day: f64,
    /// What has to move, as shares of all events, when one more cell comes and takes its part.
    grown_share: f64,
}

/// Simulates and tells.
pub(super) fn run(extent: Extent, json: bool) {
    let shares = shares(extent.organizations, extent.skew);
    let least = (extent.events_a_day / DAY * extent.peak / extent.capacity).ceil().max(1.0);
    let rows: Vec<Row> =
        counts(least).into_iter().map(|cells| row(&shares, cells, extent)).collect();
    if json {
        print_json(&serde_json::json!({ "cells": rows, "largestOrganization": shares[0] }));
        return;
    }
    line(&format!(
        "{} organizations, {:.0} events/s in the mean, {:.0} in the busiest minute; the largest organization has {:.2} % of them",
        extent.organizations,
        extent.events_a_day / DAY,
        extent.events_a_day / DAY * extent.peak,
        shares[0] * 100.0
    ));
    line(
        "cells   busiest by name   moved to even out       busiest after   its busiest minute       GB a day   one more cell moves",
    );
    for row in rows {
        line(&format!(
            "{:>5}   {:>13.0} %   {:>6} ({:>5.1} % of events) {:>9.0} %   {:>8.0} events/s {:<4}   {:>8.1}   {:>6.1} % of events",
            row.cells,
            row.by_name * 100.0,
            row.moved,
            row.moved_share * 100.0,
            row.after * 100.0,
            row.peak_events_per_second,
            if row.suffices { "" } else { "!" },
            row.gigabytes_a_day,
            row.grown_share * 100.0
        ));
    }
    line(&format!(
        "busiest: beside the mean of all cells; !: more than the {:.0} events/s that one takes",
        extent.capacity
    ));
}

/// The least number of cells that could do, and some more.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a small whole number above zero"
)]
fn counts(least: f64) -> Vec<usize> {
    let least = least as usize;
    vec![least, least + (least / 4).max(1), least * 2, least * 4]
}

/// The share of each organization, the largest first.
fn shares(organizations: u32, skew: f64) -> Vec<f64> {
    let weights: Vec<f64> = (1..=organizations).map(|rank| f64::from(rank).powf(-skew)).collect();
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}

fn row(shares: &[f64], cells: usize, extent: Extent) -> Row {
    let mut placed = Placed::by_name(shares, cells);
    let by_name = placed.busiest();
    let (moved, moved_share) = placed.even_out();
    let after = placed.busiest();
    let peak = extent.events_a_day / DAY * extent.peak * after / cells as f64;
    let (_, grown_share) = placed.grown().even_out();
    Row {
        cells,
        by_name,
        moved,
        moved_share,
        after,
        peak_events_per_second: peak,
        suffices: peak <= extent.capacity,
        gigabytes_a_day: extent.events_a_day * after / cells as f64 * BYTES_OF_AN_EVENT / GIGABYTE,
        grown_share,
    }
}

/// Organizations on cells: those of each, the largest last.
struct Placed {
    cells: Vec<Vec<f64>>,
}

impl Placed {
    /// A name says nothing of how much its organization will have.
    fn by_name(shares: &[f64], cells: usize) -> Self {
        let (mut names, mut placed) = (StdRng::seed_from_u64(1), vec![Vec::new(); cells]);
        for share in shares.iter().rev() {
            placed[names.random_range(0..cells)].push(*share);
        }
        Self { cells: placed }
    }

    fn load(cell: &[f64]) -> f64 {
        cell.iter().sum()
    }

    /// The busiest cell's load beside the mean.
    fn busiest(&self) -> f64 {
        let loads = self.cells.iter().map(|cell| Self::load(cell));
        loads.fold(0.0, f64::max) * self.cells.len() as f64
    }

    /// One more cell, on which there is nothing yet.
    fn grown(&self) -> Self {
        let mut cells = self.cells.clone();
        cells.push(Vec::new());
        Self { cells }
    }

    /// Moves organizations from the busiest cell to the least busy one, the largest that fits there first, until no
    /// cell has more than is tolerated, or nothing fits any more. How many moved, and their share of all events.
    fn even_out(&mut self) -> (usize, f64) {
        let mean = 1.0 / self.cells.len() as f64;
        let mut loads: Vec<f64> = self.cells.iter().map(|cell| Self::load(cell)).collect();
        let (mut moved, mut share) = (0, 0.0);
        loop {
            let order = |one: &usize, other: &usize| loads[*one].total_cmp(&loads[*other]);
            let all = || 0..loads.len();
            let (Some(most), Some(least)) = (all().max_by(order), all().min_by(order)) else {
                return (moved, share);
            };
            if loads[most] <= mean * TOLERATED {
                return (moved, share);
            }
            // Those of a cell lie in the order of their size.
            let room = (mean - loads[least]).min(loads[most] - mean);
            let fitting = self.cells[most].partition_point(|share| *share <= room);
            let Some(at) = fitting.checked_sub(1) else { return (moved, share) };
            let organization = self.cells[most].remove(at);
            let place = self.cells[least].partition_point(|other| *other < organization);
            self.cells[least].insert(place, organization);
            (loads[most], loads[least]) = (loads[most] - organization, loads[least] + organization);
            (moved, share) = (moved + 1, share + organization);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_all_that_there_is_and_the_largest_is_first() {
        let shares = shares(1_000, 1.0);
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        assert!(shares.is_sorted_by(|one, next| one >= next));
    }

    #[test]
    fn evening_out_loses_nobody_and_ends_within_what_is_tolerated() {
        let mut placed = Placed::by_name(&shares(10_000, 0.8), 8);
        let before = placed.busiest();
        let (moved, share) = placed.even_out();
        assert!(before > TOLERATED && moved > 0 && share > 0.0, "{before} {moved}");
        assert!(placed.busiest() <= TOLERATED + 1e-9, "{}", placed.busiest());
        assert_eq!(placed.cells.iter().map(Vec::len).sum::<usize>(), 10_000);
        let all: f64 = placed.cells.iter().map(|cell| Placed::load(cell)).sum();
        assert!((all - 1.0).abs() < 1e-9);
    }

    #[test]
    fn an_organization_that_is_larger_than_a_cell_stays_where_it_is() {
        let mut placed = Placed { cells: vec![vec![0.1, 0.8], vec![0.1]] };
        assert_eq!(placed.even_out().0, 1);
        assert_eq!(placed.cells, [vec![0.8], vec![0.1, 0.1]]);
    }

    #[test]
    fn one_more_cell_gets_its_part() {
        let mut placed = Placed::by_name(&shares(10_000, 0.8), 8);
        placed.even_out();
        let mut grown = placed.grown();
        let (_, share) = grown.even_out();
        assert!((0.02..0.15).contains(&share), "{share}");
    }
}
