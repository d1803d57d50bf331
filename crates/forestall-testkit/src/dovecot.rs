// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Dovecot, a server of mailboxes, on a free port of the loopback interface: one user, one mailbox.

use std::ffi::OsString;
use std::io::{self, Read};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::pem::Identity;
use crate::server::Server;
use crate::skip;

/// The user.
pub const USER: &str = "hub";
/// The password; it needs quotes in every way that IMAP has them.
pub const PASSWORD: &str = "se\"cr\\et word";

const PATIENCE: Duration = Duration::from_millis(500);
/// Whose letters they are where the tests run as root, which Dovecot lets nobody be.
const NOBODY: &str = "nobody";

/// A running server; ends when dropped, and its letters with it.
#[derive(Debug)]
pub struct Dovecot(Server);

impl Dovecot {
    /// Starts a server with `letters` in the mailbox `INBOX`, each as one file with any line ends; over TLS from the first octet where
    /// `is_implicit`, else in the open with STARTTLS.
    ///
    /// Returns `None` where the program is not installed (Debian package `dovecot-imapd`), after saying so by the name of the test.
    ///
    /// # Panics
    ///
    /// Where the program is installed and does not start; with what it printed.
    #[must_use]
    pub fn start(test: &str, identity: Identity<'_>, is_implicit: bool, letters: &[&[u8]]) -> Option<Self> {
        let program = skip::needs(test, "dovecot")?;
        let prepare = |address: SocketAddr, folder: &Path| prepare(address, folder, identity, is_implicit, letters);
        Some(Self(Server::start(&program, prepare, |address| is_ready(address, is_implicit))))
    }

    /// Returns where it answers.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.0.address()
    }

    /// Returns the names of the files of letters that were looked into, in their order; marks of a letter stand behind `:2,`.
    ///
    /// # Panics
    ///
    /// Where the folder cannot be read.
    #[must_use]
    pub fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder().join("cur")).expect("a folder of letters");
        let names = entries.map(|entry| entry.expect("a folder of letters").file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    fn folder(&self) -> PathBuf {
        self.0.folder().join("mail")
    }
}

fn prepare(
    address: SocketAddr,
    folder: &Path,
    identity: Identity<'_>,
    is_implicit: bool,
    letters: &[&[u8]],
) -> io::Result<Vec<OsString>> {
    for part in ["run", "mail", "mail/new", "mail/cur", "mail/tmp"] {
        std::fs::create_dir(folder.join(part))?;
    }
    for (number, letter) in letters.iter().enumerate() {
        std::fs::write(folder.join(format!("mail/new/{}.M{number}.test", 1_700_000_000 + number)), letter)?;
    }
    for (name, text) in ["certificate", "key"].iter().zip(identity.texts()) {
        std::fs::write(folder.join(name), text)?;
    }
    std::fs::write(folder.join("users"), format!("{USER}:{{PLAIN}}{PASSWORD}\n"))?;
    let me = said("id", &["-un"])?;
    let owner = if me == "root" { NOBODY } else { me.as_str() };
    let (uid, gid) = (said("id", &["-u", owner])?, said("id", &["-g", owner])?);
    let place = folder.display();
    let users = if me == "root" {
        // Its helpers have users of their own, who come into no folder of ours.
        said("chmod", &["755", &place.to_string(), &format!("{place}/run")])?;
        said("chown", &["-R", owner, &format!("{place}/mail")])?;
        String::new()
    } else {
        format!(
            "default_internal_user = {me}\ndefault_internal_group = {}\ndefault_login_user = {me}\n\
             service imap-login {{\n  chroot =\n}}\nservice anvil {{\n  chroot =\n}}\n",
            said("id", &["-gn"])?
        )
    };
    let (open, implicit) = if is_implicit { (0, address.port()) } else { (address.port(), 0) };
    let config = format!(
        "base_dir = {place}/run\nstate_dir = {place}/run\nlog_path = /dev/stderr\nlisten = 127.0.0.1\nprotocols = imap\n\
         ssl = yes\nssl_cert = <{place}/certificate\nssl_key = <{place}/key\ndisable_plaintext_auth = no\n\
         mail_location = maildir:{place}/mail\n{users}\
         passdb {{\n  driver = passwd-file\n  args = scheme=PLAIN username_format=%u {place}/users\n}}\n\
         userdb {{\n  driver = static\n  args = uid={uid} gid={gid} home={place}/mail\n}}\n\
         service imap-login {{\n  inet_listener imap {{\n    port = {open}\n  }}\n  inet_listener imaps {{\n    port = {implicit}\n    \
         ssl = yes\n  }}\n}}\n"
    );
    let file = folder.join("dovecot.conf");
    std::fs::write(&file, config)?;
    Ok(vec!["-F".into(), "-c".into(), file.into()])
}

/// Runs a program and returns what it says.
fn said(program: &str, arguments: &[&str]) -> io::Result<String> {
    let output = Command::new(program).args(arguments).output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn is_ready(address: SocketAddr, is_implicit: bool) -> Result<(), String> {
    let talk = || {
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut greeting = [0; 4];
        if !is_implicit {
            stream.read_exact(&mut greeting)?;
        }
        io::Result::Ok(greeting)
    };
    match talk() {
        Ok(greeting) if is_implicit || greeting == *b"* OK" => Ok(()),
        Ok(_) => Err("it does not greet".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
