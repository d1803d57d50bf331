// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The names that are looked for, and a zone that holds some of them.

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use forestall_model::{DayRange, UtcDay};
use forestall_testkit::computed::Computed;

const CAMPAIGNS: [&str; 3] = ["conficker-a", "conficker-b", "conficker-c"];
const DAYS: i32 = 90;
/// The zone; of the three, A and B have names in it.
const TLD: &str = "com";
/// One of so many names of the campaigns is in the zone.
const ONE_REGISTERED_OF: usize = 10;
const LETTERS: u64 = 26;

/// Writes the names, one a line, and the zone; returns how many names are in the zone.
pub(crate) fn make(names: &Path, zone: &Path, lines: u64) -> Result<usize, Box<dyn Error>> {
    let mut names = BufWriter::new(File::create(names)?);
    let mut of_zone = Vec::new();
    // The three were active together from this day on.
    let first = UtcDay::from_ymd(2009, 4, 1).ok_or("a day")?;
    for campaign in CAMPAIGNS {
        // In parts, since what is computed stands in memory.
        for day in 0..DAYS {
            let span = DayRange { from: first.plus(day), until: first.plus(day + 1) }.window();
            let computed = Computed::of(campaign, span);
            for (tld, list) in
                computed.lists.iter().filter(|list| list.window.from == span.from).flat_map(|list| &list.by_tld)
            {
                for name in list {
                    writeln!(names, "{name}")?;
                }
                if tld.as_str() == TLD {
                    of_zone.extend(list.iter().cloned());
                }
            }
        }
    }
    names.flush()?;
    of_zone.sort_unstable();
    of_zone.dedup();
    let registered: Vec<&String> = of_zone.iter().step_by(ONE_REGISTERED_OF).collect();

    let mut out = GzEncoder::new(BufWriter::new(File::create(zone)?), Compression::default());
    let soa = format!("{TLD}.\t900\tin\tsoa\ta.nic.{TLD}. hostmaster.nic.{TLD}. 1 1800 900 604800 86400\n");
    out.write_all(soa.as_bytes())?;
    for name in &registered {
        writeln!(out, "{name}.\t172800\tin\tns\tns1.sinkhole.test.")?;
    }
    let mut written = 2 + u64::try_from(registered.len())?;
    // Ordered as registries do, with labels of 7 letters; lines of two name servers for each name, glue and signed delegations for some.
    let step = LETTERS.pow(7) / lines.max(1);
    let mut text = String::new();
    for number in 0_u64.. {
        if written >= lines {
            break;
        }
        text.clear();
        let label = letters(number * step + number * 7_919 % step.max(1));
        let host = number.wrapping_mul(2_654_435_761) % 20_011;
        let mut line = |line: String| {
            if written < lines {
                text.push_str(&line);
                written += 1;
            }
        };
        line(format!("{label}.{TLD}.\t172800\tin\tns\tns1.provider{host}.net.\n"));
        line(format!("{label}.{TLD}.\t172800\tin\tns\tns2.provider{host}.net.\n"));
        if number.is_multiple_of(20) {
            line(format!("{label}.{TLD}.\t86400\tin\tds\t{host} 13 2 {number:064x}\n"));
        }
        if number.is_multiple_of(50) {
            line(format!("ns1.{label}.{TLD}.\t172800\tin\ta\t192.0.2.{}\n", number % 256));
        }
        out.write_all(text.as_bytes())?;
    }
    out.write_all(soa.as_bytes())?;
    out.finish()?.flush()?;
    Ok(registered.len())
}

/// Writes a number in letters, as many for each, so that numbers and words have one order.
fn letters(mut number: u64) -> String {
    let mut label = [b'a'; 7];
    for letter in label.iter_mut().rev() {
        *letter = b'a' + u8::try_from(number % LETTERS).unwrap_or(0);
        number /= LETTERS;
    }
    String::from_utf8_lossy(&label).into_owned()
}
