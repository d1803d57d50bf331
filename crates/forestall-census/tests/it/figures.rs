// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is shown: figures with their definition, series of the like, and the q-sum with its warning.

use forestall_census::definition::Share;
use forestall_census::{Definition, Estimate, Evidence, Figure, QSum, Series, Source, Span, Unit, half_life, names};
use forestall_model::UtcDay;

fn definition(day: UtcDay, held: u32) -> Definition {
    let names = Share { held, listed: 250 };
    Definition::new(Unit::Addresses4, Evidence::MachineConnected, (Span::Day, day), "conficker-b", names)
        .unwrap()
        .without("crawlers by the list of 2009-04-01")
}

fn day(day: i32) -> UtcDay {
    "2009-05-04".parse::<UtcDay>().unwrap().plus(day)
}

fn figure(on: i32, held: u32, count: u64) -> Figure {
    Figure::new(Estimate::counted(count), definition(day(on), held))
}

#[test]
fn a_figure_says_value_interval_method_assumptions_and_definition() {
    let holding = names::Holding { listed: 50_000, ours: 6, others: 0, asked: Some(500), rounds: 1, stops: false };
    let names = Share { held: 6, listed: 50_000 };
    let day = "2009-04-01".parse().unwrap();
    let definition =
        Definition::new(Unit::MachinesOn, Evidence::MachineConnected, (Span::Day, day), "conficker-c", names).unwrap();
    let figure = Figure::new(names::machines(13_841, &holding).unwrap(), definition.of_part("AS64500"));
    insta::assert_snapshot!(figure);
    let json = serde_json::to_value(&figure).unwrap();
    assert_eq!(json["definition"]["unit"], "machines-on");
    assert_eq!(json["definition"]["day"], "2009-04-01");
    assert_eq!(json["methods"][0]["name"], "share of names held");
    assert!(["value", "low", "high", "standard_error"].iter().all(|key| json[key].is_f64()), "{json}");
    assert_eq!(json["assumptions"].as_array().unwrap().len(), 2);
}

#[test]
fn a_series_takes_the_like_only() {
    let mut series = Series::default();
    series.push(figure(0, 250, 1_000)).unwrap();
    series.push(figure(1, 250, 990)).unwrap();
    let unlike = series.push(figure(2, 100, 400)).unwrap_err();
    assert_eq!(
        unlike.to_string(),
        "these figures count different things and are not compared: names held: 250 of 250 names against 100 of 250 names"
    );
    let early = series.push(figure(1, 250, 400)).unwrap_err();
    assert_eq!(early.to_string(), "2009-05-05 does not come after 2009-05-05, the last day of the series");
    assert_eq!(series.figures().len(), 2);
    let change = series.figures()[1].compared_with(&series.figures()[0]).unwrap();
    assert!((change.value() - 0.99).abs() < 1e-9);
    assert!(series.figures()[1].compared_with(&figure(2, 100, 400)).is_err());
}

#[test]
fn a_half_life_of_a_series() {
    let mut series = Series::default();
    for on in 0..28 {
        let count = (100_000.0 * (-f64::from(on) / 14.0).exp2()).round();
        series.push(figure(on, 250, format!("{count}").parse().unwrap())).unwrap();
    }
    let decline = half_life::of(&series, 1.0).unwrap();
    assert!(decline.to_string().starts_with("halves in 14 days"), "{decline}");
    assert!(half_life::comparable(&series, &series).is_ok());
    let mut other = Series::default();
    other.push(figure(0, 100, 5)).unwrap();
    assert!(half_life::comparable(&series, &other).is_err());
}

#[test]
fn the_q_sum_is_never_without_its_warning() {
    let mut sum = QSum::default();
    sum.add(Source::V4(0xC000_0201), 1, 5);
    sum.add(Source::V4(0xC000_0201), 1, 3);
    let mut other = sum.clone();
    other.add(Source::V4(0xC000_0201), 2, 20_007);
    sum.merge(&other);
    insta::assert_snapshot!(sum);
    insta::assert_snapshot!(serde_json::to_string_pretty(&sum).unwrap());
    assert!(format!("{sum:?}").contains("This is no number of machines") && !format!("{sum:?}").contains("3221225985"));
}
