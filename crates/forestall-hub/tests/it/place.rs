// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Where the desks of tests have their stores: in files, and in databases of PostgreSQL when the same tests run a second time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use forestall_dga::Catalogue;
use forestall_hub::desk::{Desk, DeskError};
use forestall_store::Place;
use forestall_testkit::postgres::{Database, GIVEN, Postgres};

/// Set in the second run.
const SECOND: &str = "FORESTALL_TEST_DESKS_IN_DATABASES";

/// Opens a desk over the store of a folder: in it, or in a database that belongs to it.
pub(crate) async fn desk(folder: &Path, catalogue: Catalogue) -> Result<Desk, DeskError> {
    static DATABASES: Mutex<BTreeMap<PathBuf, Database>> = Mutex::new(BTreeMap::new());
    if std::env::var_os(SECOND).is_none() {
        return Desk::open(folder, catalogue).await;
    }
    let address = {
        let mut databases = DATABASES.lock().unwrap_or_else(PoisonError::into_inner);
        let database = databases.entry(folder.to_path_buf()).or_insert_with(|| {
            let server = Postgres::shared("desks in databases").expect("the first run found a server");
            server.database()
        });
        database.address().to_owned()
    };
    let place = Place::database(&address).expect("an address");
    Desk::open_at(folder, &place, catalogue).await
}

#[test]
fn desks_in_databases_work_as_desks_on_files_do() {
    if std::env::var_os(SECOND).is_some() {
        return;
    }
    let Some(server) = Postgres::shared("desks_in_databases_work_as_desks_on_files_do") else { return };
    // The console's tests in the browser and those of files are the first run's alone.
    let topics =
        ["acts::", "desk::", "docket::", "flood::", "guard::", "look_up::", "plugins::", "vetting::", "ways::"];
    let program = std::env::current_exe().expect("a test has a program");
    let mut command = Command::new(program);
    command.args(topics).env(SECOND, "1").env(GIVEN, server.address_of("postgres"));
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = child.expect("the program of this test starts");
    let process = child.id();
    let output = child.wait_with_output().expect("it can be waited for");
    server.forget(process);
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{errors}");
    assert!(said.contains("desk::"), "it ran something: {said}");
}
