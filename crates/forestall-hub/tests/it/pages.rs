// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the pages show.

use forestall_coord::Level;
use forestall_hub::desk::DaysAnswer;
use forestall_model::{Action, AnswerResult, DayRange};
use forestall_testkit::parsed;

use crate::console::{Served, act, now};

/// A text that would run where it is not escaped.
const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;";

#[track_caller]
fn check_harmless(what: &str, body: &str) {
    for raw in ["<script>alert", "<img src=x", "onerror=alert(2)>\"", "'><img"] {
        assert!(!body.contains(raw), "{what}: {raw} in the page");
    }
}

#[tokio::test]
async fn the_figures_are_those_of_the_board() {
    let served = Served::start().await;
    let file = served.open_case("a", "Spring").await;
    let client = served.sign_in().await;
    let page = client.get("/case/a").await;
    let board = file.board();
    let day = file.day(now().day());
    assert_eq!(day.to_string(), "2009-03-20");
    let one = DayRange::one(day);
    let worst = board.worst(Level::Observed, one).unwrap();
    assert_eq!(page.between("id=\"headline-reach\">", "<"), worst.reach.to_string());
    assert_eq!(page.between("class=\"k1-observed\">", "<"), "0 %");
    assert_eq!(page.between("class=\"k2-claimed\">", "<"), worst.reach.to_string());
    let registrable = board.total(one).registrable();
    assert!(registrable > 400, "A and B have 250 names each");
    assert!(page.body.contains(&format!("0 of {registrable}")), "{registrable}");
    for (tld, _) in board.slices() {
        assert_eq!(
            page.body.matches(&format!("href=\"/case/a/slice/{tld}\">.{tld}<")).count(),
            1,
            "{tld} in the heat map"
        );
        assert_eq!(page.body.matches(&format!("data-tld=\"{tld}\"")).count(), 1, "{tld} on the map");
    }
    let gaps = client.get("/case/a/gaps?within=1").await;
    let rows = gaps.body.matches("<th scope=\"row\">").count();
    assert_eq!(rows, board.gaps(now(), 1).len());
    assert!(gaps.body.contains("2009-03-20 12:00"));
    let days = client.get("/case/a/days").await;
    let lists: usize = board.variants().iter().map(|variant| variant.periods.len()).sum();
    assert_eq!(days.body.matches("<th scope=\"row\">").count(), lists);
    assert_eq!(client.get("/case/a/days?page=99").await.status, 400);
}

#[tokio::test]
async fn every_slice_says_in_words_what_its_strip_shows() {
    let served = Served::start().await;
    served.open_case("a", "Spring").await;
    let client = served.sign_in().await;
    assert!(client.get("/case/a").await.body.contains("aria-label=\"all days: observed none\""));
    let days = DayRange { from: parsed("2009-03-18"), until: parsed("2009-03-20") };
    let answer = DaysAnswer {
        tld: parsed("com"),
        days: Some(days),
        campaigns: Vec::new(),
        action: Action::RegisterSinkhole,
        result: AnswerResult::Done,
    };
    served.desk.answer_days(&parsed("a"), &act(), answer).await.unwrap();
    let page = client.get("/case/a").await;
    let words = "2009-03-15 to 2009-03-17: observed none; 2009-03-18 to 2009-03-19: observed none, claimed all; \
                 2009-03-20 to 2009-03-24: observed none";
    assert!(page.body.contains(&format!("aria-label=\"{words}\"")), "{}", page.body);
    // Three days, then two claimed, then five, in the lower lane.
    assert!(page.body.contains("<path class=\"c5\" d=\"M3 15h2\"/>"));
    assert!(client.get("/case/a/slice/com").await.body.contains(words));
}

#[tokio::test]
async fn unverified_names_say_so_wherever_they_stand() {
    let served = Served::start().await;
    served.open("c", "Unverified", "2009-04-01", "2009-04-02", &["conficker-c"]).await;
    let client = served.sign_in().await;
    for page in
        ["/", "/case/c", "/case/c/gaps?within=30", "/case/c/slice/be", "/family/conficker-c", "/families", "/open"]
    {
        let body = client.get(page).await.body;
        assert!(body.contains("unverified</span>"), "{page}");
    }
    for page in ["/case/c", "/case/c/slice/be", "/case/c/holders", "/case/c/log", "/case/c/gaps", "/case/c/days"] {
        let body = client.get(page).await.body;
        assert!(body.contains("<b>conficker-c</b> are <b>unverified</b>"), "{page}");
        assert!(body.contains("TLP:AMBER+STRICT") && body.contains("PAP:GREEN"), "{page}");
    }
    let list = client.get("/case/c/slice/be/names.txt").await;
    assert_eq!(list.header("forestall-confidence"), "unverified");
    assert!(list.header("content-disposition").contains("UNVERIFIED"), "{:?}", list.headers);
}

