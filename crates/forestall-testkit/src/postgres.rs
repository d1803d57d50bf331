// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! PostgreSQL on a Unix socket in a folder of its own: one cluster a test binary, one database a test.
//!
//! Where `FORESTALL_TEST_POSTGRES` holds the address of a server (`postgres://...`, of a user who may make databases), tests that need
//! no cluster of their own make their databases there.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::skip;

/// The variable with the address of a server that is there.
pub const GIVEN: &str = "FORESTALL_TEST_POSTGRES";

/// Where Debian keeps the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// Settings of a cluster for tests: no network, room for many connections, and no waiting for a disk that will be forgotten.
const SETTINGS: &str = "listen_addresses = ''\nmax_connections = 200\nshared_buffers = 32MB\nfsync = off\nfull_page_writes = off\n\
                        log_min_messages = warning\n";

/// Waits until its standard input ends, as it does with the process that started it in whatever way; then ends the server and
/// removes its folder. Signals of a terminal are for the tests alone.
const KEEPER: &str = "trap '' INT TERM HUP; cat > /dev/null; folder=$1; shift; \"$@\"; rm -rf \"$folder\"";

/// A server in which databases can be made.
#[derive(Debug)]
pub struct Postgres(Server);

#[derive(Debug)]
enum Server {
    Own(Cluster),
    Given { address: String },
}

/// A cluster of ours.
#[derive(Debug)]
struct Cluster {
    folder: PathBuf,
    programs: Programs,
    keeper: Child,
}

/// The programs, and as whom they run: a server does not run as root.
#[derive(Clone, Debug)]
struct Programs {
    folder: PathBuf,
    user: Option<(u32, u32)>,
}

/// A database of one test; dropped with it, where the server is not ours.
#[derive(Debug)]
pub struct Database {
    address: String,
    /// The address of the server that it is to be removed from.
    given: Option<String>,
    name: String,
}

