// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Queries over UDP: each thread has a socket of its own for an address, and takes many datagrams in one call of the system.

use std::io::{self, IoSliceMut};
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use forestall_model::Instant;
use forestall_spool::Transport;
use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrIn, SockaddrIn6, SockaddrLike, recvmmsg};
use rustix::net::{SocketAddrAny, sockopt};

use super::handler::{Came, Handler};
use crate::clock;
use crate::counters::Count;
use crate::names::Live;

/// Most datagrams in one call.
const MOST_AT_A_TIME: usize = 64;
/// Octets of a query that are taken; a longer one is no query of the DNS that anybody sends.
const MOST_IN_QUERY: usize = 1_536;
/// How many datagrams are taken one by one, where none waits behind them, before it is looked whether that is still so.
const SINGLY: usize = 8;
/// How long a thread waits for queries before it looks whether it is to end.
const WAIT: Duration = Duration::from_millis(100);
/// How long a thread rests where the system is short of something, before it takes queries again.
const SHORT_OF: Duration = Duration::from_millis(10);
/// Octets that the system keeps for a socket while its thread is busy.
const SYSTEM_KEEPS: usize = 4 << 20;

/// Opens a socket for an address that others may have as well: the system spreads queries over them.
///
/// # Errors
///
/// Where the address cannot be had.
pub fn bind(address: SocketAddr) -> io::Result<UdpSocket> {
    use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};
    let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let socket = socket_with(family, SocketType::DGRAM, SocketFlags::CLOEXEC, None)?;
    sockopt::set_socket_reuseport(&socket, true)?;
    if address.is_ipv6() {
        sockopt::set_ipv6_v6only(&socket, true)?;
    }
    // The system may give less; then more is lost in a flood.
    sockopt::set_socket_recv_buffer_size(&socket, SYSTEM_KEEPS)?;
    rustix::net::bind(&socket, &SocketAddrAny::from(address))?;
    let socket = UdpSocket::from(socket);
    socket.set_read_timeout(Some(WAIT))?;
    Ok(socket)
}

/// Answers queries until `stop`.
///
/// # Errors
///
/// Where the socket fails for good.
pub fn serve(socket: &UdpSocket, handler: &mut Handler, live: &Live, stop: &AtomicBool) -> io::Result<()> {
    if socket.local_addr()?.is_ipv4() {
        Worker::<SockaddrIn>::new(socket, handler, live)?.run(stop, |address| SocketAddr::V4((*address).into()))
    } else {
        Worker::<SockaddrIn6>::new(socket, handler, live)?.run(stop, |address| SocketAddr::V6((*address).into()))
    }
}

struct Worker<'w, S> {
    socket: &'w UdpSocket,
    local: SocketAddr,
    handler: &'w mut Handler,
    live: &'w Live,
    turn: u64,
    headers: MultiHeaders<S>,
    queries: Box<[u8]>,
    came: Vec<(usize, SocketAddr)>,
    replies: Vec<Vec<u8>>,
    to: Vec<SocketAddr>,
    flushed: Instant,
}

impl<'w, S: SockaddrLike + Copy> Worker<'w, S> {
    fn new(socket: &'w UdpSocket, handler: &'w mut Handler, live: &'w Live) -> io::Result<Self> {
        let turn = live.turn();
        handler.set_names(live.names());
        Ok(Self {
            local: socket.local_addr()?,
            socket,
            handler,
            live,
            turn,
            headers: MultiHeaders::preallocate(MOST_AT_A_TIME, None),
            queries: vec![0; MOST_AT_A_TIME * MOST_IN_QUERY].into(),
            came: Vec::with_capacity(MOST_AT_A_TIME),
            replies: (0..MOST_AT_A_TIME).map(|_| Vec::with_capacity(MOST_IN_QUERY)).collect(),
            to: Vec::with_capacity(MOST_AT_A_TIME),
            flushed: Instant::from_seconds(0),
        })
    }

