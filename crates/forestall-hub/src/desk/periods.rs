// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The names of whole origin periods that were computed last, cut by domain: an algorithm computes all names of a period to know those of one
//! domain, and whoever cuts or hands over the lists of a day asks for the domains of the same few periods one after the other.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use forestall_dga::slice::Slice;
use forestall_model::{Digest, Tld};

/// Names that are kept in all: two months of Conficker C. A name takes about 20 octets.
pub(super) const NAMES: usize = 3_000_000;

/// Which period: the campaign with its parameters, and the key of the period.
type Key = (Digest, i64);

/// The names of a period, by domain.
pub(super) type ByTld = BTreeMap<Tld, Slice>;

/// Periods, the one that was asked for last at the end.
#[derive(Debug, Default)]
pub(super) struct Periods(Mutex<VecDeque<(Key, Arc<Kept>)>>);

/// One period. Whoever comes while it is computed waits for it.
#[derive(Debug)]
struct Kept {
    /// How many names it has, before they are computed too.
    names: usize,
    by_tld: Mutex<Option<Arc<ByTld>>>,
}

impl Periods {
    /// Returns the names of a period where they are kept.
    pub(super) fn known(&self, key: Key) -> Option<Arc<ByTld>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = all.iter().find(|(other, _)| *other == key).map(|(_, kept)| Arc::clone(kept))?;
        drop(all);
        kept.by_tld.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the names of a period of `names` names: those that are kept, else what `compute` gives, which are kept where there is room.
    pub(super) fn of<E>(
        &self,
        key: Key,
        names: usize,
        compute: impl FnOnce() -> Result<ByTld, E>,
    ) -> Result<Arc<ByTld>, E> {
        if names > NAMES {
            return compute().map(Arc::new);
        }
        let kept = self.place(key, names);
        let mut by_tld = kept.by_tld.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(by_tld) = &*by_tld {
            return Ok(Arc::clone(by_tld));
        }
        let computed = Arc::new(compute()?);
        *by_tld = Some(Arc::clone(&computed));
        Ok(computed)
    }

    /// Returns the place of a period, a new one where there is none; periods that nobody asked for the longest go.
    fn place(&self, key: Key, names: usize) -> Arc<Kept> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = all.iter().position(|(other, _)| *other == key);
        let found = at.and_then(|at| all.remove(at));
        let (key, kept) = found.unwrap_or_else(|| (key, Arc::new(Kept { names, by_tld: Mutex::default() })));
        all.push_back((key, Arc::clone(&kept)));
        let mut sum: usize = all.iter().map(|(_, kept)| kept.names).sum();
        while sum > NAMES {
            let Some((_, gone)) = all.pop_front() else { break };
            sum -= gone.names;
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use forestall_model::Digest;

    use super::{ByTld, NAMES, Periods};

    /// Says whether a period had to be computed.
    fn computes(periods: &Periods, key: i64, names: usize) -> bool {
        let mut computed = false;
        let compute = || {
            computed = true;
            Ok::<_, Infallible>(ByTld::new())
        };
        periods.of((Digest::of(b"a campaign"), key), names, compute).unwrap();
        computed
    }

    #[test]
    fn a_period_is_computed_once_while_there_is_room() {
        let periods = Periods::default();
        assert!(computes(&periods, 1, NAMES / 2) && !computes(&periods, 1, NAMES / 2));
        assert!(computes(&periods, 2, NAMES / 2) && !computes(&periods, 1, NAMES / 2));
        // The second one was asked for before the first: it goes.
        assert!(computes(&periods, 3, NAMES / 2) && !computes(&periods, 1, NAMES / 2));
        assert!(computes(&periods, 2, NAMES / 2));
        assert!(computes(&periods, 4, NAMES + 1) && computes(&periods, 4, NAMES + 1), "too large to be kept");
        assert!(periods.known((Digest::of(b"a campaign"), 2)).is_some());
        assert!(periods.known((Digest::of(b"another"), 2)).is_none());
    }

    #[test]
    fn what_failed_is_computed_again() {
        let periods = Periods::default();
        assert_eq!(periods.of((Digest::of(b"a campaign"), 1), 5, || Err("no")).unwrap_err(), "no");
        assert!(computes(&periods, 1, 5));
    }
}
