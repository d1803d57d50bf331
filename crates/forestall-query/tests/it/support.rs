// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A lake and indexes of which everything is known, and the program.

use std::io::{BufRead as _, BufReader, Read};
use std::net::{IpAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant as Clock};

use forestall_index::{Builder, IndexCampaign};
use forestall_lake::Origin;
use forestall_model::{Instant, Margin, UtcDay, Window, WindowSet};
use forestall_testkit::lake::{Query, Request, ship};

/// The first day of the lake.
pub(crate) const DAY: &str = "2025-11-20";
/// Queries of each of its two sensors.
pub(crate) const QUERIES: u32 = 2_000;
/// Requests of each of its two sensors.
pub(crate) const REQUESTS: u32 = 1_000;
/// Names that the queries are for, under `ws`.
pub(crate) const NAMES: u32 = 50;

/// What the program did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs the program.
pub(crate) fn run<A: AsRef<std::ffi::OsStr>>(arguments: &[A]) -> Ran {
    ran(program().args(arguments))
}

/// Returns the program, without what the environment may say.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_forestall-query"));
    command.env_remove("FORESTALL_LAKE").env_remove("FORESTALL_LOG").env("TMPDIR", scratch()).stdin(Stdio::null());
    command
}

/// The folder of this run, which begins empty: what programs that are killed leave stays within it.
fn scratch() -> &'static Path {
    static SCRATCH: OnceLock<PathBuf> = OnceLock::new();
    SCRATCH.get_or_init(|| {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("it");
        if folder.exists() {
            std::fs::remove_dir_all(&folder).unwrap();
        }
        std::fs::create_dir_all(&folder).unwrap();
        folder
    })
}

/// Runs a command to its end.
#[track_caller]
pub(crate) fn ran(command: &mut Command) -> Ran {
    ended(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
}

/// How long a command may take on a machine that has other work: one that waits without end is a fault.
const LONGEST: Duration = Duration::from_mins(8);

/// Waits for the end of a child whose output and errors are piped.
#[track_caller]
pub(crate) fn ended(mut child: Child) -> Ran {
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let out = thread::spawn(move || read(&mut out));
    let err = thread::spawn(move || read(&mut err));
    let begin = Clock::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begin.elapsed() > LONGEST {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("it did not end within {LONGEST:?}: {}", err.join().unwrap());
        }
        thread::sleep(Duration::from_millis(10));
    };
    Ran { status: status.code().unwrap_or(-1), out: out.join().unwrap(), err: err.join().unwrap() }
}

fn read(from: &mut dyn Read) -> String {
    let mut octets = Vec::new();
    from.read_to_end(&mut octets).unwrap();
    String::from_utf8_lossy(&octets).into_owned()
}

/// Asks for rows as CSV without the header; the query must succeed.
#[track_caller]
pub(crate) fn rows(sql: &str, more: &[&str]) -> Vec<String> {
    let lake = world().lake.to_str().unwrap();
    let ran = run(&[&[sql, "--lake", lake, "--format", "csv"], more].concat());
    assert_eq!(ran.status, 0, "{sql}: {}", ran.err);
    ran.out.lines().skip(1).map(str::to_owned).collect()
}

/// A lake of two days and two sensors, and an index of its names.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) lake: PathBuf,
    pub(crate) index: PathBuf,
    pub(crate) other_index: PathBuf,
    pub(crate) folder: PathBuf,
}

/// Returns the world, which is made once.
pub(crate) fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let root = scratch().join("world");
        std::fs::create_dir(&root).unwrap();
        let lake = root.join("lake");
        for sensor in 0..2 {
            let (requests, queries) = events(sensor);
            ship(&lake, &format!("sensor-{sensor}"), (&requests, &queries), &origin);
        }
        let (index, other_index) = (root.join("names.idx"), root.join("others.idx"));
        std::fs::write(&index, index_of(NAMES)).unwrap();
        std::fs::write(&other_index, index_of(NAMES / 2)).unwrap();
        World { lake, index, other_index, folder: root }
    })
}

/// The label of a name: predicted by conficker-a on the first day where even, by bobax-1 on both where odd.
pub(crate) fn label(number: u32) -> &'static str {
    static LABELS: OnceLock<Vec<String>> = OnceLock::new();
    let labels = LABELS.get_or_init(|| (0..NAMES).map(|number| format!("qx{number}zk")).collect());
    &labels[number as usize]
}

/// The time of an event: over 40 hours from the start of the first day.
fn at(number: u32) -> Instant {
    let day: UtcDay = DAY.parse().unwrap();
    Instant::from_micros(day.start().micros() + i64::from(number % 40) * 3_600_000_000 + i64::from(number))
}

/// The events of a sensor: resolvers and machines of both are the same in part.
fn events(sensor: u32) -> (Vec<Request>, Vec<Query>) {
    let query = |number: u32| Query {
        at: at(number),
        resolver: IpAddr::V4((0xC633_6400 + (number + sensor * 10) % 60).into()),
        campaign: if number.is_multiple_of(2) { ("conficker", "conficker-a") } else { ("bobax", "bobax-1") },
        label: label(number % NAMES),
    };
    let request = |number: u32| Request {
        at: at(number),
        address: match number % 10 {
            9 => IpAddr::V6((0x2001_0DB8_0000_0000_0000_0000_0000_0007 + (u128::from(number % 300) << 64)).into()),
            _ => IpAddr::V4((0xC000_0200 + (number * 7 + sensor * 40) % 200).into()),
        },
        agent: "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.1)",
        q: number,
    };
    ((0..REQUESTS).map(request).collect(), (0..QUERIES).map(query).collect())
}

