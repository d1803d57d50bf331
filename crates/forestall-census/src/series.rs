// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Figures of one kind, day after day: what may be drawn as one curve.

use forestall_model::UtcDay;

use crate::definition::Unlike;
use crate::figure::Figure;

/// Figures that count the same thing, in the order of their days.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    figures: Vec<Figure>,
}

/// Why a figure did not enter a series.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotInSeries {
    /// It counts something else.
    #[error(transparent)]
    Unlike(#[from] Unlike),
    /// Its day does not come after the last one.
    #[error("{day} does not come after {last}, the last day of the series")]
    NotLater {
        /// Its day.
        day: UtcDay,
        /// The last day.
        last: UtcDay,
    },
}

impl Series {
    /// Adds a figure of a later day.
    ///
    /// # Errors
    ///
    /// [`NotInSeries`] where it counts something else than those before it, or is not later. The series then stays as it was.
    pub fn push(&mut self, figure: Figure) -> Result<(), NotInSeries> {
        if let Some(last) = self.figures.last() {
            last.definition().like(figure.definition())?;
            let (day, last) = (figure.definition().day(), last.definition().day());
            if day <= last {
                return Err(NotInSeries::NotLater { day, last });
            }
        }
        self.figures.push(figure);
        Ok(())
    }

    /// Returns the figures.
    #[must_use]
    pub fn figures(&self) -> &[Figure] {
        &self.figures
    }

    /// Returns the days with their values.
    #[must_use]
    pub fn points(&self) -> Vec<(UtcDay, f64)> {
        self.figures.iter().map(|figure| (figure.definition().day(), figure.estimate().value())).collect()
    }
}
