// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is recorded through the forms, and what is refused. Forms are sent as a browser without script sends them.

use forestall_coord::Level;
use forestall_model::{DayRange, Tld};
use forestall_testkit::parsed;

use crate::console::{Client, Reply, Served, now};

/// The number of events in the log.
async fn events(served: &Served) -> usize {
    served.desk.log(None, 0, 1_000).await.expect("the log").len()
}

/// The first names of a slice, as its plain list has them.
async fn names(client: &Client<'_>, tld: &str, count: usize) -> Vec<String> {
    let list = client.get(&format!("/case/a/slice/{tld}/names.txt")).await;
    list.body.lines().take(count).map(str::to_owned).collect()
}

#[track_caller]
fn refused(reply: &Reply, why: &str) {
    assert_eq!(reply.status, 422, "{why}");
    let told = reply.between("<b>Nothing was recorded.</b>", "</p>").replace("&#34;", "\"").replace("&#39;", "'");
    assert!(told.contains(why), "{why:?} is not in {told:?}");
}

#[tokio::test]
async fn an_answer_for_a_whole_slice_is_claimed_and_no_more() {
    let served = Served::start().await;
    served.open_case("a", "A case").await;
    let client = served.sign_in().await;
    let form = [
        ("action", "register-sinkhole"),
        ("result", "done"),
        ("source", "call with the registry"),
        ("comment", "they were quick"),
        ("occurred", "2009-03-19"),
    ];
    let reply = client.post("/case/a/slice/com/answer", &form).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/case/a/slice/com?done=2-2#recorded"));
    let page = client.get("/case/a/slice/com?done=2-2").await;
    assert!(page.body.contains("Recorded as event 2 of the case."));
    assert_eq!(page.between("class=\"k1-claimed\">", "<"), "100 %");
    assert_eq!(page.between("class=\"k1-observed\">", "<"), "0 %");
    assert!(page.body.contains("call with the registry") && page.body.contains("they were quick"));
    let entry = served.desk.log(None, 1, 10).await.unwrap().remove(0);
    assert_eq!((entry.actor(), entry.comment()), (Some("Grace H."), Some("they were quick")));
    assert_eq!(entry.event.occurred, parsed("2009-03-19T00:00:00Z"));
    let file = served.desk.file(&parsed("a")).await.unwrap();
    let com: Tld = parsed("com");
    let total = file.board().slice_total(&com, file.case.horizon);
    assert_eq!((total.at(Level::Claimed), total.at(Level::Observed)), (total.registrable(), 0));
    assert!(client.get("/case/a").await.body.contains("call with the registry"));
}

#[tokio::test]
async fn an_answer_for_days_and_a_campaign_covers_those_alone() {
    let served = Served::start().await;
    served.open_case("a", "A case").await;
    let client = served.sign_in().await;
    let form = [
        ("action", "reserve"),
        ("result", "done"),
        ("from", "2009-03-16"),
        ("until", "2009-03-17"),
        ("campaign", "conficker-b"),
    ];
    assert_eq!(client.post("/case/a/slice/org/answer", &form).await.status, 303);
    let file = served.desk.file(&parsed("a")).await.unwrap();
    let board = file.board();
    let claimed: Vec<(usize, String)> = board
        .slice(&parsed("org"))
        .iter()
        .filter(|cell| cell.tally.at(Level::Claimed) > 0)
        .map(|cell| (cell.campaign, cell.day.to_string()))
        .collect();
    assert_eq!(claimed, [(1, "2009-03-16".to_owned()), (1, "2009-03-17".to_owned())]);
}

