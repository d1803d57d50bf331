// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is known of a family: the one source of help, documentation pages and lists.

use std::borrow::Cow;

use forestall_model::{Margin, UtcDay, vocabulary};

/// Text that is compiled in, or that a plug-in brought.
pub type Text = Cow<'static, str>;

/// What is known of a family.
#[derive(Clone, Debug)]
pub struct FamilyInfo {
    /// The identifier: malware and variant, lower case.
    pub slug: Text,
    /// Other names of it.
    pub aliases: Vec<Text>,
    /// What it is, in one or two sentences.
    pub summary: Text,
    /// How names are made, by the MISP taxonomy `dga`.
    pub scheme: Scheme,
    /// What selects the sequence, by the MISP taxonomy `dga`.
    pub seeding: Seeding,
    /// Whether names of the future can be computed.
    pub predictability: Predictability,
    /// The origin period in words: "day", "7 days from Monday".
    pub period: Text,
    /// Names in an origin period; `None` where the campaign bounds an endless list.
    pub names_per_period: Option<u64>,
    /// Every suffix that a name may have, without leading dot, in the family's own order.
    pub suffixes: Vec<Text>,
    /// The family's own margin around its windows, and `clock_note` why.
    pub margin: Margin,
    /// Which clock the bot uses, in words with the source.
    pub clock_note: Text,
    /// Whether the list was checked against the botnet's own.
    pub verification: Verification,
    /// What it was checked against, or what is missing.
    pub verification_note: Text,
    /// Raised whenever the names of any parameters change.
    pub generator_version: u32,
    /// The parameters.
    pub keys: Vec<ParamKey>,
    /// The first day on which a bot used a list, where known.
    pub first_day: Option<UtcDay>,
    /// Who can act on the names.
    pub responsible: Responsible,
    /// How a registry should treat the names, in words.
    pub treatment: Text,
    /// Where all this was published.
    pub references: Vec<Text>,
}

/// A parameter of a family.
#[derive(Clone, Debug)]
pub struct ParamKey {
    /// The key, as in `--set KEY=VALUE`.
    pub key: Text,
    /// The value where none is given; `None` where one must be given.
    pub default: Option<Text>,
    /// What it is and which values it takes.
    pub meaning: Text,
}

vocabulary! {
    /// How names are made (MISP taxonomy `dga`, predicate generation-scheme; Plohmann et al., USENIX Security 2016).
    pub enum Scheme as "a generation scheme" {
        /// A sequence of numbers picks letters.
        Arithmetic = "arithmetic",
        /// Digits of a hash.
        Hash = "hash",
        /// Words of a list.
        Wordlist = "wordlist",
        /// The letters of one name in other orders.
        Permutation = "permutation",
    }
}

vocabulary! {
    /// What selects the sequence (MISP taxonomy `dga`, predicate seeding).
    pub enum Seeding as "a seeding" {
        /// No date, and nothing unknown.
        TimeIndependentDeterministic = "time-independent-deterministic",
        /// A date, and nothing unknown.
        TimeDependentDeterministic = "time-dependent-deterministic",
        /// No date, and something nobody can know ahead.
        TimeIndependentNonDeterministic = "time-independent-non-deterministic",
        /// A date, and something nobody can know ahead.
        TimeDependentNonDeterministic = "time-dependent-non-deterministic",
    }
}

vocabulary! {
    /// Whether names of the future can be computed.
    pub enum Predictability as "a predictability" {
        /// Yes, from parameters and the date alone.
        Deterministic = "deterministic",
        /// Only once something public has happened, such as an exchange rate.
        External = "external",
        /// No: each infected machine draws its own seed. For recognition only.
        RandomSeed = "random-seed",
        /// The names carry data; they are decoded, not predicted.
        Decoder = "decoder",
    }
}

vocabulary! {
    /// Whether a family's list was checked against the botnet's own.
    pub enum Verification as "a verification" {
        /// Names made or published by others were reproduced.
        Verified = "verified",
        /// No such list could be had: not to be published as truth, only to be watched.
        Unverified = "unverified",
    }
}

/// Who can act on a family's names: not a property of the family but of each of its suffixes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Responsible {
    /// The registry of every suffix.
    Registry,
    /// Others for the names under these suffixes; the registry for those under all suffixes that are not named here.
    Others(Vec<(Text, Party)>),
}

/// Who can act on the names under one suffix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Party {
    /// The registry of the public suffix.
    Registry,
    /// The provider of a zone below which customers have names, such as a dynamic-DNS service, by name. The suffix is that zone, and is
    /// never to be blocked, registered or taken down.
    Provider(Text),
    /// Nobody: the suffix is no part of the DNS root. In words, what it belongs to.
    Nobody(Text),
}

impl Responsible {
    /// Makes the exceptions of a family with names below zones of providers: each zone, and who runs it.
    #[must_use]
    pub fn providers<const N: usize>(zones: [(&'static str, &'static str); N]) -> Self {
        Self::Others(zones.into_iter().map(|(zone, who)| (zone.into(), Party::Provider(who.into()))).collect())
    }

    /// Returns who can act on the names under a suffix of the family.
    #[must_use]
    pub fn for_suffix(&self, suffix: &str) -> &Party {
        let Self::Others(others) = self else { return &Party::Registry };
        others.iter().find(|(other, _)| other == suffix).map_or(&Party::Registry, |(_, party)| party)
    }

    /// Returns the suffix of `name`, in lower case, whose names are not the registry's to act on, and who can; `None` where the registry can.
    #[must_use]
    pub fn exception(&self, name: &str) -> Option<(&str, &Party)> {
        let Self::Others(others) = self else { return None };
        let below = |suffix: &str| name.strip_suffix(suffix).is_some_and(|before| before.ends_with('.'));
        others.iter().find(|(suffix, _)| below(suffix)).map(|(suffix, party)| (suffix.as_ref(), party))
    }
}

impl FamilyInfo {
    /// Says who can act on the family's names: what pages show.
    #[must_use]
    pub fn who_can_act(&self) -> String {
        let Responsible::Others(others) = &self.responsible else { return "the registry of each suffix".to_owned() };
        let parts: Vec<String> = others
            .iter()
            .map(|(suffix, party)| match party {
                Party::Registry => format!("under {suffix} the registry"),
                Party::Provider(who) => format!("below {suffix} its provider, {who}"),
                Party::Nobody(what) => format!("under {suffix} nobody: {what}"),
            })
            .collect();
        let registry = self.suffixes.iter().any(|suffix| *self.responsible.for_suffix(suffix) == Party::Registry);
        let lead = if registry { "the registry of each suffix, but " } else { "" };
        let zones = others.iter().filter(|(_, party)| matches!(party, Party::Provider(_))).count();
        let never = match zones {
            0 => "",
            1 => ". That zone itself is never to be blocked",
            _ => ". Those zones themselves are never to be blocked",
        };
        format!("{lead}{}{never}", parts.join("; "))
    }
}
