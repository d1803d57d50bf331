// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What leads from an old serial of a zone to the one that is served, computed from the lists that are not alike in both: the same as from both states as a
//! whole, whatever happened in between.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

use std::sync::Arc;

use forestall_coord::event::CaseKind;
use forestall_dga::Catalogue;
use forestall_dns::transfer::Contents;
use forestall_hub::desk::{Act, Desk, NewZone, OpenCase, ZoneState};
use forestall_model::{CaseId, DayRange, Digest, DomainName, Instant, Marking, NameClass, OwnerName, Tld, UtcDay};
use forestall_store::{Zone, ZoneSerial};
use forestall_testkit::parsed;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::test_runner::TestCaseError;

/// What happens to a case and its zone.
#[derive(Clone, Debug)]
enum Step {
    /// Time goes by, in minutes.
    Later(u16),
    /// A name is excluded, by its number among those of the zone.
    Exclude(u16),
    /// The name that was excluded last is readmitted.
    Readmit,
    /// The horizon is moved on by a day.
    Move,
    /// Something happens that is no name's business.
    Note,
}

/// A desk with a case and a zone of it.
struct Bench {
    desk: Desk,
    case: CaseId,
    zone: Zone,
    now: Instant,
    until: UtcDay,
    excluded: Vec<DomainName>,
    _folder: tempfile::TempDir,
}

impl Bench {
    async fn open(campaigns: &[&str], tld: Option<&str>, ahead_days: u16) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let desk = Desk::open(folder.path(), Catalogue::built_in()).await.unwrap();
        let (case, until): (CaseId, UtcDay) = (parsed("trial"), parsed("2009-04-12"));
        let now = parsed::<Instant>("2009-04-02T12:00:00Z");
        let ask = OpenCase {
            id: case.clone(),
            title: "Trial".to_owned(),
            kind: CaseKind::Live,
            campaigns: campaigns.iter().map(|campaign| campaign.parse().unwrap()).collect(),
            horizon: DayRange { from: parsed("2009-04-01"), until },
            board_day: None,
            marking: Marking::DEFAULT,
            name_servers: Vec::new(),
            guard_override: None,
            four_eyes: false,
            ahead: None,
        };
        desk.open_case(&Act::new(parsed("Ada Coordinator"), now), ask).await.unwrap();
        let new = NewZone {
            name: parsed::<OwnerName>("forestall.rpz"),
            case: case.clone(),
            campaigns: Vec::new(),
            tld: tld.map(parsed::<Tld>),
            policy: parsed("nxdomain"),
            ahead_days,
            with_unverified: true,
        };
        let zone = desk.add_zone(new, now).await.unwrap();
        Self { desk, case, zone, now, until, excluded: Vec::new(), _folder: folder }
    }

    fn act(&self) -> Act {
        Act::new(parsed("Ada Coordinator"), self.now)
    }

    async fn state(&self) -> Arc<ZoneState> {
        Arc::new(self.desk.zone_state(&self.zone, None, self.now).await.unwrap())
    }

    async fn step(&mut self, step: &Step) {
        self.now = self.now.plus_seconds(1);
        match step {
            Step::Later(minutes) => self.now = self.now.plus_seconds(i64::from(*minutes) * 60),
            Step::Exclude(number) => {
                let state = self.state().await;
                let names = state.names.len();
                let Some(name) = (names > 0).then(|| state.names.iter().nth(usize::from(*number) % names)).flatten()
                else {
                    return;
                };
                let name: DomainName = std::str::from_utf8(name).unwrap().parse().unwrap();
                let (act, class) = (self.act(), NameClass::RegisteredBenign);
                self.desk.exclude(&self.case, &act, name.clone(), class, "a shop".to_owned()).await.unwrap();
                self.excluded.push(name);
            }
            Step::Readmit => {
                let Some(name) = self.excluded.pop() else { return };
                self.desk.readmit(&self.case, &self.act(), name, "gone".to_owned()).await.unwrap();
            }
            Step::Move => {
                self.until = self.until.plus(1);
                self.desk.move_horizon(&self.case, &self.act(), self.until).await.unwrap();
            }
            Step::Note => drop(self.desk.note(&self.case, &self.act(), None, "a fact".to_owned()).await.unwrap()),
        }
    }
}

