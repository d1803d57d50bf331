// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The TAXII server: what OASIS's own client gets of it, what somebody sees, and what a filter and a page hold.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};
use std::sync::Arc;

use forestall_hub::desk::{Act, TakeTold};
use forestall_hub::server::Allowance;
use forestall_model::{Instant, NameClass, Standing, Tlp};
use forestall_testkit::{parsed, skip};
use serde_json::Value;

use crate::accounts::{bearer, person};
use crate::api::{Program, operator, registry};
use crate::console::{Reply, Served, now};
use crate::flood::names;

const MEDIA_TYPE: &str = "application/taxii+json;version=2.1";
const COLLECTIONS: &str = "/taxii2/cases/collections/";

/// Runs a program of Python with arguments; `None` where Python's libraries are missing.
pub(crate) async fn python(test: &'static str, program: &'static str, arguments: Vec<String>) -> Option<String> {
    let python = skip::needs(test, "stix2_validator")?.with_file_name("python3");
    let mut command = Command::new(python);
    command.args(["-X", "utf8", "-c", program]).args(arguments).stdin(Stdio::null());
    let done = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    if said.contains("ModuleNotFoundError") {
        skip::skipped(test, &format!("needs a library: {}", said.lines().last().unwrap_or_default()));
        return None;
    }
    assert!(done.status.success(), "{test}: {said}");
    Some(String::from_utf8(done.stdout).unwrap())
}

/// What OASIS's client does: it finds the collections, takes all objects page by page, looks at the manifest, and asks for one object.
const CLIENT: &str = r"
import collections, json, sys, uuid
from taxii2client.v21 import Server, as_pages
import stix2
from stix2validator import validate_string, ValidationOptions
url, token = sys.argv[1:]
server = Server(url, user='token', password=token)
root = server.default
print(server.title, len(server.api_roots), root.title, root.versions)
for found in root.collections:
    print(found.title, found.alias, found.can_read, found.can_write, found.media_types)
collection = root.collections[0]
def everything(ask):
    pages = [page for page in as_pages(ask, per_request=700)]
    assert all(len(page['objects']) == 700 for page in pages[:-1]), [len(page['objects']) for page in pages]
    return [found for page in pages for found in page['objects']]
objects, manifest = everything(collection.get_objects), everything(collection.get_manifest)
ids = [found['id'] for found in objects]
assert len(set(ids)) == len(ids) and ids == [entry['id'] for entry in manifest]
added = [entry['date_added'] for entry in manifest]
assert added == sorted(added)
assert {entry['media_type'] for entry in manifest} == {'application/stix+json;version=2.1'}
for found, entry in zip(objects, manifest):
    assert entry['version'] == found.get('modified', found['created']), entry
kinds = collections.Counter(found['type'] for found in objects)
assert kinds['indicator'] == kinds['relationship'] > 1000
print(sorted(set(kinds) - {'indicator', 'relationship'}))
of_names = [f for f in objects if f['type'] in ('indicator', 'relationship')]
groups = {f['name']: f['object_refs'] for f in objects if f['type'] == 'grouping'}
live = lambda f, day: f['valid_from'] < day + 'T23:59:59.999Z' and f['valid_until'] > day + 'T00:00:00.000Z'
for name, refs in groups.items():
    day = name.split()[-1]
    there = [f['id'] for f in objects if f['type'] == 'indicator' and live(f, day)]
    # Of the first day some names are over, and not in the collection any more.
    assert set(there) <= set(refs) and len(set(refs)) == len(refs) and (day == '2009-03-20' or len(there) == len(refs)), (day, len(there), len(refs))
print(len(groups), min(groups), max(groups))
for last in (ids[0], ids[-1]):
    assert collection.get_object(last)['objects'] == [found for found in objects if found['id'] == last]
    assert collection.object_versions(last)['versions'] == [e['version'] for e in manifest if e['id'] == last]
