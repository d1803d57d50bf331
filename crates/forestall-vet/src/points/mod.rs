// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The points that a verdict is made of, the limits they use, and what one point says of one name.

use forestall_model::vocabulary;
use serde::{Deserialize, Serialize};

use crate::rules::Rules;

mod age;
mod cohort;
mod infrastructure;
mod listing;
mod popularity;
mod registration;
mod shape;

vocabulary! {
    /// What a point is drawn from. Each group is one file.
    pub enum Group as "a group of points" {
        /// When the name was registered, against the family and its windows.
        Age = "age",
        /// Lists of popular names.
        Popularity = "popularity",
        /// What it shares with other predicted names.
        Cohort = "cohort",
        /// What the DNS shows.
        Infrastructure = "infrastructure",
        /// What registration data show.
        Registration = "registration",
        /// Whether anybody holds it, over all sources.
        Existence = "existence",
        /// Registers, exclusion lists and shared zones.
        Listing = "listing",
        /// The name itself.
        Shape = "shape",
    }
}

vocabulary! {
    /// The points. What each means, its weight and its source stand in `data/rules.toml`.
    pub enum PointName as "a point" {
        /// Registered at least long-years before the family was first seen.
        CreatedLongBeforeFamily = "created-long-before-family",
        /// Registered one year to long-years before the family was first seen.
        CreatedBeforeFamily = "created-before-family",
        /// Registered less than a year before the family was first seen.
        CreatedJustBeforeFamily = "created-just-before-family",
        /// Registered after the family was first seen.
        CreatedAfterFamily = "created-after-family",
        /// Registered after the family was first seen, but window-years before the first window.
        CreatedLongBeforeWindow = "created-long-before-window",
        /// Registered within window-days before the first window, or while it was open.
        CreatedCloseToWindow = "created-close-to-window",
        /// Registered at least long-years ago, where nobody knows since when the family is seen.
        OldRegistration = "old-registration",
        /// A date of registration in the future or before 1985 is not used.
        CreationNotUsed = "creation-not-used",
        /// In the first ten thousand of a list of popular names.
        TopTenThousand = "top-ten-thousand",
        /// In the first hundred thousand of a list of popular names.
        TopHundredThousand = "top-hundred-thousand",
        /// In a list of popular names.
        InTopList = "in-top-list",
        /// In a list that bots can push a name into: one of DNS queries, or one made after the window opened.
        InQueryList = "in-query-list",
        /// Registered with at least bulk other predicted names on one day at one registrar.
        RegisteredInBulk = "registered-in-bulk",
        /// Registered with at least together other predicted names on one day at one registrar.
        RegisteredTogether = "registered-together",
        /// At least shared-servers other predicted names have the same name servers, which is no parking service, and more than a twentieth of all that are registered.
        SharedNameServers = "shared-name-servers",
        /// Registered together with other predicted names, but before the family was first seen: somebody who collects names.
        TogetherBeforeFamily = "together-before-family",
        /// Its name servers are a parking service: no visitor would miss it, and it can be bought.
        Parked = "parked",
        /// A host takes its mail.
        TakesMail = "takes-mail",
        /// It has an IPv6 address.
        HasIpv6 = "has-ipv6",
        /// Host names below it were seen.
        HasHosts = "has-hosts",
        /// Paid for at least two years from its creation to its end: for long, or renewed.
        KeptUp = "kept-up",
        /// Paid for one year and never renewed.
        OneYear = "one-year",
        /// The registrant is named and not held back.
        HolderNamed = "holder-named",
        /// The delegation is signed.
        Signed = "signed",
        /// On hold by registry or registrar: it stays out of the zone.
        OnHold = "on-hold",
        /// In redemption or about to be deleted: soon anybody may have it, so that it is never clear benign.
        AboutToDrop = "about-to-drop",
        /// The registration ends before the last window closes, unless it is renewed.
        EndsBeforeWindow = "ends-before-window",
        /// Registered and not in the zone, for a reason that is known: on hold, or without name servers.
        HeldOutsideZone = "held-outside-zone",
        /// One source shows a holder, another none. The registration wins, and the name is for a person.
        SourcesContradict = "sources-contradict",
        /// A look that a much newer one contradicts is not used.
        Superseded = "superseded",
        /// No source shows a holder; but a name that the registry reserves or that is held without delegation gives the same answer.
        AbsentIsNotFree = "absent-is-not-free",
        /// The registration service knows no such name, which does not say that it is free.
        NotFoundIsNotFree = "not-found-is-not-free",
        /// The parent answers for every name, so that nothing follows for this one.
        ParentAnswersForAll = "parent-answers-for-all",
        /// The registry keeps the name to itself.
        Reserved = "reserved",
        /// The registry says that the name can be registered.
        Available = "available",
        /// The registry says that the name cannot be registered, and not why.
        Unavailable = "unavailable",
        /// By the rules of the registry nobody can register it.
        NotRegistrable = "not-registrable",
        /// No source gave anything that can be used.
        NothingKnown = "nothing-known",
        /// A source was asked and gave nothing that can be used.
        LookFailed = "look-failed",
        /// A person excluded the name, here or in an operation that the operator trusts. It decides.
        Excluded = "excluded",
        /// An exclusion list whose signer is not trusted holds the name: a proposal to a person. It is never clear malicious.
        ExclusionProposed = "exclusion-proposed",
        /// A listed sinkhole holds the name, or all its name servers are that sinkhole's. It decides.
        Sinkhole = "sinkhole",
        /// A sinkhole's address answers, or a sinkhole is listed whose zone may have lapsed: a person must look.
        SinkholeProposed = "sinkhole-proposed",
        /// A friend of the response holds the name. It decides.
        Friendly = "friendly",
        /// A register lists the name as a friend's, but is not trusted or the name servers are others: a person must look.
        FriendlyProposed = "friendly-proposed",
        /// A register or exclusion list says that somebody has the name, and no source shows a holder: it may have been lost.
        ListedWithoutHolder = "listed-without-holder",
        /// Third parties have names below it. Never clear malicious, and an action on it would take theirs along.
        SharedZone = "shared-zone",
        /// It lies below a provider's zone: the provider can act on it, the registry cannot without hitting others.
        ProvidersZone = "providers-zone",
        /// At least third-party-hosts host names below it were seen. Never clear malicious.
        ThirdPartyHosts = "third-party-hosts",
        /// Its label is so short that people choose it too.
        ShortName = "short-name",
        /// The family makes names of words, which people register too.
        MadeOfWords = "made-of-words",
        /// The name that was asked for lies deeper: vetted is the registrable name above it.
        BelowRegistrable = "below-registrable",
    }
}

