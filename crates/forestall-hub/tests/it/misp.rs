// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! MISP feeds over HTTP, as PyMISP reads them.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

use std::sync::Arc;

use forestall_formats::misp::directory::event_id;
use forestall_hub::desk::{Act, TakeTold};
use forestall_model::{Instant, NameClass, Standing, Tlp};
use forestall_testkit::parsed;
use serde_json::Value;

use crate::accounts::{bearer, person};
use crate::api::{Program, operator, registry};
use crate::console::{Served, now};
use crate::flood::names;
use crate::taxii::python;

/// What an instance of MISP does: it reads the manifest, fetches each event, and looks values up by their hashes. PyMISP makes both files itself, of
/// the same events, and they must agree.
const READER: &str = r"
import hashlib, json, pathlib, sys, tempfile
import requests
from pymisp import MISPEvent
from pymisp.tools import feed_meta_generator
url, token = sys.argv[1:]
headers = {'Authorization': 'Bearer ' + token, 'Accept': 'application/json'}
def get(name):
    reply = requests.get(url + name, headers=headers)
    reply.raise_for_status()
    return reply
manifest = get('manifest.json').json()
hashes = [tuple(line.split(',')) for line in get('hashes.csv').text.splitlines()]
folder = pathlib.Path(tempfile.mkdtemp())
seen = set()
for uuid, entry in manifest.items():
    reply = get(uuid + '.json')
    (folder / (uuid + '.json')).write_text(reply.text)
    event = MISPEvent()
    event.from_json(reply.text)
    assert event.uuid == uuid and event.date.isoformat() == entry['date'] and len(event.objects) > 500
    domains = [a.value for o in event.objects for a in o.attributes if a.object_relation == 'domain']
    mine = {h for h, e in hashes if e == uuid}
    assert mine == {hashlib.md5(d.encode()).hexdigest() for d in domains}
    assert mine <= set(event.attributes_hashes('md5'))
    assert event.attributes_hashes('md5')
    uuids = [o.uuid for o in event.objects]
    assert not seen & set(uuids) and len(set(uuids)) == len(uuids)
    seen |= set(uuids)
feed_meta_generator(folder)
theirs = json.loads((folder / 'manifest.json').read_text())
def plain(entry):
    tags = [{'name': t['name']} for t in entry['Tag']]
    return {**entry, 'Tag': tags, 'timestamp': int(entry['timestamp']), 'analysis': int(entry['analysis']), 'threat_level_id': int(entry['threat_level_id'])}
assert {u: plain(e) for u, e in manifest.items()} == {u: plain(e) for u, e in theirs.items()}, (manifest, theirs)
for uuid, entry in sorted(manifest.items(), key=lambda item: item[1]['date']):
    print(entry['date'], entry['timestamp'], entry['info'])
";

#[tokio::test(flavor = "multi_thread")]
async fn pymisp_reads_the_feed_of_a_case() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    let who = person(&served, "ada@hub.example", None, Standing::Operator).await;
    let token = bearer(&served, &who.id, "read").await.replace("Bearer ", "");
    let url = format!("http://{}/misp/a/", served.address);
    let Some(said) = python("misp::pymisp_reads_the_feed_of_a_case", READER, vec![url, token]).await else { return };
    let days: Vec<&str> = said.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(days, ["2009-03-20", "2009-03-21", "2009-03-22", "2009-03-23", "2009-03-24"], "{said}");
    assert!(said.lines().all(|line| line.contains(" 1237550400 A case of the test: predicted DGA names live on 2009")));
    let record = served.desk.disclosures(None, 100).await.unwrap();
    assert_eq!(record.iter().filter(|row| row.what == "hashes of names of the case as a MISP feed").count(), 1);
    assert_eq!(record.iter().filter(|row| row.what == "names of the case as a MISP feed").count(), 5);
}