fn origin(address: IpAddr) -> Origin {
    let last = match address {
        IpAddr::V4(address) => address.octets()[3],
        IpAddr::V6(_) => 250,
    };
    Origin { asn: 64_500 + u32::from(last % 5), country: Some(*b"DE"), left_out: (last % 7 == 0).then_some("crawler") }
}

/// Returns an index of so many of the names, with a margin of an hour on each side.
fn index_of(names: u32) -> Vec<u8> {
    let mut builder = Builder::new(std::io::Cursor::new(Vec::new()), 1 << 20);
    let campaign = |family: &str, id: &str| IndexCampaign {
        family: family.parse().unwrap(),
        id: id.parse().unwrap(),
        margin: Margin::hours(1, 1),
        computed: None,
        unverified: false,
    };
    let day: UtcDay = DAY.parse().unwrap();
    let one = WindowSet::Spans(vec![day.window()]);
    let both = WindowSet::Spans(vec![Window { from: day.start(), until: day.window().until.plus_seconds(86_400) }]);
    let conficker = builder.campaign(campaign("conficker", "conficker-a")).unwrap();
    let bobax = builder.campaign(campaign("bobax", "bobax-1")).unwrap();
    let (conficker, bobax) = (builder.reference(conficker, &one).unwrap(), builder.reference(bobax, &both).unwrap());
    for number in 0..names {
        let name = format!("{}.ws", label(number));
        builder.add(name.as_bytes(), if number.is_multiple_of(2) { conficker } else { bobax }).unwrap();
    }
    // Of both, of none any more, and one that belongs to somebody.
    builder.add(b"both.example.com", conficker).unwrap();
    builder.add(b"both.example.com", bobax).unwrap();
    builder.add(b"held.example.com", bobax).unwrap();
    builder.exclude(b"held.example.com").unwrap();
    let mut octets = Vec::new();
    builder.finish(Instant::from_micros(0), None, 1, &mut octets).unwrap();
    octets
}

/// A part of a cluster that runs until it is dropped.
#[derive(Debug)]
pub(crate) struct Part {
    child: Child,
    told: Arc<Mutex<String>>,
}

impl Part {
    /// Starts one.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_with(arguments, &[])
    }

    /// Starts one with variables in its environment.
    pub(crate) fn start_with(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = program();
        command.args(arguments).envs(environment.iter().copied()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let told = Arc::new(Mutex::new(String::new()));
        let (mut lines, shared) = (BufReader::new(child.stderr.take().unwrap()), Arc::clone(&told));
        thread::spawn(move || {
            let mut line = String::new();
            while lines.read_line(&mut line).is_ok_and(|count| count > 0) {
                shared.lock().unwrap().push_str(&line);
                line.clear();
            }
        });
        Self { child, told }
    }

    /// Waits until it says something.
    #[track_caller]
    pub(crate) fn wait_for(&self, words: &str) {
        let begin = Clock::now();
        while !self.told().contains(words) {
            assert!(begin.elapsed() < Duration::from_secs(120), "no {words:?} in: {}", self.told());
            thread::sleep(Duration::from_millis(50));
        }
    }

    pub(crate) fn told(&self) -> String {
        self.told.lock().unwrap().clone()
    }

    /// Tells it to end and returns its status.
    pub(crate) fn end(&mut self) -> Option<i32> {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(told.success());
        self.child.wait().unwrap().code()
    }

    /// Ends it as a loss of power would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns a port of loopback that nobody listens on.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// A scheduler and two executors on loopback.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) engine: String,
    pub(crate) executors: Vec<Part>,
    scheduler: Part,
}

impl Cluster {
    /// Starts one; the executors have these index files.
    pub(crate) fn start(indexes: &[&Path]) -> Self {
        Self::start_with(indexes, &[])
    }

    /// Starts one of which all parts have variables in their environment.
    pub(crate) fn start_with(indexes: &[&Path], environment: &[(&str, &str)]) -> Self {
        let port = free_port().to_string();
        let scheduler = Part::start_with(&["scheduler", "--port", &port, "--executor-timeout", "10"], environment);
        scheduler.wait_for("listening on");
        let address = format!("127.0.0.1:{port}");
        let executor = |_| {
            let port = free_port().to_string();
            let mut arguments = vec!["executor", "--scheduler", &address, "--port", &port, "--tasks", "2"];
            if !indexes.is_empty() {
                arguments.push("--index");
                arguments.extend(indexes.iter().map(|index| index.to_str().unwrap()));
            }
            Part::start_with(&arguments, environment)
        };
        let executors: Vec<Part> = (0..2).map(executor).collect();
        executors.iter().for_each(|executor| executor.wait_for("arrow flight server listening on"));
        Self { engine: format!("ballista://{address}"), executors, scheduler }
    }

    pub(crate) fn told(&self) -> String {
        let parts = std::iter::once(&self.scheduler).chain(&self.executors);
        parts.map(Part::told).collect::<Vec<_>>().join("\n--\n")
    }
}

/// Returns the Parquet files below a folder, in order.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "parquet") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
