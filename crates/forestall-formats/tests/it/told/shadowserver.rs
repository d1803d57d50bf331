// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Reports in the columns of Shadowserver: read without a single address, and written as its readers take them.

use forestall_formats::shadowserver::{COLUMNS, Machine, Report, write};
use forestall_formats::told::{ToldForm, read};
use forestall_model::marking::release;
use forestall_model::{Audience, Instant, Marking};

use super::{beside, names, taken};
use crate::python;

/// A report about requests to a sinkhole over HTTP, its columns in another order than the one in which we write.
const HTTP: &str = "\"timestamp\",\"src_ip\",\"src_port\",\"infection\",\"family\",\"http_host\",\"http_url\",\"some_new_column\"\n\
\"2026-11-20 00:00:04\",\"192.0.2.1\",\"1234\",\"downadup\",\"\",\"aaa.example\",\"GET /search?q=0 HTTP/1.0\",\"x\"\n\
\"2026-11-20 01:00:04\",\"2001:db8::1\",\"1235\",\"downadup\",\"\",\"AAA.example:8080\",\"GET / HTTP/1.1\",\"x\"\n\
\"2026-11-20 01:00:05\",\"192.0.2.2\",\"1236\",\"downadup\",\"\",\"198.51.100.7\",\"GET / HTTP/1.1\",\"x\"\n\
\"2026-11-20 01:00:06\",\"192.0.2.2\",\"1237\",\"downadup\",\"\",\"\",\"GET / HTTP/1.1\",\"x\"\n";

#[test]
fn a_report_over_http() {
    let file = taken(ToldForm::Shadowserver, HTTP);
    assert_eq!(names(&file), "aaa.example observed downadup 2026-11-20T00:00:04Z 2026-11-20T01:00:04Z - - x2\n");
    assert_eq!(
        beside(&file),
        "a report in the columns of Shadowserver: -\nno marking\n\
         passed over 1 rows that name an address only\npassed over 1 rows without a name\n"
    );
    let all = format!("{file:?}");
    for address in ["192.0.2.", "2001:db8", "198.51.100.", "1234"] {
        assert!(!all.contains(address), "{address} is kept");
    }
}

#[test]
fn a_report_over_dns_counts() {
    let text = "\"timestamp\",\"src_ip\",\"family\",\"query_type\",\"query\",\"count\"\n\
                \"2026-11-20 00:00:04\",\"192.0.2.1\",\"conficker\",\"A\",\"aaa.example\",\"17\"\n";
    let file = taken(ToldForm::Shadowserver, text);
    assert_eq!(names(&file), "aaa.example observed conficker 2026-11-20T00:00:04Z 2026-11-20T00:00:04Z - - x17\n");
}

#[test]
fn what_is_no_report_is_refused() {
    let refused = |text: &[u8]| read(ToldForm::Shadowserver, text).unwrap_err().to_string();
    assert!(
        refused(b"name,result\na.example,done\n").starts_with("line 1: this is no report; expected a column timestamp")
    );
    assert_eq!(
        refused(b"timestamp,query\n2026-11-20 00:00:04\n"),
        "line 2: the row has 1 fields; expected 2 as in the header"
    );
    assert_eq!(refused(b"timestamp,query\n2026-11-20 00:00:04,a\xff.example\n"), "line 2: the text is not UTF-8");
}

/// Returns a report about two machines.
fn report() -> String {
    let at = |text: &str| text.parse::<Instant>().unwrap();
    let machine = |address: &str, family: &str, unverified| Machine {
        address: address.parse().unwrap(),
        family: family.to_owned(),
        first_seen: at("2026-11-20T08:09:10.5Z"),
        count: 42,
        unverified,
    };
    let machines = [machine("192.0.2.1", "conficker-c", false), machine("2001:db8::1", "strange", true)];
    let released =
        release(Report { marking: Marking::DEFAULT, machines }, Audience::Recipient, at("2026-11-21T00:00:00Z"))
            .unwrap();
    let mut out = Vec::new();
    assert_eq!(write(released, &mut out).unwrap(), 2);
    String::from_utf8(out).unwrap()
}

#[test]
fn a_report_is_written_in_the_published_columns() {
    let text = report();
    insta::assert_snapshot!(text);
    let columns: Vec<&str> = text.lines().next().unwrap().split(',').map(|name| name.trim_matches('"')).collect();
    assert_eq!(columns, COLUMNS);
    // It names no single question, so nothing is read from it as an observation of a name.
    let file = taken(ToldForm::Shadowserver, &text);
    assert_eq!((file.names.len(), file.passed_over["rows without a name"]), (0, 2));
}

/// `IntelMQ`'s parser of Shadowserver's reports, with a schema of the published columns, since the package carries none of sinkholes.
#[test]
fn intelmq_takes_the_report() {
    let program = r"
import base64, json, os, pathlib, sys, tempfile
folder = pathlib.Path(tempfile.mkdtemp())
os.environ['INTELMQ_ROOT_DIR'] = str(folder)
schema = {'event4_sinkhole_dns': {
    'classification': 'infected-system', 'feed_name': 'Sinkhole-Events-DNS', 'file_name': 'event4_sinkhole_dns',
    'constant_fields': {'classification.identifier': 'sinkholed-dns-queries', 'classification.taxonomy': 'malicious-code', 'classification.type': 'infected-system'},
    'required_fields': [['time.source', 'timestamp', 'add_UTC_to_timestamp'], ['source.ip', 'src_ip', 'validate_ip']],
    'optional_fields': [['malware.name', 'infection'], ['extra.', 'family', 'validate_to_none'], ['extra.', 'tag', 'validate_to_none'],
        ['extra.', 'severity', 'validate_to_none'], ['extra.dns_query', 'query', 'validate_to_none'], ['extra.', 'count', 'convert_int'], ['extra.application', 'application', 'validate_to_none']],
}, '_meta': {'date_created': '2026-11-20', 'change_log': 'none'}}
path = folder / 'var' / 'lib' / 'bots' / 'shadowserver-schema.json'
path.parent.mkdir(parents=True)
path.write_text(json.dumps(schema))
from intelmq.bots.parsers.shadowserver.parser import ShadowserverParserBot
from intelmq.lib.bot import BotLibSettings
text = sys.stdin.read()
parser = ShadowserverParserBot('shadowserver', settings=BotLibSettings | {'auto_update': False})
report = {'__type': 'Report', 'raw': base64.b64encode(text.encode()).decode(), 'feed.name': 'a file', 'time.observation': '2026-11-26T00:00:00+00:00',
          'extra.file_name': '2026-11-20-event4_sinkhole_dns-example.csv'}
queues = parser.process_message(report)
assert not queues['error'], queues['error']
for event in queues['output']:
    print('=', event['source.ip'], event['malware.name'], event['time.source'], event['classification.type'], event['extra.count'], event['extra.tag'])
";
    let test = "told::shadowserver::intelmq_takes_the_report";
    let Some(said) = python::run(test, "intelmqctl", program, &report()) else { return };
    let events: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("= ")).collect();
    assert_eq!(
        events,
        [
            "192.0.2.1 conficker-c 2026-11-20T08:09:10+00:00 infected-system 42 dga;predicted;tlp:amber+strict",
            "2001:db8::1 strange 2026-11-20T08:09:10+00:00 infected-system 42 dga;predicted;tlp:amber+strict;unverified",
        ]
    );
}