assert collection.get_objects(id=ids[5:8], type='indicator')['objects'] == [f for f in objects[5:8] if f['type'] == 'indicator']
assert [f['id'] for f in collection.get_objects(added_after=added[0]).get('objects', [])] == [i for i, a in zip(ids, added) if a > added[0]]
assert collection._conn.get(root.url + 'collections/a/')['id'] == collection.id
bundle = {'type': 'bundle', 'id': 'bundle--' + str(uuid.uuid4()), 'objects': [f for f in objects if f not in of_names] + of_names[-40:]}
parsed = stix2.parse(bundle, allow_custom=True)
assert parsed.objects[-2].type == 'indicator', parsed.objects[-2]
result = validate_string(json.dumps(bundle), ValidationOptions(version='2.1', disabled='uuid-check,extref-hashes', strict=True))
assert result.is_valid, result.errors
";

#[tokio::test(flavor = "multi_thread")]
async fn the_client_of_oasis_gets_the_objects_of_a_case() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    let who = person(&served, "ada@hub.example", None, Standing::Operator).await;
    let token = bearer(&served, &who.id, "read").await.replace("Bearer ", "");
    let url = format!("http://{}/taxii2/", served.address);
    let test = "taxii::the_client_of_oasis_gets_the_objects_of_a_case";
    let Some(said) = python(test, CLIENT, vec![url, token]).await else { return };
    let expected = "Forestall 1 Cases ['application/taxii+json;version=2.1']\n\
                    A case of the test (TLP:AMBER+STRICT) a True False ['application/stix+json;version=2.1']\n\
                    ['grouping', 'identity', 'malware', 'marking-definition']\n\
                    5 A case of the test: names live on 2009-03-20 A case of the test: names live on 2009-03-24\n";
    assert_eq!(said, expected);
    // What left is on record, and so is the one name at which a page of a manifest says that the next one begins.
    let record = served.desk.disclosures(None, 1_000).await.unwrap();
    assert!(record.iter().all(|row| row.what == "names of the case by TAXII" && row.count > 0));
    assert!(record.iter().map(|row| row.count).sum::<u64>() > 1_000);
    assert!(record.iter().filter(|row| row.count == 1).count() >= 2);
}

async fn json(program: &Program<'_>, path: &str) -> Value {
    let reply = program.get(path).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, MEDIA_TYPE), "{path} {}", reply.body);
    serde_json::from_str(&reply.body).unwrap()
}

#[track_caller]
fn fault(reply: &Reply, status: u16) -> Value {
    assert_eq!((reply.status, reply.header("content-type")), (status, MEDIA_TYPE), "{}", reply.body);
    let fault: Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(fault["http_status"], status.to_string(), "{fault}");
    assert!(fault["title"].as_str().is_some_and(|text| !text.is_empty()), "{fault}");
    fault
}

fn ids(page: &Value) -> Vec<String> {
    page["objects"].as_array().into_iter().flatten().map(|found| found["id"].as_str().unwrap().to_owned()).collect()
}

