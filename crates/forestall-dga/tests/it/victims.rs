// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Victims of SUNBURST from its names: what is joined, what is confirmed, and what is said not to decode.

use std::collections::BTreeSet;

use forestall_dga::Catalogue;
use forestall_dga::families::sunburst::{Content, Label};
use forestall_dga::family::NoWordLists;
use forestall_dga::identify::{
    Domain, Identified, Observed, Spans, Undecoded, UndecodedReason, Victim, known, victims,
};
use forestall_model::DayRange;

use crate::support::day;

const ASKED: &str = "2026-11-20";

/// Of the vendor's indicators: two names of one victim, and one of another.
const PUBLISHED: [&str; 3] = ["k5kcubuassl3alrf7gm3", "mhdosoksaccf9sni9icp", "6a57jk2ba1d9keg15cbg"];

const BASE_32: &[u8; 32] = b"ph2eifo3n5utg1j8d94qrvbmk0sal76c";

fn below(label: &str) -> String {
    format!("{label}.appsync-api.us-west-2.avsvmcloud.com")
}

/// The first fifteen characters of a label with a piece: key and masked identifier, five bits a character from the lowest.
fn head(id: [u8; 8], key: u8) -> String {
    let mut bits = u128::from(key);
    for (octet, place) in id.into_iter().zip(1..) {
        bits |= u128::from(octet ^ key) << (8 * place);
    }
    (0..15).map(|place| char::from(BASE_32[usize::try_from(bits >> (5 * place) & 31).unwrap()])).collect()
}

/// A name with a piece: number 35 is the last.
fn piece(id: [u8; 8], key: u8, number: u32, encoded: &str) -> String {
    let head = head(id, key | 0x80);
    let counter = char::from_digit((number + u32::from(head.as_bytes()[0])) % 36, 36).unwrap();
    below(&format!("{head}{counter}{encoded}"))
}

fn decode(names: &[String]) -> (Vec<Victim>, Vec<Undecoded>) {
    victims(&Observed::read(names.join("\n").as_bytes()).unwrap(), day(ASKED))
}

fn identified(names: &[String]) -> Identified {
    let spans = Spans::both(DayRange::one(day(ASKED)));
    let observed = Observed::read(names.join("\n").as_bytes()).unwrap();
    known(&Catalogue::built_in(), &NoWordLists, &observed, &spans, day(ASKED), 1, |_, _, _| {})
}

#[test]
fn tells_victims_and_times_of_the_published_names() {
    let names = [&PUBLISHED.map(below)[..], &["wikipedia.org".to_owned()]].concat();
    let found = identified(&names);
    let rows: Vec<_> =
        found.explanations.iter().map(|e| (e.family.as_str(), e.campaign.as_str(), e.explained)).collect();
    assert_eq!(rows, [("sunburst", "sunburst", 0.5), ("sunburst", "sunburst", 0.25)]);
    assert_eq!((found.explained, found.undecoded.as_slice()), (3, [].as_slice()));
    let [first, second] = [0, 1].map(|at| found.explanations[at].decoded.as_ref().unwrap());
    assert_eq!((first.id.to_string().as_str(), first.confirmed), ("3c327147876e6ea4", true));
    let times: Vec<String> = first.times.iter().map(|time| time.at.to_string()).collect();
    assert_eq!(times, ["2020-07-22T17:00:00Z", "2020-07-23T18:30:00Z"]);
    assert_eq!((first.names.as_slice(), &first.domain), (&names[..2], &Domain::Unseen));
    assert_eq!((second.id.to_string().as_str(), second.confirmed), ("fc07eb59e028d3ee", false));
    assert!(found.explanations[0].chance < 1e-15 && found.explanations[1].chance < 0.01);
}

/// `corp.example.com` in substitution (published), in pieces and in wrong order.
#[test]
fn joins_the_pieces_of_one_victim_and_names_what_is_missing() {
    let id = *b"\x01\x23\x45\x67\x89\xAB\xCD\xEF";
    let all = [(0, "e2sd0irm"), (1, "uhd1r0"), (35, "te2h")];
    let name = |at: usize| piece(id, u8::try_from(17 * at + 3).unwrap(), all[at].0, all[at].1);
    let domain = |places: &[usize]| {
        let names: Vec<String> = places.iter().map(|at| name(*at)).collect();
        let (victims, undecoded) = decode(&names);
        assert_eq!((victims.len(), undecoded.as_slice()), (1, [].as_slice()));
        assert!(victims[0].confirmed && victims[0].id.0 == id && victims[0].names == names);
        victims[0].domain.clone()
    };
    assert_eq!(domain(&[2, 0, 1]), Domain::Joined("corp.example.com".to_owned()));
    // The second piece ends within a character written as two.
    assert_eq!(domain(&[1, 0]), Domain::Beginning("corp.example".to_owned()));
    assert_eq!(domain(&[2, 1]), Domain::Unread);
    // Two pieces with one number contradict each other.
    let other = piece(id, 99, 1, "uhd1rr");
    assert_eq!(decode(&[name(0), name(1), other]).0[0].domain, Domain::Unread);
    // One piece, seen twice under two keys: the end, or all.
    let last = |key| piece(id, key, 35, "e2sd0irmuhd1r0te2h");
    assert_eq!(decode(&[last(1), last(2)]).0[0].domain, Domain::End("corp.example.com".to_owned()));
    // Base 32, cut in two.
    let base_32 = [piece(id, 5, 0, "00esai3k0ff262bb"), piece(id, 6, 35, "hjgt0l4h7512")];
    assert_eq!(decode(&base_32).0[0].domain, Domain::Joined("Corp.Example.COM".to_owned()));
}