#[tokio::test]
async fn pasted_names_are_recorded_all_or_none() {
    let served = Served::start().await;
    served.open_case("a", "A case").await;
    let client = served.sign_in().await;
    let two = names(&client, "net", 2).await;
    let path = "/case/a/slice/net/answer-names";
    let send =
        async |text: &str| client.post(path, &[("action", "suspend"), ("result", "done"), ("names", text)]).await;
    refused(
        &send(&format!("{}\nnot-ours-at-all.net\n", two[0])).await,
        "this is not a name of this case: not-ours-at-all.net",
    );
    refused(&send(&format!("{}\nexample.org\n", two[0])).await, "example.org is not under net");
    refused(&send(&format!("{}\na b\n", two[0])).await, "line 2");
    refused(&send(" \n# nothing\n").await, "at least one must be given");
    assert_eq!(events(&served).await, 1);
    let kept = send("not-ours.net\n").await;
    assert!(kept.body.contains(">not-ours.net\n</textarea>"), "what was pasted is not lost");
    let reply = send(&format!("{}\r\n{}.\r\n# by hand\r\n", two[0].to_uppercase(), two[1])).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    let file = served.desk.file(&parsed("a")).await.unwrap();
    let total = file.board().slice_total(&parsed("net"), file.case.horizon);
    assert!(total.at(Level::Claimed) >= 2);
}

#[tokio::test]
async fn a_broken_file_of_answers_names_line_and_column_and_applies_nothing() {
    let served = Served::start().await;
    served.open_case("a", "A case").await;
    let client = served.sign_in().await;
    let two = names(&client, "biz", 2).await;
    let path = "/case/a/slice/biz/answer-file";
    let send = async |text: String| client.upload(path, &[("action", "reserve")], text.as_bytes()).await;
    let reply = send(format!("name,result\n{},done\n{},perhaps\n", two[0], two[1])).await;
    refused(&reply, "line 3");
    refused(&reply, "column 2 (result)");
    refused(&reply, "\"perhaps\"");
    refused(&send("name,comment\na.biz,x\n".to_owned()).await, "result");
    refused(
        &send(format!("name,result\n{},done\nnowhere-at-all.biz,done\n", two[0])).await,
        "line 3: nowhere-at-all.biz",
    );
    refused(&send(format!("name,result\n{0},done\n{0},refused\n", two[0])).await, "line 3");
    refused(&send("name,result\nexample.com,done\n".to_owned()).await, "example.com is not under biz");
    refused(&send("line_id,result\nnonsense,done\n".to_owned()).await, "line 2: \"nonsense\" is no line_id");
    refused(&send("\0\0\0\0".to_owned()).await, "File:");
    refused(&send(String::new()).await, "a CSV file must be chosen");
    assert_eq!(events(&served).await, 1, "nothing was recorded");
    let reply = send(format!("name,result,action\n{},done,\n{},refused,suspend\n", two[0], two[1])).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/case/a/slice/biz?done=2-3#recorded"));
    assert_eq!(events(&served).await, 3, "one event for each action and result");
}

#[tokio::test]
async fn the_list_that_was_sent_comes_back_as_the_answer() {
    let served = Served::start().await;
    served.open_case("a", "A case").await;
    let client = served.sign_in().await;
    let sent = client.get("/case/a/slice/info/names.csv").await.body;
    let mut lines = sent.lines();
    let head = lines.next().unwrap();
    let answered: String = lines.map(|line| format!("{line},done\n")).collect();
    let file = format!("{head},result\n{answered}");
    let reply = client.upload("/case/a/slice/info/answer-file", &[("action", "register-hold")], file.as_bytes()).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    let file = served.desk.file(&parsed("a")).await.unwrap();
    let total = file.board().slice_total(&parsed("info"), file.case.horizon);
    assert_eq!(total.at(Level::Claimed), total.registrable());
}

