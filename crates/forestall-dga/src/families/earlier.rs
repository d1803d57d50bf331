// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which of many possible starts of a list are names that were observed.

use std::collections::HashSet;

use crate::NameBuf;
use crate::identify::Clue;

/// Keeps the starts whose first name was observed, in their order.
///
/// A list that begins at the earliest observed name holds all later ones; what bots asked for before it is not known. `write` appends the
/// first name of a list.
pub(super) fn observed(clue: &Clue<'_>, starts: Vec<u32>, write: impl Fn(u32, &mut NameBuf)) -> Vec<u32> {
    let names: HashSet<&[u8]> = clue.names.iter().map(|name| name.as_bytes()).collect();
    let mut list = NameBuf::new();
    let mut first_is_observed = |start: &u32| {
        list.clear();
        write(*start, &mut list);
        list.iter().next().is_some_and(|name| names.contains(name.bytes))
    };
    starts.into_iter().filter(|start| first_is_observed(start)).collect()
}
