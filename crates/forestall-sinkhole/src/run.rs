// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The whole: sockets first, then another user, then the spool, then threads, until a signal.

use std::fs;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use anyhow::{Context, bail};
use forestall_spool::Spool;
use nix::sys::signal::{SigSet, Signal, kill};
use nix::unistd::{Gid, Pid, Uid, setgid, setgroups, setuid};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::clock;
use crate::config::{Collisions, Config, Dns, Speaks};
use crate::connections::Connections;
use crate::counters::Counters;
use crate::dns::cookie::Secret;
use crate::dns::rate::Rates;
use crate::dns::{Handler, Settings, udp};
use crate::http::Answers;
use crate::metrics::Board;
use crate::names::Live;
use crate::talk::Tools;
use crate::watch::{self, Recipe};

/// How often a port is sought that is free for both UDP and TCP, where the system may choose.
const ATTEMPTS: usize = 16;
/// Open files besides connections.
const OTHER_FILES: u64 = 256;

/// Sockets that are bound.
#[derive(Debug, Default)]
struct Sockets {
    udp: Vec<UdpSocket>,
    tcp: Vec<(TcpListener, Speaks)>,
    /// Lines that say where is listened.
    said: String,
}

/// Runs the sinkhole until it is told to end.
///
/// # Errors
///
/// Where something it needs cannot be had, or fails for good.
pub fn run(config: Config, paths: &[PathBuf]) -> anyhow::Result<()> {
    // Before there is a thread: each has the mask of the one that starts it.
    let signals = SigSet::from_iter([Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP]);
    signals.thread_block().context("signals could not be held back")?;
    allow_files(config.connections.most as u64);
    let marks = watch::marks(paths);
    let indexes = watch::read(paths)?;
    let mut sockets = bind(&config)?;
    let said = std::mem::take(&mut sockets.said);
    let tls = config.certificate.as_ref().map(|(certificate, key)| certificate_of(certificate, key)).transpose()?;
    let secret = secret(config.dns.as_ref().and_then(|dns| dns.cookie_secret.as_deref()))?;
    if let Some((user, group)) = config.user {
        become_user(user, group)?;
    }
    let (spool, recovered) = Spool::open(config.spool.clone())?;
    for segment in &recovered {
        let lost = segment.loss.map_or(0, |loss| loss.octets);
        tracing::warn!(
            events = segment.events,
            octets_lost = lost,
            unreadable = segment.unreadable,
            "a segment of an earlier run was sealed"
        );
    }
    let recipe = Recipe {
        paths: paths.to_vec(),
        groups: config.dns.as_ref().map(|dns| dns.groups.clone()).unwrap_or_default().into(),
        answer_collisions: config.dns.as_ref().is_some_and(|dns| dns.collisions == Collisions::Answer),
    };
    let live = Arc::new(Live::new(recipe.names(indexes, &spool)?));
    let spool = Arc::new(spool);
    let threads = Threads::default();
    start(config, sockets, secret, tls, &live, &spool, &threads)?;
    {
        let (spool, live) = (Arc::clone(&spool), Arc::clone(&live));
        threads.start("watch", move |stop| {
            watch::watch(&recipe, marks, &spool, &live, stop);
            Ok(())
        })?;
    }
    // Now, and not before: whoever reads it can ask.
    let mut out = io::stdout().lock();
    out.write_all(said.as_bytes()).and_then(|()| out.flush()).context("standard output cannot be written")?;
    drop(out);
    loop {
        match signals.wait() {
            Ok(Signal::SIGHUP) => spool.rotate(),
            Ok(signal) => {
                tracing::info!("ends by {signal}");
                break;
            }
            Err(error) => bail!("signals could not be waited for: {error}"),
        }
    }
    let failed = threads.end();
    drop(live);
    let Some(spool) = Arc::into_inner(spool) else { bail!("the spool is still in use") };
    let counts = spool.close()?;
    tracing::info!(
        dns = counts.offered_dns,
        contacts = counts.offered_contacts,
        shed = counts.shed_dns + counts.shed_contacts,
        acknowledged = counts.acknowledged,
        "the spool is sealed"
    );
    failed
}

