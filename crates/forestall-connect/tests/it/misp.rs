// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Events that are pushed to a stand-in for MISP, which PyMISP takes for one.

use std::process::{Command, Stdio};
use std::time::Duration;

use forestall_connect::misp::{
    Held, MOST_ANSWER, MOST_EVENT, Misp, MispError, MispEvent, MispSettings, Outcome, Pushed,
};
use forestall_testkit::misp::{KEY, MispInstance};
use forestall_testkit::responder::Responder;
use forestall_testkit::{parsed, skip};

use crate::webhook::{header, request, server};

pub(crate) const UUID: &str = "0b6a5d4a-0b37-5d4a-9d8c-2f54e1a3a7b1";

/// An event as the form writes it, in small.
pub(crate) fn event(timestamp: i64, domain: &str) -> MispEvent {
    let json = format!(
        r#"{{"Event":{{"uuid":"{UUID}","info":"x","date":"2026-11-26","threat_level_id":"4","analysis":"2","published":false,"timestamp":"{timestamp}","distribution":"0",
"Orgc":{{"name":"Forestall","uuid":"6f0d8c1b-53d2-5c6b-b1a7-2b9d40f87e15"}},
"Tag":[{{"name":"tlp:amber"}}],"Attribute":[],"Object":[
{{"name":"dga-domain","meta-category":"network","template_uuid":"64ce4c1c-ed8c-48cd-afa9-12b37389118d","template_version":"1","uuid":"1b6a5d4a-0b37-5d4a-9d8c-2f54e1a3a7b1","timestamp":"{timestamp}","Attribute":[
{{"object_relation":"domain","type":"domain","category":"Network activity","value":"{domain}","to_ids":true,"uuid":"2b6a5d4a-0b37-5d4a-9d8c-2f54e1a3a7b1"}}]}}
]}}}}"#
    );
    MispEvent::new(json.into_bytes()).unwrap()
}

pub(crate) fn client(url: &str, key: &str) -> Misp {
    let settings = MispSettings { limit: Duration::from_secs(30), ..MispSettings::new(parsed(url), parsed(key)) };
    Misp::new(settings).unwrap()
}

/// What PyMISP does with an instance: it signs in, adds an event, looks whether it is there, edits and publishes it, and searches for it.
const PYMISP: &str = r"
import sys
from pymisp import PyMISP, MISPEvent
url, key = sys.argv[1:]
misp = PyMISP(url, key)
event = MISPEvent(force_timestamps=True)
event.info, event.uuid, event.timestamp, event.date = 'by PyMISP', '11111111-1111-5111-8111-111111111111', 1764000000, '2026-11-26'
event.add_attribute('domain', 'a.example')
assert not misp.event_exists(event.uuid)
assert misp.search(uuid=event.uuid, metadata=True) == []
added = misp.add_event(event, pythonify=True, metadata=True)
assert (added.uuid, added.info, added.published, len(added.attributes)) == (event.uuid, 'by PyMISP', False, 0), added
assert misp.event_exists(event.uuid) and 'errors' in misp.add_event(event)
event.add_attribute('domain', 'b.example')
event.timestamp = 1764000000
assert 'errors' in misp.update_event(event, metadata=True)
event.timestamp = 1764000060
edited = misp.update_event(event, pythonify=True)
assert [a.value for a in edited.attributes] == ['a.example', 'b.example']
assert misp.publish(event.uuid)['saved']
found = misp.search(uuid=event.uuid, metadata=True)
assert found[0]['Event']['published'] and 'Attribute' not in found[0]['Event'], found
whole = misp.get_event(sys.stdin.read().strip(), pythonify=True)
print(whole.info, whole.published, [a.value for o in whole.objects for a in o.attributes])
try:
    PyMISP(url, 'wrong')
    print('in')
except Exception as error:
    print('out')
";

