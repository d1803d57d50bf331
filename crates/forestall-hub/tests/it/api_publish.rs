// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Names in a consumer's form by the API: what the command writes where the store is, through the gate, on record.

use forestall_formats::Form;
use forestall_formats::feed::Settings;
use forestall_hub::desk::{Publish, PublishSpan};
use forestall_model::{Audience, DayRange};
use forestall_testkit::parsed;

use crate::api::{operator, problem, registry};
use crate::console::{Served, now};

const CASE: &str = "/api/v1/cases/a/publish";
const SLICE: &str = "/api/v1/cases/a/slices/com/publish";

#[tokio::test(flavor = "multi_thread")]
async fn names_are_those_that_the_desk_publishes() {
    let served = Served::start().await;
    let file = served.open_case("a", "A case of the test").await;
    let program = operator(&served).await;
    let days = DayRange::new(parsed("2009-03-20"), parsed("2009-03-22")).expect("days");
    for (form, tld, span, query) in [
        (Form::Csv, Some("com"), PublishSpan::Lists(days), "as=csv&from=2009-03-20&until=2009-03-22"),
        (Form::Plain, Some("com"), PublishSpan::Horizon, "as=plain&horizon=true"),
        (Form::Jsonl, None, PublishSpan::Day(parsed("2009-03-24")), "as=jsonl&on=2009-03-24"),
        (Form::Plain, None, PublishSpan::Day(now().day()), "as=plain"),
        (Form::Rpz, None, PublishSpan::Day(parsed("2009-03-24")), "as=rpz&on=2009-03-24"),
    ] {
        let audience = Audience::Recipient;
        let ask = Publish {
            form,
            tld: tld.map(parsed),
            span,
            audience,
            now: now(),
            most: None,
            settings: Settings::default(),
        };
        let mut expected = Vec::new();
        let published = served.desk.publish(&file, &ask, &mut expected).expect("it is published");
        let path = format!("{}?{query}", if tld.is_some() { SLICE } else { CASE });
        let reply = program.get(&path).await;
        assert!(reply.status == 200 && reply.octets == expected, "{path} {}", reply.status);
        assert!(expected.len() > 1_000);
        assert_eq!(reply.header("content-type"), form.about().media_type);
        assert_eq!(reply.header("forestall-lines"), published.lines.to_string());
        assert_eq!(reply.header("content-length"), expected.len().to_string());
        let tag = reply.header("etag").to_owned();
        let before = served.desk.disclosures(None, 100).await.expect("the record");
        assert!(before.iter().any(|kept| kept.count == published.lines), "{path}");
        let known = program.send("GET", &path, &[("If-None-Match", &tag)], None).await;
        assert_eq!((known.status, known.octets.len()), (304, 0));
        let after = served.desk.disclosures(None, 100).await.expect("the record");
        assert_eq!(before.len(), after.len(), "what does not leave is not on record");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_for_somebody_is_a_problem_document() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    let (lead, own) = (operator(&served).await, registry(&served).await);
    problem(&lead.get(&format!("{CASE}?as=csv&audience=public")).await, 403, "forbidden");
    problem(&lead.get(CASE).await, 400, "malformed");
    for beyond in ["as=pdf", "as=rpz&policy=drop", "as=rpz&policy=sinkhole=,,", "as=xarf"] {
        problem(&lead.get(&format!("{CASE}?{beyond}")).await, 422, "refused");
    }
    // Each address is a line for each name.
    let long = format!("sinkhole={}", vec!["::1"; 80].join(","));
    problem(&lead.get(&format!("{CASE}?as=rpz&policy={long}")).await, 422, "refused");
    for serial in ["+5", "-1", "4294967296"] {
        problem(&lead.get(&format!("{CASE}?as=rpz&serial={serial}")).await, 400, "malformed");
    }
    problem(&lead.get(&format!("{CASE}?as=csv&horizon=perhaps")).await, 400, "malformed");
    for both in ["on=2009-03-20&horizon=true", "from=2009-03-20", "on=2009-03-20&until=2009-03-21"] {
        problem(&lead.get(&format!("{CASE}?as=csv&{both}")).await, 422, "refused");
    }
    assert!(served.desk.disclosures(None, 9).await.expect("the record").is_empty());
    assert_eq!(own.get(&format!("{SLICE}?as=csv")).await.status, 200);
    for other in [format!("{CASE}?as=csv"), "/api/v1/cases/a/slices/net/publish?as=csv".to_owned()] {
        let hidden = problem(&own.get(&other).await, 404, "not-found");
        assert_eq!(hidden, problem(&own.get("/api/v1/nothing").await, 404, "not-found"), "{other}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_an_answer_holds_is_refused_before_a_name_is_computed() {
    let served = Served::start().await;
    // 50,000 names a day.
    served.open("a", "A long case", "2009-04-01", "2009-04-23", &["conficker-c"]).await;
    let program = operator(&served).await;
    let refused = problem(&program.get(&format!("{CASE}?as=plain&horizon=true")).await, 422, "refused");
    assert!(refused["detail"].as_str().is_some_and(|text| text.contains("fewer days")), "{refused}");
    assert_eq!(program.get(&format!("{SLICE}?as=plain&on=2009-04-02")).await.status, 404, "C asks for no name of com");
    assert_eq!(program.get("/api/v1/cases/a/slices/be/publish?as=plain&on=2009-04-02").await.status, 200);
}
