// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case log --verify`, `--head`, `--proof`, and a case that is handed over.

use sqlx::Connection as _;

use crate::support::Home;

/// Opens a case and gives it a history with comments.
fn opened() -> Home {
    let home = Home::new();
    home.ok("case open mine --campaign conficker-b --from 2009-01-01 --until 2009-01-03 --title 'Two days'");
    home.ok("case note mine 'a first fact' --comment 'told by telephone'");
    home.ok("case answer mine --tld com --action reserve --result done");
    home
}

/// The value of the first line of a word.
fn value<'t>(text: &'t str, word: &str) -> &'t str {
    let line = text.lines().find_map(|line| line.strip_prefix(word)?.strip_prefix('\t'));
    line.unwrap_or_else(|| panic!("{word} in\n{text}"))
}

/// Changes the store past the program.
pub(crate) fn tamper(home: &Home, statement: &'static str) {
    let path = home.data().join("forestall.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = sqlx::SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
        sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
}

#[test]
fn a_head_that_was_kept_is_continued() {
    let home = opened();
    home.ok("case log mine --head -o old.checkpoint");
    assert_eq!(home.read("old.checkpoint").lines().nth(1), Some("3"));
    home.ok("case note mine 'a second fact'");
    let report = home.ok("case log mine --verify --checkpoint old.checkpoint");
    assert_eq!((value(&report, "events"), value(&report, "withheld")), ("4", "5"));
    assert!(value(&report, "checkpoint").starts_with("3\t"), "{report}");
    assert!(value(&report, "signed").starts_with("3\t"), "{report}");
    assert!(!report.contains("fault"), "{report}");
    let key = home.ok("case log --show-key");
    assert_eq!(home.ok(&format!("case log mine --verify --checkpoint old.checkpoint --key {}", key.trim())), report);
    let of_log = home.ok("case log mine --show-key");
    assert_eq!(of_log.split('+').next(), home.read("old.checkpoint").lines().next());

    let other = opened();
    let stranger = other.ok("case log --show-key");
    let refused = home.run(&format!("case log mine --verify --checkpoint old.checkpoint --key {}", stranger.trim()));
    assert_eq!(refused.status, 1, "{}", refused.err);
    assert!(
        refused.out.contains("fault\t") && refused.err.contains("NOT WHAT IT WAS"),
        "{}{}",
        refused.out,
        refused.err
    );
}

#[test]
fn a_change_past_the_program_is_found() {
    for (statement, says) in [
        (
            "UPDATE event SET encoding = replace(encoding, 'first', 'worst') WHERE case_version = 2",
            "event 2 was changed",
        ),
        ("UPDATE withheld SET value = 'nobody' WHERE field = 'comment'", "the withheld field \"comment\" was changed"),
        ("DELETE FROM event WHERE case_version = 3", "events were taken away"),
    ] {
        let home = opened();
        home.ok("case log mine --head");
        tamper(&home, statement);
        let ran = home.run("case log mine --verify");
        assert_eq!(ran.status, 1, "{statement}\n{}", ran.err);
        assert!(ran.out.contains(says), "{statement}\n{}", ran.out);
    }
    let home = opened();
    home.ok("case log mine --head");
    tamper(&home, "UPDATE event SET leaf = zeroblob(32) WHERE case_version = 2");
    home.fails(3, "case log mine --head", &["is not what it was", "Nothing was signed"]);
}

#[test]
fn an_erased_field_is_said_to_be_erased() {
    let home = opened();
    let before = home.ok("case log mine --head");
    tamper(&home, "DELETE FROM withheld WHERE field = 'comment'");
    let report = home.ok("case log mine --verify");
    assert_eq!(value(&report, "erased"), "2\tcomment");
    assert_eq!(home.ok("case log mine --head"), before);
}

#[test]
fn a_comment_is_erased_and_the_log_stays_what_it_was() {
    let home = opened();
    home.ok("case log mine --head -o old.checkpoint");
    home.fails(2, "case erase mine 2 comment", &["--reason"]);
    home.fails(1, "case erase mine 9 comment --reason asked", &["no event 9"]);
    home.fails(1, "case erase mine 3 comment --reason asked", &["no field \"comment\"", "actor"]);
    assert!(home.ok("case log mine").contains("told by telephone"));
    let recorded = home.ok("case erase mine 2 comment --reason 'Art. 17 GDPR, asked on 2026-11-20'");
    assert_eq!(recorded, "mine#4\tnoted\n");
    let log = home.ok("case log mine");
    assert!(
        !log.contains("told by telephone") && log.contains("erased the field comment of event 2: Art. 17"),
        "{log}"
    );
    let report = home.ok("case log mine --verify --checkpoint old.checkpoint");
    assert_eq!(value(&report, "erased"), "2\tcomment");
    assert!(!report.contains("fault"), "{report}");
    home.fails(1, "case erase mine 2 comment --reason again", &["it was erased before"]);
    home.fails(2, "--hub http://127.0.0.1:1 case erase mine 2 actor --reason asked", &["a store of this machine"]);
}

#[test]
fn a_proof_is_printed_in_the_form_that_others_read() {
    let home = opened();
    let proof = home.ok("case log mine --proof 2");
    assert!(proof.starts_with("c2sp.org/tlog-proof@v1\nindex 1\n"), "{proof}");
    assert!(proof.ends_with(&home.ok("case log mine --head")), "{proof}");
    home.fails(1, "case log mine --proof 9", &["no event 9"]);
    home.fails(2, "case log nobody --head", &["no case nobody"]);
    home.fails(2, "case log --verify", &["ID"]);
    home.fails(2, "case log mine -o file", &["--head, --proof or --show-key"]);
    home.write("rubbish", "no checkpoint\n");
    home.fails(1, "case log mine --verify --checkpoint rubbish", &["rubbish", "no text that a blank line parts"]);
}

#[test]
fn a_case_is_handed_over_whole() {
    let (home, other) = (opened(), Home::new());
    home.ok("case export mine -o mine.jsonl");
    let archive = home.read("mine.jsonl");
    other.write("mine.jsonl", &archive);
    let key = home.ok("case log --show-key");
    let checked = other.ok(&format!("case import mine.jsonl --dry-run --key {}", key.trim()));
    assert_eq!(other.ok("case list --format json").trim(), "[]");
    assert_eq!(other.ok(&format!("case import mine.jsonl --key {}", key.trim())), checked);
    let root = |home: &Home| value(&home.ok("case log mine --verify"), "root").to_owned();
    assert_eq!(root(&other), root(&home));
    assert_eq!(checked.trim(), format!("mine\t3\t{}", root(&home)));
    for view in ["case show mine --on 2009-01-01 --format json", "case slices mine --format json", "case log mine"] {
        assert_eq!(other.ok(view), home.ok(view), "{view}");
    }
    let published = "publish --case mine --as csv --horizon";
    assert_eq!(other.ok(published), home.ok(published));
    home.ok("case log mine --head -o here.checkpoint");
    other.write("here.checkpoint", home.read("here.checkpoint"));
    other.ok(&format!("case log mine --verify --checkpoint here.checkpoint --key {}", key.trim()));

    other.fails(1, "case import mine.jsonl", &["it is here with 3 events"]);
    home.ok("case note mine 'one more'");
    home.ok("case export mine -o more.jsonl");
    other.write("more.jsonl", home.read("more.jsonl"));
    other.ok("case import more.jsonl");
    assert_eq!(root(&other), root(&home));
}

#[test]
fn a_file_that_was_touched_imports_nothing() {
    let (home, other) = (opened(), Home::new());
    home.ok("case export mine -o mine.jsonl");
    let archive = home.read("mine.jsonl");
    other.write("changed.jsonl", archive.replace("a first fact", "a worse fact"));
    other.fails(
        1,
        "case import changed.jsonl",
        &["changed.jsonl, line 3: event 2 was changed", "nothing was imported"],
    );
    other.write("cut.jsonl", &archive[..archive.len() / 2]);
    other.fails(1, "case import cut.jsonl", &["the file ends here"]);
    other.write("empty.jsonl", "");
    other.fails(1, "case import empty.jsonl", &["line 1", "the header of an archive"]);
    other.write("mine.jsonl", &archive);
    let stranger = other.ok("case log --show-key");
    other.fails(1, &format!("case import mine.jsonl --key {}", stranger.trim()), &["asked for is"]);
    assert_eq!(other.ok("case list --format json").trim(), "[]");
    home.fails(1, "case export mine --audience public", &["TLP:AMBER+STRICT"]);
}
