// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The server: listeners, connections with their limits, and what is answered to which question.

use std::collections::{HashMap, HashSet};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use forestall_model::{Instant, OwnerName};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::content::{Transfer, rtype};
use super::messages::Messages;
use super::query::{Query, Unread};
use super::reply::{self, code};
use super::tsig::Fault;
use super::zones::{Asker, Ended, Grant, Refusal, Transport, Zones};

/// Octets of a question, at most: one with a long key, an SOA and EDNS has fewer than 1,000.
const QUESTION: usize = 4_096;
/// How long nothing is accepted after the system refused to, as where all descriptors are in use.
const PAUSE: Duration = Duration::from_millis(100);

/// How much a [`Server`] does for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Connections at one time.
    pub connections: usize,
    /// Connections from one address at one time.
    pub of_address: usize,
    /// Questions of one connection.
    pub questions: u32,
    /// How long a connection waits for a question, and for the handshake of TLS.
    pub idle: Duration,
    /// How long a message may take to be written: whoever reads more slowly has gone away, or means harm.
    pub write: Duration,
}

impl Default for Limits {
    /// 256 connections, 16 of an address, 100 questions of each, 30 s for a question and for each 16 KiB of an answer.
    fn default() -> Self {
        Self {
            connections: 256,
            of_address: 16,
            questions: 100,
            idle: Duration::from_secs(30),
            write: Duration::from_secs(30),
        }
    }
}

/// What a server did since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Questions, whatever was answered.
    pub questions: u64,
    /// Questions that were refused, for whatever reason.
    pub refused: u64,
    /// Signatures that were refused.
    pub bad_signatures: u64,
    /// Connections that were closed at once because there were too many.
    pub turned_away: u64,
    /// Whole zones that were sent.
    pub full: u64,
    /// Differences that were sent.
    pub differences: u64,
    /// Transfers that broke off.
    pub cut: u64,
    /// Records that were sent.
    pub records: u64,
}

#[derive(Debug, Default)]
struct Counters {
    questions: AtomicU64,
    refused: AtomicU64,
    bad_signatures: AtomicU64,
    turned_away: AtomicU64,
    full: AtomicU64,
    differences: AtomicU64,
    cut: AtomicU64,
    records: AtomicU64,
}

/// Serves zones to secondaries.
#[derive(Debug)]
pub struct Server<Z> {
    zones: Z,
    limits: Limits,
    /// Connections by address.
    open: Mutex<HashMap<IpAddr, usize>>,
    /// Transfers that go on: of one subscriber at one address there is one for a zone.
    busy: Mutex<HashSet<(String, IpAddr, OwnerName)>>,
    counters: Counters,
    /// The second in which something that anybody can cause was last logged.
    logged: AtomicI64,
}

/// What becomes of a question.
enum Answer<'s, Z> {
    Silence,
    One(Vec<u8>),
    Many(Box<Sending<'s, Z>>),
}

/// A transfer to be sent.
struct Sending<'s, Z> {
    _turn: Turn<'s, Z>,
    messages: Messages,
    grant: Grant,
    from: Option<u32>,
    to: u32,
}

/// A connection that is counted while it lives.
struct Place<'s, Z> {
    server: &'s Server<Z>,
    address: IpAddr,
}

impl<Z> Drop for Place<'_, Z> {
    fn drop(&mut self) {
        let mut open = self.server.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

/// A transfer that is noted while it goes on.
struct Turn<'s, Z> {
    server: &'s Server<Z>,
    of: (String, IpAddr, OwnerName),
}

impl<Z> Drop for Turn<'_, Z> {
    fn drop(&mut self) {
        self.server.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.of);
    }
}

impl<Z: Zones> Server<Z> {
    /// Makes a server of what `zones` has.
    #[must_use]
    pub fn new(zones: Z, limits: Limits) -> Arc<Self> {
        Arc::new(Self {
            zones,
            limits,
            open: Mutex::default(),
            busy: Mutex::default(),
            counters: Counters::default(),
            logged: AtomicI64::new(0),
        })
    }

    /// Returns whoever has the zones.
    pub const fn zones(&self) -> &Z {
        &self.zones
    }

    /// Returns what it did since it began.
    pub fn counts(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let of = &self.counters;
        Counts {
            questions: read(&of.questions),
            refused: read(&of.refused),
            bad_signatures: read(&of.bad_signatures),
            turned_away: read(&of.turned_away),
            full: read(&of.full),
            differences: read(&of.differences),
            cut: read(&of.cut),
            records: read(&of.records),
        }
    }

    /// Returns how many connections are open.
    pub fn connections(&self) -> usize {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }

