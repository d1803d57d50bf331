// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A scan that never ends: name servers send dnstap to a Unix socket, and who asked for listed names is told again and again.
//!
//! Each connection has a thread that reads, looks up and adds what matched to one ledger. Counts are of a *period* of whole days: a row says what was
//! seen of a client since the period began, and is printed again whenever that changed. A new index is taken up between two blocks of a connection,
//! so nothing that is on its way is lost.

mod generation;
mod metrics;
mod socket;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::RandomState;
use std::io;
use std::net::SocketAddr;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::Scope;
use std::time::{Duration, Instant as Stopwatch};

use anyhow::Context as _;
use forestall_detect::pairing::Pairing;
use forestall_detect::readers::{Block, Counts, Format, Options, Source, dnstap};
use forestall_detect::scan::{Client, Finding, Ledger, Room, ScratchError, Watch};
use forestall_model::{Instant, UtcDay};

use self::generation::Current;
use self::metrics::{Metrics, seconds};
use self::socket::Socket;
use super::rows::{self, Row};
use super::{Form, STATE};
use crate::commands::traffic::inputs::{is_pause, locked};
use crate::failure::Outcome;
use crate::table::counted;
use crate::world::Globals;
use crate::{output, told};

/// Connections at a time: each may hold some 30 MB while its questions wait for their answers.
const MOST_CONNECTIONS: u64 = 64;
/// How long a program that connected may take to say what it sends.
const GREETING: Duration = Duration::from_secs(5);
/// How long a read waits before the thread looks around.
const WAIT: Duration = Duration::from_millis(200);
/// How often connections, the end and the index are looked for.
const TICK: Duration = Duration::from_millis(50);
/// Ticks between two looks at the file of the index.
const LOOKS: u32 = 10;
/// How long connections are read on once the program is told to end, while something arrives.
const LAST_READS: Duration = Duration::from_secs(5);

/// How the service is run.
#[derive(Debug)]
pub(super) struct Settings<'a> {
    /// Where the socket is made.
    pub(super) socket: &'a Path,
    /// Its mode.
    pub(super) mode: u32,
    /// Where metrics are served.
    pub(super) metrics: Option<SocketAddr>,
    /// How often changed rows are printed.
    pub(super) every: Duration,
    /// Days of a period.
    pub(super) days: u32,
    /// How rows are printed: JSON lines or CSV.
    pub(super) form: Form,
    pub(super) index: &'a Path,
}

/// What stands for a client that is not to be shown.
pub(super) type Disguise<'a> = Option<&'a (dyn Fn(&Client) -> Client + Sync)>;

/// What the threads share.
struct Shared<'a> {
    current: Current,
    metrics: Arc<Metrics>,
    ledger: Mutex<Ledger>,
    stop: Arc<AtomicBool>,
    disguise: Disguise<'a>,
    /// Names are told apart by a hash with these.
    keys: RandomState,
}

/// Serves until the program is told to end, and says whether there was a finding.
///
/// # Errors
///
/// Where the index, the socket or the address cannot be used at the start, or standard output fails.
pub(super) fn serve(settings: &Settings<'_>, disguise: Disguise<'_>, globals: &Globals) -> anyhow::Result<Outcome> {
    let stop = told::flag()?;
    let shared = Shared {
        current: Current::read(settings.index)?,
        metrics: Arc::new(Metrics::default()),
        ledger: Mutex::new(Ledger::new()),
        stop,
        disguise,
        keys: RandomState::new(),
    };
    shared.tell_index(globals.now());
    if let Some(address) = settings.metrics {
        let bound = metrics::serve(address, shared.metrics.clone())?;
        output::note(format_args!("metrics are served on http://{bound}/metrics"));
    }
    let socket = Socket::bind(settings.socket, settings.mode)?;
    output::note(format_args!("listening for dnstap on {}", settings.socket.display()));
    let mut period = Period::new(globals.today(), settings.days, settings.form);
    shared.tell_period(&period);
    let served = std::thread::scope(|scope| {
        let served = shared.watch(scope, &socket, settings, globals, &mut period);
        // Whatever ended the loop ends the connections.
        shared.stop.store(true, Ordering::Relaxed);
        served
    });
    served?;
    period.report(&shared, &shared.ledger)?;
    Ok(if period.found { Outcome::Found } else { Outcome::Done })
}