/// Starts those who answer.
fn start(
    config: Config,
    sockets: Sockets,
    secret: Secret,
    tls: Option<Arc<rustls::ServerConfig>>,
    live: &Arc<Live>,
    spool: &Arc<Spool>,
    threads: &Threads,
) -> anyhow::Result<()> {
    let settings = config.dns.map(|dns| Ok::<_, anyhow::Error>(Arc::new(settings(dns, secret)?))).transpose()?;
    let handler = |counters: &Arc<Counters>| {
        let settings = settings.as_ref()?;
        Some(Handler::new(Arc::clone(settings), live.names(), spool.sender(), Arc::clone(counters)))
    };
    let mut all = Vec::new();
    for socket in sockets.udp {
        let counters = Arc::new(Counters::default());
        let Some(mut handler) = handler(&counters) else { continue };
        all.push(counters);
        let live = Arc::clone(live);
        threads.start("udp", move |stop| udp::serve(&socket, &mut handler, &live, stop))?;
    }
    if sockets.tcp.is_empty() {
        return Ok(());
    }
    let counters = Arc::new(Counters::default());
    let handler = handler(&counters);
    all.push(Arc::clone(&counters));
    let tools = Tools {
        handler,
        live: Arc::clone(live),
        turn: live.turn(),
        sender: spool.sender(),
        counters,
        board: Arc::new(Board::new(all, spool.watch(), Arc::clone(live))),
        answers: Answers::new(&config.page),
        page: config.page,
        tls,
        first_octets: config.first_octets,
        of_proxy: false,
        now: clock::now(),
        reply: Vec::new(),
    };
    let mut connections =
        Connections::new(sockets.tcp, config.connections, tools).context("connections cannot be watched")?;
    threads.start("connections", move |stop| connections.run(stop))
}

fn settings(dns: Dns, secret: Secret) -> anyhow::Result<Settings> {
    let mut key = [0; 16];
    getrandom::fill(&mut key).context("the system gives no randomness")?;
    Ok(Settings {
        data: dns.data,
        addresses: dns.addresses,
        ttl: dns.ttl,
        udp_size: dns.udp_size,
        nsid: dns.nsid,
        secret,
        rates: Rates::new(dns.limits, key),
    })
}

/// Binds all addresses.
fn bind(config: &Config) -> anyhow::Result<Sockets> {
    let mut sockets = Sockets::default();
    for (address, speaks) in &config.listeners {
        let threads = config.dns.as_ref().filter(|_| *speaks == Speaks::Dns).map_or(0, |dns| dns.threads);
        let (tcp, udp) = both(*address, threads).with_context(|| format!("{address} cannot be listened on"))?;
        let word = match speaks {
            Speaks::Dns => "dns",
            Speaks::Http => "http",
            Speaks::Tls => "tls",
            Speaks::Nothing => "tcp",
            Speaks::Metrics => "metrics",
        };
        sockets.said.push_str(&format!("listening\t{word}\t{}\n", tcp.local_addr()?));
        sockets.tcp.push((tcp, *speaks));
        sockets.udp.extend(udp);
    }
    Ok(sockets)
}

/// Binds an address for TCP, and so many times for UDP, on one port.
fn both(address: SocketAddr, threads: usize) -> io::Result<(TcpListener, Vec<UdpSocket>)> {
    let mut attempt = 0;
    loop {
        let tcp = TcpListener::bind(address)?;
        let local = tcp.local_addr()?;
        match (0..threads).map(|_| udp::bind(local)).collect() {
            Ok(udp) => return Ok((tcp, udp)),
            Err(error) => {
                attempt += 1;
                if address.port() != 0 || attempt == ATTEMPTS {
                    return Err(error);
                }
            }
        }
    }
}