vocabulary! {
    /// The limits. What each means and its source stand in `data/rules.toml`.
    pub enum Limit as "a limit" {
        /// The score from which a name is clear benign.
        ClearBenign = "clear-benign",
        /// The score down to which a name is clear malicious, which sorts it for a person and no more.
        ClearMalicious = "clear-malicious",
        /// Years before the family's first sight from which a registration is old.
        LongYears = "long-years",
        /// Days before the first window within which a registration is made for it.
        WindowDays = "window-days",
        /// Years before the first window from which a registration was not made for it.
        WindowYears = "window-years",
        /// Other predicted names of one day at one registrar from which a registration is one of many.
        Bulk = "bulk",
        /// Other predicted names of one day at one registrar from which it is no accident.
        Together = "together",
        /// Other predicted names with the same name servers from which they are told.
        SharedServers = "shared-servers",
        /// Letters up to which a label is so short that people and algorithms meet.
        ShortLabel = "short-label",
        /// Host names seen below a name from which others may depend on it.
        ThirdPartyHosts = "third-party-hosts",
        /// Days after which a newer look replaces an older one that it contradicts.
        SupersededDays = "superseded-days",
    }
}

/// What one rule says of one name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// The rule.
    pub point: PointName,
    /// What it adds to the score: positive speaks for an innocent holder, negative for the botnet, 0 is a note.
    pub weight: i32,
    /// What was found, in words.
    pub text: String,
    /// Where it was learned: method, source and instant, or the list.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub evidence: String,
}

/// Points while they are collected.
#[derive(Debug)]
pub(crate) struct Points<'r> {
    rules: &'r Rules,
    list: Vec<Point>,
}

impl<'r> Points<'r> {
    pub(crate) const fn new(rules: &'r Rules) -> Self {
        Self { rules, list: Vec::new() }
    }

    /// Adds a point with the weight that the rules give it.
    pub(crate) fn add(&mut self, point: PointName, text: impl Into<String>, evidence: impl Into<String>) {
        let weight = self.rules.weight(point);
        self.list.push(Point { point, weight, text: text.into(), evidence: evidence.into() });
    }

    pub(crate) fn limit(&self, limit: Limit) -> i64 {
        self.rules.limit(limit).into()
    }

    pub(crate) fn has(&self, point: PointName) -> bool {
        self.list.iter().any(|found| found.point == point)
    }

    pub(crate) fn score(&self) -> i32 {
        self.list.iter().fold(0, |sum, point| sum.saturating_add(point.weight))
    }

    pub(crate) fn into_list(self) -> Vec<Point> {
        self.list
    }
}

/// Collects the points of a name that somebody holds.
pub(crate) fn of_holder(evidence: &crate::evidence::Evidence<'_>, points: &mut Points<'_>) {
    age::collect(evidence, points);
    popularity::collect(evidence, points);
    cohort::collect(evidence, points);
    infrastructure::collect(evidence, points);
    registration::collect(evidence, points);
    shape::collect(evidence, points);
}

/// Collects what registers, exclusion lists and shared zones say of a name.
pub(crate) fn of_lists(evidence: &crate::evidence::Evidence<'_>, points: &mut Points<'_>) {
    listing::collect(evidence, points);
}
