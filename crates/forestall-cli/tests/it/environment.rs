// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the world may do to the program: folders and disks that take no writing, stores of other programs.

use std::path::Path;
use std::process::Command;

use sqlx::Connection as _;

use crate::support::{Home, ran};

const OPEN: &str = "case open mine --campaign conficker-b --from 2009-01-01 --until 2009-01-03";

/// Returns the program run by a user who may not write where the permissions say so; the superuser may everywhere.
#[cfg(target_os = "linux")]
fn unprivileged(home: &Home) -> Command {
    use std::os::unix::fs::MetadataExt as _;
    let program = home.program();
    if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
        return program;
    }
    let mut command = Command::new("setpriv");
    command.args(["--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search", "--"]);
    command.arg(program.get_program()).current_dir(home.folder());
    command.env("FORESTALL_DATA", home.data()).env("FORESTALL_BY", "tester");
    command
}

#[cfg(target_os = "linux")]
fn permit(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
#[cfg(target_os = "linux")]
fn a_read_only_folder_is_named() {
    let home = Home::new();
    std::fs::create_dir(home.data()).unwrap();
    permit(&home.data(), 0o555);
    let fresh = ran(unprivileged(&home).args(["case", "list"]));
    permit(&home.data(), 0o755);
    assert_eq!(fresh.status, 3, "{}", fresh.err);
    assert!(fresh.err.contains("read-only for this user") && fresh.err.contains("data"), "{}", fresh.err);

    home.ok(OPEN);
    let files: Vec<_> = std::fs::read_dir(home.data()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.iter().for_each(|file| permit(file, 0o444));
    permit(&home.data(), 0o555);
    let note = ran(unprivileged(&home).args(["case", "note", "mine", "a fact"]));
    permit(&home.data(), 0o755);
    assert_eq!(note.status, 3, "{}", note.err);
    assert!(note.err.contains("read-only for this user"), "{}", note.err);
    files.iter().for_each(|file| permit(file, 0o644));
    assert_eq!(home.ok("case log mine").lines().count(), 1);
}

#[test]
fn a_data_folder_that_is_a_file_is_named() {
    let home = Home::new();
    home.write("data", "not a folder");
    let ran = home.run("case list");
    assert_eq!(ran.status, 3);
    assert!(ran.err.contains(&home.data().display().to_string()), "{}", ran.err);
}

#[test]
fn a_store_of_a_newer_program_is_left_as_it_is() {
    let home = Home::new();
    home.ok(OPEN);
    let store = home.data().join(forestall_store::FILE_NAME);
    set_version(&store, 999);
    let before = std::fs::read(&store).unwrap();
    home.fails(3, "case list", &["version 999", "newer program"]);
    home.fails(3, "case note mine 'a fact'", &["version 999"]);
    assert_eq!(std::fs::read(&store).unwrap(), before);
}

fn set_version(store: &Path, version: i64) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut connection = sqlx::SqliteConnection::connect(&format!("sqlite://{}", store.display())).await.unwrap();
        sqlx::query("UPDATE schema SET version = $1").bind(version).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
}

#[test]
fn another_file_is_no_store() {
    let home = Home::new();
    std::fs::create_dir(home.data()).unwrap();
    let store = home.data().join(forestall_store::FILE_NAME);
    std::fs::write(&store, "a letter to a friend, long enough to be looked at as a database\n".repeat(20)).unwrap();
    home.fails(3, "case list", &["not an SQLite database"]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_under_standard_output_is_told() {
    let home = Home::new();
    for words in [&["predict", "conficker-a"][..], &["family", "list"], &["predict", "conficker-a", "--format", "csv"]]
    {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let done = home.program().args(words).stdout(full).output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(3), "{words:?}: {said}");
        assert!(said.contains("standard output could not be written") && said.contains("No space left"), "{said}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_leaves_no_half_a_list() {
    let home = Home::new();
    home.ok("case open big --campaign conficker-c --from 2009-04-01 --until 2009-04-04");
    home.write("list.csv", "what was there before");
    home.fails(
        3,
        "publish --case big --as csv --horizon -o /dev/full",
        &["/dev/full could not be written", "No space left"],
    );
    assert!(Path::new("/dev/full").exists());

    // A limit on the size of files ends the writing in the middle, as a disk does that fills up.
    let mut command = Command::new("sh");
    command.current_dir(home.folder()).env("FORESTALL_DATA", home.data()).env("FORESTALL_BY", "tester");
    let line = "trap '' XFSZ; ulimit -f 8192; exec \"$0\" publish --case big --as csv --horizon -o list.csv";
    let limited = ran(command.args(["-c", line]).arg(home.program().get_program()));
    assert_eq!(limited.status, 3, "{}", limited.err);
    assert!(limited.err.contains("list.csv could not be written"), "{}", limited.err);
    assert_eq!(home.read("list.csv"), "what was there before");
    let left: Vec<_> = std::fs::read_dir(home.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "the old list and the data folder: {left:?}");
}

#[test]
fn a_wrong_filter_of_logs_is_told_and_not_followed() {
    let home = Home::new();
    let ran = ran(home.program().env("FORESTALL_LOG", "forestall=loud").args(["publish", "--list"]));
    assert_eq!(ran.status, 0);
    assert!(ran.err.contains("FORESTALL_LOG=forestall=loud"), "{}", ran.err);
}

#[test]
fn somebody_always_acts() {
    let home = Home::new();
    let mut command = home.program();
    let words: Vec<&str> = OPEN.split(' ').collect();
    assert_eq!(ran(command.env_remove("FORESTALL_BY").env("USER", "a registrar").args(words)).status, 0);
    assert!(home.ok("case log mine").contains("a registrar: opened"));
    home.fails(2, "case note mine 'a fact' --by ' '", &["the name of an actor"]);
}
