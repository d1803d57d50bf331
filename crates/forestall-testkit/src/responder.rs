// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A server over TCP on a free port of the loopback interface that answers each connection by a script.

use std::fmt;
use std::io::{self, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a connection waits for its question, and for octets to be taken.
const PATIENCE: Duration = Duration::from_secs(20);
/// Most octets of a question.
const MOST: usize = 16 * 1_024;

/// A running server; ends when dropped. Connections under way end by themselves.
pub struct Responder {
    address: SocketAddr,
    is_stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl fmt::Debug for Responder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Responder").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Responder {
    /// Starts a server that hands each connection to `script`, in a thread of its own; errors of the script end the connection.
    ///
    /// # Panics
    ///
    /// Where there is no free port.
    #[must_use]
    pub fn start(script: impl Fn(TcpStream) -> io::Result<()> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let is_stopping = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&is_stopping);
        let script = Arc::new(script);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                let Ok(stream) = stream else { continue };
                let script = Arc::clone(&script);
                std::thread::spawn(move || {
                    let _ = stream.set_read_timeout(Some(PATIENCE));
                    let _ = stream.set_write_timeout(Some(PATIENCE));
                    script(stream)
                });
            }
        });
        Self { address, is_stopping, thread: Some(thread) }
    }

    /// Returns where it answers.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops it: from now on nobody is at its address.
    pub fn stop(&mut self) {
        if let Some(thread) = self.thread.take() {
            self.is_stopping.store(true, Ordering::SeqCst);
            // Wakes the thread, which waits for a connection.
            let _ = TcpStream::connect(self.address);
            let _ = thread.join();
        }
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Reads a question up to `end`, which is part of it.
///
/// # Errors
///
/// Where the connection ends before, or the question is too long.
pub fn read_until(stream: &mut impl Read, end: &[u8]) -> io::Result<String> {
    let mut octets = Vec::new();
    let mut octet = [0];
    while !octets.ends_with(end) {
        stream.read_exact(&mut octet)?;
        octets.push(octet[0]);
        if octets.len() > MOST {
            return Err(io::Error::other("the question is too long"));
        }
    }
    String::from_utf8(octets).map_err(io::Error::other)
}