    /// Answers at a listener until it is dropped: over TCP, or over what `handshake` makes of a connection.
    pub async fn serve<S, H, F>(self: Arc<Self>, listener: TcpListener, transport: Transport, handshake: H)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send,
        H: Fn(TcpStream) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = io::Result<S>> + Send,
    {
        let mut tasks = JoinSet::new();
        loop {
            while tasks.try_join_next().is_some() {}
            let (stream, peer) = match listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    self.warn(format_args!("no connection for a transfer can be accepted: {error}"));
                    sleep(PAUSE).await;
                    continue;
                }
            };
            let (server, handshake) = (Arc::clone(&self), handshake.clone());
            tasks.spawn(async move {
                let Some(_place) = server.place(peer.ip()) else {
                    server.counters.turned_away.fetch_add(1, Ordering::Relaxed);
                    server.warn(format_args!("too many connections for transfers; one is closed"));
                    return;
                };
                let _ = stream.set_nodelay(true);
                if let Ok(Ok(stream)) = timeout(server.limits.idle, handshake(stream)).await {
                    server.converse(stream, peer, transport).await;
                }
            });
        }
    }

    /// Answers over UDP until it is dropped. Nothing but the state of a zone fits.
    pub async fn serve_udp(self: Arc<Self>, socket: UdpSocket) {
        let mut buffer = vec![0; QUESTION];
        loop {
            // An error is what the system says of an answer that reached nobody, among others.
            let Ok((length, peer)) = socket.recv_from(&mut buffer).await else { continue };
            if let Answer::One(reply) = self.answer(&buffer[..length], peer, Transport::Udp).await {
                let _ = socket.send_to(&reply, peer).await;
            }
        }
    }

    /// Answers the questions of one connection, one after another.
    async fn converse<S: AsyncRead + AsyncWrite + Unpin>(&self, mut stream: S, peer: SocketAddr, transport: Transport) {
        let mut question = Vec::new();
        for _ in 0..self.limits.questions {
            match timeout(self.limits.idle, read(&mut stream, &mut question)).await {
                Ok(Ok(())) => {}
                _ => break,
            }
            let done = match self.answer(&question, peer, transport).await {
                Answer::Silence => break,
                Answer::One(reply) => self.write(&mut stream, &reply).await,
                Answer::Many(sending) => self.send(&mut stream, *sending, transport).await,
            };
            if done.is_err() {
                break;
            }
        }
        let _ = timeout(self.limits.write, stream.shutdown()).await;
    }

    /// Sends a transfer.
    async fn send<S: AsyncWrite + Unpin>(
        &self,
        stream: &mut S,
        sending: Sending<'_, Z>,
        transport: Transport,
    ) -> io::Result<()> {
        let Sending { _turn, mut messages, grant, from, to } = sending;
        let mut message = Vec::new();
        let mut sent = 0;
        let mut done = Ok(());
        while messages.next(self.zones.now(), &mut message) {
            done = self.write(stream, &message).await;
            if done.is_err() {
                break;
            }
            sent += u64::from(u16::from_be_bytes([message[6], message[7]]));
        }
        self.counters.records.fetch_add(sent, Ordering::Relaxed);
        let counter = match (&done, from) {
            (Err(_), _) => &self.counters.cut,
            (Ok(()), None) => &self.counters.full,
            (Ok(()), Some(_)) => &self.counters.differences,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        match &done {
            Ok(()) => {
                tracing::info!(subscriber = grant.subscriber, zone = %grant.zone, ?from, to, records = sent, "a zone was sent")
            }
            Err(error) => {
                tracing::warn!(subscriber = grant.subscriber, zone = %grant.zone, to, sent, %error, "a transfer broke off");
            }
        }
        self.zones.ended(&grant, Ended { from, to, records: sent, whole: done.is_ok(), transport }).await;
        done
    }

    /// Writes a message with its length before it.
    async fn write<S: AsyncWrite + Unpin>(&self, stream: &mut S, message: &[u8]) -> io::Result<()> {
        let length = u16::try_from(message.len()).map_err(io::Error::other)?;
        let mut octets = Vec::with_capacity(2 + message.len());
        octets.extend_from_slice(&length.to_be_bytes());
        octets.extend_from_slice(message);
        let written = timeout(self.limits.write, async {
            stream.write_all(&octets).await?;
            stream.flush().await
        });
        written.await.map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "whoever asked does not read"))?
    }

    /// Answers a question.
    async fn answer(&self, octets: &[u8], peer: SocketAddr, transport: Transport) -> Answer<'_, Z> {
        self.counters.questions.fetch_add(1, Ordering::Relaxed);
        let now = self.zones.now();
        let query = match Query::read(octets) {
            Ok(query) => query,
            Err(unread) => {
                self.counters.refused.fetch_add(1, Ordering::Relaxed);
                return match unread {
                    Unread::Silence => Answer::Silence,
                    Unread::Opcode(asked) => Answer::One(reply::error(&asked, code::NOTIMP, None, now)),
                    Unread::Form(asked) => Answer::One(reply::error(&asked, code::FORMERR, None, now)),
                };
            }
        };
        let mut asker = Asker { address: peer.ip().to_canonical(), transport, key: None };
        let mut signer = None;
        if let Some(signature) = &query.signature {
            let key = self.zones.key(&signature.key).await;
            match signature.check(octets, key.as_ref(), now) {
                Ok(ours) => (asker.key, signer) = (Some(signature.key.clone()), Some(ours)),
                Err(refused) => {
                    self.counters.refused.fetch_add(1, Ordering::Relaxed);
                    self.counters.bad_signatures.fetch_add(1, Ordering::Relaxed);
                    let what = match refused.0 {
                        Fault::Key => "by a key that nobody has",
                        Fault::Signature => "with a wrong secret",
                        Fault::Time => "at another time: one of the two clocks is wrong",
                    };
                    self.warn(format_args!("a question for {} is signed {what}", query.name));
                    return Answer::One(reply::refused_signature(&query.asked, signature, refused, now));
                }
            }
        }
        if query.asked.edns.is_some_and(|version| version > 0) {
            return Answer::One(reply::bad_version(&query.asked, signer, now));
        }
        let code = match self.settle(&query, &asker, &mut signer, now).await {
            Ok(answer) => return answer,
            Err(code) => code,
        };
        self.counters.refused.fetch_add(1, Ordering::Relaxed);
        Answer::One(reply::error(&query.asked, code, signer, now))
    }

    /// Answers a question that could be read and whose signature is right; else gives a response code.
    async fn settle(
        &self,
        query: &Query,
        asker: &Asker,
        signer: &mut Option<super::tsig::Signer>,
        now: Instant,
    ) -> Result<Answer<'_, Z>, u8> {
        if !query.is_internet || ![rtype::SOA, rtype::AXFR, rtype::IXFR].contains(&query.rtype) {
            return Err(code::REFUSED);
        }
        let granted = self.zones.grant(asker, &query.name).await;
        let (grant, apex, serial) = granted.map_err(|refusal| {
            if refusal == Refusal::Refused {
                self.warn(format_args!("somebody asks for {} and may not have it", query.name));
            }
            code_of(refusal)
        })?;
        let over_udp = asker.transport == Transport::Udp;
        let since = match query.rtype {
            rtype::AXFR if over_udp => return Err(code::FORMERR),
            rtype::AXFR => None,
            // Who asks for differences says what they have.
            rtype::IXFR => Some(query.serial.ok_or(code::FORMERR)?),
            _ => return Ok(Answer::One(reply::state(&query.asked, &apex, serial, signer.take(), now))),
        };
        if over_udp {
            return Ok(Answer::One(reply::state(&query.asked, &apex, serial, signer.take(), now)));
        }
        let Some(turn) = self.turn(&grant, asker.address) else {
            self.warn(format_args!("{} asks for {} again while it gets it", grant.subscriber, grant.zone));
            return Err(code::SERVFAIL);
        };
        let transfer = self.zones.transfer(&grant, since).await.map_err(code_of)?;
        let to = transfer.object().serial();
        let from = match transfer.object() {
            Transfer::Nothing { .. } => {
                return Ok(Answer::One(reply::state(&query.asked, &apex, to, signer.take(), now)));
            }
            Transfer::Full { .. } => None,
            Transfer::Difference { from, .. } => Some(*from),
        };
        let messages = Messages::answer(apex, query.asked.clone(), signer.take(), transfer);
        Ok(Answer::Many(Box::new(Sending { _turn: turn, messages, grant, from, to })))
    }

    /// Counts a connection from an address; `None` where there are too many.
    fn place(&self, address: IpAddr) -> Option<Place<'_, Z>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = open.values().sum();
        let of_address = open.get(&address).copied().unwrap_or_default();
        if all >= self.limits.connections || of_address >= self.limits.of_address {
            return None;
        }
        open.insert(address, of_address + 1);
        Some(Place { server: self, address })
    }

    /// Notes a transfer; `None` where the same goes on already.
    fn turn(&self, grant: &Grant, address: IpAddr) -> Option<Turn<'_, Z>> {
        let of = (grant.subscriber.clone(), address, grant.zone.clone());
        let is_new = self.busy.lock().unwrap_or_else(PoisonError::into_inner).insert(of.clone());
        is_new.then(|| Turn { server: self, of })
    }

    /// Logs something that anybody can cause, once a second at most.
    fn warn(&self, what: std::fmt::Arguments<'_>) {
        let now = self.zones.now().seconds();
        if self.logged.swap(now, Ordering::Relaxed) != now {
            tracing::warn!("{what}");
        }
    }
}

const fn code_of(refusal: Refusal) -> u8 {
    match refusal {
        Refusal::Refused => code::REFUSED,
        Refusal::Failed => code::SERVFAIL,
    }
}

/// Reads a message with its length before it.
async fn read<S: AsyncRead + Unpin>(stream: &mut S, message: &mut Vec<u8>) -> io::Result<()> {
    let length = usize::from(stream.read_u16().await?);
    if length > QUESTION {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a question that is too long"));
    }
    message.resize(length, 0);
    stream.read_exact(message).await.map(drop)
}
