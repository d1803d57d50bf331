// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Questions as lines of logs.

use std::io::{self, Write};

use crate::traffic::{Question, address};

const TYPES: [(u16, &str); 6] = [(1, "A"), (28, "AAAA"), (65, "HTTPS"), (12, "PTR"), (16, "TXT"), (15, "MX")];
const CODES: [(u16, &str); 4] = [(0, "NOERROR"), (3, "NXDOMAIN"), (2, "SERVFAIL"), (5, "REFUSED")];

fn written(table: &[(u16, &'static str)], number: u16) -> &'static str {
    table.iter().find(|(known, _)| *known == number).map_or("-", |(_, name)| name)
}

/// Writes `epoch client qname qtype rcode`.
pub(crate) fn plain(out: &mut impl Write, question: &Question<'_>) -> io::Result<()> {
    let Question { micros, client, name, qtype, rcode, .. } = question;
    let (seconds, millis) = (micros / 1_000_000, micros / 1_000 % 1_000);
    let (client, qtype, rcode) = (address(*client), written(&TYPES, *qtype), written(&CODES, *rcode));
    writeln!(out, "{seconds}.{millis:03} {client} {name} {qtype} {rcode}")
}

/// The lines at the top of Zeek's `dns.log`, as version 6 writes them.
pub(crate) const ZEEK_HEADER: &str = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n\
    #open\t2027-01-02-00-00-00\n\
    #fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id\trtt\tquery\tqclass\tqclass_name\tqtype\tqtype_name\
    \trcode\trcode_name\tAA\tTC\tRD\tRA\tZ\tanswers\tTTLs\trejected\n\
    #types\ttime\tstring\taddr\tport\taddr\tport\tenum\tcount\tinterval\tstring\tcount\tstring\tcount\tstring\tcount\tstring\tbool\tbool\
    \tbool\tbool\tcount\tvector[string]\tvector[interval]\tbool\n";

/// Writes a line of Zeek's `dns.log`.
pub(crate) fn zeek(out: &mut impl Write, question: &Question<'_>) -> io::Result<()> {
    let Question { micros, client, port, id, name, qtype, rcode, dice } = question;
    let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
    let (client, type_name, code_name) = (address(*client), written(&TYPES, *qtype), written(&CODES, *rcode));
    write!(
        out,
        "{seconds}.{fraction:06}\tC{dice:016x}\t{client}\t{port}\t10.0.0.53\t53\tudp\t{id}\t0.{:06}\t{name}\t1\tC_INTERNET\t{qtype}\t{type_name}\t{rcode}\t{code_name}\tF\tF\tT\tT\t0\t",
        dice & 0x1_ffff
    )?;
    match (rcode, dice >> 62) {
        (0, 0) => {
            let (a, b) = (dice >> 8 & 255, dice >> 16 & 255);
            writeln!(out, "203.0.113.{a},198.51.100.{b}\t60.000000,60.000000\tF")
        }
        (0, 1) => writeln!(
            out,
            "edge-{:x}.cdn.example,203.0.113.{}\t300.000000,20.000000\tF",
            dice >> 40 & 0xffff,
            dice >> 8 & 255
        ),
        (0, _) => writeln!(out, "203.0.113.{}\t300.000000\tF", dice >> 8 & 255),
        _ => writeln!(out, "-\t-\tF"),
    }
}