/// Returns what a store keeps of a state.
fn row_of(state: &ZoneState) -> ZoneSerial {
    ZoneSerial {
        serial: 1,
        at: state.at,
        case_version: state.case_version,
        event_seq: 0,
        generators: state.generators,
        names: (state.names.len() + state.through.len()) as u64,
        digest: state.digest,
        difference: None,
    }
}

fn texts(contents: &Contents) -> Vec<Vec<String>> {
    let text = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
    contents.runs.iter().map(|run| run.names.iter().map(text).collect()).collect()
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0_u16..4_000).prop_map(Step::Later),
        3 => any::<u16>().prop_map(Step::Exclude),
        1 => Just(Step::Readmit),
        1 => Just(Step::Move),
        1 => Just(Step::Note),
    ];
    proptest::collection::vec(step, 1..8)
}

/// Plays steps and holds every difference to the last state against that of whole states; returns how many lists were alike.
async fn played(
    (campaigns, tld, ahead): (&[&str], Option<&str>, u16),
    steps: &[Step],
) -> Result<(usize, usize), TestCaseError> {
    let mut bench = Bench::open(campaigns, tld, ahead).await;
    let mut states = vec![bench.state().await];
    for step in steps {
        bench.step(step).await;
        states.push(bench.state().await);
    }
    let last = states.pop().unwrap();
    let (mut alike, mut generated) = (0, 0);
    for base in &states {
        let found = bench.desk.zone_difference(&bench.zone, &row_of(base), &last).await.unwrap();
        if base.unverified != last.unverified {
            prop_assert!(found.is_none());
            continue;
        }
        let found = found.expect("the base is one of this very case");
        let (removed, added) = base.difference(&last);
        prop_assert_eq!(texts(&found.removed), texts(&removed));
        prop_assert_eq!(texts(&found.added), texts(&added));
        prop_assert_eq!(found.marking, base.marking);
        alike += found.alike;
        generated += found.generated;
        let other = ZoneSerial { digest: Digest::of(b"something else"), ..row_of(base) };
        prop_assert!(bench.desk.zone_difference(&bench.zone, &other, &last).await.unwrap().is_none());
    }
    Ok((alike, generated))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_difference_is_that_of_the_whole(steps in steps(), ahead in 0_u16..4, kind in 0_usize..4) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        // Families with a list a day, with names that several lists have, and with lists that hold for days or for ever.
        let of: (&[&str], Option<&str>) = [
            (&["conficker-b"][..], None),
            (&["conficker-a", "conficker-b"], None),
            (&["conficker-b"], Some("com")),
            (&["pushdo", "fobber-1", "fobber-2"], None),
        ][kind];
        runtime.block_on(played((of.0, of.1, ahead), &steps))?;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_that_add_the_same_are_left_out() {
    let day = [Step::Later(24 * 60)];
    let (alike, generated) = played((&["conficker-b"], None, 4), &day).await.unwrap();
    // Guard windows of three days: seven lists at a time, of which one goes and one comes.
    assert_eq!((alike, generated), (6, 2));
    let (alike, generated) = played((&["conficker-b"], None, 4), &[Step::Note]).await.unwrap();
    assert_eq!((alike, generated), (7, 0));
    // Who ruled on a name changes the lists that hold it and no other.
    let (alike, generated) = played((&["conficker-b"], None, 4), &[Step::Exclude(77)]).await.unwrap();
    assert_eq!((alike, generated), (6, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_an_unchanged_list_has_too_neither_leaves_nor_comes() {
    // naxhp.no is on the lists of the 1st and of the 2nd of April; the first of them goes while the other is there.
    let day = [Step::Later(24 * 60)];
    for ahead in [0, 1] {
        let (alike, generated) = played((&["conficker-c"], Some("no"), ahead), &day).await.unwrap();
        assert!(alike > 0 && generated == 2, "{alike} {generated}");
    }
    // The excluded name leaves with all of its lists.
    played((&["conficker-c"], Some("no"), 2), &[Step::Move, Step::Exclude(5), day[0].clone()]).await.unwrap();
}