#[test]
fn one_name_is_taken_by_its_shape_alone() {
    let id = [7; 8];
    let alone = |name: String| {
        let (victims, undecoded) = decode(&[name]);
        assert_eq!(victims.len() + undecoded.len(), 1);
        victims.into_iter().next().map(|victim| victim.confirmed)
    };
    assert_eq!(alone(piece(id, 1, 35, "rmuhd1r0tvri")), Some(false));
    // No dot, a piece of more, a label twice with the same key.
    assert_eq!(alone(piece(id, 1, 35, "rmuhd1r")), None);
    assert_eq!(alone(piece(id, 1, 0, "rmuhd1r0tvri")), None);
    let (victims, undecoded) = decode(&[piece(id, 1, 0, "aaaa"), piece(id, 1, 1, "bbbb")]);
    assert_eq!((victims.len(), undecoded.len()), (0, 2));
    assert_eq!(undecoded[0].reason, UndecodedReason::Unconfirmed);
    // A time of 2020-07-22 was not made more than two days before.
    let observed = Observed::read(below(PUBLISHED[0]).as_bytes()).unwrap();
    assert_eq!(victims_of(&observed, "2020-07-19"), [false; 0]);
    assert_eq!(victims_of(&observed, "2020-07-20"), [false]);
}

fn victims_of(observed: &Observed, asked: &str) -> Vec<bool> {
    victims(observed, day(asked)).0.iter().map(|victim| victim.confirmed).collect()
}

/// Foreign names below the zone: random letters and digits, of which fewer than 3 in 1,000 pass, none of them confirmed; and names in other forms.
#[test]
fn foreign_names_below_the_zone_do_not_decode() {
    let mut state = 7_u64;
    let mut number = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((state >> 33) % below).unwrap()
    };
    let mut names = Vec::new();
    for length in [16, 18, 20, 20, 20, 22, 26, 32] {
        for _ in 0..5_000 {
            let label: String =
                (0..length).map(|_| char::from(b"abcdefghijklmnopqrstuvwxyz0123456789"[number(36)])).collect();
            names.push(below(&label));
        }
    }
    let (found, undecoded) = decode(&names);
    assert_eq!(found.len() + undecoded.len(), names.len());
    assert!(found.iter().all(|victim| !victim.confirmed));
    let decoding = names.iter().filter(|name| Label::of_name(name).is_ok()).count();
    assert!(decoding > 2_000, "{decoding}");
    assert!(found.len() * 1_000 < names.len() * 3, "{} of {}", found.len(), names.len());
    assert!(found.iter().any(|victim| !victim.times.is_empty()), "some pass, as the bound says");

    let other =
        ["www.avsvmcloud.com", "mail.appsync-api.eu-west-1.avsvmcloud.com", "appsync-api.eu-west-1.avsvmcloud.com"];
    let (found, undecoded) = decode(&other.map(str::to_owned));
    assert_eq!((found.len(), undecoded.len()), (0, 3));
    assert!(undecoded.iter().all(|undecoded| matches!(undecoded.reason, UndecodedReason::Label(_))));
    assert_eq!(identified(&other.map(str::to_owned)).explanations, []);
    assert!(matches!(Label::of_name(&below(PUBLISHED[1])).unwrap().content, Content::Time { .. }));
}

/// Names that differ in their last characters only share what decodes to an identifier.
#[test]
fn names_that_begin_alike_confirm_nothing() {
    let name = |i: usize| below(&format!("midosoksaccf9s{}z{i:02}", char::from(BASE_32[i])));
    let names: Vec<String> = (0..20).map(name).collect();
    let ids: BTreeSet<String> = names.iter().map(|name| Label::of_name(name).unwrap().victim.to_string()).collect();
    assert_eq!(ids.len(), 4);
    let (found, undecoded) = decode(&names);
    assert_eq!((found.as_slice(), undecoded.len()), ([].as_slice(), 20));
}
