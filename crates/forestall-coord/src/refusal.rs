// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Why commands are refused: one typed reason each, with what was found and what was expected.

use forestall_model::party::Road;
use forestall_model::{
    Action, AnswerResult, Band, CampaignId, CaseId, DayRange, Digest, DomainName, Instant, Marking, Method, NameClass,
    Ruling, Sight, Tld, UtcDay,
};

/// Why a command was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no such case.
    #[error("there is no case {case}")]
    NoSuchCase {
        /// The case.
        case: CaseId,
    },
    /// The case is open.
    #[error("the case {case} is open already")]
    AlreadyOpen {
        /// The case.
        case: CaseId,
    },
    /// A fact that has not happened yet.
    #[error("{occurred} is after {now}: what has not happened cannot be recorded")]
    InTheFuture {
        /// When it is said to have happened.
        occurred: Instant,
        /// The time of the act.
        now: Instant,
    },
    /// Nothing where something must be: days, campaigns, names, lists or rows.
    #[error("there must be {0}")]
    Empty(&'static str),
    /// A campaign that is given twice.
    #[error("the campaign {campaign} is given twice")]
    CampaignTwice {
        /// The campaign.
        campaign: CampaignId,
    },
    /// No such slice.
    #[error("the case has no slice {tld}: none of its names is under that top-level domain")]
    UnknownSlice {
        /// The top-level domain.
        tld: Tld,
    },
    /// No such campaign.
    #[error("the case does not hold the campaign {campaign}; it holds {}", join(known))]
    UnknownCampaign {
        /// The campaign.
        campaign: CampaignId,
        /// The campaigns of the case.
        known: Vec<CampaignId>,
    },
    /// Days outside the case.
    #[error("the days {days} are not all within the case's horizon, {horizon}")]
    OutsideHorizon {
        /// The days.
        days: DayRange,
        /// The horizon.
        horizon: DayRange,
    },
    /// The registry and a provider in one.
    #[error(
        "under {tld} the names of {below} stand below {zones} and are for the provider, those of {other} are not: ask each, and record \
         each answer, by itself, with the campaigns that it is about"
    )]
    TwoParties {
        /// The slice.
        tld: Tld,
        /// A campaign with names below zones of providers.
        below: CampaignId,
        /// Those zones.
        zones: String,
        /// A campaign without.
        other: CampaignId,
    },
    /// More than the marking *unverified* allows.
    #[error(
        "the campaign {campaign} is unverified: a registry may be asked to monitor or to refer-new only, not to {action}, \
         unless two named people override it with evidence"
    )]
    Unverified {
        /// The campaign.
        campaign: CampaignId,
        /// The action.
        action: Action,
    },
    /// Two people who are one.
    #[error("an override needs two different people, and both names are the same")]
    OnePerson,
    /// An action on a held name without its ground.
    #[error("the action {action} changes a name that somebody holds: it needs a recorded legal basis")]
    NeedsLegalBasis {
        /// The action.
        action: Action,
    },
    /// An action that is not asked of whole lists.
    #[error("the action {action} is decided name by name and cannot be asked for a whole list")]
    NotForLists {
        /// The action.
        action: Action,
    },
    /// An answer that answers nothing.
    #[error("the answer names no name of the slice {tld}")]
    NothingAnswered {
        /// The slice.
        tld: Tld,
    },
    /// A signed list that is not ours.
    #[error("the list that the registry signed has digest {theirs}, ours has {ours}: nothing is attested")]
    DigestDiffers {
        /// The digest of our list.
        ours: Digest,
        /// The digest of the registry's list.
        theirs: Digest,
    },
    /// An acknowledgement without a request.
    #[error("nothing was requested for the slice {tld}, so there is nothing to acknowledge")]
    NotRequested {
        /// The slice.
        tld: Tld,
    },
    /// A name that the case does not hold.
    #[error("{name} is not a name of this case")]
    NotInCase {
        /// The name.
        name: DomainName,
    },
    /// An exclusion that stands.
    #[error("{name} is excluded already")]
    AlreadyExcluded {
        /// The name.
        name: DomainName,
    },
    /// No such exclusion.
    #[error("{name} is not excluded")]
    NotExcluded {
        /// The name.
        name: DomainName,
    },
    /// A class that is no ground to exclude.
    #[error("a name is excluded for a legitimate holder; {class} is no ground")]
    NoGround {
        /// The class.
        class: NameClass,
    },
    /// A text that must say something.
    #[error("{0} must not be empty")]
    Blank(&'static str),
    /// A text that is too long.
    #[error("{what} is longer than {limit} characters")]
    TooLong {
        /// What it is.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A sweep over a list that another version of the generator computed: its places mean other names.
    #[error("the sweep's list of {campaign} is of generator version {found}; the case holds version {expected}")]
    GeneratorDiffers {
        /// The campaign.
        campaign: CampaignId,
        /// The version that computed the swept list.
        found: u32,
        /// The version that the case was opened with.
        expected: u32,
    },
    /// A place past the end of the list that was swept.
    #[error("the sweep of {tld} expects {found} names where a place {place} is named")]
    PlaceOutside {
        /// The slice.
        tld: Tld,
        /// The number of names.
        found: u32,
        /// The place.
        place: u32,
    },
    /// A sight that cannot be had by this method.
    #[error("{method} cannot show {sight}")]
    ImpossibleSight {
        /// The method.
        method: Method,
        /// The sight.
        sight: Sight,
    },
    /// A verdict whose parts do not fit.
    #[error("the verdict over {name} says {class} and {band}, which do not go together")]
    VerdictDiffers {
        /// The name.
        name: DomainName,
        /// The class.
        class: NameClass,
        /// The band.
        band: Band,
    },
    /// A name that stands twice in a list.
    #[error("{name} stands twice in the list")]
    NameTwice {
        /// The name.
        name: DomainName,
    },
    /// A ruling about a name that nobody vetted, or that nobody holds by the last verdict.
    #[error("no verdict says that somebody holds {name}: vet it first")]
    NotVetted {
        /// The name.
        name: DomainName,
    },
    /// Another list than that which the person confirmed.
    #[error(
        "the list that was confirmed has digest {confirmed}, the list that was sent has {given}: look at the names again"
    )]
    ListChanged {
        /// The digest of the list that was confirmed.
        confirmed: Digest,
        /// The digest of the list that was sent.
        given: Digest,
    },
    /// One person where the case asks for two.
    #[error("decisions about registered names need two people in this case: name the second")]
    SecondNeeded,
    /// An action beside a ruling that asks for none.
    #[error("the ruling {ruling} asks for nothing, so there is no place for the action {action}")]
    ActionNotRuled {
        /// The action.
        action: Action,
        /// The ruling.
        ruling: Ruling,
    },
    /// An action that makes no sense for a name that somebody holds.
    #[error("the action {action} is for names that nobody holds")]
    NotForHolders {
        /// The action.
        action: Action,
    },
    /// A name that cannot be acted on by itself.
    #[error("{name} is a public suffix: what is done to it would hit every name below it")]
    NotAUnit {
        /// The name.
        name: DomainName,
    },
    /// An appeal that waits for its answer.
    #[error("an appeal about {name} waits for its answer")]
    Disputed {
        /// The name.
        name: DomainName,
    },
    /// No such appeal.
    #[error("no appeal about {name} waits for an answer")]
    NoAppeal {
        /// The name.
        name: DomainName,
    },
    /// Hours outside the limits.
    #[error("{found} hours are no time to answer within; expected 1 to {most}")]
    Hours {
        /// What was given.
        found: u16,
        /// The most.
        most: u16,
    },
    /// Nothing that could be taken back.
    #[error("nothing was done to {name} that could be undone")]
    NothingToUndo {
        /// The name.
        name: DomainName,
    },
    /// A name server that did not pass the guard.
    #[error(
        "{server} is no safe name server for the sinkhole: {reason}; two named people may override it with evidence"
    )]
    UnsafeServer {
        /// The name server.
        server: DomainName,
        /// Why.
        reason: String,
    },
    /// A list that was computed from another state than the one it would be cut from.
    #[error("the list was computed from event {basis} of the case, which is at event {version} now: compute it again")]
    CaseMoved {
        /// The event that it was computed from.
        basis: u64,
        /// The last event of the case.
        version: u64,
    },
    /// A list that was never cut.
    #[error("there is no list {number} for {tld}")]
    NoSuchList {
        /// The slice.
        tld: Tld,
        /// The number.
        number: u32,
    },
    /// A first opening that is none.
    #[error("list {number} for {tld} was opened before")]
    ReadBefore {
        /// The slice.
        tld: Tld,
        /// The number.
        number: u32,
    },
    /// A horizon that would not grow.
    #[error("the horizon {horizon} is moved on only: it reaches {until} already")]
    NotFurther {
        /// The end that was asked for.
        until: UtcDay,
        /// The horizon.
        horizon: DayRange,
    },
    /// No such task.
    #[error("the case has no task {task}")]
    NoSuchTask {
        /// The number.
        task: u32,
    },
    /// More of something than a case takes.
    #[error("there are {found} {what}; at most {limit} are taken at a time: leave them out, or split the file")]
    TooMany {
        /// What it is.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// A file that was taken in.
    #[error("this file was taken in before, as event {version}")]
    ToldBefore {
        /// The number of the event.
        version: u64,
    },
    /// A file that is marked more strictly than the case.
    #[error(
        "the file is marked {} {}, and the case {} {}{}: what is derived from both takes the stricter marking, and somebody must say that the case \
         is to have it",
        theirs.tlp, theirs.pap, ours.tlp, ours.pap, embargo(ours)
    )]
    StricterMarking {
        /// The marking of the case.
        ours: Marking,
        /// The marking of the file.
        theirs: Marking,
    },
    /// A road on which nothing is sent to ICANN.
    #[error("on the road {road} nothing is requested of ICANN; expected ersr or registrar-waiver")]
    NoRequestToIcann {
        /// The road.
        road: Road,
    },
    /// A domain whose registry has no agreement with ICANN from which it could be exempt.
    #[error(
        "{tld} is the domain of a country or territory: its registry has no agreement with ICANN to be exempt from"
    )]
    NotIcanns {
        /// The domain.
        tld: Tld,
    },
    /// No such request for a waiver.
    #[error("the case has no request {filing} to ICANN")]
    NoSuchFiling {
        /// The number.
        filing: u32,
    },
    /// A request that was answered.
    #[error("request {filing} to ICANN was answered before")]
    FilingAnswered {
        /// The number.
        filing: u32,
    },
    /// An answer before its question.
    #[error("request {filing} to ICANN was sent at {sent}, and cannot have been answered before")]
    BeforeItWasSent {
        /// The number.
        filing: u32,
        /// When it was sent.
        sent: Instant,
    },
    /// A result for which an answer makes no sense.
    #[error("{result} is no answer to {action}")]
    ResultDiffers {
        /// The action.
        action: Action,
        /// The result.
        result: AnswerResult,
    },
}

/// Says when the embargo of a marking ends, where it does.
fn embargo(marking: &Marking) -> String {
    marking.embargo_until.map(|end| format!(" until {end}")).unwrap_or_default()
}

fn join(ids: &[CampaignId]) -> String {
    ids.iter().map(CampaignId::as_str).collect::<Vec<_>>().join(", ")
}
