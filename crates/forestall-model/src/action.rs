// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a registry can be asked to do, what it can answer, and what a name can be: closed vocabularies.

use crate::vocabulary;

vocabulary! {
    /// What a registry is asked to do with a name. "Takedown" is not a word of this list.
    pub enum Action as "an action" {
        /// Put on the not-available list, not in the zone; the answer stays NXDOMAIN.
        Reserve = "reserve",
        /// Create for a special account and delegate to the sinkhole.
        RegisterSinkhole = "register-sinkhole",
        /// Create without delegation (serverHold).
        RegisterHold = "register-hold",
        /// Change the delegation of a registered malicious name and remove its DS.
        RedirectNs = "redirect-ns",
        /// Set serverHold on a registered malicious name.
        Suspend = "suspend",
        /// Stop transfer, update and deletion of a registered benign name during its window.
        Lock = "lock",
        /// Pass to the sponsoring registrar, no change.
        NotifyRegistrar = "notify-registrar",
        /// Send new registrations of the name to a person.
        ReferNew = "refer-new",
        /// Do nothing; tell if it is registered.
        Monitor = "monitor",
        /// Never act: a legitimate holder.
        Exclude = "exclude",
        /// Undo.
        Release = "release",
    }
}

impl Action {
    /// Says whether the action, once proved, keeps a third party from using the name.
    #[must_use]
    pub const fn protects(self) -> bool {
        matches!(self, Self::Reserve | Self::RegisterSinkhole | Self::RegisterHold | Self::RedirectNs | Self::Suspend)
    }

    /// Says whether the action delegates the name to the sinkhole.
    #[must_use]
    pub const fn delegates(self) -> bool {
        matches!(self, Self::RegisterSinkhole | Self::RedirectNs)
    }

    /// Says whether the action changes a name that somebody already holds.
    #[must_use]
    pub const fn touches_a_holder(self) -> bool {
        matches!(self, Self::RedirectNs | Self::Suspend | Self::Lock)
    }

    /// Says whether the action may be asked for a campaign marked *unverified* without an override by two people.
    #[must_use]
    pub const fn open_to_unverified(self) -> bool {
        matches!(self, Self::Monitor | Self::ReferNew | Self::Exclude | Self::Release)
    }

    /// Returns what the action means at the registry, in one sentence.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Reserve => "put on the not-available list, not in the zone; the answer stays NXDOMAIN",
            Self::RegisterSinkhole => "create for a special account and delegate to the sinkhole",
            Self::RegisterHold => "create without delegation (serverHold)",
            Self::RedirectNs => "registered malicious name: change the delegation, remove DS",
            Self::Suspend => "serverHold on a registered malicious name",
            Self::Lock => "registered benign name: stop hostile transfer and update during the window",
            Self::NotifyRegistrar => "pass to the sponsoring registrar, no change",
            Self::ReferNew => "send new registrations of these names to a person",
            Self::Monitor => "do nothing, tell us if it is registered",
            Self::Exclude => "never act: a legitimate holder",
            Self::Release => "undo",
        }
    }
}

vocabulary! {
    /// What a registry answers for a name or a set of names.
    pub enum AnswerResult as "a result" {
        /// The action was applied.
        Done = "done",
        /// The name was already held in the way that was asked.
        AlreadyHeld = "already-held",
        /// The registry will not do it.
        Refused = "refused",
        /// The name is not under this registry.
        NotMine = "not-mine",
        /// The registry tried and failed.
        Error = "error",
    }
}

impl AnswerResult {
    /// Says whether the registry claims that the name is held as asked.
    #[must_use]
    pub const fn claims(self) -> bool {
        matches!(self, Self::Done | Self::AlreadyHeld)
    }
}

vocabulary! {
    /// What is known of a name's registration.
    pub enum NameClass as "a class" {
        /// Nobody holds it.
        Free = "free",
        /// Held by a legitimate holder.
        RegisteredBenign = "registered-benign",
        /// Held, and nobody has decided what by.
        RegisteredSuspect = "registered-suspect",
        /// Held by the botnet.
        RegisteredMalicious = "registered-malicious",
        /// Held by a sinkhole.
        Sinkholed = "sinkholed",
        /// On the registry's not-available list.
        Reserved = "reserved",
        /// Cannot be registered by the registry's own rules.
        NotRegistrable = "not-registrable",
        /// Nobody has looked, or the look failed.
        Unknown = "unknown",
    }
}

impl NameClass {
    /// Says whether somebody holds the name, as far as is known.
    #[must_use]
    pub const fn is_held(self) -> bool {
        matches!(self, Self::RegisteredBenign | Self::RegisteredSuspect | Self::RegisteredMalicious | Self::Sinkholed)
    }
}

vocabulary! {
    /// What a verdict means for who has to decide. Only the safe side is automatic.
    pub enum Band as "a band" {
        /// A legitimate holder, by its evidence: nothing is done for this window, and somebody looks again each day.
        ClearBenign = "clear-benign",
        /// By its evidence the botnet's: sorted for a person, who decides about each name that is listed.
        ClearMalicious = "clear-malicious",
        /// A person has to look.
        Human = "human",
        /// Nobody holds the name, or nobody can.
        NoHolder = "no-holder",
    }
}

impl Band {
    /// Says whether no person is needed: nobody's name is at stake, or nobody will act on it.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::ClearBenign | Self::NoHolder)
    }
}

vocabulary! {
    /// What a person decides about a registered name.
    pub enum Ruling as "a ruling" {
        /// A legitimate holder: never acted on, in this case or in others that take the list over.
        Exclude = "exclude",
        /// Nothing is done, and somebody looks again each day.
        Watch = "watch",
        /// A friend of the response holds it.
        Friendly = "friendly",
        /// An action is asked for, on its ground.
        Act = "act",
    }
}