impl Shared<'_> {
    /// Takes connections, takes up new indexes and prints reports.
    fn watch<'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        socket: &Socket,
        settings: &Settings<'_>,
        globals: &Globals,
        period: &mut Period,
    ) -> anyhow::Result<()> {
        let mut reported = Stopwatch::now();
        let mut ticks = 0_u32;
        while !self.stop.load(Ordering::Relaxed) {
            match socket.accept() {
                Ok(Some(stream)) => {
                    self.take(scope, stream);
                    continue;
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "a connection could not be accepted"),
            }
            if ticks.is_multiple_of(LOOKS) {
                // Reading an index takes seconds where it is large; connections wait in the socket's queue meanwhile only to be taken.
                self.renew(globals.now());
            }
            ticks = ticks.wrapping_add(1);
            let octets = locked(&self.ledger).octets();
            self.metrics.ledger_octets.store(octets as u64, Ordering::Relaxed);
            let ended = period.has_ended(globals.today());
            if reported.elapsed() >= settings.every || ended || octets > STATE {
                reported = Stopwatch::now();
                if ended || octets > STATE {
                    // What comes from now on counts for the next period, and nothing falls between the two.
                    let past = std::mem::take(&mut *locked(&self.ledger));
                    period.report(self, &Mutex::new(past))?;
                    period.begin(globals.today());
                    self.metrics.cut_short.fetch_add(u64::from(!ended), Ordering::Relaxed);
                    self.metrics.set_clients(BTreeMap::new());
                    self.tell_period(period);
                } else {
                    period.report(self, &self.ledger)?;
                }
            }
            std::thread::sleep(TICK);
        }
        Ok(())
    }

    /// Starts the thread of a connection.
    fn take<'scope>(&'scope self, scope: &'scope Scope<'scope, '_>, stream: UnixStream) {
        let metrics = &self.metrics;
        if metrics.connections.load(Ordering::Relaxed) >= MOST_CONNECTIONS {
            metrics.refused.fetch_add(1, Ordering::Relaxed);
            tracing::warn!("a connection was closed: {MOST_CONNECTIONS} are open");
            return;
        }
        metrics.connections.fetch_add(1, Ordering::Relaxed);
        let begun = std::thread::Builder::new().name("dnstap".to_owned()).spawn_scoped(scope, move || {
            match self.read(&stream) {
                Ok(()) => {}
                Err(error) => {
                    metrics.refused.fetch_add(1, Ordering::Relaxed);
                    output::note(format_args!("warning: a connection was closed: {error:#}"));
                }
            }
            metrics.connections.fetch_sub(1, Ordering::Relaxed);
        });
        if let Err(error) = begun {
            metrics.connections.fetch_sub(1, Ordering::Relaxed);
            metrics.refused.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(%error, "a connection was closed: no thread for it");
        }
    }

    /// Reads a connection to its end.
    fn read(&self, stream: &UnixStream) -> anyhow::Result<()> {
        stream.set_read_timeout(Some(GREETING)).context("no time limit can be set")?;
        stream.set_write_timeout(Some(GREETING)).context("no time limit can be set")?;
        let greeted = dnstap::greet(stream).context("the other side did not begin as dnstap does")?;
        let both_ways = greeted.is_both_ways();
        let options = Options { format: Some(Format::Dnstap), live: true, ..Options::default() };
        let mut source = Source::open(greeted, &options)?;
        self.metrics.accepted.fetch_add(1, Ordering::Relaxed);
        stream.set_read_timeout(Some(WAIT)).context("no time limit can be set")?;
        let ended = self.drain(&mut source);
        self.metrics.add_read(source.counts());
        ended.context("the stream broke off")?;
        if both_ways {
            // Who closed without waiting for it does not miss it.
            let mut writer: &UnixStream = stream;
            drop(dnstap::say_finish(&mut writer));
        }
        Ok(())
    }

    /// Reads what a connection sends, with the generation that serves at the time.
    fn drain<R: io::Read>(&self, source: &mut Source<R>) -> io::Result<()> {
        // A watch with room for all never asks.
        let scratch = || Err::<Box<dyn Room>, _>(io::ErrorKind::Unsupported.into());
        let (mut block, mut pairing, mut told) = (Block::default(), Pairing::new(), None);
        loop {
            let generation = self.current.get();
            let watch = Watch::new(&generation.index, &generation.roster, usize::MAX, self.disguise, &scratch);
            let mut watch = watch.going_on(pairing, self.keys.clone());
            while generation.number == self.current.number() {
                match source.next_block(&mut block) {
                    Ok(true) => {}
                    Ok(false) => return Ok(()),
                    Err(error) if is_pause(&error) => {
                        if self.stop.load(Ordering::Relaxed) {
                            return Ok(());
                        }
                        continue;
                    }
                    Err(error) => return Err(error),
                }
                let mut counts = Counts::default();
                let mut batch = watch.batch();
                block.read(&mut counts, |record| batch.add(record));
                drop(batch);
                self.metrics.add_read(&counts);
                self.metrics.matched.fetch_add(watch.take_matched(), Ordering::Relaxed);
                let tally = watch.take();
                if !tally.is_empty() {
                    locked(&self.ledger).absorb(tally);
                }
                if self.stop.load(Ordering::Relaxed) && told.get_or_insert_with(Stopwatch::now).elapsed() > LAST_READS {
                    return Ok(());
                }
            }
            pairing = watch.into_pairing();
        }
    }

    fn renew(&self, now: Instant) {
        match self.current.renew() {
            None => {}
            Some(Ok(())) => {
                self.metrics.renewed.fetch_add(1, Ordering::Relaxed);
                self.tell_index(now);
                output::note(format_args!("a new index serves: {}", counted(self.current.get().index.names(), "name")));
            }
            Some(Err(error)) => {
                self.metrics.not_renewed.fetch_add(1, Ordering::Relaxed);
                output::note(format_args!("warning: {error:#}"));
            }
        }
    }

    fn tell_period(&self, period: &Period) {
        self.metrics.period_began.store(seconds(period.began.start()), Ordering::Relaxed);
    }

    fn tell_index(&self, now: Instant) {
        self.metrics.names.store(self.current.get().index.names(), Ordering::Relaxed);
        self.metrics.index_read.store(seconds(now), Ordering::Relaxed);
    }
}