#[tokio::test]
async fn refusals_are_told_and_keep_what_was_entered() {
    let served = Served::start().await;
    served.open_case("a", "A case").await;
    let client = served.sign_in().await;
    let path = "/case/a/slice/com/answer";
    let with = |more: &[(&'static str, &'static str)]| {
        let mut form = vec![("action", "reserve"), ("result", "done"), ("source", "a mail of today")];
        form.extend_from_slice(more);
        form
    };
    refused(&client.post(path, &[("result", "done")]).await, "Action: it must be given");
    refused(&client.post(path, &[("action", "takedown"), ("result", "done")]).await, "\"takedown\" is not an action");
    refused(
        &client.post(path, &with(&[("from", "2009-03-18"), ("until", "2009-03-17")])).await,
        "is before 2009-03-18",
    );
    refused(&client.post(path, &with(&[("from", "2010-01-01"), ("until", "2010-01-02")])).await, "horizon");
    refused(&client.post(path, &with(&[("from", "1.3.2009")])).await, "First day:");
    refused(&client.post(path, &with(&[("campaign", "conficker-z")])).await, "does not hold the campaign conficker-z");
    refused(&client.post(path, &with(&[("campaign", "<b>")])).await, "Campaigns:");
    refused(&client.post(path, &with(&[("occurred", "2009-03-21")])).await, "what has not happened cannot be recorded");
    refused(&client.post(path, &with(&[("occurred", "yesterday")])).await, "Date:");
    let kept = client.post(path, &with(&[("occurred", "yesterday")])).await.body;
    assert!(kept.contains("value=\"a mail of today\"") && kept.contains("value=\"reserve\" title"));
    assert!(kept.contains("register-sinkhole"), "the page is whole");
    let json = [("Cookie", client.cookie.as_str()), ("Accept", "application/json")];
    let fields = [("action", "takedown"), ("result", "done"), ("form_token", client.form_token.as_str())];
    let reply = served.post(path, &json, &fields).await;
    assert_eq!((reply.status, reply.header("content-type")), (422, "application/problem+json"));
    assert_eq!(client.post("/case/a/slice/museum/answer", &with(&[])).await.status, 404);
    assert_eq!(client.post("/case/none/slice/com/answer", &with(&[])).await.status, 404);
    assert_eq!(events(&served).await, 1, "nothing was recorded");
}

#[tokio::test]
async fn requests_follow_the_rules_of_the_case() {
    let served = Served::start().await;
    served.open("a", "With C", "2009-03-31", "2009-04-02", &["conficker-b", "conficker-c"]).await;
    let client = served.sign_in().await;
    let path = "/case/a/slice/cn/request";
    refused(&client.post("/case/a/slice/cn/acknowledge", &[]).await, "there is nothing to acknowledge");
    refused(&client.post(path, &[("action", "reserve")]).await, "conficker-c is unverified");
    refused(&client.post(path, &[("action", "suspend"), ("campaign", "conficker-b")]).await, "legal basis");
    refused(&client.post(path, &[("action", "lock")]).await, "name by name");
    let same = [("action", "reserve"), ("first_person", "Ada"), ("second_person", "ada"), ("evidence", "a list")];
    refused(&client.post(path, &same).await, "two different people");
    let half = [("action", "reserve"), ("first_person", "Ada")];
    refused(&client.post(path, &half).await, "Second person: it must be given");
    let two =
        [("action", "reserve"), ("first_person", "Ada"), ("second_person", "Bob"), ("evidence", "a list of 1 April")];
    assert_eq!(client.post(path, &two).await.status, 303);
    assert_eq!(client.post(path, &[("action", "reserve"), ("campaign", "conficker-b")]).await.status, 303);
    let page = client.get("/case/a/slice/cn").await;
    assert!(page.body.contains("The registry received it"));
    assert_eq!(client.post("/case/a/slice/cn/acknowledge", &[("source", "mail")]).await.status, 303);
    let kinds: Vec<&str> = served.desk.log(None, 1, 10).await.unwrap().iter().map(|e| e.event.body.kind()).collect();
    assert_eq!(kinds, ["requested", "requested", "acknowledged"]);
}

