// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What if, the figures of a case, what a monitoring system reads, and totals for anybody.

use std::collections::{BTreeMap, BTreeSet};

use forestall_coord::event::CaseKind;
use forestall_hub::desk::OpenCase;
use forestall_model::{DayRange, Marking};
use forestall_testkit::parsed;
use serde_json::Value;

use crate::console::{Served, act};

#[tokio::test]
async fn what_if_says_what_falls_and_what_comes_next() {
    let served = Served::start().await;
    served.open_case("a", "Spring 2009").await;
    let client = served.sign_in().await;
    let page = client.get("/case/a/what-if").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("id=\"order\"") && !page.body.contains("id=\"what-if\""));
    let path = "/case/a/what-if?slices=.com+net&from=2009-03-20&until=2009-03-22&level=claimed&next=3&aim=mean";
    let page = client.get(path).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("If com net protected their slices from"), "{}", page.body);
    let reply = client.get_json(path).await;
    let document: Value = serde_json::from_str(&reply.body).expect("JSON");
    let claimed = &document["what_if"]["levels"][0];
    assert_eq!((&claimed["level"], &claimed["before"]["lists"]), (&"claimed".into(), &4.into()));
    assert!(claimed["names"].as_u64().expect("a number") > 100);
    let mean = |of: &Value| of["mean"]["low"].as_f64().expect("a number");
    assert!(mean(&claimed["after"]) <= mean(&claimed["before"]));
    assert_eq!(document["next"]["steps"].as_array().expect("steps").len(), 3);
    assert_eq!(document["next"]["aim"], "mean");
}

#[tokio::test]
async fn what_if_refuses_what_makes_no_sense() {
    let served = Served::start().await;
    served.open_case("a", "Spring 2009").await;
    let client = served.sign_in().await;
    for (query, status) in [
        ("slices=zz", 404),
        ("slices=%3Cb%3E", 400),
        ("from=2009-03-22&until=2009-03-20", 400),
        ("next=100000", 400),
        ("level=sure", 400),
        ("aim=both", 400),
    ] {
        assert_eq!(client.get(&format!("/case/a/what-if?{query}")).await.status, status, "{query}");
    }
    assert_eq!(client.get("/case/b/what-if").await.status, 404);
    assert_eq!(served.get("/case/a/what-if", &[]).await.status, 303, "nobody is signed in");
}

#[tokio::test]
async fn figures_latency_and_timeline_follow_the_events() {
    let served = Served::start().await;
    served.open_case("a", "Spring 2009").await;
    let client = served.sign_in().await;
    let figures = client.get("/case/a/figures").await;
    assert!(figures.body.contains("not known: nobody was asked"), "{}", figures.body);
    assert!(client.get("/case/a/latency").await.body.contains("Nobody was asked."));
    let fields = [("action", "reserve"), ("from", "2009-03-21"), ("until", "2009-03-24"), ("campaign", "conficker-b")];
    let asked = client.post("/case/a/slice/com/request", &fields).await;
    assert_eq!(asked.status, 303, "{}", asked.body);
    let latency = client.get("/case/a/latency?order=slowest").await;
    assert!(latency.body.contains("acknowledged 1 waiting, 0 s so far"), "{}", latency.body);
    let document: Value = serde_json::from_str(&client.get_json("/case/a/figures").await.body).expect("JSON");
    let figure = |id: &str| {
        let all = document["figures"].as_array().expect("figures");
        all.iter().find(|figure| figure["id"] == id).cloned().expect("each is there")
    };
    assert_eq!(document["figures"].as_array().expect("figures").len(), 18);
    assert_eq!(figure("K5")["readings"][1]["value"]["part"], 0);
    assert_eq!(figure("K5")["readings"][1]["value"]["whole"], 1);
    assert_eq!(figure("K10")["readings"][0]["known"], false);
    assert!(figure("K10")["readings"][0].get("value").is_none());
    let timeline = client.get("/case/a/timeline").await;
    assert!(timeline.body.contains("opened 1, requested 1"), "{}", timeline.body);
    assert_eq!(client.get("/case/a/latency?order=size").await.status, 400);
}

#[tokio::test]
async fn gaps_can_begin_with_the_first_to_open() {
    let served = Served::start().await;
    served.open_case("a", "Spring 2009").await;
    let client = served.sign_in().await;
    let page = client.get("/case/a/gaps?order=opens").await;
    assert!(page.body.contains("The first to open first"));
    assert_eq!(client.get("/case/a/gaps?order=size").await.status, 400);
}