impl Postgres {
    /// Returns the server of this test binary, which is started by the first test that asks.
    ///
    /// Returns `None` where PostgreSQL is not installed (Debian package `postgresql`), after saying so by the name of the test.
    ///
    /// # Panics
    ///
    /// Where it is installed and does not start; with what it printed.
    #[must_use]
    pub fn shared(test: &str) -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Postgres>> = OnceLock::new();
        let found = SHARED.get_or_init(|| match std::env::var(GIVEN) {
            Ok(address) => Some(Self(Server::Given { address })),
            Err(_) => Programs::find().ok().map(|programs| Self(Server::Own(Cluster::start(programs)))),
        });
        if found.is_none() {
            skip::skipped(test, &Programs::find().err().unwrap_or_default());
        }
        found.as_ref()
    }

    /// Starts a server of the test's own, which it may stop; ends when dropped.
    ///
    /// Returns `None` where PostgreSQL is not installed, after saying so by the name of the test.
    ///
    /// # Panics
    ///
    /// As [`Self::shared`].
    #[must_use]
    pub fn start(test: &str) -> Option<Self> {
        match Programs::find() {
            Ok(programs) => Some(Self(Server::Own(Cluster::start(programs)))),
            Err(why) => {
                skip::skipped(test, &why);
                None
            }
        }
    }

    /// Makes an empty database.
    ///
    /// # Panics
    ///
    /// Where it cannot be made; with what the server says.
    #[must_use]
    pub fn database(&self) -> Database {
        self.database_with("")
    }

    /// Makes an empty database with further words of `CREATE DATABASE`.
    ///
    /// # Panics
    ///
    /// As [`Self::database`].
    #[must_use]
    pub fn database_with(&self, words: &str) -> Database {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("forestall_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        sql(&self.address_of("postgres"), &format!("CREATE DATABASE {name} {words}"));
        let given = matches!(self.0, Server::Given { .. }).then(|| self.address_of("postgres"));
        Database { address: self.address_of(&name), given, name }
    }

    /// Stops the server at once, as a loss of power would: what it had not committed is lost, and every connection ends.
    ///
    /// # Panics
    ///
    /// Where it cannot be stopped, or is not the test's own.
    pub fn stop(&self) {
        self.cluster().control(&["stop", "--silent", "--mode=immediate"]);
    }

    /// Starts a stopped server.
    ///
    /// # Panics
    ///
    /// Where it does not start, or is not the test's own.
    pub fn go_on(&self) {
        self.cluster().begin();
    }

    /// Returns the folder with the files of the server; `None` where it is not ours.
    #[must_use]
    pub fn files(&self) -> Option<PathBuf> {
        match &self.0 {
            Server::Own(cluster) => Some(cluster.data()),
            Server::Given { .. } => None,
        }
    }

    /// Removes the databases of another process, which has ended.
    pub fn forget(&self, process: u32) {
        let server = self.address_of("postgres");
        let found = format!("SELECT datname FROM pg_database WHERE datname LIKE 'forestall\\_{process}\\_%'");
        for name in sql(&server, &found).lines() {
            // One that cannot be removed stays; there is nothing better to do.
            let _ = psql(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }

    /// Returns the address of one of its databases.
    #[must_use]
    pub fn address_of(&self, database: &str) -> String {
        match &self.0 {
            Server::Own(cluster) => {
                format!("postgres:///{database}?host={}&user=forestall", cluster.folder.display())
            }
            Server::Given { address } => {
                let (server, parameters) = address.split_once('?').unwrap_or((address, ""));
                let authority = server.find("://").map_or(0, |at| at + 3);
                let path = server[authority..].find('/').map_or(server.len(), |at| authority + at);
                format!("{}/{database}?{parameters}", &server[..path])
            }
        }
    }

    fn cluster(&self) -> &Cluster {
        match &self.0 {
            Server::Own(cluster) => cluster,
            Server::Given { .. } => panic!("the server is not the test's own"),
        }
    }
}

impl Database {
    /// Returns its address, for programs of PostgreSQL as well.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Runs statements, and returns what they print: rows in lines, columns between `|`.
    ///
    /// # Panics
    ///
    /// Where one fails; with what the server says.
    pub fn sql(&self, statements: &str) -> String {
        sql(&self.address, statements)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(server) = &self.given {
            // A server that is away keeps it; there is nothing better to do.
            let _ = psql(server, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}

/// Returns a program of PostgreSQL, such as `pg_dump`; `None` where it is not installed.
#[must_use]
pub fn program(name: &str) -> Option<PathBuf> {
    let found = skip::program("initdb").and_then(|program| program.canonicalize().ok());
    let beside = found.and_then(|program| program.parent().map(Path::to_path_buf)).or_else(newest);
    let beside = beside.map(|folder| folder.join(name)).filter(|program| program.is_file());
    beside.or_else(|| skip::program(name))
}

/// Returns the folder with the programs of the newest version that is installed as Debian does it.
fn newest() -> Option<PathBuf> {
    let versions = std::fs::read_dir(VERSIONS).ok()?.flatten();
    let number = |name: OsString| name.to_str().and_then(|name| name.parse::<u32>().ok());
    let newest = versions.filter_map(|entry| Some((number(entry.file_name())?, entry.path()))).max()?;
    Some(newest.1.join("bin"))
}

fn sql(address: &str, statements: &str) -> String {
    let output = psql(address, statements).unwrap_or_else(|error| panic!("psql does not start: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{statements}: {errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn psql(address: &str, statements: &str) -> io::Result<Output> {
    let program = program("psql").ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
    let settings = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", address, "-c", statements];
    Command::new(program).args(settings).stdin(Stdio::null()).output()
}

impl Programs {
    /// Finds the programs and a user that is not root.
    fn find() -> Result<Self, String> {
        let missing = |what: &str| format!("needs {what}");
        let initdb = program("initdb").ok_or_else(|| missing("initdb"))?;
        let folder = initdb.parent().map(Path::to_path_buf).ok_or_else(|| missing("initdb"))?;
        program("psql").ok_or_else(|| missing("psql"))?;
        if id(&["-u"]) != Some(0) {
            return Ok(Self { folder, user: None });
        }
        skip::program("setpriv").ok_or_else(|| missing("setpriv, to run a server that is not root's"))?;
        let user = ["postgres", "nobody"].iter().find_map(|user| Some((id(&["-u", user])?, id(&["-g", user])?)));
        Ok(Self { folder, user: Some(user.ok_or_else(|| missing("a user postgres or nobody"))?) })
    }

    /// Returns a command line of one of the programs, as the user of the server.
    fn line(&self, program: &str) -> Vec<OsString> {
        let mut line: Vec<OsString> = Vec::new();
        if let Some((user, group)) = self.user {
            line.push("setpriv".into());
            line.extend([format!("--reuid={user}").into(), format!("--regid={group}").into()]);
            line.push("--clear-groups".into());
        }
        line.push(self.folder.join(program).into());
        line
    }
}

fn id(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    std::str::from_utf8(&output.stdout).ok()?.trim().parse().ok()
}

impl Cluster {
    fn start(programs: Programs) -> Self {
        let folder = tempfile::Builder::new().prefix("forestall-pg-").tempdir().and_then(|folder| {
            #[cfg(unix)]
            if let Some((user, group)) = programs.user {
                std::os::unix::fs::chown(folder.path(), Some(user), Some(group))?;
            }
            Ok(folder.keep())
        });
        let folder = folder.unwrap_or_else(|error| panic!("no folder for a server: {error}"));
        let data = folder.join("data");
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "keeper"]).arg(&folder).args(programs.line("pg_ctl"));
        keeper.args(["stop", "--silent", "--mode=immediate", "-D"]).arg(&data);
        let quiet = keeper.current_dir(&folder).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let keeper = quiet.spawn().unwrap_or_else(|error| panic!("sh does not start: {error}"));
        let cluster = Self { folder, programs, keeper };
        // Another order of texts than that of their octets, as a database of users has it.
        let language = ["--locale-provider=icu", "--icu-locale=en", "--locale=C.UTF-8"];
        if !cluster.initialise(&language).status.success() {
            let plain = cluster.initialise(&["--locale=C"]);
            assert!(plain.status.success(), "initdb: {}", String::from_utf8_lossy(&plain.stderr));
        }
        let settings = data.join("postgresql.conf");
        let socket = format!("unix_socket_directories = '{}'\n", cluster.folder.display());
        let written = std::fs::OpenOptions::new().append(true).open(settings);
        written
            .and_then(|mut file| io::Write::write_all(&mut file, format!("{SETTINGS}{socket}").as_bytes()))
            .unwrap_or_else(|error| panic!("the settings of a server cannot be written: {error}"));
        cluster.begin();
        cluster
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn initialise(&self, language: &[&str]) -> Output {
        let arguments = ["--username=forestall", "--auth=trust", "--encoding=UTF8", "--no-sync", "--pgdata=data"];
        self.run("initdb", &[&arguments, language].concat())
    }

    fn begin(&self) {
        self.control(&["start", "--silent", "--wait", "--log=log"]);
    }

    fn control(&self, arguments: &[&str]) {
        let output = self.run("pg_ctl", &[arguments, &["--pgdata=data"]].concat());
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "pg_ctl {arguments:?}: {errors}\n{log}");
    }

    /// Runs a program to its end. Its files take what it prints, because a server keeps what its starter gave it.
    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        let [first, rest @ ..] = &self.programs.line(program)[..] else { panic!("a command line has a program") };
        let command =
            Command::new(first).args(rest).args(arguments).current_dir(&self.folder).stdin(Stdio::null()).output();
        command.unwrap_or_else(|error| panic!("{program} does not start: {error}"))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}
