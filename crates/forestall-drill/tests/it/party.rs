// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How scripted registries behave.

use forestall_drill::conduct::{Conduct, Way};
use forestall_drill::event::{Injected, Trouble};
use forestall_drill::party::{Act, Answer, Letter, Party};
use forestall_drill::{Chance, Scenario};
use forestall_model::{Action, AnswerResult, DayRange, Instant};

use crate::scenario::{SMALL, tld};

fn at(text: &str) -> Instant {
    format!("2009-01-{text}:00Z").parse().expect("an instant")
}

fn letter(list: u32, reminder: u32, when: &str) -> Letter {
    Letter {
        case: "small".parse().expect("a case"),
        tld: tld("com"),
        list,
        days: DayRange { from: "2009-01-08".parse().expect("a day"), until: "2009-01-15".parse().expect("a day") },
        action: Action::Reserve,
        reminder,
        at: at(when),
    }
}

/// A registry with a conduct of these lines instead of the usual one.
fn party(conduct: &str, troubles: &[Injected]) -> Party {
    let usual = &SMALL[SMALL.find("opens =").expect("a conduct")..SMALL.find("[[case]]").expect("a case")];
    let scenario = Scenario::read(&SMALL.replace(usual, &format!("{conduct}\n"))).expect("a scenario");
    Party::new(scenario.registries[0].clone(), troubles, Chance(1))
}

const EXACT: &str = "opens = [10, 10, 10]\nacknowledges = [5, 5, 5]\nacts = [60, 60, 60]\n";

/// Moves the time from hour to hour and returns what happened, in words.
fn played(party: &mut Party, until: &str) -> Vec<String> {
    let (mut now, until) = (at("05T00:00"), at(until));
    let mut said = Vec::new();
    while now <= until {
        said.extend(party.act(now).iter().map(|act| format!("{} {}", &now.to_string()[8..13], word(act))));
        now = now.plus_seconds(3_600);
    }
    said
}

fn word(act: &Act) -> String {
    match act {
        Act::Open(letter) => format!("opens {}", letter.list),
        Act::Acknowledge(letter) => format!("acknowledges {}", letter.list),
        Act::Answer(answer) => format!("answers {} {} {}", answer.letter.list, answer.action, answer.result),
    }
}

fn answers(acts: Vec<Act>) -> Vec<Answer> {
    acts.into_iter().filter_map(|act| if let Act::Answer(answer) = act { Some(answer) } else { None }).collect()
}

#[test]
fn acts_in_its_office_hours() {
    // 5 January 2009 was a Monday. The list comes on Friday afternoon: ten minutes are left of the week, and the rest is Monday's.
    let mut party = party(&format!("{EXACT}reply = \"done\""), &[]);
    party.hear(&letter(1, 0, "09T16:45"));
    assert_eq!(
        played(&mut party, "13T00:00"),
        ["09T17 opens 1", "12T09 acknowledges 1", "12T10 answers 1 reserve done"]
    );
    assert_eq!(party.due(), None);
}

#[test]
fn the_same_seed_gives_the_same_acts_and_the_order_of_letters_does_not_matter() {
    let loose = "opens = [10, 60, 400]\nacknowledges = [0, 60, 400]\nacts = [60, 400, 900]\nreply = \"done\"";
    let (mut first, mut second) = (party(loose, &[]), party(loose, &[]));
    let mut other = letter(1, 0, "05T09:00");
    other.case = "another".parse().unwrap();
    for letter in [&letter(1, 0, "05T09:00"), &other] {
        first.hear(letter);
    }
    for letter in [&other, &letter(1, 0, "05T09:00")] {
        second.hear(letter);
    }
    let played_first = played(&mut first, "14T00:00");
    assert_eq!(played_first.len(), 6);
    assert_eq!(played_first, played(&mut second, "14T00:00"));
}

#[test]
fn works_at_one_list_and_then_at_the_newest() {
    let mut party = party("opens = [1, 1, 1]\nacts = [600, 600, 600]\nreply = \"done\"", &[]);
    for (list, when) in [(1, "05T09:00"), (2, "05T12:00"), (3, "05T15:00")] {
        party.hear(&letter(list, 0, when));
    }
    let said = played(&mut party, "14T00:00");
    let answered: Vec<&String> = said.iter().filter(|said| said.contains("answers")).collect();
    assert_eq!(answered.len(), 2, "{said:?}");
    assert!(answered[0].ends_with("answers 1 reserve done") && answered[1].ends_with("answers 3 reserve done"));
    assert_eq!(said.iter().filter(|said| said.contains("opens")).count(), 3);
}

