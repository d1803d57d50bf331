// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The table of proof: action x evidence -> level.
//!
//! NXDOMAIN proves nothing for `reserve`: a free name answers the same. It can only refute an action that would show.

use forestall_model::{Action, Sight, vocabulary};

vocabulary! {
    /// How well a protection is known, from the registry's word to what was seen from outside.
    pub enum Level as "a level of proof" {
        /// The registry says so.
        Claimed = "claimed",
        /// The registry signed a list that equals ours.
        Attested = "attested",
        /// Seen from outside in a way that excludes "simply unregistered".
        Observed = "observed",
    }
}

vocabulary! {
    /// What a sight says about an action.
    pub enum Finding as "a finding" {
        /// The name is out of reach for a third party.
        Proves = "proves",
        /// What the action would show, and what a free name would show as well.
        Consistent = "consistent",
        /// Not what the action would show, or somebody else holds the name.
        Refutes = "refutes",
        /// Nothing follows.
        Silent = "silent",
    }
}

/// Returns what `sight` says about a name under `action`, which is in force by the registry's word; `None` where the
/// registry said nothing, refused, or failed.
///
/// Three sights prove whatever was asked, because no third party can register such a name: our name servers at the
/// parent, a hold on a name of our account, and the registry's own "reserved".
#[must_use]
pub const fn finding(action: Option<Action>, sight: Sight) -> Finding {
    use Action as A;
    use Sight as S;
    match (sight, action) {
        (S::OurNameServers | S::OurHold | S::Reserved, _) => Finding::Proves,
        (S::Unknown | S::Wildcard, _) => Finding::Silent,
        // Somebody else's name servers answer: the name is held, and not by us.
        (S::OtherNameServers, Some(A::Lock | A::NotifyRegistrar | A::Exclude)) => Finding::Consistent,
        (S::OtherNameServers, _) => Finding::Refutes,
        // On hold for another account: proof that a suspension was carried out, contradiction to everything that would
        // have kept the name from being registered.
        (S::OtherHold, Some(A::Suspend)) => Finding::Proves,
        (S::OtherHold, Some(A::Lock | A::NotifyRegistrar | A::Exclude)) => Finding::Consistent,
        (S::OtherHold, Some(A::Reserve | A::RegisterSinkhole | A::RegisterHold | A::RedirectNs)) => Finding::Refutes,
        (S::OtherHold, _) => Finding::Silent,
        // "Cannot be registered", without a reason: what a reservation or a held registration shows, and a free name does not.
        (S::Unavailable, Some(A::Reserve | A::RegisterHold)) => Finding::Proves,
        (S::Unavailable, Some(A::RegisterSinkhole | A::RedirectNs | A::Suspend)) => Finding::Consistent,
        (S::Unavailable, _) => Finding::Silent,
        (S::Available, Some(A::Release | A::Monitor | A::ReferNew)) => Finding::Consistent,
        (S::Available, None) => Finding::Silent,
        (S::Available, Some(_)) => Finding::Refutes,
        (S::Nxdomain, Some(A::Reserve | A::RegisterHold | A::Suspend | A::Monitor | A::ReferNew | A::Release)) => {
            Finding::Consistent
        }
        (S::Nxdomain, Some(A::RegisterSinkhole | A::RedirectNs)) => Finding::Refutes,
        (S::Nxdomain, _) => Finding::Silent,
        (S::NoDelegation, Some(A::RegisterSinkhole | A::RedirectNs)) => Finding::Refutes,
        (S::NoDelegation, _) => Finding::Silent,
    }
}

/// Says whether a sight shows that somebody else than the response holds the name.
#[must_use]
pub(crate) const fn shows_another_holder(sight: Sight) -> bool {
    matches!(sight, Sight::OtherNameServers | Sight::OtherHold)
}

#[cfg(test)]
mod tests {
    use super::{Finding, finding};
    use forestall_model::{Action, Sight};

    #[test]
    fn nxdomain_never_proves() {
        assert_ne!(finding(None, Sight::Nxdomain), Finding::Proves);
        for action in Action::ALL {
            assert_ne!(finding(Some(*action), Sight::Nxdomain), Finding::Proves, "{action}");
        }
        assert_eq!(finding(Some(Action::Reserve), Sight::Nxdomain), Finding::Consistent);
        assert_eq!(finding(Some(Action::RegisterSinkhole), Sight::Nxdomain), Finding::Refutes);
    }

    #[test]
    fn another_holder_never_proves() {
        for action in Action::ALL {
            assert_ne!(finding(Some(*action), Sight::OtherNameServers), Finding::Proves, "{action}");
            assert_ne!(finding(Some(*action), Sight::Available), Finding::Proves, "{action}");
            assert_ne!(finding(Some(*action), Sight::Wildcard), Finding::Proves, "{action}");
            assert_ne!(finding(Some(*action), Sight::Unknown), Finding::Proves, "{action}");
        }
    }
}
