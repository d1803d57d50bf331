// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A small case and commands on it.

use std::path::{Path, PathBuf};

use forestall_coord::command::{self, Acknowledge, Answer, Exclude, Note, Open, Readmit, Request, See};
use forestall_coord::event::{AnswerScope, CaseCampaign, CaseKind, Occurrence, SeenRow};
use forestall_coord::{Case, Command, Context, Decided, Refusal};
use forestall_model::evidence::{Sweep, SweptList};
use forestall_model::{
    Action, AnswerResult, CaseId, DayRange, Digest, Draws, Instant, Margin, Marking, Method, NameClass, Params, Sight,
    UtcDay,
};
use forestall_store::{FILE_NAME, Place, Settings, Store, fresh_salts};
use forestall_testkit::postgres::{Database, Postgres};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions};

/// The top-level domains of the case.
pub(crate) const TLDS: [&str; 4] = ["be", "com", "info", "ws"];

/// A place for a store, in either database, with nothing in it yet.
#[derive(Debug)]
pub(crate) enum Home {
    Sqlite(tempfile::TempDir),
    Postgres(&'static Postgres, Database),
}

impl Home {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    /// `None` where PostgreSQL is not installed, after saying so by the name of the test.
    pub(crate) fn postgres(test: &str) -> Option<Self> {
        Postgres::shared(test).map(|server| Self::Postgres(server, server.database()))
    }

    /// Another place in the same kind of database.
    pub(crate) fn another(&self) -> Self {
        match self {
            Self::Sqlite(_) => Self::sqlite(),
            Self::Postgres(server, _) => Self::Postgres(server, server.database()),
        }
    }

    /// The file or the address, for another process.
    pub(crate) fn address(&self) -> std::ffi::OsString {
        match self {
            Self::Sqlite(folder) => file(folder).into(),
            Self::Postgres(_, database) => database.address().into(),
        }
    }

    pub(crate) fn place(&self) -> Place {
        match self {
            Self::Sqlite(folder) => Place::file(&file(folder)),
            Self::Postgres(_, database) => Place::database(database.address()).unwrap(),
        }
    }

    pub(crate) async fn open(&self) -> Store {
        self.open_with(Settings::default()).await
    }

    pub(crate) async fn open_with(&self, settings: Settings) -> Store {
        Store::open_at(&self.place(), settings).await.unwrap()
    }

    /// Says whether a text stands in the files of the database. The write-ahead log of a server holds what was written to it until
    /// the server has used its files anew, and is left out. `None` where the files cannot be looked at.
    pub(crate) fn holds(&self, text: &str) -> Option<bool> {
        let folder = match self {
            Self::Sqlite(folder) => folder.path().to_path_buf(),
            Self::Postgres(server, database) => {
                // Brings what is in memory to the files, and removes those that were replaced.
                database.sql("CHECKPOINT");
                let number = database.sql("SELECT oid FROM pg_database WHERE datname = current_database()");
                server.files()?.join("base").join(number.trim())
            }
        };
        let mut files = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
        Some(files.any(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes())))
    }

    /// Runs statements past the store. Octets are written as SQLite writes them.
    pub(crate) async fn tamper(&self, text: &str) {
        match self {
            Self::Sqlite(folder) => tamper(&file(folder), text).await,
            Self::Postgres(_, database) => {
                let text = text.replace(" x'", " '\\x");
                database.sql(&text);
            }
        }
    }
}

/// Makes two tests of each function: on SQLite and on PostgreSQL.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $test() {
                super::$test(&crate::support::Home::sqlite()).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $test() {
                if let Some(home) = crate::support::Home::postgres(stringify!($test)) {
                    super::$test(&home).await;
                }
            })+
        }
    };
}
pub(crate) use on_both;

/// The file of the store in a folder.
pub(crate) fn file(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join(FILE_NAME)
}

/// A store in a fresh folder.
pub(crate) async fn fresh() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&file(&folder)).await.unwrap();
    (folder, store)
}

pub(crate) fn id(text: &str) -> CaseId {
    text.parse().unwrap()
}

/// The instant `seconds` after 2009-01-01.
pub(crate) fn at(seconds: i64) -> Instant {
    first_day().start().plus_seconds(seconds)
}

pub(crate) fn first_day() -> UtcDay {
    "2009-01-01".parse().unwrap()
}

pub(crate) fn days(from: i32, until: i32) -> DayRange {
    DayRange::new(first_day().plus(from), first_day().plus(until)).unwrap()
}

pub(crate) fn context(case: &CaseId, seconds: i64) -> Context {
    Context {
        case: case.clone(),
        now: at(seconds),
        occurred: None,
        actor: "Ada Example".parse().unwrap(),
        source: None,
        comment: None,
        salts: fresh_salts(),
    }
}

