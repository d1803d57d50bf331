// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Connections over TCP, all on one thread: taken, bounded in number, size and time, and handed to whoever speaks on their address.
//!
//! A connection has the time of one request at most without having finished one, and a time in all. Octets that are not yet understood and octets
//! that are not yet taken are bounded, so that memory is: connections, times a few tens of KiB.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant as Clock};

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};

use crate::clock;
use crate::config::{Connections as Limits, Speaks};
use crate::counters::Count;
use crate::proxy;
use crate::talk::{Next, Talk, Tools, Who};

/// How long the thread waits for connections before it looks at its limits.
const WAIT: Duration = Duration::from_millis(200);
/// Most octets of a connection that wait to be understood.
pub(crate) const MOST_IN: usize = 20 << 10;
/// Octets that wait to be taken, from which on no more is read.
const MOST_OUT: usize = 64 << 10;
/// Octets that are read at a time.
const AT_A_TIME: usize = 16 << 10;
/// How often one connection is read and written before the others have their turn.
const TURNS: usize = 16;
/// How many connections are taken before those that are there have their turn: else whoever opens them faster than they are taken is never seen to end any.
const TAKEN: usize = 32;
/// How long the other side may take to end a connection that we ended.
const LINGER: Duration = Duration::from_secs(2);

/// Somebody who listens.
#[derive(Debug)]
struct Listener {
    socket: TcpListener,
    local: SocketAddr,
    speaks: Speaks,
}

/// A connection.
#[derive(Debug)]
struct Connection {
    stream: TcpStream,
    /// Who connected here: a proxy where there is one.
    peer: IpAddr,
    who: Who,
    input: Vec<u8>,
    output: Vec<u8>,
    taken: usize,
    opened: Clock,
    /// When the last request was finished.
    finished: Clock,
    awaits_proxy: bool,
    /// Whether the proxy speaks for itself, as it does to see whether we are there.
    of_proxy: bool,
    /// Whether the other side sends no more.
    ended: bool,
    closing: Option<Clock>,
    /// Whether the other side was told that nothing more comes.
    is_shut: bool,
    talk: Talk,
}

/// What becomes of a connection after octets went to and fro.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It waits until the system says that there is something to do.
    Stays,
    /// It had its turns, and there may be more to do.
    Again,
    Goes,
}

/// All connections.
#[derive(Debug)]
pub struct Connections {
    poll: Poll,
    listeners: Vec<Listener>,
    slots: Vec<Option<Connection>>,
    free: Vec<usize>,
    of_address: HashMap<IpAddr, u32>,
    limits: Limits,
    tools: Tools,
}

impl Connections {
    /// Listens on sockets.
    ///
    /// # Errors
    ///
    /// Where the system does not watch them.
    pub fn new(sockets: Vec<(std::net::TcpListener, Speaks)>, limits: Limits, tools: Tools) -> io::Result<Self> {
        let poll = Poll::new()?;
        let mut listeners = Vec::new();
        for (place, (socket, speaks)) in sockets.into_iter().enumerate() {
            socket.set_nonblocking(true)?;
            let local = socket.local_addr()?;
            let mut socket = TcpListener::from_std(socket);
            poll.registry().register(&mut socket, Token(place), Interest::READABLE)?;
            listeners.push(Listener { socket, local, speaks });
        }
        Ok(Self { poll, listeners, slots: Vec::new(), free: Vec::new(), of_address: HashMap::new(), limits, tools })
    }

