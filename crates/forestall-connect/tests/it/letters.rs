// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Letters of the tests, and what another program reads in them.

use std::io::Write;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use forestall_connect::mail::{Attachment, Letter, MailSettings, MailTls, Mailer, Origin, Precedence, Protection};
use forestall_model::Instant;
use forestall_testkit::parsed;
use serde_json::Value;

pub(crate) fn now() -> Instant {
    parsed("2026-11-26T08:30:00Z")
}

/// Returns a letter with every part.
pub(crate) fn letter() -> Letter {
    Letter {
        to: vec![parsed("Zoë Ångström <abuse@nic.example>"), parsed("desk@xn--bcher-kva.example")],
        subject: "Liste 12 für .be: 110 Namen, fällig bis 28. November; please confirm receipt — Forestall".to_owned(),
        text: "Guten Tag,\n\nFrom here on: größer als 76 Zeichen ist diese Zeile, damit sie umbrochen werden muss, ja.\n.\ntrailing \n--\n=3D\n"
            .to_owned(),
        html: Some("<p>Guten Tag, <b>größer</b></p>\n".to_owned()),
        attachments: vec![
            Attachment {
                name: "list-12.be.csv".to_owned(),
                media_type: "text/csv; charset=utf-8".to_owned(),
                octets: "name,from,to\r\nqxkzv.be,2026-11-28,2026-11-29\r\n".repeat(200).into_bytes(),
            },
            Attachment {
                name: "Übersicht \"Seite 1\".pdf".to_owned(),
                media_type: "application/pdf".to_owned(),
                octets: (0..=255).collect(),
            },
        ],
        message_id: parsed("case-7.list-12.be.0@hub.example"),
        in_reply_to: Some(parsed("<CAF=x.1+2@mail.nic.example>")),
        date: now(),
        origin: Origin::Generated,
        precedence: Precedence::Bulk,
        protection: Protection::None,
    }
}

pub(crate) fn mailer(server: &str, tls: MailTls, change: impl FnOnce(&mut MailSettings)) -> Mailer {
    let mut settings = MailSettings::new(parsed(server), tls, parsed("Forestall, Leitstelle <hub@hub.example>"));
    settings.reply_to = Some(parsed("answers+be@hub.example"));
    change(&mut settings);
    Mailer::new(settings).unwrap()
}

/// What Python's reader of mail makes of a part: headers as texts, the tree of parts, and what it finds wrong.
const READER: &str = r#"
import base64, email, email.policy, json, sys
def part(p):
    kind = p.is_multipart()
    return {"type": p.get_content_type(), "name": p.get_filename(), "disposition": p.get_content_disposition(),
        "charset": p.get_content_charset(), "protocol": p.get_param("protocol"), "micalg": p.get_param("micalg"),
        "defects": [str(d) for d in p.defects] + [str(d) for v in p.values() for d in v.defects],
        "octets": "" if kind else base64.b64encode(p.get_payload(decode=True)).decode(),
        "headers": {k.lower(): str(v) for k, v in p.items()},
        "parts": [part(q) for q in p.iter_parts()] if kind else []}
print(json.dumps(part(email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default))))
"#;

/// Returns what Python reads in a letter or a part of one.
pub(crate) fn read(octets: &[u8]) -> Value {
    let mut child = Command::new("/usr/bin/python3")
        .args(["-c", READER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(octets).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Returns the octets of a part.
pub(crate) fn octets(part: &Value) -> Vec<u8> {
    STANDARD.decode(part["octets"].as_str().unwrap()).unwrap()
}

/// Checks what [`read`] found in the text and the files of [`letter`].
pub(crate) fn check_content(mixed: &Value) {
    let expected = letter();
    assert_eq!(mixed["type"], "multipart/mixed");
    assert_eq!(mixed["defects"], serde_json::json!([]));
    let parts = mixed["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 3);
    assert_eq!(parts[0]["type"], "multipart/alternative");
    let texts = parts[0]["parts"].as_array().unwrap();
    for (part, media_type, text) in
        [(&texts[0], "text/plain", &expected.text), (&texts[1], "text/html", expected.html.as_ref().unwrap())]
    {
        assert_eq!((part["type"].as_str(), part["charset"].as_str()), (Some(media_type), Some("utf-8")));
        let found = String::from_utf8(octets(part)).unwrap();
        assert_eq!(found.replace("\r\n", "\n").trim_end(), text.trim_end());
    }
    for (part, attachment) in parts[1..].iter().zip(&expected.attachments) {
        assert_eq!(part["name"], attachment.name.as_str());
        assert_eq!(part["disposition"], "attachment");
        assert_eq!(part["type"], attachment.media_type.split(';').next().unwrap());
        assert_eq!(octets(part), attachment.octets);
        assert_eq!(part["defects"], serde_json::json!([]));
    }
}