fn certificate_of(certificate: &Path, key: &Path) -> anyhow::Result<Arc<rustls::ServerConfig>> {
    let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.with_context(|| format!("the certificate {} cannot be read", certificate.display()))?;
    let key = PrivateKeyDer::from_pem_file(key).with_context(|| format!("the key {} cannot be read", key.display()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config =
        builder.with_no_client_auth().with_single_cert(chain, key).context("certificate and key do not fit")?;
    // What is inside is HTTP/1 alone. No session is kept: it would be memory that visitors fill.
    config.alpn_protocols = vec![b"http/1.1".to_vec(), b"http/1.0".to_vec()];
    config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
    config.max_early_data_size = 0;
    Ok(Arc::new(config))
}

/// Reads the secret of cookies: 32 hexadecimal digits; without a file one of this run alone.
fn secret(path: Option<&Path>) -> anyhow::Result<Secret> {
    let mut secret = [0; 16];
    let Some(path) = path else {
        getrandom::fill(&mut secret).context("the system gives no randomness")?;
        return Ok(Secret(secret));
    };
    let text = fs::read_to_string(path).with_context(|| format!("the secret {} cannot be read", path.display()))?;
    let text = text.trim();
    if text.len() != 32 || !text.bytes().all(|octet| octet.is_ascii_hexdigit()) {
        bail!("the secret {} is not what is expected: 32 hexadecimal digits", path.display());
    }
    for (place, octet) in secret.iter_mut().enumerate() {
        *octet = u8::from_str_radix(&text[2 * place..2 * place + 2], 16)?;
    }
    Ok(Secret(secret))
}

/// Becomes another user for good, with no group but one. Whoever is not root has nothing to give up and stays who he is.
fn become_user(user: u32, group: u32) -> anyhow::Result<()> {
    if !Uid::effective().is_root() {
        return Ok(());
    }
    let (user, group) = (Uid::from_raw(user), Gid::from_raw(group));
    setgroups(&[group]).context("the groups of root could not be left")?;
    setgid(group).context("the group could not be changed")?;
    setuid(user).context("the user could not be changed")?;
    if setuid(Uid::from_raw(0)).is_ok() {
        bail!("the user could be changed back to root");
    }
    Ok(())
}

/// Raises the limit on open files as far as connections need, where that is allowed.
fn allow_files(connections: u64) {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    let wanted = connections.saturating_add(OTHER_FILES);
    if limit.current.is_some_and(|current| current < wanted) {
        limit.current = Some(limit.maximum.map_or(wanted, |maximum| maximum.min(wanted)));
        if setrlimit(Resource::Nofile, limit).is_err() || limit.current < Some(wanted) {
            tracing::warn!("the limit on open files is below the number of connections that are allowed");
        }
    }
}

/// Threads that end together.
#[derive(Debug, Default)]
struct Threads {
    stop: Arc<AtomicBool>,
    failure: Arc<Mutex<Option<anyhow::Error>>>,
    running: Mutex<Vec<JoinHandle<()>>>,
}

impl Threads {
    /// Starts one. Where it fails, all end.
    fn start(
        &self,
        name: &'static str,
        work: impl FnOnce(&AtomicBool) -> io::Result<()> + Send + 'static,
    ) -> anyhow::Result<()> {
        let (stop, failure) = (Arc::clone(&self.stop), Arc::clone(&self.failure));
        let body = move || {
            let ended = EndsAll;
            if let Err(error) = work(&stop) {
                let error = anyhow::Error::new(error).context(format!("the thread {name} failed"));
                failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            }
            drop(ended);
        };
        let thread =
            thread::Builder::new().name(name.to_owned()).spawn(body).context("a thread could not be started")?;
        self.running.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        Ok(())
    }

    /// Ends all; returns why one failed.
    fn end(&self) -> anyhow::Result<()> {
        self.stop.store(true, Ordering::Relaxed);
        let mut panicked = false;
        for thread in std::mem::take(&mut *self.running.lock().unwrap_or_else(PoisonError::into_inner)) {
            panicked |= thread.join().is_err();
        }
        if panicked {
            bail!("a thread panicked");
        }
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take().map_or(Ok(()), Err)
    }
}

/// Tells the program to end when a thread does, for whatever reason: half a sinkhole is none.
struct EndsAll;

impl Drop for EndsAll {
    fn drop(&mut self) {
        // At an end that was asked for nobody waits for it any more.
        let _ = kill(Pid::this(), Signal::SIGTERM);
    }
}
