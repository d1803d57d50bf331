// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The stub client: one server, one question at a time, over UDP and where the server asks for it over TCP.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{Instant, timeout_at};

use crate::answer::{Answer, Question, Rcode};
use crate::pace::Pace;
use crate::wire::{self, Received, Reject, Sent};

/// Foreign messages that one try passes over before it gives up: a guesser must not keep it busy.
const MOST_FOREIGN: u32 = 64;
/// More than any server may send after it was told [`wire::UDP_SIZE`].
const UDP_BUFFER: usize = 4_096;

/// How a [`Client`] asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long one try waits for its answer.
    pub timeout: Duration,
    /// How often a question is sent before it counts as unanswered; 0 counts as 1.
    pub tries: u32,
    /// Whether the server is asked to resolve for us, which an authority passes over.
    pub recursion: bool,
    /// Whether names are sent in random letter case, which a guesser would have to guess as well.
    pub mix_case: bool,
    /// Most messages a second, repetitions and questions over TCP included; `None` for no limit.
    pub per_second: Option<u32>,
}

impl Default for Options {
    /// 2 s, 3 tries, recursion, random letter case, 50 a second.
    fn default() -> Self {
        Self { timeout: Duration::from_secs(2), tries: 3, recursion: true, mix_case: true, per_second: Some(50) }
    }
}

/// A question that got no usable answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AskError {
    /// Nothing came back in time.
    #[error("{server} did not answer {tries} times within {timeout:?} each")]
    Silent {
        /// The server.
        server: SocketAddr,
        /// How often it was asked.
        tries: u32,
        /// How long each try waited.
        timeout: Duration,
    },
    /// The server's host or the network says that nobody is there.
    #[error("{server} cannot be reached: {reason}")]
    Unreachable {
        /// The server.
        server: SocketAddr,
        /// What the operating system says.
        reason: String,
    },
    /// Messages came, and none of them answers the question.
    #[error("{server} sent {messages} messages, none of which answers the question")]
    NotOurs {
        /// The server.
        server: SocketAddr,
        /// How many messages came in the last try.
        messages: u32,
    },
    /// The answer is no DNS message that can be read.
    #[error("{server} sent an answer that cannot be read")]
    Malformed {
        /// The server.
        server: SocketAddr,
    },
    /// The answer is cut even over TCP, or TCP does not work where the server asks for it.
    #[error("{server} cuts its answer and gives no whole one over TCP: {reason}")]
    NoTcp {
        /// The server.
        server: SocketAddr,
        /// What went wrong.
        reason: String,
    },
    /// No socket could be opened here.
    #[error("no socket can be opened to ask {server}: {reason}")]
    Socket {
        /// The server.
        server: SocketAddr,
        /// What the operating system says.
        reason: String,
    },
    /// The operating system gave no random numbers, without which questions can be guessed.
    #[error("the operating system gives no random numbers: {0}")]
    NoRandomness(String),
}

impl AskError {
    /// Says whether the server gave no sign of its own, as one does that is off or out of reach.
    #[must_use]
    pub const fn is_silence(&self) -> bool {
        matches!(self, Self::Silent { .. } | Self::Unreachable { .. } | Self::NotOurs { .. } | Self::Socket { .. })
    }
}

/// Asks one server. Clones share its rate.
#[derive(Clone, Debug)]
pub struct Client {
    server: SocketAddr,
    options: Options,
    pace: Arc<Pace>,
}

/// How one try failed; the next may do better.
enum Setback {
    Error(AskError),
    /// The server answered the question in its own letter case.
    CaseChanged,
}

impl Client {
    /// Makes a client of `server`.
    #[must_use]
    pub fn new(server: SocketAddr, options: Options) -> Self {
        Self { server, options, pace: Arc::new(Pace::new(options.per_second)) }
    }

    /// Returns the server that is asked.
    #[must_use]
    pub const fn server(&self) -> SocketAddr {
        self.server
    }

    /// Asks a question and returns the answer, whatever its response code.
    ///
    /// Each try has a new random number, port and letter case. A server that does not know EDNS is asked without, one that does
    /// not keep letter case is asked in lower case, and an answer that was cut is asked for over TCP.
    ///
    /// # Errors
    ///
    /// [`AskError`] of the last try.
    pub async fn ask(&self, question: &Question) -> Result<Answer, AskError> {
        let tries = self.options.tries.max(1);
        let (mut edns, mut mix_case) = (true, self.options.mix_case);
        let mut last = AskError::Silent { server: self.server, tries, timeout: self.options.timeout };
        // A try that taught something about the server does not count, and each lesson is learned once.
        let mut left = tries;
        while left > 0 {
            left -= 1;
            let mut random = [0; 34];
            getrandom::fill(&mut random).map_err(|error| AskError::NoRandomness(error.to_string()))?;
            let sent = wire::question(question, self.options.recursion, edns, mix_case, &random);
            self.pace.turn().await;
            match self.over_udp(&sent).await {
                Ok(answer) if edns && !knows_edns(answer.rcode) => {
                    edns = false;
                    left += 1;
                }
                Ok(answer) => return Ok(answer),
                Err(Setback::CaseChanged) => {
                    left += u32::from(mix_case);
                    mix_case = false;
                }
                Err(Setback::Error(error)) => last = error,
            }
        }
        Err(last)
    }

