// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Totals for anybody: over the cases that are public, and nothing of the others.
//!
//! A case counts where the gate lets it pass to the public: its label and those of its families are TLP:CLEAR, or the embargo is over.
//! No total counts any other case, not even how many there are. A count of one to four names is not told, nor is one that follows from the
//! counts beside it.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use forestall_coord::{Level, Tally};
use serde::Serialize;

use super::frame::{Frame, to_minute};
use crate::number::grouped;
use crate::server::{App, Problem, Wants};

/// The least count that is told.
const LEAST: u64 = 5;

/// Totals over the public cases. // WIRE FORMAT, version 1.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Totals {
    /// When they were counted.
    counted: forestall_model::Instant,
    /// Cases that are public.
    cases: usize,
    rows: Vec<Total>,
}

/// One total.
#[derive(Clone, Debug, Serialize)]
struct Total {
    what: &'static str,
    /// None where it is not told.
    count: Option<u64>,
}

#[derive(Template)]
#[template(path = "public-figures.html")]
struct Page {
    frame: Frame,
    counted: String,
    cases: usize,
    rows: Vec<(&'static str, String)>,
}

/// Shows the totals.
pub(crate) async fn show(State(app): State<App>, wants: Wants) -> Result<Response, Problem> {
    let totals = app.public_totals(count(&app)).await.map_err(|problem| Problem::internal(&problem.detail))?;
    if wants == Wants::Json {
        return super::json(&*totals);
    }
    let told = |count: Option<u64>| count.map_or_else(|| "not told".to_owned(), grouped);
    let rows = totals.rows.iter().map(|row| (row.what, told(row.count))).collect();
    let frame = Frame::bare("Figures of public cases");
    Ok(super::page(&Page { frame, counted: to_minute(totals.counted), cases: totals.cases, rows })?.into_response())
}

async fn count(app: &App) -> Result<Totals, Problem> {
    let mut cases = 0;
    let (mut slices, mut asked, mut answered) = (0_u64, 0_u64, 0_u64);
    let mut sums = Sums::default();
    for row in app.desk().cases().await? {
        // What cannot be shown to those who run the installation is told to nobody else.
        let Ok(Some(view)) = app.public_view(&row.id).await else { continue };
        let case = &view.file.case;
        sums.add(&view.figures.over_all);
        cases += 1;
        slices += case.slices.len() as u64;
        asked += case.slices.values().filter(|slice| !slice.requests.is_empty()).count() as u64;
        answered += case.slices.values().filter(|slice| slice.answer_count > 0).count() as u64;
    }
    let total = |what, count| Total { what, count };
    let rows = vec![
        total("Names that can be registered, each on each of its days", told(sums.registrable, &[])),
        total("of them claimed to be protected", told(sums.at[0], &[sums.registrable])),
        total("of them attested", told(sums.at[1], &[sums.registrable, sums.at[0]])),
        total("of them observed to be protected", told(sums.at[2], &[sums.registrable, sums.at[0], sums.at[1]])),
        total("Names with a legitimate holder, never acted on", told(sums.held, &[])),
        total("Names that were protected and lost", told(sums.lost, &[])),
        total("Slices, one for each case and top-level domain", told(slices, &[])),
        total("of them asked", told(asked, &[slices])),
        total("of them answered", told(answered, &[slices, asked])),
    ];
    Ok(Totals { counted: app.now(), cases, rows })
}

/// Sums that a single tally could not hold.
#[derive(Default)]
struct Sums {
    registrable: u64,
    at: [u64; 3],
    held: u64,
    lost: u64,
}

impl Sums {
    fn add(&mut self, tally: &Tally) {
        self.registrable += u64::from(tally.registrable());
        for (sum, level) in self.at.iter_mut().zip(Level::ALL) {
            *sum += u64::from(tally.at(*level));
        }
        self.held += u64::from(tally.held);
        self.lost += u64::from(tally.lost);
    }
}

/// Returns a count where it is not small and differs from none of the counts above it by a small one.
fn told(count: u64, above: &[u64]) -> Option<u64> {
    let is_small = |count: u64| (1..LEAST).contains(&count);
    let gives_away = |other: &u64| is_small(count.abs_diff(*other));
    (!is_small(count) && !above.iter().any(gives_away)).then_some(count)
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn small_cells_and_what_gives_them_away_are_not_told() {
        assert_eq!([told(0, &[]), told(1, &[]), told(4, &[]), told(5, &[])], [Some(0), None, None, Some(5)]);
        let of_100 = |count| told(count, &[100]);
        assert_eq!([of_100(100), of_100(97), of_100(95), of_100(3)], [Some(100), None, Some(95), None]);
        assert_eq!([told(60, &[100, 62]), told(57, &[100, 62])], [None, Some(57)], "62 less 60 are two names");
    }
}
