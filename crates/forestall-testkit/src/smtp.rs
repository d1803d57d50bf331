// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! aiosmtpd, a server of mail in Python, on a free port of the loopback interface: it puts each letter into a folder in the form Maildir.

use std::ffi::OsString;
use std::io::Read;
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::time::Duration;

use crate::pem::Identity;
use crate::server::Server;
use crate::skip;

const PATIENCE: Duration = Duration::from_millis(500);

/// How the server protects its connections.
#[derive(Debug, Clone, Copy)]
pub enum SmtpTls<'a> {
    /// Not at all.
    None,
    /// It wants STARTTLS before a letter.
    StartTls(Identity<'a>),
    /// From the first octet.
    Implicit(Identity<'a>),
}

/// A running server of mail; ends when dropped, and its letters with it.
#[derive(Debug)]
pub struct Smtp(Server);

impl Smtp {
    /// Starts a server that takes letters of up to `most_octets`, and waits until it answers.
    ///
    /// Returns `None` where the program is not installed (Debian package `python3-aiosmtpd`), after saying so by the name of the test.
    ///
    /// # Panics
    ///
    /// Where the program is installed and does not start; with what it printed.
    #[must_use]
    pub fn start(test: &str, tls: SmtpTls<'_>, most_octets: usize) -> Option<Self> {
        let program = skip::needs(test, "aiosmtpd")?;
        let prepare = |address: SocketAddr, folder: &std::path::Path| {
            let mut arguments: Vec<OsString> = vec!["-n".into(), "-s".into(), most_octets.to_string().into()];
            arguments.extend(["-l".into(), address.to_string().into()]);
            let (names, identity) = match tls {
                SmtpTls::None => (None, None),
                SmtpTls::StartTls(identity) => (Some(["--tlscert", "--tlskey"]), Some(identity)),
                SmtpTls::Implicit(identity) => (Some(["--smtpscert", "--smtpskey"]), Some(identity)),
            };
            if let (Some(names), Some(identity)) = (names, identity) {
                for (name, text) in names.into_iter().zip(identity.texts()) {
                    let file = folder.join(name.trim_start_matches('-'));
                    std::fs::write(&file, text)?;
                    arguments.extend([name.into(), file.into()]);
                }
            }
            arguments.extend(["-c".into(), "aiosmtpd.handlers.Mailbox".into(), folder.join("mail").into()]);
            Ok(arguments)
        };
        Some(Self(Server::start(&program, prepare, |address| is_ready(address, matches!(tls, SmtpTls::Implicit(_))))))
    }

    /// Returns where it takes letters.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.0.address()
    }

    /// Returns the folder of its letters, in the form Maildir.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.0.folder().join("mail")
    }

    /// Returns the letters that came, as they lie in the folder, in the order of their names. The server adds headers with whom they came
    /// from and went to, and takes the line ends of a text file.
    ///
    /// # Panics
    ///
    /// Where the folder cannot be read.
    #[must_use]
    pub fn letters(&self) -> Vec<String> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(self.folder().join("new"))
            .map(|entries| entries.map(|entry| entry.expect("a folder of letters").path()).collect())
            .unwrap_or_default();
        files.sort();
        files.iter().map(|file| std::fs::read_to_string(file).expect("a letter in ASCII")).collect()
    }

    /// Stops it where it stands: its port stays open, and nothing answers.
    pub fn pause(&self) {
        self.0.pause();
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.0.resume();
    }
}

fn is_ready(address: SocketAddr, is_tls: bool) -> Result<(), String> {
    let talk = || {
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut greeting = [0; 3];
        if !is_tls {
            stream.read_exact(&mut greeting)?;
        }
        std::io::Result::Ok(greeting)
    };
    match talk() {
        Ok(greeting) if is_tls || greeting == *b"220" => Ok(()),
        Ok(_) => Err("it does not greet".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
