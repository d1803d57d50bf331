// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Records what was seen of single names.

use super::{need_places, need_slice, sweep::can_show};
use crate::case::Case;
use crate::command::Refusal;
use crate::event::{Body, SeenRow};

/// Records what was seen of single names: rows of a file of evidence.
#[derive(Clone, Debug)]
pub struct See {
    /// The rows, at least one, each with at least one place in the case.
    pub rows: Vec<SeenRow>,
}

impl See {
    pub(crate) fn decide(&self, case: &Case) -> Result<Body, Refusal> {
        if self.rows.is_empty() {
            return Err(Refusal::Empty("at least one row of evidence"));
        }
        for row in &self.rows {
            need_slice(case, &row.name.tld())?;
            need_places(case, &row.name, &row.occurrences)?;
            can_show(row.method, row.sight)?;
        }
        Ok(Body::Seen { rows: self.rows.clone() })
    }
}
