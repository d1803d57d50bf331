// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Folders of letters: what is read, moved, and left where it is.

use std::fs;
use std::path::Path;

use forestall_connect::mail::MailTls;
use forestall_connect::maildir::{MOST_LETTERS, Maildir, MaildirError};
use forestall_testkit::smtp::{Smtp, SmtpTls};
use tempfile::TempDir;

use crate::letters::{check_content, letter, mailer, now, read};

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for part in ["new", "cur", "tmp"] {
        fs::create_dir(folder.path().join(part)).unwrap();
    }
    folder
}

fn names(folder: &Path, part: &str) -> Vec<String> {
    let entries = fs::read_dir(folder.join(part)).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn new_letters_are_read_and_moved_once_they_were_handled() {
    let folder = folder();
    let new = folder.path().join("new");
    for (name, octets) in
        [("1700000002.M2.host", "second"), ("1700000001.M1.host", "first"), ("1700000003.M3.host:2,F", "third")]
    {
        fs::write(new.join(name), octets).unwrap();
    }
    fs::write(new.join(".delivering"), "not yet").unwrap();
    fs::write(folder.path().join("cur/1600000000.M0.host:2,S"), "seen before").unwrap();
    let maildir = Maildir::open(folder.path()).unwrap();
    let listing = maildir.list().unwrap();
    assert!(listing.left.is_empty() && !listing.is_cut);
    let read: Vec<Vec<u8>> = listing.letters.iter().map(|letter| maildir.read(letter).unwrap()).collect();
    assert_eq!(read, [b"first".to_vec(), b"second".to_vec(), b"third".to_vec()]);
    assert_eq!(listing.letters.iter().map(|letter| letter.octets()).collect::<Vec<_>>(), [5, 6, 5]);
    // What was only read is still new.
    assert_eq!(maildir.list().unwrap(), listing);
    for letter in &listing.letters {
        maildir.done(letter).unwrap();
        // After a crash it is done again.
        maildir.done(letter).unwrap();
    }
    assert!(maildir.list().unwrap().letters.is_empty());
    assert_eq!(names(folder.path(), "new"), [".delivering"]);
    let seen = ["1600000000.M0.host:2,S", "1700000001.M1.host:2,S", "1700000002.M2.host:2,S", "1700000003.M3.host:2,S"];
    assert_eq!(names(folder.path(), "cur"), seen);
    assert_eq!(fs::read(folder.path().join("cur").join(seen[1])).unwrap(), b"first");
}

#[test]
fn a_seen_letter_is_not_written_over() {
    let folder = folder();
    fs::write(folder.path().join("new/1.host"), "new").unwrap();
    fs::write(folder.path().join("cur/1.host:2,S"), "seen").unwrap();
    let maildir = Maildir::open(folder.path()).unwrap();
    let letter = &maildir.list().unwrap().letters[0];
    assert!(matches!(maildir.done(letter).unwrap_err(), MaildirError::Taken(name) if name == "1.host"));
    assert_eq!(fs::read(folder.path().join("cur/1.host:2,S")).unwrap(), b"seen");
    fs::remove_file(folder.path().join("new/1.host")).unwrap();
    fs::remove_file(folder.path().join("cur/1.host:2,S")).unwrap();
    let error = maildir.done(letter).unwrap_err();
    assert!(matches!(error, MaildirError::Io { .. }), "a letter that is nowhere was not handled: {error:?}");
}

#[test]
fn what_is_too_large_is_left_and_told() {
    let folder = folder();
    let new = folder.path().join("new");
    fs::write(new.join("1.at"), "x".repeat(100)).unwrap();
    fs::write(new.join("2.over"), "x".repeat(101)).unwrap();
    let maildir = Maildir::open(folder.path()).unwrap().with_most_octets(100);
    let listing = maildir.list().unwrap();
    assert_eq!(listing.letters.len(), 1);
    assert_eq!(maildir.read(&listing.letters[0]).unwrap().len(), 100);
    assert_eq!(
        (listing.left[0].name.as_str(), listing.left[0].reason.as_str()),
        ("2.over", "it has 101 octets; at most 100 are read")
    );
    // One that grew meanwhile is cut off as well.
    fs::write(new.join("1.at"), "x".repeat(1_000)).unwrap();
    let error = maildir.read(&listing.letters[0]).unwrap_err();
    assert!(matches!(error, MaildirError::TooLarge { most: 100, .. }), "{error:?}");
    assert_eq!(names(folder.path(), "new"), ["1.at", "2.over"]);
}

#[cfg(unix)]
#[test]
fn links_and_what_is_no_file_are_left_and_told() {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    let folder = folder();
    let new = folder.path().join("new");
    let secret = folder.path().join("secret");
    fs::write(&secret, "secret").unwrap();
    symlink(&secret, new.join("1.link")).unwrap();
    symlink(folder.path().join("nothing"), new.join("2.dangling")).unwrap();
    fs::create_dir(new.join("3.folder")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(new.join("4.pipe")).status().unwrap().success());
    fs::write(new.join(std::ffi::OsStr::from_bytes(b"5.\xFF")), "x").unwrap();
    fs::write(new.join("6.a\nb"), "x").unwrap();
    fs::write(new.join("7.good"), "good").unwrap();
    let maildir = Maildir::open(folder.path()).unwrap();
    let listing = maildir.list().unwrap();
    assert_eq!(listing.letters.iter().map(|letter| letter.name()).collect::<Vec<_>>(), ["7.good"]);
    let told: Vec<(&str, &str)> = listing.left.iter().map(|left| (&left.name[..2], left.reason.as_str())).collect();
    let name = "its name is longer than 240 octets, or holds control characters";
    let link = "it is a link";
    let none = "it is no file";
    assert_eq!(
        told,
        [("1.", link), ("2.", link), ("3.", none), ("4.", none), ("5.", "its name is no UTF-8"), ("6.", name)]
    );
    // A link that takes the place of a letter is not followed.
    fs::remove_file(new.join("7.good")).unwrap();
    symlink(&secret, new.join("7.good")).unwrap();
    assert!(matches!(maildir.read(&listing.letters[0]).unwrap_err(), MaildirError::Changed(name) if name == "7.good"));
    // Nor are links in the place of the folders.
    let other = tempfile::tempdir().unwrap();
    symlink(&new, other.path().join("new")).unwrap();
    fs::create_dir(other.path().join("cur")).unwrap();
    assert!(matches!(Maildir::open(other.path()).unwrap_err(), MaildirError::NotAMaildir { .. }));
}

#[test]
fn a_folder_that_is_none_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let error = Maildir::open(folder.path()).unwrap_err();
    assert!(error.to_string().contains("is no folder in the form Maildir"), "{error}");
    assert!(Maildir::open(&folder.path().join("nothing")).is_err());
}