async fn events(program: &Program<'_>, path: &str) -> Vec<(String, Instant)> {
    let reply = program.get(&format!("{path}manifest.json")).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/json"), "{}", reply.body);
    let manifest: Value = serde_json::from_str(&reply.body).unwrap();
    let seconds = |entry: &Value| entry["timestamp"].as_str().unwrap().parse::<i64>().unwrap();
    let entries = manifest.as_object().unwrap().iter();
    entries.map(|(event, entry)| (event.clone(), Instant::from_seconds(seconds(entry)))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn days_that_are_past_are_gone_and_what_is_there_stays_as_it_is() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    let lead = operator(&served).await;
    let today = events(&lead, "/misp/a/").await;
    let path = format!("/misp/a/{}.json", today[0].0);
    let reply = lead.get(&path).await;
    let tag = reply.header("etag").to_owned();
    assert!(reply.status == 200 && tag.len() > 10);
    assert_eq!(lead.send("GET", &path, &[("If-None-Match", &tag)], None).await.status, 304);
    let time: Instant = parsed("2009-03-22T09:00:00Z");
    let later = served.again(move |settings| settings.clock = Arc::new(move || time)).await;
    let later_lead = Program { served: &later, token: lead.token.clone() };
    let then = events(&later_lead, "/misp/a/").await;
    assert_eq!((today.len(), then.len()), (5, 3));
    assert!(then.iter().all(|event| today.contains(event)), "nobody has to fetch it again");
    for (event, _) in &today {
        let is_there = then.iter().any(|(other, _)| other == event);
        assert_eq!(later_lead.get(&format!("/misp/a/{event}.json")).await.status, if is_there { 200 } else { 404 });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_of_a_day_does_not_go_back_when_a_list_ends_in_it() {
    let served = Served::start().await;
    let file = served.open("a", "A case of the test", "2009-03-15", "2009-03-25", &["zloader"]).await;
    let token = operator(&served).await.token;
    // The guard window of the 21st ends on the 22nd at noon, and a name of its list stands aside since the morning.
    let name = names(&served, &file, "com", "2009-03-21", 1)[0].clone();
    let morning: Instant = parsed("2009-03-22T05:00:00Z");
    let (act, reason) = (Act::new(parsed("test"), morning), "a shop".to_owned());
    served.desk.exclude(&parsed("a"), &act, name, NameClass::RegisteredBenign, reason).await.unwrap();
    let event = event_id("a", parsed("2009-03-22"));
    for time in ["2009-03-22T06:00:00Z", "2009-03-22T13:00:00Z"] {
        let time: Instant = parsed(time);
        let visit = served.again(move |settings| settings.clock = Arc::new(move || time)).await;
        let lead = Program { served: &visit, token: token.clone() };
        let found = events(&lead, "/misp/a/").await;
        assert!(found.contains(&(event.clone(), morning)), "{time}: {found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stricter_marking_changes_each_event() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    let token = operator(&served).await.token;
    let octets = Arc::new(b"seen.example\n".to_vec());
    let take = TakeTold { form: None, octets, tlp: Some(Tlp::Red), raise: true, known_only: false };
    let raised = now().plus_seconds(60);
    served.desk.take_told(&parsed("a"), &Act::new(parsed("test"), raised), &take).await.unwrap();
    let later = served.again(move |settings| settings.clock = Arc::new(move || raised.plus_seconds(1))).await;
    let found = events(&Program { served: &later, token }, "/misp/a/").await;
    assert!(found.len() == 5 && found.iter().all(|(_, changed)| *changed == raised), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_gets_the_feed_that_is_for_them() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    let (lead, own) = (operator(&served).await, registry(&served).await);
    let mine = events(&own, "/misp/a/slices/com/").await;
    let hashes = own.get("/misp/a/slices/com/hashes.csv").await;
    assert_eq!((hashes.status, hashes.header("content-type")), (200, "text/csv"));
    let all = lead.get("/misp/a/hashes.csv").await.body;
    assert!(hashes.body.lines().all(|line| all.contains(line)) && hashes.body.len() < all.len());
    assert_eq!(mine.len(), 5);
    let missing = own.get("/misp/a/slices/com/nothing.json").await;
    assert_eq!((missing.status, missing.header("content-type")), (404, "application/problem+json"));
    for hidden in ["/misp/a/manifest.json", "/misp/a/slices/net/manifest.json", "/misp/b/manifest.json", "/misp/a"] {
        assert_eq!(own.get(hidden).await.status, 404, "{hidden}");
    }
    let nobody = served.get("/misp/a/manifest.json", &[]).await;
    assert_eq!((nobody.status, nobody.header("content-type")), (401, "application/problem+json"));
    assert!(nobody.header("www-authenticate").starts_with("Basic "));
    assert_eq!(lead.send("POST", "/misp/a/manifest.json", &[], None).await.status, 405);
}
