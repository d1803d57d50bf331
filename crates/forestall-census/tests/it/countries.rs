// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A family by country: one in full with its networks, and all of them for everybody without the small ones.

use forestall_census::Source;
use forestall_census::day::{Countries, DayReport, Held, Muster, Part, Place, Totals, Visit, Within, csv_by_country};
use forestall_model::{Instant, UtcDay};

fn day() -> UtcDay {
    "2026-11-26".parse().unwrap()
}

/// 80 addresses in Belgium, 30 in France, three in the Netherlands, and two of which nobody knows where they are.
fn report() -> DayReport {
    let mut muster = Muster::new(day());
    for (first, count, network, country) in [
        (1_u32, 80_u32, 64_500, Some(*b"BE")),
        (101, 30, 64_501, Some(*b"FR")),
        (201, 3, 64_501, Some(*b"NL")),
        (301, 2, 0, None),
    ] {
        for number in first..first + count {
            let at = Instant::from_seconds(day().start().seconds() + 3_600 * i64::from(number % 3));
            let place = Place { network, country };
            let visit = Visit { at, source: Source::V4(number), agent: 1, q: None, port: 1_024, place, sample: 0 };
            assert!(muster.add(&visit));
        }
    }
    let totals = Totals { machines: muster.finish(), ..Totals::empty(day(), "conficker", "nobody") };
    DayReport::of(&totals, &Held::default())
}

fn part(text: &str) -> Part {
    text.parse().unwrap()
}

#[test]
fn one_country_has_its_networks_and_no_other_country() {
    let mut all = Countries::of(&report(), None, None);
    let counts: Vec<(String, u64)> =
        all.countries.iter().map(|country| (country.line.part.to_string(), country.line.addresses)).collect();
    let expected = [("BE", 80), ("FR", 30), ("NL", 3), ("ZZ", 2)];
    assert_eq!(counts, expected.map(|(country, count)| (country.to_owned(), count)));
    assert!(all.text().contains("not known") && !all.text().contains("AS64500"), "{}", all.text());
    all = Countries::of(&report(), None, Some(part("NL")));
    assert_eq!(all.countries.len(), 1);
    let v6 = |text: &str| Source::of(text.parse().unwrap());
    let addresses = [
        (Source::V4(201), 64_501, 2),
        (Source::V4(202), 64_501, 1),
        (Source::V4(203), 64_502, 7),
        (v6("2001:db8:1::1"), 64_502, 1),
        (v6("2001:db8:1::2"), 64_502, 1),
    ];
    let within = Within::of(addresses);
    let told: Vec<(String, u64, u64, u64)> =
        within.iter().map(|of| (of.network.to_string(), of.addresses, of.networks6, of.requests)).collect();
    assert_eq!(told, [("AS64501".to_owned(), 2, 0, 3), ("AS64502".to_owned(), 1, 1, 9)]);
    all.countries[0].networks = Some(within);
    let text = all.text();
    assert!(text.contains("networks of NL") && text.contains("AS64502"), "{text}");
    let csv = csv_by_country(&[all]);
    let parts: Vec<&str> = csv.lines().skip(1).map(|line| line.split(',').nth(2).unwrap()).collect();
    assert_eq!(parts, ["NL", "NL", "AS64501 in NL", "AS64502 in NL", "AS64502 in NL"]);
    assert!(Countries::of(&report(), None, Some(part("DE"))).countries.is_empty());
}

#[test]
fn everybody_sees_no_small_country_and_none_that_tells_it() {
    let public = Countries::of(&report(), None, None).for_everybody();
    assert_eq!(public.addresses.total, Some(115));
    let shown: Vec<&str> = public.addresses.cells.iter().map(|cell| cell.part.as_str()).collect();
    assert!(shown.contains(&"BE") && !shown.contains(&"NL") && !shown.contains(&"not known"), "{shown:?}");
    assert_eq!(public.networks6.total, None);
}