fn pymisp(test: &str, url: &str) -> Option<String> {
    use std::io::Write as _;
    let python = skip::needs(test, "stix2_validator")?.with_file_name("python3");
    let mut command = Command::new(python);
    command.args(["-X", "utf8", "-c", PYMISP, url, KEY]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdin.take().unwrap().write_all(UUID.as_bytes()));
    let done = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    if said.contains("ModuleNotFoundError") {
        skip::skipped(test, "needs the library pymisp");
        return None;
    }
    assert!(done.status.success(), "{said}");
    Some(String::from_utf8(done.stdout).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn pymisp_takes_the_stand_in_for_misp_and_finds_what_we_pushed() {
    let misp = MispInstance::start();
    let pushed = client(&misp.url(), KEY).push(&event(1_764_000_000, "aaa.example"), true).await.unwrap();
    assert_eq!(pushed, Pushed { outcome: Outcome::Added, published: true, removed: 0 });
    let test = "misp::pymisp_takes_the_stand_in_for_misp_and_finds_what_we_pushed";
    let url = misp.url();
    let said = tokio::task::spawn_blocking(move || pymisp(test, &url)).await.unwrap();
    let Some(said) = said else { return };
    assert_eq!(said, "x True ['aaa.example']\nout\n");
}

#[tokio::test]
async fn an_event_is_added_once_and_brought_up_to_date() {
    let misp = MispInstance::start();
    let client = client(&misp.url(), KEY);
    let first = event(1_764_000_000, "aaa.example");
    assert_eq!(client.held(&first).await.unwrap(), None);
    let push = async |event: &MispEvent, publish| client.push(event, publish).await.unwrap();
    assert_eq!(push(&first, false).await, Pushed { outcome: Outcome::Added, published: false, removed: 0 });
    assert_eq!(
        client.held(&first).await.unwrap(),
        Some(Held { id: Some("1".to_owned()), timestamp: 1_764_000_000, published: false })
    );
    assert_eq!(push(&first, false).await, Pushed { outcome: Outcome::Unchanged, published: false, removed: 0 });
    assert_eq!(push(&first, true).await, Pushed { outcome: Outcome::Unchanged, published: true, removed: 0 });
    assert_eq!(push(&first, true).await, Pushed { outcome: Outcome::Unchanged, published: false, removed: 0 });
    let second = event(1_764_000_100, "bbb.example");
    assert_eq!(push(&second, true).await, Pushed { outcome: Outcome::Edited, published: true, removed: 0 });
    let kept = misp.event(UUID).unwrap();
    assert_eq!((kept["Object"].as_array().unwrap().len(), kept["published"].as_bool()), (1, Some(true)));
    assert_eq!(kept["Object"][0]["Attribute"][0]["value"], "bbb.example");
    // What somebody changed there since stays as it is.
    assert_eq!(push(&first, true).await, Pushed { outcome: Outcome::Newer, published: false, removed: 0 });
    let asked = misp.asked();
    let sent: Vec<&String> = asked.iter().filter(|asked| !asked.contains("events/restSearch")).collect();
    assert_eq!(
        sent,
        [
            "POST /events/add/metadata:1",
            &format!("POST /events/publish/{UUID}"),
            "POST /objects/restSearch",
            &format!("POST /events/edit/{UUID}/metadata:1"),
            &format!("POST /events/publish/{UUID}"),
        ]
    );
}

#[tokio::test]
async fn the_key_is_sent_to_the_instance_and_shown_nowhere() {
    let misp = MispInstance::start();
    let wrong = client(&misp.url(), "AnotherKey0123456789");
    let error = wrong.push(&event(1, "aaa.example"), false).await.unwrap_err();
    assert!(matches!(error, MispError::Key { status: 403, .. }), "{error:?}");
    assert!(!format!("{error} {error:?} {wrong:?}").contains("AnotherKey"), "{error:?} {wrong:?}");
    let (inside, heard) = server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let to = inside.address();
    let elsewhere = Responder::start(move |mut stream| {
        use std::io::Write as _;
        let (head, _) = request(&mut stream)?;
        assert_eq!(header(&head, "authorization"), Some(KEY));
        write!(stream, "HTTP/1.1 302 Found\r\nLocation: http://{to}/\r\nContent-Length: 0\r\n\r\n")
    });
    let url = format!("http://{}/", elsewhere.address());
    let error = client(&url, KEY).push(&event(1, "aaa.example"), false).await.unwrap_err();
    assert_eq!(error, MispError::Redirect(302));
    assert!(heard.lock().unwrap().is_empty(), "a redirect is not followed");
}

#[tokio::test]
async fn hostile_answers_end_in_an_error() {
    use std::io::Write as _;
    let check = async |answer: String| {
        let server = Responder::start(move |mut stream| {
            request(&mut stream)?;
            write!(stream, "{answer}")
        });
        let url = format!("http://{}/", server.address());
        client(&url, KEY).push(&event(5, "aaa.example"), true).await.unwrap_err()
    };
    let json = |body: &str| {
        format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    };
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for body in [
        "",
        "[]",
        "null",
        "<html>",
        "{\"response\":{}}",
        "{\"response\":[7]}",
        "{\"response\":[{},{}]}",
        "{\"response\":[{\"Event\":[]}]}",
        "{\"response\":[{\"Event\":{\"uuid\":\"x\",\"timestamp\":\"1\",\"published\":false}}]}",
        &format!("{{\"response\":[{{\"Event\":{{\"uuid\":\"{UUID}\",\"timestamp\":[],\"published\":false}}}}]}}"),
        &format!("{{\"response\":[{{\"Event\":{{\"uuid\":\"{UUID}\",\"timestamp\":\"1\",\"published\":\"x\"}}}}]}}"),
        &deep,
    ] {
        let error = check(json(body)).await;
        assert!(matches!(error, MispError::Answer(_)), "{}: {error:?}", body.chars().take(80).collect::<String>());
    }
    let long = "x".repeat(5_000);
    let error = check(format!("HTTP/1.1 500 No\r\nContent-Length: 5000\r\n\r\n{long}")).await;
    assert!(matches!(&error, MispError::Refused { status: 500, message } if message.len() == 300), "{error:?}");
    let said = r#"{"saved":false,"name":"Could not add Event","errors":{"Event":{"info":["Info cannot be empty."]}}}"#;
    let error = check(format!("HTTP/1.1 403 No\r\nContent-Length: {}\r\n\r\n{said}", said.len())).await;
    assert!(error.to_string().contains("Info cannot be empty"), "{error}");
    let endless = Responder::start(|mut stream| {
        request(&mut stream)?;
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")?;
        loop {
            stream.write_all(&[b' '; 4_096])?;
        }
    });
    let error =
        client(&format!("http://{}/", endless.address()), KEY).push(&event(5, "a.example"), true).await.unwrap_err();
    assert_eq!(error, MispError::Answer(format!("it is longer than {MOST_ANSWER} octets")));
    let silent = Responder::start(|mut stream| {
        request(&mut stream)?;
        std::thread::sleep(Duration::from_secs(5));
        Ok(())
    });
    let limit = Duration::from_millis(300);
    let url = format!("http://{}/", silent.address());
    let hasty = Misp::new(MispSettings { limit, ..MispSettings::new(parsed(&url), parsed(KEY)) }).unwrap();
    assert_eq!(hasty.push(&event(5, "a.example"), true).await.unwrap_err(), MispError::TooSlow(limit));
    let mut nobody = Responder::start(|_| Ok(()));
    nobody.stop();
    let error = client(&format!("http://{}/", nobody.address()), KEY).push(&event(5, "a.example"), true).await;
    assert!(matches!(error, Err(MispError::Unreachable(_))), "{error:?}");
}

#[test]
fn what_is_no_event_is_not_sent() {
    for broken in [
        "",
        "{}",
        "{\"Event\":{}}",
        "{\"Event\":{\"uuid\":\"../../x\",\"timestamp\":\"1\"}}",
        "{\"Event\":{\"uuid\":\"0b6a5d4a-0b37-5d4a-9d8c-2f54e1a3a7b1\",\"timestamp\":\"x\"}}",
    ] {
        assert!(matches!(MispEvent::new(broken.as_bytes().to_vec()), Err(MispError::Event(_))), "{broken}");
    }
    // A slice has the identifier of the whole: the feed is the way for what is too large.
    let error = MispEvent::new(vec![0; MOST_EVENT + 1]).unwrap_err().to_string();
    assert_eq!(error, "the event cannot be sent: it has more than the 192 MiB that are sent; use the feed");
}

/// An event with some names, as the form writes it, in small.
fn event_of(timestamp: i64, names: &[&str]) -> MispEvent {
    let object = |name: &&str| {
        // An identifier follows from the name.
        let id = format!("{:0>8}-0b37-5d4a-9d8c-2f54e1a3a7b1", name.len());
        format!(
            r#"{{"name":"dga-domain","meta-category":"network","template_uuid":"64ce4c1c-ed8c-48cd-afa9-12b37389118d","template_version":"1","distribution":"5","uuid":"{id}","timestamp":"{timestamp}","deleted":false,"comment":"predicted DGA name of campaign x; no sighting, no C2 server","Attribute":[
{{"object_relation":"domain","type":"domain","category":"Network activity","value":"{name}","to_ids":true,"uuid":"1{}","timestamp":"{timestamp}","deleted":false}}]}}"#,
            &id[1..]
        )
    };
    let objects: Vec<String> = names.iter().map(object).collect();
    let json = format!(
        r#"{{"Event":{{"uuid":"{UUID}","info":"x","date":"2026-11-26","threat_level_id":"4","analysis":"2","published":false,"timestamp":"{timestamp}","distribution":"0","Tag":[],"Attribute":[],"Object":[
{}
]}}}}
"#,
        objects.join(",\n")
    );
    MispEvent::new(json.into_bytes()).unwrap()
}

