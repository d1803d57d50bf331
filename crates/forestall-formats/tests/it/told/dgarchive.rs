// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Files of DGArchive: a day, the answer to a question for names, and a dump.

use forestall_formats::told::ToldForm;

use super::{beside, names, taken};
use crate::python;

/// A day as the service gives it out, cut short.
const DAY: &str = r#"{"bobax_dga_1b91": ["aaa.example", "bbb.example"], "conficker_dga_c": ["ccc.example"]}"#;

#[test]
fn a_day() {
    let file = taken(ToldForm::DgArchive, DAY);
    assert_eq!(
        names(&file),
        "aaa.example predicted bobax_dga_1b91 - - - - x1\n\
         bbb.example predicted bobax_dga_1b91 - - - - x1\n\
         ccc.example predicted conficker_dga_c - - - - x1\n"
    );
    assert_eq!(beside(&file), "DGArchive: -\nno marking\n");
}

#[test]
fn an_answer() {
    let text = r#"{"hits": [
        {"domain": "aaa.example", "family": "conficker", "validity": {"from": "2026-11-20 00:00:00", "to": "2026-11-20 23:59:59"}},
        {"domain": "bbb.example", "family": "suppobox", "validity": null}],
        "non_hits": 3, "status": "ok"}"#;
    let file = taken(ToldForm::DgArchive, text);
    assert_eq!(
        names(&file),
        "aaa.example predicted conficker - - 2026-11-20T00:00:00Z 2026-11-21T00:00:00Z x1\n\
         bbb.example predicted suppobox - - - - x1\n"
    );
    assert_eq!(beside(&file), "DGArchive: -\nno marking\npassed over 2 keys without a list\n");
}

#[test]
fn a_dump() {
    let text = "\"aaa.example\",\"2026-11-20 00:00:00\",\"x, y\"\r\n\"bbb.example\"\r\nno name,1\r\n";
    assert_eq!(forestall_formats::told::recognise(text.as_bytes()), ToldForm::DgArchive);
    let file = taken(ToldForm::DgArchive, text);
    assert_eq!(names(&file), "aaa.example predicted - - - - - x1\nbbb.example predicted - - - - - x1\n");
    let told = beside(&file);
    assert!(told.contains("passed over 3 columns of a dump behind the name"), "{told}");
    assert!(told.contains("malformed line 3: "), "{told}");
    let long = format!("\"aaa.example\",\"{}\"\n", "x".repeat(5_000));
    let error = forestall_formats::told::read(ToldForm::DgArchive, long.as_bytes()).unwrap_err().to_string();
    assert_eq!(error, "line 1: the row has more than 4096 octets");
}

#[test]
fn an_end_that_could_not_be_read_again_is_none() {
    let hit = |to: &str| format!(r#"{{"hits": [{{"domain": "aaa.example", "validity": {{"to": "{to}"}}}}]}}"#);
    let until = |to: &str| taken(ToldForm::DgArchive, &hit(to)).names[0].until.map(|until| until.to_string());
    // The last second that an instant is read in is 22:00:00 of the day before the last.
    assert_eq!(until("9999-12-30 21:59:59").as_deref(), Some("9999-12-30T22:00:00Z"));
    for to in ["9999-12-30 22:00:00", "9999-12-30 23:59:59", "9999-12-31 23:59:59"] {
        assert_eq!(until(to), None, "{to}");
    }
}

#[test]
fn what_is_no_name_is_told_with_its_place() {
    let text = r#"{"x": ["a.example", 5, "", ["b.example"], {"domain": 7}]}"#;
    let told = beside(&taken(ToldForm::DgArchive, text));
    let places: Vec<&str> =
        told.lines().filter_map(|line| line.strip_prefix("malformed ")?.split(':').next()).collect();
    assert_eq!(places, ["x[1]", "x[2]", "x[3]", "x[4].domain"], "{told}");
}

/// `IntelMQ`'s parser of the service's day takes the same file for the same names.
#[test]
fn intelmq_reads_the_same_names() {
    let program = r"
import base64, sys
from intelmq.bots.parsers.fraunhofer.parser_dga import FraunhoferDGAParserBot
from intelmq.lib.bot import BotLibSettings
text = sys.stdin.read()
bot = FraunhoferDGAParserBot('dga', settings=BotLibSettings)
report = {'__type': 'Report', 'raw': base64.b64encode(text.encode()).decode(), 'feed.name': 'a file', 'time.observation': '2026-11-26T00:00:00+00:00'}
queues = bot.process_message(report)
assert not queues['error'], queues['error']
for event in queues['output']:
    print('=', event['source.fqdn'])
";
    let Some(said) = python::run("told::dgarchive::intelmq_reads_the_same_names", "intelmqctl", program, DAY) else {
        return;
    };
    let mut theirs: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("= ")).collect();
    theirs.sort_unstable();
    let ours: Vec<String> = taken(ToldForm::DgArchive, DAY).names.iter().map(|told| told.name.to_string()).collect();
    assert_eq!(theirs, ours);
}