    /// Serves until `stop`.
    ///
    /// # Errors
    ///
    /// Where the system fails for good.
    pub fn run(&mut self, stop: &AtomicBool) -> io::Result<()> {
        let mut events = Events::with_capacity(1_024);
        let mut scratch = vec![0; AT_A_TIME];
        let mut looked = Clock::now();
        while !stop.load(Ordering::Relaxed) {
            match self.poll.poll(&mut events, Some(WAIT)) {
                Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
            self.tools.now = clock::now();
            self.tools.renew();
            for event in &events {
                let Token(place) = event.token();
                if place < self.listeners.len() {
                    self.accept(place, &mut scratch);
                } else {
                    self.serve(place - self.listeners.len(), &mut scratch);
                }
            }
            if looked.elapsed() >= WAIT || events.is_empty() {
                looked = Clock::now();
                self.sweep(looked);
                self.tools.flush();
                // Where the system had no room for a connection, nobody says when it has again.
                (0..self.listeners.len()).for_each(|place| self.accept(place, &mut scratch));
            }
        }
        for slot in 0..self.slots.len() {
            self.end(slot);
        }
        self.tools.flush();
        Ok(())
    }

    fn accept(&mut self, place: usize, scratch: &mut [u8]) {
        for _ in 0..TAKEN {
            let Ok((stream, peer)) = self.listeners[place].socket.accept() else { return };
            let (local, speaks) = (self.listeners[place].local, self.listeners[place].speaks);
            let address = peer.ip().to_canonical();
            let taken = self.slots.len() - self.free.len();
            let of_address = self.of_address.entry(address).or_insert(0);
            let is_proxy = self.limits.proxies.contains(&address);
            if taken >= self.limits.most || !is_proxy && *of_address >= self.limits.most_of_address {
                if *of_address == 0 {
                    self.of_address.remove(&address);
                }
                self.tools.counters.add(Count::Crowded);
                continue;
            }
            *of_address += 1;
            self.tools.counters.add(Count::Connections);
            let now = Clock::now();
            let destination = stream.local_addr().unwrap_or(local);
            let connection = Connection {
                stream,
                peer: address,
                who: Who { source: peer, destination },
                input: Vec::new(),
                output: Vec::new(),
                taken: 0,
                opened: now,
                finished: now,
                awaits_proxy: is_proxy && speaks != Speaks::Metrics,
                of_proxy: false,
                ended: false,
                closing: None,
                is_shut: false,
                talk: Talk::new(speaks, &self.tools),
            };
            let slot = self.free.pop().unwrap_or_else(|| {
                self.slots.push(None);
                self.slots.len() - 1
            });
            self.slots[slot] = Some(connection);
            self.watch(slot);
            // Often the request is there already.
            self.serve(slot, scratch);
        }
        // Registered anew, the system says again that more wait; where it does not, the next look at the limits takes them.
        let socket = &mut self.listeners[place].socket;
        let _ = self.poll.registry().reregister(socket, Token(place), Interest::READABLE);
    }

    fn watch(&mut self, slot: usize) {
        let token = Token(slot + self.listeners.len());
        let Some(connection) = &mut self.slots[slot] else { return };
        let interest = Interest::READABLE | Interest::WRITABLE;
        if self.poll.registry().register(&mut connection.stream, token, interest).is_err() {
            self.end(slot);
        }
    }

    fn serve(&mut self, slot: usize, scratch: &mut [u8]) {
        let Some(connection) = self.slots.get_mut(slot).and_then(Option::as_mut) else { return };
        let goes = match connection.exchange(&mut self.tools, scratch) {
            Fate::Stays => false,
            // The system says only once that there is something to do. Registered anew it says so again, after what it has for others.
            Fate::Again => {
                let token = Token(slot + self.listeners.len());
                let interest = Interest::READABLE | Interest::WRITABLE;
                self.poll.registry().reregister(&mut connection.stream, token, interest).is_err()
            }
            Fate::Goes => true,
        };
        if goes {
            self.end(slot);
        }
    }

    fn end(&mut self, slot: usize) {
        let Some(mut connection) = self.slots[slot].take() else { return };
        self.free.push(slot);
        // Whoever stands behind a proxy that did not say so is nobody.
        if connection.closing.is_none() && !connection.awaits_proxy {
            self.tools.of_proxy = connection.of_proxy;
            connection.talk.ended(&connection.input, &connection.who, &mut self.tools);
        }
        if let Some(count) = self.of_address.get_mut(&connection.peer) {
            *count -= 1;
            if *count == 0 {
                self.of_address.remove(&connection.peer);
            }
        }
    }

    /// Ends connections that take too long.
    fn sweep(&mut self, now: Clock) {
        for slot in 0..self.slots.len() {
            let Some(connection) = &self.slots[slot] else { continue };
            let slow = now.duration_since(connection.finished) > self.limits.idle
                || now.duration_since(connection.opened) > self.limits.in_all;
            let lingers = connection.closing.is_some_and(|since| now.duration_since(since) > LINGER);
            if slow || lingers {
                if slow && connection.closing.is_none() {
                    self.tools.counters.add(Count::Slow);
                }
                self.end(slot);
            }
        }
    }
}

impl Connection {
    /// Reads, understands and writes until the other side has to do something, or others have their turn.
    fn exchange(&mut self, tools: &mut Tools, scratch: &mut [u8]) -> Fate {
        for _ in 0..TURNS {
            let mut read = 0;
            // Whether the system has no more to read for now, and will say when it has.
            let mut dry = false;
            if !self.ended && self.output.len() - self.taken < MOST_OUT {
                let room = if self.closing.is_some() {
                    scratch.len()
                } else {
                    MOST_IN.saturating_sub(self.input.len()).min(scratch.len())
                };
                match self.stream.read(&mut scratch[..room]) {
                    Ok(0) if room > 0 => self.ended = true,
                    Ok(octets) => read = octets,
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => dry = true,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(_) => return Fate::Goes,
                }
            }
            if self.closing.is_none() {
                self.input.extend_from_slice(&scratch[..read]);
                self.understand(tools);
            }
            // Then there may be requests that came and are not yet understood.
            let full = self.output.len() - self.taken >= MOST_OUT;
            if self.write().is_err() {
                return Fate::Goes;
            }
            let done = self.output.is_empty();
            if self.ended && done && !full {
                return Fate::Goes;
            }
            if self.closing.is_some() && done && !self.is_shut {
                // The other side reads the answer to its end, and then ends.
                let _ = self.stream.shutdown(Shutdown::Write);
                self.is_shut = true;
            }
            // What waited for room has it now, be it here or with the system, and nobody will say so.
            let has_room = done && (full || !dry);
            if read == 0 && !has_room {
                return Fate::Stays;
            }
        }
        Fate::Again
    }

