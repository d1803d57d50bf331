// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A store in PostgreSQL under the same commands, and copies of stores.

use forestall_testkit::postgres::Postgres;

use crate::support::{Home, Ran, ran, words};

const OPEN: &str = "case open mine --campaign conficker-b --from 2026-12-01 --until 2026-12-04";

/// Runs a command line on a store in a database.
fn on(home: &Home, address: &str, line: &str) -> Ran {
    ran(home.program().env("FORESTALL_DATABASE", address).args(words(line)).args(["--now", crate::support::NOW]))
}

#[test]
fn commands_work_on_a_database_as_on_a_file() {
    let Some(server) = Postgres::shared("commands_work_on_a_database_as_on_a_file") else { return };
    let (home, database) = (Home::new(), server.database());
    let on = |line: &str| {
        let ran = on(&home, database.address(), line);
        assert_eq!(ran.status, 0, "{line}\n{}", ran.err);
        ran
    };
    on(OPEN);
    on("case note mine 'a fact'");
    let log = on("case log mine").out;
    // A file gives the same log.
    home.ok(OPEN);
    home.ok("case note mine 'a fact'");
    assert_eq!(log, home.ok("case log mine"));

    let verified = on("store verify");
    assert!(verified.err.contains("postgres:///forestall_"), "{}", verified.err);
    database.sql("DELETE FROM slice_view");
    let found = self::on(&home, database.address(), "store verify");
    assert_eq!((found.status, found.out.contains("its slices")), (1, true), "{}", found.out);
    assert!(on("store rebuild").out.contains("events\t2"));
    on("store verify");

    let refused = self::on(&home, database.address(), "store backup copy.db");
    assert_eq!(refused.status, 3);
    assert!(refused.err.contains("copy it with pg_dump"), "{}", refused.err);
}

#[test]
fn the_option_goes_before_the_environment_and_that_before_the_file() {
    let Some(server) = Postgres::shared("the_option_goes_before_the_environment_and_that_before_the_file") else {
        return;
    };
    let (home, database) = (Home::new(), server.database());
    let ran = on(&home, "postgres://nobody@127.0.0.1:1/none", &format!("--database '{}' {OPEN}", database.address()));
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(!home.data().join(forestall_store::FILE_NAME).exists(), "no file is made beside a database");

    let config = format!("version = 1\nlisten = \"127.0.0.1:1\"\ndatabase = \"{}\"\n", database.address());
    home.write("serve.toml", config);
    assert_eq!(home.run("serve --config serve.toml --check-config").status, 0);
    let ran = on(&home, "postgres://nobody@127.0.0.1:1/none", "serve --config serve.toml");
    assert_eq!(ran.status, 3);
    assert!(ran.err.contains("postgres://nobody@127.0.0.1:1/none cannot be reached"), "{}", ran.err);
}

#[test]
fn an_address_that_cannot_be_used_is_told_without_its_password() {
    let home = Home::new();
    for (address, status, says) in [
        ("postgres://me:hunter2@127.0.0.1:1/none", 3, "postgres://me@127.0.0.1:1/none cannot be reached"),
        ("mysql://me:hunter2@host/name", 2, "it does not begin with postgres://"),
        ("postgres://me:hunter2@host:port/name", 2, "the address of the database cannot be used"),
        ("postgres://me@host/name?pasword=hunter2", 2, "it has a parameter that is none of"),
    ] {
        for ran in [on(&home, address, "case list"), home.run(&format!("--database {address} case list"))] {
            assert_eq!(ran.status, status, "{address}: {}", ran.err);
            assert!(ran.err.contains(says), "{address}: {}", ran.err);
            assert!(!ran.err.contains("hunter2"), "{}", ran.err);
        }
    }
}

#[test]
fn a_copy_takes_the_place_of_a_lost_store() {
    let home = Home::new();
    home.ok(OPEN);
    let log = home.ok("case log mine");
    let done = home.run("store backup copy.db");
    assert_eq!(done.status, 0, "{}", done.err);
    assert!(done.err.contains("was copied to copy.db"), "{}", done.err);
    home.fails(3, "store backup copy.db", &["there is a file of this name"]);

    home.ok("case note mine 'after the copy'");
    std::fs::remove_dir_all(home.data()).unwrap();
    std::fs::create_dir(home.data()).unwrap();
    std::fs::copy(home.folder().join("copy.db"), home.data().join(forestall_store::FILE_NAME)).unwrap();
    assert_eq!(home.run("store verify").status, 0);
    assert_eq!(home.ok("case log mine"), log);
}
