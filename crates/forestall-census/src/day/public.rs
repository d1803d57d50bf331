// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Totals for everybody: cells so small that somebody could be told from them are hidden, and none of those can be reckoned from what stands beside.
//!
//! A cell below [`LEAST_CELL`] is hidden. The total less the shown cells gives the sum of the hidden ones, and whoever knows these rules knows more: which of the hidden are small, and that each of the others is at
//! most as large as the smallest one that is shown. So that each hidden cell could still be one of several numbers, the smallest shown cells are hidden with them until that holds; where it never does, the total
//! stands alone, and how many cells there are is not told. A total that is small itself is not shown, and no cell of it.
//!
//! # Source
//!
//! Complementary suppression in tables of one dimension: Willenborg and de Waal, Elements of Statistical Disclosure Control, 2001, chapter 4.

use serde::Serialize;

/// The least count that is shown: the threshold of ten that offices of statistics use for counts of persons.
pub const LEAST_CELL: u64 = 10;

/// How far apart the least and the largest number that a hidden cell could be must lie.
const LEAST_RANGE: u64 = 3;

/// A cell of a public table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublicCell {
    /// Of what.
    pub part: String,
    /// How many.
    pub count: u64,
}

/// A table of one dimension that everybody may see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublicTable {
    /// The total; none where it is small.
    pub total: Option<u64>,
    /// The cells that are shown, the largest first.
    pub cells: Vec<PublicCell>,
    /// How many cells are hidden; their sum is the total less what is shown. None where that is not told.
    pub hidden: Option<u64>,
}

impl PublicTable {
    /// Makes a table of cells that have no member in common; those of zero are left away, as if they were none.
    #[must_use]
    pub fn of(cells: impl IntoIterator<Item = (String, u64)>) -> Self {
        let mut cells: Vec<PublicCell> =
            cells.into_iter().filter(|(_, count)| *count > 0).map(|(part, count)| PublicCell { part, count }).collect();
        let total: u64 = cells.iter().map(|cell| cell.count).sum();
        if total < LEAST_CELL {
            return Self { total: None, cells: Vec::new(), hidden: None };
        }
        cells.sort_by(|a, b| (b.count, &a.part).cmp(&(a.count, &b.part)));
        let mut shown = cells.partition_point(|cell| cell.count >= LEAST_CELL);
        while shown > 0 && !is_safe(&cells, shown) {
            shown -= 1;
        }
        if !is_safe(&cells, shown) {
            return Self { total: Some(total), cells: Vec::new(), hidden: None };
        }
        let hidden = (cells.len() - shown) as u64;
        cells.truncate(shown);
        Self { total: Some(total), cells, hidden: Some(hidden) }
    }
}

/// Says whether each small cell could be one of several numbers for somebody who knows the rest, how many of the hidden cells are small, and these rules. Cells stand in descending order, the first `shown` are shown.
fn is_safe(cells: &[PublicCell], shown: usize) -> bool {
    let hidden = &cells[shown..];
    let small = hidden.iter().filter(|cell| cell.count < LEAST_CELL).count() as u64;
    let large = hidden.len() as u64 - small;
    let rest: u64 = hidden.iter().map(|cell| cell.count).sum();
    if small == 0 {
        return hidden.is_empty();
    }
    let largest = cells[..shown].last().map_or(rest, |cell| cell.count);
    let others = (small - 1).saturating_mul(LEAST_CELL - 1).saturating_add(large.saturating_mul(largest));
    let least = rest.saturating_sub(others).max(1);
    let most = rest.saturating_sub((small - 1).saturating_add(large.saturating_mul(LEAST_CELL))).min(LEAST_CELL - 1);
    most >= least + LEAST_RANGE
}