#[tokio::test]
async fn a_reconstruction_is_headed_so() {
    let served = Served::start().await;
    served.open_case("live", "Live").await;
    let client = served.sign_in().await;
    let form = [
        ("id", "past"),
        ("title", "Past"),
        ("kind", "reconstruction"),
        ("campaign", "conficker-a"),
        ("from", "2009-01-01"),
        ("until", "2009-01-05"),
        ("board_day", "2009-01-03"),
        ("tlp", "TLP:CLEAR"),
        ("pap", "PAP:CLEAR"),
    ];
    let opened = client.post("/open", &form).await;
    assert_eq!((opened.status, opened.header("location")), (303, "/case/past"), "{}", opened.body);
    for page in [
        "/case/past",
        "/case/past/slice/com",
        "/case/past/gaps",
        "/case/past/log",
        "/case/past/holders",
        "/case/past/days",
    ] {
        let body = client.get(page).await.body;
        assert!(body.contains("<b>RECONSTRUCTION</b>") && body.contains("2009-01-03"), "{page}");
    }
    assert!(!client.get("/case/live").await.body.contains("RECONSTRUCTION"));
    let entries = served.desk.log(None, 0, 10).await.unwrap();
    assert_eq!(entries.last().unwrap().actor(), Some("Grace H."));
}

#[tokio::test]
async fn texts_of_people_are_escaped() {
    let served = Served::start().await;
    let title = &HOSTILE[..HOSTILE.len().min(80)];
    served.open_case("a", title).await;
    let client = served.sign_in().await;
    let fields = [("action", "reserve"), ("result", "done"), ("source", HOSTILE), ("comment", HOSTILE)];
    assert_eq!(client.post("/case/a/slice/com/answer", &fields).await.status, 303);
    let name = client.get("/case/a/slice/org/names.txt").await.body.lines().next().unwrap().to_owned();
    let fields = [("name", name.as_str()), ("class", "registered-benign"), ("reason", HOSTILE), ("source", HOSTILE)];
    assert_eq!(client.post("/case/a/slice/org/exclude", &fields).await.status, 303);
    for page in [
        "/",
        "/case/a",
        "/case/a/log",
        "/log",
        "/case/a/slice/com",
        "/case/a/slice/org",
        "/case/a/holders",
        "/case/a/gaps",
    ] {
        let reply = client.get(page).await;
        assert_eq!(reply.status, 200, "{page}");
        check_harmless(page, &reply.body);
        assert!(
            reply.body.contains("&#60;script&#62;") || reply.body.contains("&lt;script&gt;"),
            "{page} shows it as text"
        );
    }
    // What is refused comes back in the form and in the message.
    let fields = [("action", HOSTILE), ("result", "done"), ("source", HOSTILE)];
    let reply = client.post("/case/a/slice/com/answer", &fields).await;
    assert_eq!(reply.status, 422);
    check_harmless("refused form", &reply.body);
    check_harmless("sign-in", &served.get("/sign-in?token=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", &[]).await.body);
    let reply = client.get("/case/%3Cscript%3Ealert(1)%3C%2Fscript%3E").await;
    check_harmless("problem", &reply.body);
    let reply = client.get_json("/case/%3Cscript%3Ealert(1)%3C%2Fscript%3E").await;
    assert_eq!(reply.header("content-type"), "application/problem+json");
}

#[tokio::test]
async fn names_come_by_page_and_as_files() {
    let served = Served::start().await;
    served.open("c", "C", "2009-04-01", "2009-04-03", &["conficker-c"]).await;
    let client = served.sign_in().await;
    let first = client.get("/case/c/slice/be?day=2009-04-01").await;
    let second = client.get("/case/c/slice/be?day=2009-04-01&page=2").await;
    let names = |body: &str| {
        let cell = "<th scope=\"row\" class=\"domain\">";
        body.split(cell).skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (one, two) = (names(&first.body), names(&second.body));
    assert_eq!((one.len(), two.len()), (100, 100));
    assert!(one.iter().all(|name| !two.contains(name)));
    let list = client.get("/case/c/slice/be/names.txt").await;
    assert_eq!(list.header("content-type"), "text/plain; charset=utf-8");
    assert!(list.header("content-disposition").contains("c-be-2009-04-01-to-2009-04-02"), "{:?}", list.headers);
    let listed: Vec<&str> = list.body.lines().collect();
    assert!(one.iter().chain(&two).all(|name| listed.contains(&name.as_str())));
    let csv = client.get("/case/c/slice/be/names.csv?day=2009-04-01").await;
    let mut lines = csv.body.lines();
    assert!(lines.next().unwrap().starts_with("name,name_unicode,tld,valid_from,valid_until,family"));
    assert!(lines.all(|line| line.contains(",unverified,") && line.contains("TLP:AMBER+STRICT")));
}

#[tokio::test]
async fn the_page_of_a_large_case_stays_light() {
    let served = Served::start().await;
    let file =
        served.open("big", "Big", "2009-04-01", "2009-04-11", &["conficker-a", "conficker-b", "conficker-c"]).await;
    assert_eq!(file.case.slices.len(), 117);
    // Every second day of every second slice, so that hardly two days are alike.
    for tld in file.case.slices.keys().step_by(2) {
        for day in file.case.horizon.days().step_by(2) {
            let answer = DaysAnswer {
                tld: tld.clone(),
                days: Some(DayRange::one(day)),
                campaigns: Vec::new(),
                action: Action::Reserve,
                result: AnswerResult::Done,
            };
            served.desk.answer_days(&file.case.id, &act(), answer).await.unwrap();
        }
    }
    let client = served.sign_in().await;
    let page = client.get("/case/big").await;
    assert_eq!(page.status, 200);
    assert!(page.body.len() < 400_000, "{} octets", page.body.len());
    assert_eq!(page.body.matches("<svg role=\"img\"").count(), 117);
    assert!(page.body.contains("it varies: observed from none to none, claimed from none to all"));
}