/// Reads the text format strictly: samples by name and labels, with their types.
fn read_metrics(text: &str) -> BTreeMap<String, String> {
    let (mut types, mut samples) = (BTreeMap::new(), BTreeMap::new());
    let mut helped = BTreeSet::new();
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':');
    assert!(text.ends_with('\n'));
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, words) = help.split_once(' ').expect("a help has words");
            assert!(is_name(name) && !words.is_empty() && helped.insert(name), "{line}");
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').expect("a type");
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert!(types.insert(name, kind).is_none(), "{line}");
        } else {
            let (series, value) = line.rsplit_once(' ').expect("a sample has a value");
            let name = series.split('{').next().unwrap_or(series);
            let family = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|end| name.strip_suffix(end).filter(|family| types.get(family) == Some(&"histogram")));
            assert!(is_name(name) && types.contains_key(family.unwrap_or(name)), "{line}");
            if let Some((_, labels)) = series.split_once('{') {
                let labels = labels.strip_suffix('}').expect("labels end");
                for label in labels.split("\",").map(|label| label.trim_end_matches('"')) {
                    let (key, value) = label.split_once("=\"").expect("a label has a value");
                    assert!(is_name(key) && !value.contains('"'), "{line}");
                }
            }
            assert!(value.parse::<f64>().is_ok(), "{line}");
            assert!(samples.insert(series.to_owned(), value.to_owned()).is_none(), "{line} stands twice");
        }
    }
    samples
}

#[tokio::test]
async fn metrics_are_read_on_this_machine_and_name_nobody() {
    let served = Served::start().await;
    served.open_case("a", "Spring 2009").await;
    let client = served.sign_in().await;
    assert_eq!(client.get("/case/a").await.status, 200);
    assert_eq!(client.get("/nowhere").await.status, 404);
    let reply = served.get("/metrics", &[]).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "text/plain; version=0.0.4; charset=utf-8"));
    let samples = read_metrics(&reply.body);
    assert_eq!(samples["forestall_cases"], "1");
    assert_eq!(samples["forestall_events_total"], "1");
    assert_eq!(samples["forestall_case_reach_ratio{case=\"a\",level=\"observed\"}"], "1");
    assert_eq!(samples["forestall_case_coverage_ratio{case=\"a\",level=\"claimed\"}"], "0");
    assert_eq!(samples["forestall_http_requests_total{route=\"/case/{id}\",class=\"2xx\"}"], "1");
    assert!(samples["process_resident_memory_bytes"].parse::<f64>().is_ok_and(|bytes| bytes > 1e6));
    let buckets: Vec<u64> = reply
        .body
        .lines()
        .filter(|line| line.starts_with("forestall_http_request_duration_seconds_bucket{route=\"/case/{id}\""))
        .map(|line| line.rsplit_once(' ').expect("a value").1.parse().expect("a number"))
        .collect();
    assert!(buckets.len() == 12 && buckets.is_sorted() && buckets.last() == Some(&1), "{buckets:?}");
    // What nobody knows is absent.
    assert!(!reply.body.contains("forestall_case_lost_names{"));
    assert!(!reply.body.contains("Grace") && !reply.body.contains(".com"));
}

#[tokio::test]
async fn metrics_are_for_nobody_who_comes_through_a_proxy() {
    let served = Served::start_with(|settings| settings.public = Some(parsed("https://hub.example"))).await;
    let forwarded = [("Host", "hub.example"), ("X-Forwarded-For", "192.0.2.7")];
    assert_eq!(served.get("/metrics", &forwarded).await.status, 403);
    assert_eq!(served.get("/metrics", &[("Host", "hub.example")]).await.status, 403);
    // Past the proxy, under the bound address.
    assert_eq!(served.get("/metrics", &[]).await.status, 200);
    assert_eq!(served.get("/sign-in", &[]).await.status, 421, "which is good for metrics only");
    let direct = Served::start().await;
    assert_eq!(direct.get("/metrics", &[("X-Forwarded-For", "127.0.0.1")]).await.status, 403);
}

#[tokio::test]
async fn totals_for_anybody_count_public_cases_alone() {
    let served = Served::start().await;
    served.open_case("a", "Under embargo").await;
    let page = served.get("/public/figures", &[]).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("No case is public.") && !page.body.contains("embargo</"), "{}", page.body);
    let json = [("Accept", "application/json")];
    let before: Value = serde_json::from_str(&served.get("/public/figures", &json).await.body).expect("JSON");
    assert_eq!(before["cases"], 0);
    assert!(before["rows"].as_array().expect("rows").iter().all(|row| row["count"] == 0), "{before}");

    let case = OpenCase {
        id: parsed("b"),
        title: "In the open".to_owned(),
        kind: CaseKind::Live,
        campaigns: vec![parsed("conficker-a")],
        horizon: DayRange { from: parsed("2009-03-15"), until: parsed("2009-03-25") },
        board_day: None,
        marking: Marking::PUBLIC,
        name_servers: Vec::new(),
        guard_override: None,
        four_eyes: false,
        ahead: None,
    };
    let file = served.desk.open_case(&act(), case).await.expect("the case opens");
    // Within a minute the totals stand; another server over the same store has counted none.
    let kept: Value = serde_json::from_str(&served.get("/public/figures", &json).await.body).expect("JSON");
    assert_eq!(kept["cases"], 0);
    let later = served.again(|_| {}).await;
    let now: Value = serde_json::from_str(&later.get("/public/figures", &json).await.body).expect("JSON");
    assert_eq!(now["cases"], 1);
    let names: u32 = file.board().total(file.case.horizon).registrable();
    assert_eq!(now["rows"][0]["count"], names);
    assert!(later.get("/public/figures", &[]).await.body.contains("the one case that is public"));
}