/// The days over which counts are joined, and what was told of them.
struct Period {
    began: UtcDay,
    days: u32,
    form: Form,
    /// Whether the header of CSV was written.
    headed: bool,
    /// Clients with a finding, by family.
    clients: BTreeMap<String, BTreeSet<Client>>,
    found: bool,
}

impl Period {
    fn new(today: UtcDay, days: u32, form: Form) -> Self {
        Self { began: today, days, form, headed: false, clients: BTreeMap::new(), found: false }
    }

    fn has_ended(&self, today: UtcDay) -> bool {
        today.epoch_days().abs_diff(self.began.epoch_days()) >= self.days
    }

    fn begin(&mut self, today: UtcDay) {
        self.began = today;
        self.clients.clear();
    }

    /// Prints the rows of clients whose counts changed.
    fn report(&mut self, shared: &Shared<'_>, ledger: &Mutex<Ledger>) -> anyhow::Result<()> {
        let generation = shared.current.get();
        let roster = &generation.roster;
        let mut findings = Vec::new();
        // The ledger is locked while cells are copied and folded, not while rows are written to somebody who may read slowly.
        locked(ledger).report_changed(
            |family| roster.listed(family),
            |finding| {
                findings.push(finding);
                Ok::<_, ScratchError>(())
            },
        )?;
        let rows: Vec<Row> = findings.iter().map(|finding| self.row(finding, &generation)).collect();
        let clients = self.clients.iter().map(|(family, clients)| (family.clone(), clients.len() as u64)).collect();
        shared.metrics.set_clients(clients);
        if rows.is_empty() && (self.headed || self.form != Form::Csv) {
            return Ok(());
        }
        output::to_stdout(|out| match self.form {
            Form::Csv => {
                let mut csv = if self.headed { rows::Csv::go_on(out) } else { rows::Csv::begin(out)? };
                self.headed = true;
                rows.iter().try_for_each(|row| csv.row(row))?;
                csv.end()
            }
            _ => rows.iter().try_for_each(|row| rows::json(row, out)),
        })
    }

    fn row(&mut self, finding: &Finding, generation: &generation::Generation) -> Row {
        let row = Row::of(finding, &generation.roster);
        if row.is_infection() {
            self.found = true;
            self.clients.entry(row.family().to_owned()).or_default().insert(finding.client.clone());
        }
        row
    }
}