/// Returns the entries of a manifest, page by page: identifier and when it was added.
async fn manifest(program: &Program<'_>, query: &str) -> Vec<(String, Instant)> {
    let (mut entries, mut next) = (Vec::new(), String::new());
    loop {
        let page = json(program, &format!("{COLLECTIONS}a/manifest/?limit=900{query}{next}")).await;
        let found = page["objects"].as_array().into_iter().flatten();
        entries.extend(found.map(|entry| {
            (entry["id"].as_str().unwrap().to_owned(), parsed::<Instant>(entry["date_added"].as_str().unwrap()))
        }));
        match page["next"].as_str() {
            Some(mark) => next = format!("&next={mark}"),
            None => return entries,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_new_since_a_visit_is_all_that_is_new() {
    let served = Served::start().await;
    served.open("a", "A case of the test", "2009-03-15", "2009-04-20", &["conficker-a", "conficker-b"]).await;
    let who = person(&served, "ada@hub.example", None, Standing::Operator).await;
    let token = bearer(&served, &who.id, "read").await;
    let at = |time: &str| {
        let time: Instant = parsed(time);
        served.again(move |settings| settings.clock = Arc::new(move || time))
    };
    let mut seen: BTreeMap<String, Instant> = BTreeMap::new();
    let mut last = None;
    // Somebody comes once a day and takes what was added since the last object of the visit before.
    for day in 20..27 {
        let now = format!("2009-03-{day}T13:00:00Z");
        let served = at(&now).await;
        let program = Program { served: &served, token: token.clone() };
        let query = last.map_or_else(String::new, |last: Instant| format!("&added_after={last}"));
        let new = manifest(&program, &query).await;
        let all: BTreeMap<String, Instant> = manifest(&program, "").await.into_iter().collect();
        last = new.last().map(|(_, added)| *added).or(last);
        assert!(new.iter().all(|(_, added)| *added <= parsed(&now)), "nothing comes from the future");
        let before = seen.len();
        seen.extend(new);
        assert!(all.iter().all(|(id, added)| seen.get(id) == Some(added)), "nothing is missed on {day}");
        assert!(seen.len() > before, "each day brings names");
        assert!(day == 20 || all.len() < seen.len(), "what is over goes");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_comes_back_is_new() {
    let served = Served::start().await;
    let file = served.open_case("a", "A case of the test").await;
    let who = person(&served, "ada@hub.example", None, Standing::Operator).await;
    let token = bearer(&served, &who.id, "read").await;
    let name = names(&served, &file, "com", "2009-03-22", 1)[0].clone();
    let later = |seconds| Act::new(parsed("test"), now().plus_seconds(seconds));
    let at = |seconds| served.again(move |settings| settings.clock = Arc::new(move || now().plus_seconds(seconds)));
    let of_name = format!("[domain-name:value = '{name}']");
    let holds = |page: &Value| {
        let objects = page["objects"].as_array().cloned().unwrap_or_default();
        objects.iter().filter(|object| object["pattern"] == *of_name).count()
    };
    let all = format!("{COLLECTIONS}a/objects/?match[type]=indicator");
    let since = |seconds: i64| format!("{all}&added_after={}", now().plus_seconds(seconds));

    let visit = at(1).await;
    let program = Program { served: &visit, token: token.clone() };
    let first = json(&program, &all).await;
    assert!(holds(&first) > 0 && !first["more"].as_bool().unwrap());
    let reason = || "a shop".to_owned();
    served.desk.exclude(&parsed("a"), &later(60), name.clone(), NameClass::RegisteredBenign, reason()).await.unwrap();
    let visit = at(61).await;
    let program = Program { served: &visit, token: token.clone() };
    assert_eq!(holds(&json(&program, &all).await), 0, "it stands aside");
    assert!(ids(&json(&program, &since(1)).await).is_empty());
    served.desk.readmit(&parsed("a"), &later(120), name.clone(), reason()).await.unwrap();
    let visit = at(121).await;
    let program = Program { served: &visit, token: token.clone() };
    let back = json(&program, &since(61)).await;
    assert_eq!((holds(&back), ids(&back).len()), (holds(&first), holds(&first)), "it alone came back");
    let whole: BTreeSet<String> = ids(&json(&program, &all).await).into_iter().collect();
    assert_eq!(whole, ids(&first).into_iter().collect());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stricter_marking_reaches_those_who_have_the_names() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    let who = person(&served, "ada@hub.example", None, Standing::Operator).await;
    let token = bearer(&served, &who.id, "read").await;
    let at = |seconds| served.again(move |settings| settings.clock = Arc::new(move || now().plus_seconds(seconds)));
    let all = format!("{COLLECTIONS}a/objects/?match[type]=indicator");
    let since = |seconds: i64| format!("{all}&added_after={}", now().plus_seconds(seconds));
    let of = |page: &Value| -> BTreeMap<String, (Value, Value)> {
        let objects = page["objects"].as_array().into_iter().flatten();
        let told = |object: &Value| (object["modified"].clone(), object["object_marking_refs"].clone());
        objects.map(|object| (object["id"].as_str().unwrap().to_owned(), told(object))).collect()
    };

    let visit = at(1).await;
    let program = Program { served: &visit, token: token.clone() };
    let first = of(&json(&program, &all).await);
    assert!(!first.is_empty() && ids(&json(&program, &since(1)).await).is_empty());
    let octets = Arc::new(b"seen.example\n".to_vec());
    let take = TakeTold { form: None, octets, tlp: Some(Tlp::Red), raise: true, known_only: false };
    let raised = now().plus_seconds(60);
    served.desk.take_told(&parsed("a"), &Act::new(parsed("test"), raised), &take).await.unwrap();
    let visit = at(61).await;
    let program = Program { served: &visit, token: token.clone() };
    let again = of(&json(&program, &since(1)).await);
    assert!(again.keys().eq(first.keys()), "all come again, under their identifiers");
    for (id, (modified, marking)) in &again {
        assert_eq!(*modified, "2009-03-20T12:01:00.000Z", "{id}");
        assert!(first[id].0 != *modified && first[id].1 != *marking, "{id}");
    }
    assert!(ids(&json(&program, &since(61)).await).is_empty(), "and once");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_hold_what_is_asked_for_and_no_more() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    let program = operator(&served).await;
    let path = |query: &str| format!("{COLLECTIONS}a/objects/?{query}");
    let first = program.get(&path("limit=3")).await;
    let page: Value = serde_json::from_str(&first.body).unwrap();
    assert_eq!((ids(&page).len(), page["more"].as_bool()), (3, Some(true)));
    for header in ["x-taxii-date-added-first", "x-taxii-date-added-last"] {
        assert_eq!(first.header(header), "2009-03-20T12:00:00.000Z");
    }
    let mark = page["next"].as_str().unwrap();
    let second = json(&program, &path(&format!("limit=3&next={mark}"))).await;
    assert!(ids(&page).iter().all(|id| !ids(&second).contains(id)));
    // It is known to whoever has it.
    let tag = first.header("etag").to_owned();
    let known = program.send("GET", &path("limit=3"), &[("If-None-Match", &tag)], None).await;
    assert_eq!((known.status, known.octets.len()), (304, 0));
    let record = served.desk.disclosures(None, 100).await.unwrap().len();
    // Whatever a client asks for, a page has its limit.
    let most = json(&program, &path("limit=4000000000")).await;
    assert!(ids(&most).len() <= 10_000);
    assert!(ids(&json(&program, &path("match[spec_version]=2.0")).await).is_empty());
    let groups = json(&program, &path("match[type]=grouping")).await;
    assert!(!ids(&groups).is_empty() && groups["objects"][0]["object_refs"].as_array().unwrap().len() > 100);
    assert!(ids(&json(&program, &path("match[version]=2001-01-01T00:00:00Z")).await).is_empty());
    assert_eq!(ids(&json(&program, &path("match[type]=malware")).await).len(), 2);
    assert_eq!(
        served.desk.disclosures(None, 100).await.unwrap().len(),
        record + 1,
        "names are on record, other objects not"
    );
    // The mark of the next page shows a name, also where the page itself says none.
    let before = served.desk.disclosures(None, 100).await.unwrap();
    let said = |query: &str| format!("{COLLECTIONS}a/manifest/?{query}");
    for address in [path("limit=1&match[type]=relationship"), said("limit=1&match[type]=indicator")] {
        let page = json(&program, &address).await;
        let name = page["next"].as_str().unwrap().split('~').nth(8);
        assert!(name.is_some_and(|name| name.contains('.')), "{page}");
    }
    for address in [said("limit=1&match[type]=malware"), said("match[type]=relationship")] {
        json(&program, &address).await;
    }
    let after = served.desk.disclosures(None, 100).await.unwrap();
    let [before_sum, after_sum] = [&before, &after].map(|rows| rows.iter().map(|row| row.count).sum::<u64>());
    assert_eq!(
        (after.len() - before.len(), after_sum - before_sum),
        (2, 2),
        "each name that a mark shows is on record"
    );

    let many = vec!["indicator--b0b12b37-0b6a-5d4a-9d8c-2f54e1a3a7b1"; 101].join(",");
    let altered = mark.replacen('1', "2", 1);
    for refused in [
        "limit=0".to_owned(),
        "limit=x".to_owned(),
        "added_after=now".to_owned(),
        "next=1".to_owned(),
        format!("next={altered}"),
        "match[id]=x".to_owned(),
        "match[name]=x".to_owned(),
        "limit=1&limit=2".to_owned(),
        "match[type]=a&".repeat(21),
    ] {
        fault(&program.get(&path(&refused)).await, 400);
    }
    // So many do not fit into an address.
    assert!(matches!(program.get(&path(&format!("match[id]={many}"))).await.status, 400 | 414));
    let short = vec!["a"; 101].join(",");
    fault(&program.get(&path(&format!("match[type]={short}"))).await, 400);
    for missing in [
        format!("{COLLECTIONS}b/objects/"),
        format!("{COLLECTIONS}00000000-0000-5000-8000-000000000000/"),
        format!("{COLLECTIONS}a/objects/indicator--b0b12b37-0b6a-5d4a-9d8c-2f54e1a3a7b1/"),
        format!("{COLLECTIONS}a/objects/indicator--b0b12b37-0b6a-5d4a-9d8c-2f54e1a3a7b1/versions/"),
        format!("{COLLECTIONS}a/objects/x/"),
        "/taxii2/cases/status/2d086da7-4bdc-4f91-900e-d77486753710/".to_owned(),
        "/taxii2/other/".to_owned(),
        "/taxii2/cases/collections".to_owned(),
    ] {
        fault(&program.get(&missing).await, 404);
    }
    // What is there and does not fit the filter is an empty page.
    let id = &ids(&page)[0];
    let none = json(&program, &format!("{COLLECTIONS}a/objects/{id}/?match[version]=2001-01-01T00:00:00Z")).await;
    assert!(ids(&none).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_form_is_spoken_and_nobody_adds_anything() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    let program = operator(&served).await;
    for (accept, status) in [
        ("application/taxii+json;version=2.1", 200),
        ("application/taxii+json", 200),
        ("*/*", 200),
        ("application/json", 406),
        ("application/taxii+json;version=2.0", 406),
    ] {
        let reply = program.send("GET", "/taxii2/", &[("Accept", accept)], None).await;
        assert_eq!((reply.status, reply.header("content-type")), (status, MEDIA_TYPE), "{accept}");
    }
    let objects = format!("{COLLECTIONS}a/objects/");
    let post = |kind: &'static str, path: String| {
        let program = &program;
        async move {
            let headers = [("Authorization", program.token.as_str()), ("Content-Type", kind)];
            program.served.send("POST", &path, &headers, b"{\"objects\":[]}").await
        }
    };
    fault(&post("application/json", objects.clone()).await, 415);
    fault(&post(MEDIA_TYPE, objects.clone()).await, 403);
    fault(&post(MEDIA_TYPE, format!("{COLLECTIONS}b/objects/")).await, 404);
    fault(&post(MEDIA_TYPE, format!("{COLLECTIONS}a/manifest/")).await, 405);
    let one = format!("{objects}indicator--b0b12b37-0b6a-5d4a-9d8c-2f54e1a3a7b1/");
    fault(&program.send("DELETE", &one, &[], None).await, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_sees_what_is_for_them() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    let (lead, own) = (operator(&served).await, registry(&served).await);
    served.desk.import_parties("id,kind,name,tlds\ncert-x,cert,CERT X,\n", now()).await.unwrap();
    let strange = person(&served, "eve@other.example", Some("cert-x"), Standing::Member).await;
    let strange = Program { served: &served, token: bearer(&served, &strange.id, "read").await };
    let titles = |page: Value| -> Vec<String> {
        let found = page["collections"].as_array().cloned().unwrap_or_default();
        found.iter().map(|found| found["title"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(titles(json(&lead, COLLECTIONS).await), ["A case of the test (TLP:AMBER+STRICT)"]);
    assert_eq!(titles(json(&own, COLLECTIONS).await), ["A case of the test: .com (TLP:AMBER+STRICT)"]);
    assert!(titles(json(&strange, COLLECTIONS).await).is_empty());
    let whole = json(&lead, COLLECTIONS).await["collections"][0]["id"].as_str().unwrap().to_owned();
    let slice = json(&own, COLLECTIONS).await["collections"][0]["id"].as_str().unwrap().to_owned();
    assert_ne!(whole, slice);
    // A registry gets the names of its domain, as they are in the whole.
    let of = |page: &Value| ids(page).into_iter().collect::<BTreeSet<_>>();
    let mine = json(&own, &format!("{COLLECTIONS}{slice}/objects/?match[type]=indicator")).await;
    let all = json(&lead, &format!("{COLLECTIONS}{whole}/objects/?match[type]=indicator")).await;
    assert!(of(&mine).is_subset(&of(&all)) && !of(&mine).is_empty() && of(&mine) != of(&all));
    let patterns = mine["objects"].as_array().unwrap();
    assert!(patterns.iter().all(|object| object["pattern"].as_str().unwrap().ends_with(".com']")));
    assert_eq!(of(&mine), of(&json(&own, &format!("{COLLECTIONS}a.com/objects/?match[type]=indicator")).await));
    // What is for others is like what is not there.
    for (program, hidden) in
        [(&own, whole.as_str()), (&own, "a"), (&own, "a.net"), (&strange, whole.as_str()), (&strange, slice.as_str())]
    {
        let missing = fault(&program.get(&format!("{COLLECTIONS}nothing/objects/")).await, 404);
        assert_eq!(fault(&program.get(&format!("{COLLECTIONS}{hidden}/objects/")).await, 404), missing, "{hidden}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_a_password_and_has_its_allowance() {
    let served = Served::start_with(|settings| settings.allowance = Allowance { burst: 5, per_second: 1 }).await;
    let who = person(&served, "ada@hub.example", None, Standing::Operator).await;
    let token = bearer(&served, &who.id, "read").await.replace("Bearer ", "");
    let basic = |user: &str, password: &str| {
        use base64::Engine as _;
        let pair = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
        format!("Basic {pair}")
    };
    let ask = |value: String| {
        let served = &served;
        async move { served.get("/taxii2/", &[("Authorization", &value)]).await }
    };
    assert_eq!(ask(basic("anybody", &token)).await.status, 200);
    assert_eq!(ask(format!("Bearer {token}")).await.status, 200);
    for wrong in [basic("a", "b"), basic(&token, ""), "Basic !".to_owned(), "Basic".to_owned()] {
        let reply = ask(wrong).await;
        fault(&reply, 401);
        assert_eq!(reply.header("www-authenticate"), "Basic realm=\"forestall\", charset=\"UTF-8\", Bearer");
    }
    fault(&served.get("/taxii2/", &[]).await, 401);
    for _ in 2..5 {
        assert_eq!(ask(basic("", &token)).await.status, 200);
    }
    let refused = ask(basic("", &token)).await;
    fault(&refused, 429);
    assert!(refused.header("retry-after").parse::<u32>().is_ok_and(|wait| (1..=2).contains(&wait)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_live_on_a_day_is_said_anew_when_it_changes() {
    let served = Served::start().await;
    let file = served.open_case("a", "A case of the test").await;
    let program = operator(&served).await;
    let (day, name) = ("2009-03-22", names(&served, &file, "com", "2009-03-22", 1)[0].clone());
    let at = |seconds| served.again(move |settings| settings.clock = Arc::new(move || now().plus_seconds(seconds)));
    let all = format!("{COLLECTIONS}a/objects/?match[type]=grouping");
    let of_day = |page: &Value| {
        let found = page["objects"].as_array().cloned().unwrap_or_default().into_iter();
        found.filter(|object| object["name"].as_str().unwrap().ends_with(day)).collect::<Vec<_>>()
    };
    let visit = at(1).await;
    let first = of_day(&json(&Program { served: &visit, token: program.token.clone() }, &all).await);
    let excluded = Act::new(parsed("test"), now().plus_seconds(60));
    let class = NameClass::RegisteredBenign;
    served.desk.exclude(&parsed("a"), &excluded, name, class, "a shop".to_owned()).await.unwrap();
    let visit = at(61).await;
    let since = format!("{all}&added_after={}", now().plus_seconds(1));
    let again = of_day(&json(&Program { served: &visit, token: program.token.clone() }, &since).await);
    let [first, again] = [&first, &again].map(|found| {
        let [group] = found.as_slice() else { panic!("{}", found.len()) };
        group.clone()
    });
    assert_eq!(first["id"], again["id"]);
    assert!(first["modified"].as_str() < again["modified"].as_str(), "{} {}", first["modified"], again["modified"]);
    let refs = |group: &Value| -> BTreeSet<String> {
        group["object_refs"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
    };
    let (before, after) = (refs(&first), refs(&again));
    assert!(after.is_subset(&before) && after.len() < before.len(), "{} {}", before.len(), after.len());
    // That of a slice is another object.
    let own = registry(&served).await;
    let slice = of_day(&json(&own, &format!("{COLLECTIONS}a.com/objects/?match[type]=grouping")).await);
    assert_ne!(slice[0]["id"], again["id"]);
    assert!(refs(&slice[0]).is_subset(&after));
}