    /// Sends one message and waits for its answer.
    async fn over_udp(&self, sent: &Sent) -> Result<Answer, Setback> {
        let server = self.server;
        let no_socket = |error: io::Error| {
            let reason = error.to_string();
            Setback::Error(AskError::Socket { server, reason })
        };
        let unreachable = |error: io::Error| {
            let reason = error.to_string();
            Setback::Error(AskError::Unreachable { server, reason })
        };
        let any: SocketAddr = match server {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let socket = UdpSocket::bind(any).await.map_err(no_socket)?;
        // Connected, so that the system takes in only what comes from the server's address and port.
        socket.connect(server).await.map_err(unreachable)?;
        let deadline = Instant::now() + self.options.timeout;
        socket.send(&sent.message).await.map_err(unreachable)?;
        let mut buffer = vec![0; UDP_BUFFER];
        let mut foreign = 0;
        let mut setback = None;
        while foreign < MOST_FOREIGN {
            let length = match timeout_at(deadline, socket.recv(&mut buffer)).await {
                Ok(Ok(length)) => length,
                Ok(Err(error)) => return Err(setback.unwrap_or_else(|| unreachable(error))),
                Err(_) => break,
            };
            match wire::answer(sent, &buffer[..length], false) {
                Ok(Received { truncated: true, .. }) => return self.over_tcp(sent).await,
                Ok(Received { answer, .. }) => return Ok(answer),
                // It may be forged, so the true answer is waited for.
                Err(Reject::CaseChanged) => setback = Some(Setback::CaseChanged),
                Err(Reject::Malformed) => {
                    setback.get_or_insert(Setback::Error(AskError::Malformed { server }));
                }
                Err(Reject::NotOurs) => {}
            }
            foreign += 1;
            if matches!(setback, Some(Setback::CaseChanged)) {
                break;
            }
        }
        Err(setback.unwrap_or_else(|| {
            Setback::Error(if foreign == 0 {
                AskError::Silent { server, tries: self.options.tries.max(1), timeout: self.options.timeout }
            } else {
                AskError::NotOurs { server, messages: foreign }
            })
        }))
    }

    /// Asks once more over TCP.
    async fn over_tcp(&self, sent: &Sent) -> Result<Answer, Setback> {
        let server = self.server;
        let fail = |reason: String| Setback::Error(AskError::NoTcp { server, reason });
        self.pace.turn().await;
        let deadline = Instant::now() + self.options.timeout;
        let octets = match timeout_at(deadline, exchange(server, &sent.message)).await {
            Ok(Ok(octets)) => octets,
            Ok(Err(error)) => return Err(fail(error.to_string())),
            Err(_) => return Err(fail(format!("no answer within {:?}", self.options.timeout))),
        };
        match wire::answer(sent, &octets, true) {
            Ok(Received { truncated: true, .. }) => Err(fail("the answer over TCP is cut as well".to_owned())),
            Ok(Received { answer, .. }) => Ok(answer),
            Err(Reject::CaseChanged) => Err(Setback::CaseChanged),
            Err(Reject::Malformed) => Err(Setback::Error(AskError::Malformed { server })),
            Err(Reject::NotOurs) => Err(fail("the answer is to another question".to_owned())),
        }
    }
}

/// Sends one message over a connection of its own and reads one, each after its length (RFC 1035, section 4.2.2).
async fn exchange(server: SocketAddr, message: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(message.len()).map_err(io::Error::other)?;
    let mut framed = length.to_be_bytes().to_vec();
    framed.extend_from_slice(message);
    stream.write_all(&framed).await?;
    let mut octets = vec![0; usize::from(stream.read_u16().await?)];
    stream.read_exact(&mut octets).await?;
    Ok(octets)
}

/// Says whether a response code can come from a server that knows EDNS (RFC 6891, section 7).
const fn knows_edns(rcode: Rcode) -> bool {
    !matches!(rcode, Rcode::FormErr | Rcode::NotImp)
}
