// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A small case for tests: a verified and an unverified campaign, four days, two slices.

use forestall_coord::command::{Answer, Command, Exclude, RecordSweep, See};
use forestall_coord::event::{AnswerScope, Occurrence, SeenRow};
use forestall_coord::{NameState, Standing};
use forestall_model::evidence::{SeenName, Sweep, SweptList};
use forestall_model::{
    Action, AnswerResult, CampaignId, DayRange, Digest, DomainName, Instant, ListCounts, Method, NameClass, Sight, Tld,
    UtcDay,
};
use forestall_testkit::counts::{daily, days, period_of};
use forestall_testkit::{CaseScript, campaigns, parsed};

/// The verified campaign, number 0.
pub(crate) const CHECKED: &str = "checked";
/// The unverified campaign, number 1.
pub(crate) const UNCHECKED: &str = "unchecked";
/// The slices.
pub(crate) const TLDS: [&str; 2] = ["com", "net"];
/// Names in the lists of (campaign, slice), the same every day.
const SIZES: [[u32; 2]; 2] = [[6, 4], [5, 3]];
/// The place in lists under com that cannot be registered.
const NOT_REGISTRABLE: u32 = 4;

/// The days of the case.
pub(crate) fn horizon() -> DayRange {
    days("2009-01-10", "2009-01-14")
}

/// One of the days, from 0.
pub(crate) fn day(number: i32) -> UtcDay {
    horizon().from.plus(number)
}

/// A campaign by its number.
pub(crate) fn campaign(number: usize) -> CampaignId {
    parsed([CHECKED, UNCHECKED][number])
}

/// A slice by its number.
pub(crate) fn tld(number: usize) -> Tld {
    parsed(TLDS[number])
}

/// The number of names in a list.
pub(crate) fn size(campaign: usize, tld: usize) -> u32 {
    SIZES[campaign][tld]
}

/// Opens the case at noon of the day before its first.
pub(crate) fn opened() -> CaseScript {
    let unchecked = forestall_coord::event::CaseCampaign { verified: false, ..campaigns::campaign(UNCHECKED) };
    let mut checked = campaigns::campaign(CHECKED);
    checked.draws.push(campaigns::draws(Some(2), 3));
    let mut script = CaseScript::opened(horizon(), vec![checked, unchecked], counts());
    script.clock.set(parsed("2009-01-09T12:00:00Z"));
    script
}

pub(crate) fn counts() -> Vec<ListCounts> {
    let lists = (0..2).map(|number| {
        let names: Vec<(Tld, u32)> = (0..2).map(|tld_number| (tld(tld_number), size(number, tld_number))).collect();
        let mut list = daily([CHECKED, UNCHECKED][number], horizon(), &names);
        for count in list.periods.iter_mut().flat_map(|p| &mut p.by_tld).filter(|c| c.tld.as_str() == "com") {
            count.not_registrable.push(NOT_REGISTRABLE);
        }
        list
    });
    lists.collect()
}

/// A name of a slice, by number from 0 to 2. It stands once in every list of the slice, and no two stand at one place.
pub(crate) fn name(tld_number: usize, number: u32) -> DomainName {
    parsed(&format!("holder-{number}.{}", TLDS[tld_number]))
}

/// Where a name stands.
pub(crate) fn occurrences(tld_number: usize, number: u32) -> Vec<Occurrence> {
    let lists = (0..2_u32).flat_map(|of| (0..4_u32).map(move |on| (of, on)));
    let place = |(of, on): (u32, u32)| Occurrence {
        campaign: campaign(of as usize),
        period: period_of(day(on.cast_signed())),
        place: (number + on + of) % size(of as usize, tld_number),
    };
    lists.map(place).collect()
}

/// An answer for the whole horizon of a slice.
pub(crate) fn answer(tld_number: usize, action: Action, result: AnswerResult) -> Command {
    Command::Answer(Answer {
        tld: tld(tld_number),
        scope: AnswerScope::Days { days: horizon(), campaigns: Vec::new() },
        action,
        result,
        attested: None,
    })
}

/// An exclusion of a name by number.
pub(crate) fn exclude(tld_number: usize, number: u32) -> Command {
    Command::Exclude(Exclude {
        name: name(tld_number, number),
        class: NameClass::RegisteredBenign,
        reason: "a shop".to_owned(),
        occurrences: occurrences(tld_number, number),
    })
}

/// What a sweep saw of the list of the verified campaign under com on the first day.
pub(crate) fn swept(usual: Sight) -> SweptList {
    swept_list(0, 0, 0, usual, &[], &[])
}

/// What a sweep saw of a list.
pub(crate) fn swept_list(
    campaign_number: usize,
    day_number: i32,
    tld_number: usize,
    usual: Sight,
    failed: &[u32],
    differing: &[(u32, Sight)],
) -> SweptList {
    let row = |(place, sight): &(u32, Sight)| SeenName {
        place: *place,
        name: parsed(&format!("name-{place}.{}", TLDS[tld_number])),
        sight: *sight,
        name_servers: Vec::new(),
    };
    SweptList {
        campaign: campaign(campaign_number),
        period: period_of(day(day_number)),
        tld: tld(tld_number),
        digest: Digest::of(b"a list"),
        generator_version: 1,
        expected: size(campaign_number, tld_number),
        sample: None,
        usual,
        unknown: failed.iter().copied().collect(),
        differing: differing.iter().map(row).collect(),
    }
}

/// A sweep over lists.
pub(crate) fn sweep(method: Method, at: Instant, lists: Vec<SweptList>) -> Command {
    Command::Sweep(RecordSweep {
        sweep: Sweep { method, vantage: "192.0.2.1".to_owned(), at, name_servers: Vec::new(), lists },
    })
}

/// A look at one name.
pub(crate) fn seen(
    method: Method,
    at: Instant,
    campaign_number: usize,
    day_number: i32,
    tld_number: usize,
    place: u32,
    sight: Sight,
) -> Command {
    let occurrence = Occurrence { campaign: campaign(campaign_number), period: period_of(day(day_number)), place };
    let row = SeenRow {
        name: parsed(&format!("name-{place}.{}", TLDS[tld_number])),
        occurrences: vec![occurrence],
        method,
        sight,
        at,
        name_servers: Vec::new(),
        source: None,
        expires: None,
    };
    Command::See(See { rows: vec![row] })
}

/// The state of a name of the list that [`swept`] is about.
pub(crate) fn state(script: &CaseScript, place: u32) -> NameState {
    let board = script.board();
    let state = board.name_state(&tld(0), 0, period_of(day(0)), place, script.clock.now());
    state.expect("the list has the place")
}

/// Where that name stands.
pub(crate) fn standing(script: &CaseScript, place: u32) -> Standing {
    state(script, place).standing
}
