// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Feeds of a case hold the names that its plain list holds: nothing of a holder, whatever else is known of the slice.

use forestall_coord::command::{Rule, list_digest};
use forestall_formats::Form;
use forestall_formats::feed::Settings;
use forestall_hub::desk::{CaseFile, DaysAnswer, FeedAsk, Publish, PublishSpan};
use forestall_model::{Action, AnswerResult, Audience, NameClass, Ruling, UtcDay};
use forestall_testkit::parsed;
use forestall_vet::Rules;

use crate::console::{Served, act, now};
use crate::flood::{dossier, names};

/// Returns the names of a feed of a day, and those of the plain list.
fn both(served: &Served, file: &CaseFile, day: UtcDay, tld: Option<&str>) -> (Vec<String>, Vec<String>) {
    let (audience, tld) = (Audience::Recipient, tld.map(parsed));
    let ask = FeedAsk { tld: tld.clone(), span: day.window(), audience, now: now(), most: None };
    let feed = served.desk.feed(file, &ask).expect("a feed");
    let span = PublishSpan::Day(day);
    let settings = Settings::default();
    let ask = Publish { form: Form::Plain, tld, span, audience, now: now(), most: None, settings };
    let mut out = Vec::new();
    served.desk.publish(file, &ask, &mut out).expect("published");
    let plain = String::from_utf8(out).expect("text").lines().map(str::to_owned).collect();
    (feed.object().entries.names().map(str::to_owned).collect(), plain)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_watched_or_held_is_in_no_feed() {
    let served = Served::start().await;
    let file = served.open_case("a", "A case").await;
    let id = file.case.id.clone();
    let day: UtcDay = parsed("2009-03-22");
    let (all, plain) = both(&served, &file, day, None);
    assert_eq!(all, plain);
    let of_day = names(&served, &file, "com", "2009-03-22", 2);
    let [watched, excluded] = [0, 1].map(|index| of_day[index].clone());
    served.desk.vet(&id, &act(), vec![dossier(&watched, &[])], now(), Rules::built_in()).await.expect("vetted");
    let rule = Rule {
        digest: list_digest(std::slice::from_ref(&watched)),
        names: vec![watched.clone()],
        ruling: Ruling::Watch,
        action: None,
        legal_basis: None,
        reason: "a shop, it seems".to_owned(),
        evidence: "the site, today".to_owned(),
        second: None,
    };
    served.desk.rule(&id, &act(), rule).await.expect("ruled");
    // What the registry says of the whole slice makes nobody's name ours.
    let answer = DaysAnswer {
        tld: parsed("com"),
        campaigns: Vec::new(),
        days: None,
        action: Action::Reserve,
        result: AnswerResult::Done,
    };
    served.desk.answer_days(&id, &act(), answer).await.expect("answered");
    for step in 0..2 {
        let file = served.desk.file(&id).await.expect("a case");
        for tld in [None, Some("com")] {
            let (feed, plain) = both(&served, &file, day, tld);
            assert_eq!(feed, plain, "{step}");
            assert!(!feed.iter().any(|name| *name == watched.as_str()), "{step}: {watched} is watched");
            assert!(!feed.is_empty());
        }
        // What is excluded elsewhere is not told to whoever has one slice.
        let slice = |tld: &str| FeedAsk {
            tld: Some(parsed(tld)),
            span: day.window(),
            audience: Audience::Recipient,
            now: now(),
            most: None,
        };
        let through = |tld: &str| served.desk.feed(&file, &slice(tld)).expect("a feed").object().let_through.clone();
        assert_eq!((through("com").len(), through("net").len()), (step, 0));
        let reason = "a shop".to_owned();
        if step == 0 {
            let class = NameClass::RegisteredBenign;
            served.desk.exclude(&id, &act(), excluded.clone(), class, reason).await.expect("excluded");
        } else {
            let (feed, _) = both(&served, &file, day, None);
            assert_eq!(feed.len() + 2, all.len());
            assert!(!feed.iter().any(|name| *name == excluded.as_str()));
        }
    }
}

/// `naxhp.no` is a name of Conficker C on the first of April 2009 and on the second.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_excluded_stays_out_when_it_comes_again_on_a_later_list() {
    let served = Served::start().await;
    let file = served.open("a", "A case", "2009-04-01", "2009-04-02", &["conficker-c"]).await;
    let id = file.case.id.clone();
    let (name, class) = (parsed("naxhp.no"), NameClass::RegisteredBenign);
    served.desk.exclude(&id, &act(), name, class, "a shop".to_owned()).await.expect("excluded");
    served.desk.move_horizon(&id, &act(), parsed("2009-04-03")).await.expect("moved");
    let file = served.desk.file(&id).await.expect("a case");
    let (feed, plain) = both(&served, &file, parsed("2009-04-02"), Some("no"));
    assert_eq!(feed, plain);
    assert!(feed.len() > 100 && !feed.iter().any(|name| name == "naxhp.no"), "{}", feed.len());
}