fn campaign(name: &str, verified: bool) -> CaseCampaign {
    CaseCampaign {
        id: name.parse().unwrap(),
        family: name.parse().unwrap(),
        params: Params::new(),
        digest: Digest::of(name.as_bytes()),
        generator_version: 1,
        verified,
        guard: Margin::CLOCK,
        first_day: None,
        draws: vec![Draws { names: None, rounds: 1, source: "test".to_owned() }],
        zones: Vec::new(),
        registries: Vec::new(),
    }
}

pub(crate) fn opening() -> Command {
    Command::Open(Open {
        title: "A botnet of the test".to_owned(),
        kind: CaseKind::Live,
        horizon: days(0, 90),
        board_day: None,
        marking: Marking::DEFAULT,
        campaigns: vec![campaign("alpha", true), campaign("beta", false)],
        slices: TLDS.iter().map(|tld| tld.parse().unwrap()).collect(),
        name_servers: Vec::new(),
        server_evidence: Vec::new(),
        guard_override: None,
        four_eyes: false,
        ahead: None,
    })
}

pub(crate) fn note(text: &str) -> Command {
    Command::Note(Note { tld: None, text: text.to_owned() })
}

pub(crate) fn request(tld: &str, action: Action) -> Command {
    Command::Request(Request {
        tld: tld.parse().unwrap(),
        days: days(0, 30),
        campaigns: vec!["alpha".parse().unwrap()],
        action,
        fallback: None,
        legal_basis: None,
        override_by: None,
    })
}

pub(crate) fn acknowledge(tld: &str) -> Command {
    Command::Acknowledge(Acknowledge { tld: tld.parse().unwrap(), list: None })
}

pub(crate) fn answer(tld: &str, action: Action, result: AnswerResult) -> Command {
    Command::Answer(Answer {
        tld: tld.parse().unwrap(),
        scope: AnswerScope::Days { days: days(0, 30), campaigns: Vec::new() },
        action,
        result,
        attested: None,
    })
}

fn occurrence(place: u32) -> Occurrence {
    Occurrence { campaign: "alpha".parse().unwrap(), period: first_day().start().seconds(), place }
}

pub(crate) fn exclude(number: u32, tld: &str) -> Command {
    Command::Exclude(Exclude {
        name: format!("name{number}.{tld}").parse().unwrap(),
        class: NameClass::RegisteredBenign,
        reason: "it belongs to a bakery".to_owned(),
        occurrences: vec![occurrence(number)],
    })
}

pub(crate) fn readmit(number: u32, tld: &str) -> Command {
    Command::Readmit(Readmit {
        name: format!("name{number}.{tld}").parse().unwrap(),
        reason: "the bakery closed".to_owned(),
    })
}

pub(crate) fn see(number: u32, tld: &str, sight: Sight) -> Command {
    Command::See(See {
        rows: vec![SeenRow {
            name: format!("name{number}.{tld}").parse().unwrap(),
            occurrences: vec![occurrence(number)],
            method: Method::Dns,
            sight,
            at: at(0),
            name_servers: Vec::new(),
            source: None,
            expires: None,
        }],
    })
}

pub(crate) fn sweep(tlds: &[&str], seconds: i64, method: Method, usual: Sight) -> Command {
    let list = |tld: &&str| SweptList {
        campaign: "alpha".parse().unwrap(),
        period: first_day().start().seconds(),
        tld: tld.parse().unwrap(),
        digest: Digest::of(tld.as_bytes()),
        generator_version: 1,
        expected: 40,
        sample: None,
        usual,
        unknown: [3].into_iter().collect(),
        differing: Vec::new(),
    };
    Command::Sweep(command::RecordSweep {
        sweep: Sweep {
            method,
            vantage: "a test".to_owned(),
            at: at(seconds),
            name_servers: Vec::new(),
            lists: tlds.iter().map(list).collect(),
        },
    })
}

/// Decides a command as the programs do.
pub(crate) fn decide(state: Option<&Case>, command: &Command, context: &Context) -> Result<Decided, Refusal> {
    command::decide(state, command, context)
}

/// Executes a command that must be accepted, and returns its number in the log.
pub(crate) async fn run(store: &Store, case: &CaseId, command: &Command, seconds: i64) -> u64 {
    let context = context(case, seconds);
    let (stored, _) = store.execute(case, |state| decide(state, command, &context)).await.unwrap();
    stored.seq
}

/// A connection to the file past the store.
pub(crate) async fn raw(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(path).connect().await.unwrap()
}

/// Runs statements past the store.
pub(crate) async fn tamper(path: &Path, text: &str) {
    let mut connection = raw(path).await;
    sqlx::raw_sql(AssertSqlSafe(text.to_owned())).execute(&mut connection).await.unwrap();
    sqlx::Connection::close(connection).await.unwrap();
}
