// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! An e-mail for each registrar with the names that it sponsors, in one mailbox file. Nothing is sent.
//!
//! Names whose registrar cannot be written to stand in a last message to whoever publishes, so that none is lost. The date of a message is that
//! of the last change of the case, and its identifier follows from its text: the same case gives the same messages.
//!
//! # Source
//!
//! RFC 4155, appendix A (mbox, with `>` before lines that begin like a separator), RFC 5322 (messages), RFC 2045 and 2046 (parts), RFC 2047
//! (names that are not ASCII), RFC 2183 (the table as an attachment).

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufWriter, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use forestall_model::{Digest, Instant, MailAddress, Marking, Released};

use crate::csv;
use crate::feed::{Settings, unsayable};
use crate::flood::one_line;
use crate::form::About;
use crate::request::{Asked, NO_JUDGEMENT, Request, actions, in_words, needed, short};

/// The form.
pub const ABOUT: About = About {
    consumer: "registrars: a mailbox with one message for each, which nobody sends by themselves",
    tested_with: "Python's mailbox, email and csv modules",
    media_type: "application/mbox",
    extension: "mbox",
    shows_confidence: true,
    tells_the_action: true,
};

/// Writes the messages and returns how many names there are in all of them. A name is in one where somebody holds it, as far as is known.
///
/// # Errors
///
/// What the writer reports; [`io::ErrorKind::InvalidInput`] where there is no sender.
pub fn write(request: &Released<Request>, settings: &Settings, out: &mut dyn Write) -> io::Result<u64> {
    if settings.publisher.mail.is_empty() {
        return Err(unsayable("a message has a sender: give a mail address (--publisher-mail)"));
    }
    let sender = settings.publisher.address()?;
    let marking = request.marking();
    let request = request.object();
    let mut reached: BTreeMap<&str, (MailAddress, Vec<&[Asked]>)> = BTreeMap::new();
    let mut unreached: Vec<&[Asked]> = Vec::new();
    let mut names = 0;
    for lines in request.names().filter(|lines| lines[0].line.class.is_held() || lines[0].registrar.is_some()) {
        names += 1;
        let key = lines[0].registrar.as_deref();
        let address =
            key.and_then(|key| request.registrars.get(key)?.abuse_mail.as_deref()?.parse::<MailAddress>().ok());
        match key.zip(address) {
            Some((key, address)) => reached.entry(key).or_insert_with(|| (address, Vec::new())).1.push(lines),
            None => unreached.push(lines),
        }
    }
    let message = |to, subject, opening| Message {
        request,
        marking,
        publisher: &settings.publisher.name,
        from: &sender,
        to,
        subject,
        opening,
    };
    let mut out = BufWriter::new(out);
    for (key, (address, names)) in &reached {
        let subject = format!(
            "{} of your customers' names are computed by infected machines (case {})",
            names.len(),
            request.case
        );
        let families: BTreeSet<&str> =
            names.iter().flat_map(|lines| lines.iter()).map(|asked| asked.line.family.as_str()).collect();
        let opening = format!(
            "To the abuse desk of {}.\n\n\
             Machines infected with {} compute the names below and ask for them. By the registration data, they are sponsored by you.\n",
            request.registrar(key),
            families.into_iter().collect::<Vec<_>>().join(", ")
        );
        message(address, subject, opening).write(names, &mut out)?;
    }
    if !unreached.is_empty() {
        let subject = format!("{} names whose registrar cannot be written to (case {})", unreached.len(), request.case);
        let opening = "For you, who wrote the other messages. The registrars of these names, or their addresses, are not known.\n".to_owned();
        message(&sender, subject, opening).write(&unreached, &mut out)?;
    }
    out.flush()?;
    Ok(names)
}

struct Message<'m> {
    request: &'m Request,
    marking: Marking,
    publisher: &'m str,
    from: &'m MailAddress,
    to: &'m MailAddress,
    subject: String,
    opening: String,
}

