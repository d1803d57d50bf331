// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall census`.

use crate::support::{Home, Ran, ran};

fn simulated(args: &[&str]) -> Ran {
    ran(Home::new().program().args(["census", "simulate"]).args(args))
}

#[test]
fn simulates_what_was_asked_for_and_the_same_each_time() {
    let text = simulated(&["names", "--runs", "3", "--machines", "500", "--seed", "7"]);
    assert_eq!((text.status, text.err.as_str()), (0, ""));
    assert!(text.out.starts_with("A sinkhole holds 69 of the 50,000 names of a day\n"), "{}", text.out);
    assert!(text.out.contains("500 machines, 1 day, 3 runs, seed 7"), "{}", text.out);
    assert_eq!(text.out, simulated(&["names", "--runs", "3", "--machines", "500", "--seed", "7"]).out);
    let csv = simulated(&["names", "nat", "--runs", "2", "--machines", "100", "--format", "csv"]).out;
    assert!(csv.starts_with("scenario,machines,days,runs,seed,estimator,about,assumptions_met,truth,value,low,high,"));
    assert!(csv.lines().any(|line| line.starts_with("nat,100,1,2,1,agents,")), "{csv}");
    let json = simulated(&["dhcp", "--runs", "2", "--format", "json"]).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[0]["scenario"], "dhcp");
    let rows = json[0]["rows"].as_array().unwrap();
    let churn = rows.iter().find(|row| row["estimator"] == "churn").unwrap();
    assert!(churn["meets"] == true && churn["coverage"].is_number() && churn["assumptions"].is_array(), "{churn}");
}

#[test]
fn a_scenario_of_ones_own_begins_with_one_that_is_shipped() {
    let home = Home::new();
    let example = home.ok("census simulate --example nat");
    home.write("mine.toml", example.replace("mean = 2.5", "mean = 1.5"));
    assert!(home.ok("census simulate mine.toml --runs 2").contains("2 runs"));
    home.write("wrong.toml", example.replace("days = 1", "days = 1000"));
    let wrong = home.run("census simulate wrong.toml");
    assert_eq!(wrong.status, 2);
    assert!(wrong.err.contains("days is 1000; expected 1 to 400"), "{}", wrong.err);
}

#[test]
fn tells_which_scenarios_there_are() {
    let list = simulated(&["--list"]);
    assert!(list.status == 0 && list.out.lines().count() == 11, "{}", list.out);
    let unknown = simulated(&["conficker-x"]);
    assert_eq!(unknown.status, 2);
    assert!(unknown.err.contains("there is no scenario conficker-x; shipped are names, others, "), "{}", unknown.err);
    assert_eq!(simulated(&["nat", "--runs", "0"]).status, 2);
}
