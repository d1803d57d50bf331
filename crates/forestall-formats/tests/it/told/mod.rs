// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Files in which others tell of names: what is read of them, what is passed over, and what is refused.

mod dgarchive;
mod hostile;
mod misp;
mod shadowserver;
mod stix;

use forestall_formats::told::{ToldFile, ToldForm, read, recognise};
use forestall_model::Instant;

/// Reads a file that its form takes, and that is recognised as being of it.
#[track_caller]
fn taken(form: ToldForm, text: &str) -> ToldFile {
    assert_eq!(recognise(text.as_bytes()), form);
    read(form, text.as_bytes()).unwrap()
}

/// Returns what is told as text: a line a name.
fn names(file: &ToldFile) -> String {
    let at = |instant: Option<Instant>| instant.map_or_else(|| "-".to_owned(), |instant| instant.to_string());
    let line = |told: &forestall_formats::told::ToldName| {
        let family = told.family.as_deref().unwrap_or("-");
        let times = [told.first, told.last, told.from, told.until].map(at).join(" ");
        format!("{} {} {family} {times} x{}\n", told.name, told.telling, told.count)
    };
    file.names.iter().map(line).collect()
}

/// Returns what is told beside the names: the marking, what was passed over, and what is malformed.
fn beside(file: &ToldFile) -> String {
    let marking =
        file.marking.map_or_else(|| "no marking".to_owned(), |marking| format!("{} {}", marking.tlp, marking.pap));
    let passed = file.passed_over.iter().map(|(what, count)| format!("passed over {count} {what}\n"));
    let problems = file.problems.iter().map(|problem| format!("malformed {problem}\n"));
    let said = [file.by.as_deref(), file.title.as_deref()].map(|text| text.unwrap_or("-")).join(": ");
    format!("{said}\n{marking}\n{}{}", passed.collect::<String>(), problems.collect::<String>())
}

#[test]
fn a_plain_list() {
    let file = taken(ToldForm::Plain, "# seen today\nAaa.example\nbbb.example\naaa.example\n");
    assert_eq!(names(&file), "aaa.example listed - - - - - x1\nbbb.example listed - - - - - x1\n");
    let file = read(ToldForm::Plain, b"aaa.example\nno name\n").unwrap();
    assert_eq!((file.names.len(), file.malformed), (0, 1));
    assert!(beside(&file).contains("malformed line 2: \"no name\" is not a domain name"), "{}", beside(&file));
}
