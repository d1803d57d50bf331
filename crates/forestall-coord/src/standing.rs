// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The life cycle of one name: where (name, window) stands.

use forestall_model::{Instant, Window, vocabulary};

vocabulary! {
    /// Where a name stands, from outside evidence and the registry's word.
    pub enum Standing as "a standing" {
        /// Computed; nobody was asked, nothing was seen that matters.
        Predicted = "predicted",
        /// The registry was asked.
        Requested = "requested",
        /// The registry said that it received the request.
        Accepted = "accepted",
        /// The registry says that it is done; nobody has seen it.
        Claimed = "claimed",
        /// Out of reach for a third party, seen from outside.
        Protected = "protected",
        /// The registry says that it is done, and the look from outside disagrees.
        Mismatch = "mismatch",
        /// Protected once, and now somebody else holds it: the highest alarm.
        Lost = "lost",
        /// The registry will not do it, and nothing protects the name.
        Refused = "refused",
        /// Somebody holds the name, and nobody has decided who.
        Suspect = "suspect",
        /// A legitimate holder: never acted on.
        Excluded = "excluded",
        /// A legitimate holder by its evidence: not acted on in this window, looked at again each day.
        Benign = "benign",
        /// A friend of the response, or another sinkhole, holds the name.
        Friendly = "friendly",
        /// Somebody appealed: nothing is done until a person has answered.
        Disputed = "disputed",
        /// Protected by a registration that ends before the window does.
        Lapsing = "lapsing",
        /// Cannot be registered, by a rule with a source.
        NotRegistrable = "not-registrable",
    }
}

vocabulary! {
    /// Where a window stands at an instant, widened by its guard margin.
    pub enum Phase as "a phase" {
        /// It has not opened.
        Ahead = "ahead",
        /// It is open.
        Open = "open",
        /// It has closed.
        Closed = "closed",
    }
}

impl Phase {
    /// Returns the phase of a guard window at `now`.
    #[must_use]
    pub fn of(guard: Window, now: Instant) -> Self {
        if now < guard.from {
            Self::Ahead
        } else if now < guard.until {
            Self::Open
        } else {
            Self::Closed
        }
    }
}

/// The state of (name, window).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameState {
    /// Where the name stands.
    pub standing: Standing,
    /// Where the window stands.
    pub phase: Phase,
}

impl NameState {
    /// Returns the word of the life cycle: a protected name is *active* while its window is open and *expired* after it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match (self.standing, self.phase) {
            (Standing::Protected, Phase::Open) => "active",
            (Standing::Protected, Phase::Closed) => "expired",
            (standing, _) => standing.word(),
        }
    }
}