/// What PyMISP sees of the event: the names that are there. Then it adds a note of its own as an object, and a name as others predict it.
const SEEN: &str = r"
import sys
from pymisp import PyMISP, MISPObject
url, key, uuid, adds = sys.argv[1:]
misp = PyMISP(url, key)
event = misp.get_event(uuid, pythonify=True)
print(sorted(a.value for o in event.objects for a in o.attributes))
print(sorted(o['Object']['uuid'] for o in misp.search(controller='objects', eventid=event.id, object_name='dga-domain', limit=100, page=1)))
if adds == 'yes':
    other = MISPObject('dga-domain', standalone=False)
    other.uuid, other.comment, other.timestamp = '22222222-2222-5222-8222-222222222222', 'seen by us', 1764000050
    other.add_attribute('domain', 'theirs.example')
    event.add_object(other)
    event.timestamp = 1764000050
    assert 'errors' not in misp.update_event(event, metadata=True)
";

fn seen_by_pymisp(test: &str, url: &str, adds: &str) -> Option<String> {
    let python = skip::needs(test, "stix2_validator")?.with_file_name("python3");
    let mut command = Command::new(python);
    command.args(["-X", "utf8", "-c", SEEN, url, KEY, UUID, adds]).stdin(Stdio::null());
    let done = command.output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    if said.contains("ModuleNotFoundError") {
        skip::skipped(test, "needs the library pymisp");
        return None;
    }
    assert!(done.status.success(), "{said}");
    Some(String::from_utf8(done.stdout).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_an_event_holds_no_more_are_taken_out_and_those_of_others_stay() {
    let test = "misp::names_that_an_event_holds_no_more_are_taken_out_and_those_of_others_stay";
    let misp = MispInstance::start();
    let client = client(&misp.url(), KEY);
    let there = |misp: &MispInstance| -> Vec<String> {
        let event = misp.event(UUID).unwrap();
        let objects = event["Object"].as_array().unwrap().iter().filter(|object| object["deleted"] != true);
        let mut names: Vec<String> =
            objects.map(|object| object["Attribute"][0]["value"].as_str().unwrap().to_owned()).collect();
        names.sort_unstable();
        names
    };
    let push = async |timestamp, names: &[&str]| client.push(&event_of(timestamp, names), false).await.unwrap();
    push(1_764_000_000, &["a.example", "bb.example", "ccc.example"]).await;
    let url = misp.url();
    let first = tokio::task::spawn_blocking(move || seen_by_pymisp(test, &url, "yes")).await.unwrap();
    let theirs: &[&str] = if first.is_some() { &["theirs.example"] } else { &[] };
    if let Some(said) = first {
        assert!(said.starts_with("['a.example', 'bb.example', 'ccc.example']\n"), "{said}");
        assert_eq!(said.lines().last().map(|ids| ids.matches("-0b37-").count()), Some(3), "{said}");
    }
    // The second name was ruled on: it goes, and nobody's else.
    let pushed = push(1_764_000_100, &["a.example", "ccc.example"]).await;
    assert_eq!(pushed, Pushed { outcome: Outcome::Edited, published: false, removed: 1 });
    assert_eq!(there(&misp), [&["a.example", "ccc.example"], theirs].concat());
    let event = misp.event(UUID).unwrap();
    let deleted = event["Object"].as_array().unwrap().iter().find(|object| object["deleted"] == true).unwrap();
    assert_eq!(
        (&deleted["Attribute"][0]["value"], &deleted["Attribute"][0]["deleted"]),
        (&"bb.example".into(), &true.into())
    );
    if theirs.len() == 1 {
        let url = misp.url();
        let said = tokio::task::spawn_blocking(move || seen_by_pymisp(test, &url, "no")).await.unwrap().unwrap();
        assert!(said.starts_with("['a.example', 'ccc.example', 'theirs.example']\n"), "{said}");
    }
    // It comes again, and all others go.
    let pushed = push(1_764_000_200, &["bb.example"]).await;
    assert_eq!(pushed, Pushed { outcome: Outcome::Edited, published: false, removed: 2 });
    assert_eq!(there(&misp), [&["bb.example"], theirs].concat());
    let pushed = push(1_764_000_300, &["bb.example"]).await;
    assert_eq!(pushed.removed, 0, "what is gone is not taken out twice");
}

#[tokio::test]
async fn hostile_lists_of_objects_end_in_an_error() {
    use std::io::Write as _;
    let check = async |objects: String| {
        let server = Responder::start(move |mut stream| {
            let (head, _) = request(&mut stream)?;
            let held = format!(
                "{{\"response\":[{{\"Event\":{{\"id\":\"7\",\"uuid\":\"{UUID}\",\"timestamp\":\"1\",\"published\":false}}}}]}}"
            );
            let body = if head.contains("objects/restSearch") { &objects } else { &held };
            write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        });
        let url = format!("http://{}/", server.address());
        client(&url, KEY).push(&event_of(5, &["a.example"]), false).await.unwrap_err()
    };
    // A thousand objects a page, on and on.
    let page = format!("{{\"response\":[{}]}}", vec!["{\"Object\":{}}"; 1_000].join(","));
    for objects in ["{}", "{\"response\":[7]}", "{\"response\":{}}", page.as_str()] {
        let error = check(objects.to_owned()).await;
        assert!(matches!(error, MispError::Answer(_)), "{error:?}");
    }
}