#[tokio::test]
async fn a_legitimate_holder_leaves_the_count_and_comes_back() {
    let served = Served::start().await;
    served.open_case("a", "A case").await;
    let client = served.sign_in().await;
    let name = names(&client, "org", 1).await.remove(0);
    let path = "/case/a/slice/org/exclude";
    let send = async |name: &str, reason: &str| {
        client.post(path, &[("name", name), ("class", "registered-benign"), ("reason", reason)]).await
    };
    refused(&send("not-on-any-list.org", "x").await, "not a name of this case");
    refused(&send("example.com", "x").await, "example.com is not under org");
    refused(&send(&name, "").await, "Reason: it must be given");
    let before = served.desk.file(&parsed("a")).await.unwrap();
    assert_eq!(send(&name, "a shop for tea").await.status, 303);
    refused(&send(&name, "again").await, "is excluded already");
    let after = served.desk.file(&parsed("a")).await.unwrap();
    let total = |file: &forestall_hub::desk::CaseFile| file.board().total(file.case.horizon);
    assert_eq!(total(&after).registrable() + 1, total(&before).registrable());
    let page = client.get("/case/a").await;
    assert!(page.body.contains("a shop for tea") && page.body.contains("1 name has a legitimate holder"));
    assert!(!client.get("/case/a/slice/org/names.txt").await.body.contains(&name), "it is on no list any more");
    let readmit = "/case/a/holders/readmit";
    let wrong = client.post(readmit, &[("name", "example.org"), ("reason", "x")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("example.org is not excluded"));
    assert_eq!(client.post(readmit, &[("name", &name), ("reason", "the shop is gone")]).await.status, 303);
    assert!(client.get("/case/a/holders").await.body.contains("None is recorded."));
}

#[tokio::test]
async fn a_case_is_opened_by_form_and_wrong_ones_are_refused() {
    let served = Served::start().await;
    let client = served.sign_in().await;
    let base = [
        ("id", "new-case"),
        ("title", "A new case"),
        ("kind", "live"),
        ("campaign", "conficker-a"),
        ("from", "2009-03-20"),
        ("until", "2009-03-22"),
        ("tlp", "TLP:AMBER"),
        ("pap", "PAP:GREEN"),
    ];
    let with = |key: &str, value: &'static str| base.map(|(k, v)| if k == key { (k, value) } else { (k, v) }).to_vec();
    let wrong = [
        ("id", "New Case", "Id:"),
        ("id", "", "Id: it must be given"),
        ("title", "", "Title: it must be given"),
        ("kind", "dead", "Kind:"),
        ("campaign", "conficker-z", "there is no campaign"),
        ("campaign", "conficker-a:sine=wrong", "sine=\"wrong\" is not possible"),
        ("from", "2009-03-32", "First day:"),
        ("until", "2009-03-19", "is before 2009-03-20"),
        ("tlp", "TLP:BLUE", "TLP:"),
    ];
    for (key, value, why) in wrong {
        let reply = client.post("/open", &with(key, value)).await;
        let text = reply.body.replace("&#34;", "\"");
        assert_eq!(reply.status, 422, "{key}={value}");
        assert!(text.contains(why), "{key}={value}: {why:?} is not in {text}");
        assert!(text.contains("2009-03-2"), "what was entered is kept");
    }
    assert_eq!(events(&served).await, 0);
    let mut form = base.to_vec();
    form.extend([("more", "conficker-a:sine=exact\r\n\r\n"), ("name_servers", "ns1.sink.example  ns2.sink.example")]);
    let unsafe_servers = client.post("/open", &form).await;
    assert_eq!(unsafe_servers.status, 422);
    assert!(unsafe_servers.body.contains("ns1.sink.example is no safe name server"), "{}", unsafe_servers.body);
    form.extend([("first_person", "Ann"), ("second_person", "Bob"), ("evidence", "a contract of five years")]);
    let reply = client.post("/open", &form).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/case/new-case"), "{}", reply.body);
    let file = served.desk.file(&parsed("new-case")).await.unwrap();
    assert_eq!(file.case.horizon, DayRange { from: parsed("2009-03-20"), until: parsed("2009-03-23") });
    assert_eq!((file.case.campaigns.len(), file.case.name_servers.len()), (2, 2));
    assert_eq!(file.day(now().day()), parsed("2009-03-20"));
    let again = client.post("/open", &base).await;
    assert_eq!(again.status, 422);
    assert!(again.body.contains("the case new-case is open already"));
}

#[tokio::test]
async fn the_log_goes_back_by_pages() {
    let served = Served::start().await;
    served.open_case("a", "A case").await;
    for i in 0..150 {
        served.desk.note(&parsed("a"), &crate::console::act(), None, format!("note number {i};")).await.unwrap();
    }
    let client = served.sign_in().await;
    for address in ["/log", "/case/a/log"] {
        let first = client.get(address).await;
        assert!(first.body.contains("note number 149;") && !first.body.contains("note number 49;"), "{address}");
        let older = first.between(&format!("href=\"{address}?before="), "\"");
        let second = client.get(&format!("{address}?before={older}")).await;
        assert!(second.body.contains("note number 49;") && second.body.contains("note number 0;"), "{address}");
        assert!(!second.body.contains("note number 50;") && !second.body.contains("?before="), "{address}");
    }
}
