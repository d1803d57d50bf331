// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A server of WHOIS on the loopback interface, with answers that a test writes down.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::responder::{Responder, read_until};

/// A running server; ends when dropped.
#[derive(Debug)]
pub struct WhoisService {
    responder: Responder,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    answers: BTreeMap<String, Vec<u8>>,
    asked: Vec<(String, Instant)>,
    delay: Duration,
}

impl WhoisService {
    /// Starts a server with answers by name; it says of every other name that there is no match.
    ///
    /// # Panics
    ///
    /// Where there is no free port.
    #[must_use]
    pub fn start(answers: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let state = Arc::new(Mutex::new(State { answers: answers.into_iter().collect(), ..State::default() }));
        let shared = Arc::clone(&state);
        let responder = Responder::start(move |stream| serve(stream, &shared));
        Self { responder, state }
    }

    /// Returns where it answers.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.responder.address()
    }

    /// Returns the lines that were asked so far, each with the moment.
    #[must_use]
    pub fn asked(&self) -> Vec<(String, Instant)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).asked.clone()
    }

    /// Answers each further question only after a time.
    pub fn throttle(&self, delay: Duration) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).delay = delay;
    }

    /// Stops it: from now on nobody is at its address.
    pub fn stop(&mut self) {
        self.responder.stop();
    }
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) -> io::Result<()> {
    let line = read_until(&mut stream, b"\r\n")?;
    let name = line.trim_end().to_owned();
    let (delay, answer) = {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        state.asked.push((name.clone(), Instant::now()));
        (state.delay, state.answers.get(&name).cloned())
    };
    std::thread::sleep(delay);
    let absent = || format!("% Terms of use\r\n\r\nNo match for \"{}\".\r\n", name.to_ascii_uppercase()).into_bytes();
    stream.write_all(&answer.unwrap_or_else(absent))
}
