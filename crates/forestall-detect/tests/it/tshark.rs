// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What tshark, of the Wireshark project, reads from a capture, in the words of our own records.

use std::path::Path;
use std::process::{Command, Stdio};

use forestall_model::Instant;

/// The fields that are asked for, in this order.
const FIELDS: [&str; 13] = [
    "frame.time_epoch",
    "dns.flags.response",
    "dns.qry.name",
    "dns.qry.type",
    "dns.flags.rcode",
    "dns.qry.class",
    "ip.src",
    "ip.dst",
    "ipv6.src",
    "ipv6.dst",
    "udp.srcport",
    "udp.dstport",
    "tcp.port",
];

/// Returns a line for each question of class IN, as [`crate::read::line`] writes it but without escapes in names, which tshark does not write. `more` are further arguments.
pub(crate) fn read(tshark: &Path, capture: &Path, more: &[&str]) -> Vec<String> {
    let mut command = Command::new(tshark);
    command
        .arg("-r")
        .arg(capture)
        .args(["-n", "-Y", "dns && !mdns", "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=|"])
        .args(more);
    FIELDS.iter().for_each(|field| {
        command.args(["-e", field]);
    });
    let output = command.env("TZ", "UTC").stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "tshark: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().flat_map(of_frame).collect()
}

/// Reads a line of tshark; a frame may hold several messages, whose values have bars between them.
fn of_frame(line: &str) -> Vec<String> {
    let fields: Vec<Vec<&str>> = line.split('\t').map(|field| field.split('|').collect()).collect();
    let [time, response, name, qtype, rcode, class, from4, to4, from6, to6, from_udp, to_udp, tcp] =
        <[Vec<&str>; 13]>::try_from(fields).unwrap();
    // The last address is the innermost; those of fragments do not repeat.
    let one = |four: &[&str], six: &[&str]| {
        let text = four.last().filter(|text| !text.is_empty()).or(six.last()).unwrap();
        text.parse::<std::net::IpAddr>().unwrap().to_string()
    };
    let (seconds, fraction) = time[0].split_once('.').unwrap();
    let micros = seconds.parse::<i64>().unwrap() * 1_000_000 + fraction[..6].parse::<i64>().unwrap();
    let at = Instant::from_micros(micros);
    let mut codes = rcode.iter();
    let mut lines = Vec::new();
    for (index, response) in response.iter().enumerate() {
        let answer = *response == "1" || *response == "True";
        let rcode = if answer { codes.next().unwrap() } else { "-" };
        if class.get(index).is_none_or(|class| *class != "0x0001") {
            continue;
        }
        let asker = if answer { one(&to4, &to6) } else { one(&from4, &from6) };
        let port = match (answer, from_udp[0], to_udp[0]) {
            (_, "", _) => tcp[usize::from(answer)],
            (true, _, to) => to,
            (false, from, _) => from,
        };
        let half = if answer { "Answer" } else { "Question" };
        let name = match name[index] {
            "<Root>" => ".".to_owned(),
            name => name.to_ascii_lowercase(),
        };
        lines.push(format!("{at} {asker} {port} {half} {name} {} {rcode}", qtype[index]));
    }
    lines
}