#[test]
fn a_refusal_comes_with_what_is_done_instead() {
    let mut party = party(&format!("{EXACT}reply = \"refused\"\nfallback = \"refer-new\""), &[]);
    party.hear(&letter(1, 0, "05T09:00"));
    let said = played(&mut party, "06T00:00");
    assert_eq!(said[2..], ["05T11 answers 1 reserve refused", "05T11 answers 1 refer-new done"]);
}

#[test]
fn an_error_is_mended_where_the_conduct_mends() {
    let mut never = party(&format!("{EXACT}reply = \"error\""), &[]);
    never.hear(&letter(1, 0, "05T09:00"));
    assert_eq!(played(&mut never, "14T00:00").last().unwrap(), "05T11 answers 1 reserve error");
    let mut mends = party(&format!("{EXACT}reply = \"error\"\nmends = [480, 480, 480]"), &[]);
    mends.hear(&letter(1, 0, "05T09:00"));
    let said = played(&mut mends, "14T00:00");
    assert_eq!(said[2..], ["05T11 answers 1 reserve error", "06T11 answers 1 reserve done"]);
}

#[test]
fn a_silent_one_wakes_at_the_reminder_of_its_conduct_or_never() {
    let mut never = party("reply = \"never\"", &[]);
    let mut late = party(&format!("{EXACT}reply = \"done\"\nwakes_at_reminder = 2"), &[]);
    for reminder in 0..3 {
        let letter = letter(1, reminder, &format!("0{}T09:00", 5 + reminder));
        never.hear(&letter);
        late.hear(&letter);
    }
    assert_eq!(played(&mut never, "14T00:00"), Vec::<String>::new());
    assert_eq!(played(&mut late, "14T00:00").first().unwrap(), "07T10 opens 1");
}

#[test]
fn nothing_happens_in_an_outage_and_all_of_it_after() {
    let outage =
        Injected { trouble: Trouble::Outage, tlds: vec![tld("com")], from: at("05T08:00"), until: at("09T12:00") };
    let mut party = party(&format!("{EXACT}reply = \"done\""), &[outage]);
    party.hear(&letter(1, 0, "05T09:00"));
    assert_eq!(played(&mut party, "13T00:00").first().unwrap(), "09T12 opens 1");
}

#[test]
fn a_flaw_is_mended_after_the_hub_did_not_take_it() {
    let flaw =
        Injected { trouble: Trouble::NeverAsked, tlds: vec![tld("com")], from: at("05T00:00"), until: at("12T00:00") };
    let mut party = party(&format!("{EXACT}reply = \"done\"\nway = \"lines\"\nmends = [60, 60, 60]"), &[flaw]);
    party.hear(&letter(1, 0, "05T09:00"));
    let first = answers(party.act(at("05T12:00")));
    assert_eq!((first[0].flaw, first[0].way), (Some(Trouble::NeverAsked), Way::Lines));
    party.not_taken(&first[0], at("05T12:00"));
    let second = answers(party.act(at("05T14:00")));
    assert_eq!((second[0].flaw, second[0].result), (None, AnswerResult::Done));
    // Not for ever: three tries are enough for whatever mends itself.
    party.not_taken(&second[0], at("05T14:00"));
    let third = answers(party.act(at("06T14:00")));
    party.not_taken(&third[0], at("06T14:00"));
    assert_eq!(party.due(), None);
}

#[test]
fn a_conduct_that_contradicts_itself_is_found() {
    let check = |text: &str, expected: &str| {
        let conduct: Conduct = toml_of(text);
        assert!(conduct.fault().is_some_and(|fault| fault.contains(expected)), "{text}");
    };
    check("opens = [1, 1, 1]\nreply = \"partial\"\nway = \"lines\"", "`share`");
    check("opens = [1, 1, 1]\nreply = \"partial\"\nshare = 0.5", "way = \"lines\"");
    check("opens = [1, 1, 1]\nreply = \"done\"\nfallback = \"refer-new\"", "`fallback`");
    check("reply = \"done\"", "never opens");
}

fn toml_of(text: &str) -> Conduct {
    toml::from_str(text).expect("a conduct")
}