impl Message<'_> {
    fn write(&self, names: &[&[Asked]], out: &mut dyn Write) -> io::Result<()> {
        let text = self.text(names);
        let table = table(names, self.marking)?;
        let parts: [&[u8]; 6] =
            [self.to.as_str().as_bytes(), b"\n", self.from.as_str().as_bytes(), b"\n", text.as_bytes(), &table];
        let digest = Digest::of_parts(&parts).to_string();
        let (id, boundary) = (&digest[..40], &digest[40..]);
        let host = self.from.as_str().rsplit('@').next().unwrap_or_default();
        let (day, date) = dates(self.request.changed);
        writeln!(out, "From {} {day}", self.from.as_str())?;
        writeln!(out, "From: {}{}", shown(self.publisher), bracketed(self.publisher, self.from))?;
        writeln!(out, "To: {}", self.to.as_str())?;
        writeln!(out, "Subject: {}", self.subject)?;
        writeln!(out, "Date: {date}")?;
        writeln!(out, "Message-ID: <{id}@{host}>")?;
        writeln!(out, "MIME-Version: 1.0")?;
        writeln!(out, "Content-Type: multipart/mixed; boundary=\"={boundary}\"\n")?;
        writeln!(out, "--={boundary}\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n")?;
        quoted(&text, out)?;
        writeln!(
            out,
            "\n--={boundary}\nContent-Type: text/csv; charset=utf-8; header=present\nContent-Transfer-Encoding: base64"
        )?;
        writeln!(out, "Content-Disposition: attachment; filename=\"{}-names.csv\"\n", self.request.case)?;
        for line in STANDARD.encode(&table).as_bytes().chunks(76) {
            out.write_all(line)?;
            out.write_all(b"\n")?;
        }
        writeln!(out, "\n--={boundary}--\n")
    }

    fn text(&self, names: &[&[Asked]]) -> String {
        let mut text = format!("{}\n{NO_JUDGEMENT}\n\n", self.opening);
        text.push_str(
            "Times are UTC and hold a margin for clocks that are wrong. Names and windows as a table: attached.\n\n",
        );
        for lines in names {
            let first = &lines[0];
            let line = &first.line;
            let unicode = line.name.to_unicode();
            let other = if unicode == line.name.as_str() { String::new() } else { format!(" ({unicode})") };
            let mark = if lines.iter().any(Asked::is_unverified) {
                "; UNVERIFIED: its names were not checked against the botnet's own"
            } else {
                ""
            };
            text.push_str(&format!("* {}{other}\n", line.name));
            text.push_str(&format!("  Asked for {}, by {}{mark}\n", in_words(needed(*lines)), line.family));
            let created = line.created.map(|at| format!(", registered {at}")).unwrap_or_default();
            let registrar = first
                .registrar
                .as_deref()
                .map(|key| format!(", by {}", self.request.registrar(key)))
                .unwrap_or_default();
            text.push_str(&format!(
                "  Known of it: {}{created}{registrar}; reference {}\n",
                line.class,
                one_line(&line.evidence_ref)
            ));
            let actions = actions(lines);
            if actions.is_empty() {
                text.push_str("  Asked of you: nothing; nobody has decided about it, please change nothing because of this message\n");
            }
            for action in actions {
                text.push_str(&format!("  Asked of you: {action}: {}\n", action.meaning()));
            }
        }
        text.push_str("\nTo answer, send the table back with a column `result` (done, already-held, refused, not-mine, error), or write to ");
        text.push_str(self.from.as_str());
        text.push_str(&format!(
            ".\n\n{} {}. Case {}: {}\n",
            self.marking.tlp,
            self.marking.pap,
            self.request.case,
            short(&self.request.title)
        ));
        text
    }
}

/// Returns the lines of names as CSV, with the columns of the form `csv`.
fn table(names: &[&[Asked]], marking: Marking) -> io::Result<Vec<u8>> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer.write_record(csv::COLUMNS)?;
    for asked in names.iter().copied().flatten() {
        writer.write_record(csv::fields(&asked.line, marking).iter().map(|field| field.as_bytes()))?;
    }
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
}

/// Writes a text, with `>` before lines that a reader of the mailbox would take for the begin of a message.
fn quoted(text: &str, out: &mut dyn Write) -> io::Result<()> {
    for line in text.lines() {
        let mark = if line.trim_start_matches('>').starts_with("From ") { ">" } else { "" };
        writeln!(out, "{mark}{line}")?;
    }
    Ok(())
}

/// Returns a name for the head of a message: as it is where it is plain, else in encoded words of at most 75 characters.
fn shown(name: &str) -> String {
    let name = one_line(name.trim());
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-');
    if name.len() <= 60 && name.chars().all(plain) {
        return name;
    }
    let mut words: Vec<String> = vec![String::new()];
    for c in name.chars().take(120) {
        if words.last().is_some_and(|word| word.len() + c.len_utf8() > 42) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(c);
        }
    }
    words.iter().map(|word| format!("=?utf-8?B?{}?=", STANDARD.encode(word))).collect::<Vec<_>>().join("\n ")
}

fn bracketed(name: &str, address: &MailAddress) -> String {
    if name.trim().is_empty() { address.as_str().to_owned() } else { format!(" <{}>", address.as_str()) }
}

/// Returns an instant as the separator of a mailbox has it, and as the head of a message.
fn dates(at: Instant) -> (String, String) {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let day = at.day();
    let (year, month, of_month) = day.ymd();
    // The first of January 1970 was a Thursday.
    let week_day = DAYS[usize::try_from(day.epoch_days().rem_euclid(7)).unwrap_or(0)];
    let month = MONTHS[usize::try_from(month - 1).unwrap_or(0).min(11)];
    let seconds = at.seconds_since(day.start());
    let time = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    (
        format!("{week_day} {month} {of_month:>2} {time} {year:04}"),
        format!("{week_day}, {of_month} {month} {year:04} {time} +0000"),
    )
}

#[cfg(test)]
mod tests {
    use super::{dates, quoted, shown};

    #[test]
    fn dates_have_both_forms() {
        let (separator, header) = dates("2009-04-01T06:07:08Z".parse().unwrap());
        assert_eq!(separator, "Wed Apr  1 06:07:08 2009");
        assert_eq!(header, "Wed, 1 Apr 2009 06:07:08 +0000");
        assert_eq!(dates("1969-12-31T23:59:59Z".parse().unwrap()).1, "Wed, 31 Dec 1969 23:59:59 +0000");
    }

    #[test]
    fn no_line_of_a_text_begins_a_message() {
        let mut out = Vec::new();
        quoted("From here\n>From there\nfrom\n", &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), ">From here\n>>From there\nfrom\n");
    }

    #[test]
    fn names_of_senders_are_no_syntax() {
        assert_eq!(shown("CERT Example-1"), "CERT Example-1");
        assert_eq!(shown("A\r\nBcc: x@y.z"), "=?utf-8?B?QSAgQmNjOiB4QHkueg==?=");
        let long = shown(&"Bücherei ".repeat(12));
        assert!(long.lines().all(|line| line.len() <= 77 && line.contains("=?utf-8?B?")), "{long}");
    }
}