    fn understand(&mut self, tools: &mut Tools) {
        if self.awaits_proxy {
            match proxy::read(&self.input) {
                proxy::Header::Part if self.input.len() < proxy::MOST_OCTETS => return,
                proxy::Header::Whole { octets, addresses } => {
                    self.input.drain(..octets);
                    match addresses {
                        Some((source, destination)) => self.who = Who { source, destination },
                        None => self.of_proxy = true,
                    }
                    self.awaits_proxy = false;
                }
                _ => {
                    tools.counters.add(Count::ProxyFaults);
                    self.closing = Some(Clock::now());
                    return;
                }
            }
        }
        tools.of_proxy = self.of_proxy;
        while self.output.len() - self.taken < MOST_OUT {
            match self.talk.received(&mut self.input, &mut self.output, &self.who, tools) {
                Next::More if self.input.len() < MOST_IN => return,
                Next::Finished => self.finished = Clock::now(),
                Next::More | Next::Close => {
                    self.closing = Some(Clock::now());
                    self.input = Vec::new();
                    return;
                }
            }
        }
    }

    fn write(&mut self) -> io::Result<()> {
        while self.taken < self.output.len() {
            match self.stream.write(&self.output[self.taken..]) {
                Ok(octets) => self.taken += octets,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    // Given back at once: whoever reads slowly never takes everything.
                    self.output.drain(..self.taken);
                    self.taken = 0;
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.output.clear();
        self.taken = 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant as Clock;

    use mio::net::TcpStream;

    use super::Connection;
    use crate::talk::{Talk, Who};

    #[test]
    fn what_a_slow_reader_took_is_given_back() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let reader = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, source) = listener.accept().unwrap();
        stream.set_nonblocking(true).unwrap();
        // More than any system keeps for a reader.
        let octets = 64 << 20;
        let now = Clock::now();
        let mut connection = Connection {
            stream: TcpStream::from_std(stream),
            peer: source.ip(),
            who: Who { source, destination: listener.local_addr().unwrap() },
            input: Vec::new(),
            output: vec![0; octets],
            taken: 0,
            opened: now,
            finished: now,
            awaits_proxy: false,
            of_proxy: false,
            ended: false,
            closing: None,
            is_shut: false,
            talk: Talk::Dns,
        };
        connection.write().unwrap();
        assert_eq!(connection.taken, 0);
        assert!((1..octets).contains(&connection.output.len()), "{}", connection.output.len());
        drop(reader);
    }
}
