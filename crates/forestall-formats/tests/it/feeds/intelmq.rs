// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! IntelMQ events, as IntelMQ's own library takes them.

use forestall_formats::Form;
use forestall_model::{DayRange, Marking, Pap, Tlp};

use super::sharing::{AFTER, DAY, feed, feed_of, published_by, written, written_with};
use crate::python;

#[test]
fn a_day_as_events() {
    insta::assert_snapshot!(written(Form::IntelMq, DAY));
    assert_eq!(written(Form::IntelMq, AFTER), "");
}

#[test]
fn a_level_that_intelmq_lacks_is_written_as_a_stricter_one() {
    for (tlp, level) in [
        (Tlp::Clear, "WHITE"),
        (Tlp::Green, "GREEN"),
        (Tlp::Amber, "AMBER"),
        (Tlp::AmberStrict, "RED"),
        (Tlp::Red, "RED"),
    ] {
        let marking = Marking { tlp, pap: Pap::Green, embargo_until: None };
        let feed = feed_of(DayRange::one(DAY.parse().unwrap()), marking);
        let text = written_with(Form::IntelMq, &feed, &published_by("")).0;
        let event: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        assert_eq!((event["tlp"].as_str(), event["extra.tlp"].as_str()), (Some(level), Some(tlp.word())));
    }
}

/// Its parser of JSON, as a collector of files feeds it, and its message library, which refuses fields and values that the data format lacks.
#[test]
fn intelmq_takes_every_event() {
    let program = r"
import base64, json, sys
from importlib.resources import files
from intelmq.bots.parsers.json.parser import JSONParserBot
from intelmq.lib.bot import BotLibSettings
from intelmq.lib.message import Event, MessageFactory
text = sys.stdin.read()
format = json.loads((files('intelmq') / 'etc' / 'harmonization.conf').read_text())
bot = JSONParserBot('json', settings=BotLibSettings | {'splitlines': True})
report = {'__type': 'Report', 'raw': base64.b64encode(text.encode()).decode(), 'feed.name': 'a file', 'time.observation': '2026-11-26T00:00:00+00:00'}
queues = bot.process_message(report)
assert not queues['error'], queues['error']
for line, event in zip(text.splitlines(), queues['output'], strict=True):
    read = MessageFactory.unserialize(line, harmonization=format, default_type='Event')
    assert type(read) is Event
    event = {key: value for key, value in event.items() if key != 'raw'}
    assert json.loads(line) == json.loads(read.to_json(hierarchical=False)) == event, line
    print('=', event['source.fqdn'], event['classification.type'], event['time.source'], event['extra.valid_until'], event['feed.provider'])
";
    let test = "feeds::intelmq::intelmq_takes_every_event";
    let text = written_with(Form::IntelMq, &feed(DAY), &published_by(" CERT \"X\" ")).0;
    let Some(said) = python::run(test, "intelmqctl", program, &text) else { return };
    // Bots log to standard output as well.
    let told: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("= ")).collect();
    insta::assert_snapshot!("library", told.join("\n"));
}