#[test]
fn many_letters_come_in_several_listings() {
    let folder = folder();
    for number in 0..MOST_LETTERS + 5 {
        fs::write(folder.path().join(format!("new/{number:05}.host")), "").unwrap();
    }
    let maildir = Maildir::open(folder.path()).unwrap();
    let listing = maildir.list().unwrap();
    assert!(listing.is_cut && listing.letters.len() == MOST_LETTERS);
    assert_eq!(listing.letters[0].name(), "00000.host");
    for letter in &listing.letters {
        maildir.done(letter).unwrap();
    }
    let listing = maildir.list().unwrap();
    assert!(!listing.is_cut && listing.letters.len() == 5);
}

#[tokio::test]
async fn what_a_server_of_mail_delivers_is_read() {
    let Some(server) = Smtp::start("what_a_server_of_mail_delivers_is_read", SmtpTls::None, 1_000_000) else { return };
    let mailer = mailer(&server.address().to_string(), MailTls::None, |_| {});
    mailer.send(&letter(), now()).await.unwrap();
    let maildir = Maildir::open(&server.folder()).unwrap();
    let listing = maildir.list().unwrap();
    check_content(&read(&maildir.read(&listing.letters[0]).unwrap()));
    maildir.done(&listing.letters[0]).unwrap();
    assert!(maildir.list().unwrap().letters.is_empty() && server.letters().is_empty());
}