    fn run(&mut self, stop: &AtomicBool, address: impl Fn(&S) -> SocketAddr) -> io::Result<()> {
        // As many as came last, and as many again: one call more where it is quiet, none where it is not. Where one came alone, so will the next few: to take
        // it needs less than to look for more behind it.
        let (mut expected, mut alone) = (1, 0);
        while !stop.load(Ordering::Relaxed) {
            if expected == 1 && alone < SINGLY {
                alone += 1;
                self.receive_one()?;
            } else {
                alone = 0;
                self.receive((2 * expected).clamp(2, MOST_AT_A_TIME), &address)?;
            }
            expected = self.came.len();
            let now = clock::now();
            if expected > 0 {
                self.answer(now);
                self.send();
            }
            if expected == 0 || now.seconds_since(self.flushed) != 0 {
                self.handler.flush();
                self.flushed = now;
            }
        }
        self.handler.flush();
        Ok(())
    }

    /// Waits for a query and takes it.
    fn receive_one(&mut self) -> io::Result<()> {
        self.came.clear();
        // An octet more than a query has, by which one is known that was cut.
        match self.socket.recv_from(&mut self.queries[..=MOST_IN_QUERY]) {
            Ok((length, from)) => self.came.push((if length > MOST_IN_QUERY { 0 } else { length }, from)),
            Err(error) => passing(error.raw_os_error().map_or(Errno::UnknownErrno, Errno::from_raw))?,
        }
        Ok(())
    }

    /// Waits for queries and takes those that are there, at most `most`.
    fn receive(&mut self, most: usize, address: impl Fn(&S) -> SocketAddr) -> io::Result<()> {
        self.came.clear();
        let mut slices: Vec<[IoSliceMut<'_>; 1]> = Vec::with_capacity(most);
        slices.extend(self.queries.chunks_exact_mut(MOST_IN_QUERY).take(most).map(|query| [IoSliceMut::new(query)]));
        let flags = MsgFlags::MSG_WAITFORONE;
        match recvmmsg(self.socket.as_raw_fd(), &mut self.headers, slices.iter_mut(), flags, None) {
            Ok(received) => {
                for message in received {
                    let Some(from) = &message.address else { continue };
                    // What was cut is as long as no query is.
                    let cut = message.flags.contains(MsgFlags::MSG_TRUNC);
                    self.came.push((if cut { 0 } else { message.bytes }, address(from)));
                }
                Ok(())
            }
            Err(error) => passing(error),
        }
    }

    fn answer(&mut self, now: Instant) {
        let turn = self.live.turn();
        if turn != self.turn {
            self.handler.set_names(self.live.names());
            self.turn = turn;
        }
        self.to.clear();
        // Nobody listens on port 0: such a query is forged.
        let came = Came { from: self.local, to: self.local.into(), transport: Transport::Udp, at: now };
        if let [(length, from)] = self.came[..] {
            let came = Came { from, ..came };
            if from.port() != 0 && self.handler.answer(&self.queries[..length], &came, &mut self.replies[0]) {
                self.to.push(from);
            }
            return;
        }
        let queries = self.came.iter().zip(self.queries.chunks_exact(MOST_IN_QUERY));
        let queries = queries.filter(|((_, from), _)| from.port() != 0);
        let queries = queries.map(|((length, from), query)| (&query[..*length], *from));
        self.handler.answer_all(queries, &came, &mut self.replies, |from| self.to.push(from));
    }

    /// Sends the answers one by one: a call for many of them saves nothing, since the system does the same for each.
    fn send(&self) {
        for (to, reply) in self.to.iter().zip(&self.replies) {
            // One that the system does not take does not keep back the others.
            if self.socket.send_to(reply, to).is_err() {
                self.handler.counters().add(Count::Unsent);
            }
        }
    }
}

/// Says whether it goes on after an error of taking a datagram.
fn passing(error: Errno) -> io::Result<()> {
    match error {
        // The last answer found nobody: that is said at the next call, and is no failure of ours.
        Errno::EAGAIN
        | Errno::EINTR
        | Errno::ECONNREFUSED
        | Errno::EHOSTUNREACH
        | Errno::EHOSTDOWN
        | Errno::ENETUNREACH => Ok(()),
        // The system has no memory, or the interface is down: it has it again, or is up again, and queries come as before.
        Errno::ENOBUFS | Errno::ENOMEM | Errno::ENETDOWN => {
            std::thread::sleep(SHORT_OF);
            Ok(())
        }
        error => Err(error.into()),
    }
}
