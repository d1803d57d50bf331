// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Cases over the lists of the real generators.

use forestall_coord::command::{Command, Exclude};
use forestall_coord::event::{CaseCampaign, Occurrence};
use forestall_coord::{Level, Standing};
use forestall_model::{DomainName, NameClass};
use forestall_testkit::computed::Computed;
use forestall_testkit::counts::{days, period_of};
use forestall_testkit::{CaseScript, parsed};

/// The legitimate sites of March 2009 and the day on whose list of B each stands (CNET and The Register, 2 March 2009).
const COLLISIONS: [(&str, &str); 4] = [
    ("jogli.com", "2009-03-08"),
    ("wnsux.com", "2009-03-13"),
    ("qhflh.com", "2009-03-18"),
    ("praat.org", "2009-03-31"),
];

#[test]
fn the_collisions_of_march_2009_leave_the_denominator_of_their_days() {
    let march = days("2009-03-01", "2009-04-01");
    let b = Computed::of("conficker-b", march.window());
    let counts = vec![b.counts()];
    let mut script = CaseScript::opened(march, vec![b.campaign.clone()], counts);
    // 31 days of 250 names under eight domains, none twice on a day.
    assert_eq!(script.board().total(march).names, 7_750);
    assert_eq!(script.case().slices.len(), 8);
    for (name, day) in COLLISIONS {
        let name: DomainName = parsed(name);
        let occurrences = b.occurrences(&name);
        let [Occurrence { period, place, .. }] = occurrences[..] else {
            panic!("{name} stands on one list of the month, not on {occurrences:?}")
        };
        assert_eq!(period, period_of(parsed(day)), "{name}");
        script.must(&Command::Exclude(Exclude {
            name: name.clone(),
            class: NameClass::RegisteredBenign,
            reason: "a legitimate site".to_owned(),
            occurrences,
        }));
        let board = script.board();
        let state = board.name_state(&name.tld(), 0, period, place, script.clock.now());
        assert_eq!(state.map(|s| s.standing), Some(Standing::Excluded), "{name}");
    }
    let board = script.board();
    for period in &board.variants()[0].periods {
        let collides = COLLISIONS.iter().any(|(_, day)| period.day == parsed(day));
        let expected = if collides { (1, 249) } else { (0, 250) };
        assert_eq!((period.tally.held, period.tally.registrable()), expected, "{}", period.day);
        // The bots still draw from all 250.
        assert_eq!(period.distinct, 250);
    }
}

#[test]
fn the_first_days_of_april_2009_have_every_domain_of_c() {
    let april = days("2009-04-01", "2009-04-03");
    let computed = ["conficker-a", "conficker-b", "conficker-c"].map(|id| Computed::of(id, april.window()));
    let campaigns: Vec<CaseCampaign> = computed.iter().map(|c| c.campaign.clone()).collect();
    let verified: Vec<bool> = campaigns.iter().map(|c| c.verified).collect();
    assert_eq!(verified, [true, true, false]);
    let script = CaseScript::opened(april, campaigns, computed.iter().map(Computed::counts).collect());
    assert!(script.case().holds_unverified());
    // 110 domains of C, cn among them, and com, net, org, info, biz, cc and ws of A and B.
    assert_eq!(script.case().slices.len(), 110 + 7);
    let board = script.board();
    for period in &board.variants()[2].periods {
        assert!((49_997..=50_000).contains(&period.distinct), "0 to 3 names a day stand twice: {}", period.distinct);
        assert_eq!(period.tally.names, period.distinct, "every name falls to a slice");
    }
    // Nobody protects anything: a bot of any variant meets a name for certain, and .fr alone, with some 450 names, meets nine in ten.
    assert_eq!(board.worst(Level::Claimed, april).map(|w| w.reach.to_string()), Some("100 %".to_owned()));
    let alone = board.worst_alone(&parsed("fr"), april).expect("there are names under fr");
    assert!((0.97..0.995).contains(&alone.reach.high), "{}", alone.reach);
}
