// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Static programs tried where there is nothing but them: a root without a library, a user, a device or a name service.
//!
//! What is tried is what works there. Hosts are found by name only by `/etc/hosts` and the servers of `/etc/resolv.conf`: for every other way of NSS the C
//! run-time loads libraries of its own version, even where it is linked in.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, ensure};

use super::programs::{Built, PROGRAMS};
use super::run;
use crate::console::say;

/// How long an answer of the console may take: it waits for the disk at its first.
const PATIENCE: Duration = Duration::from_secs(30);

/// The bare root.
struct Bare {
    root: PathBuf,
    /// How a program is started in it: by root, or by a user who is root in a name space of his own.
    enter: &'static [&'static str],
}

/// Runs the programs in an empty root; where this user may enter none, that is told.
///
/// # Errors
///
/// A program that does not do there what it does elsewhere.
pub(super) fn attempt(folder: &Path, built: &Built) -> anyhow::Result<()> {
    let bare = Bare::make(&folder.join("bare-root"), built)?;
    let Some(bare) = bare else {
        say("bare root: NOT tried: neither root nor a user who may make a name space");
        return Ok(());
    };
    for program in PROGRAMS {
        let version = bare.answer(&format!("/{} --version", program.name))?;
        ensure!(version.trim() == format!("{} {}", program.name, env!("CARGO_PKG_VERSION")), "found {version:?}");
        say(&format!("bare root: {}", version.trim()));
    }
    let names = bare.answer("/forestall predict conficker-b --on 2009-03-13 --format csv")?;
    // The first name of the list that the public tools for Conficker.B print for this day.
    ensure!(names.lines().nth(1).is_some_and(|line| line.starts_with("mxwvjhvkaa.org,")), "found {names:?}");
    fs::write(bare.root.join("list.csv"), &names).context("the list cannot be written")?;
    say(&format!("bare root: {} names predicted", names.lines().count() - 1));
    let verdict = bare.answer("/forestall verify-list /list.csv")?;
    ensure!(verdict.contains("All that was checked is right."), "found {verdict:?}");
    say("bare root: the list is verified");
    bare.answer("/forestall index build -o /names.index --family conficker-b --from 2026-11-01 --until 2026-12-01")?;
    let checked = bare.answer("/forestall-sinkhole --index /names.index --http 127.0.0.1:8080 --check-config")?;
    ensure!(checked.contains("are good"), "found {checked:?}");
    say(&format!("bare root: sinkhole: {}", checked.trim()));
    bare.listens()?;
    bare.answer(
        "/forestall --data /data case open mine --campaign conficker-a --from 2027-01-01 --until 2027-04-01 --by trial",
    )?;
    bare.serves()
}

impl Bare {
    /// Makes the root; none where nobody lets us enter.
    fn make(root: &Path, built: &Built) -> anyhow::Result<Option<Self>> {
        if root.exists() {
            fs::remove_dir_all(root).with_context(|| format!("{} cannot be removed", root.display()))?;
        }
        fs::create_dir_all(root).with_context(|| format!("{} cannot be made", root.display()))?;
        for program in PROGRAMS {
            built.strip_into(program, &root.join(program.name))?;
        }
        let ways: [&[&str]; 2] = [&["chroot"], &["unshare", "--user", "--map-root-user", "chroot"]];
        for enter in ways {
            let bare = Self { root: root.to_owned(), enter };
            if bare.command("/forestall --version").output().is_ok_and(|output| output.status.success()) {
                return Ok(Some(bare));
            }
        }
        // Nobody could enter, or the program does not run there: the second is told by its own words.
        let own = Command::new(root.join(PROGRAMS[0].name)).arg("--version").output();
        let by_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
        ensure!(!by_root && own.is_ok(), "/forestall --version does not run in an empty root");
        Ok(None)
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(self.enter[0]);
        command.args(&self.enter[1..]).arg(&self.root).args(line.split_whitespace()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command
    }

    fn answer(&self, line: &str) -> anyhow::Result<String> {
        run::answer(line, &mut self.command(line)).context("in an empty root")
    }

    /// Has the sinkhole listen, comes as a visitor, and ends it in order.
    fn listens(&self) -> anyhow::Result<()> {
        let (serving, line) =
            self.start("/forestall-sinkhole --index /names.index --http 127.0.0.1:0 --spool /spool")?;
        let address =
            line.strip_prefix("listening\thttp\t").with_context(|| format!("the sinkhole printed {line:?}"))?;
        let page = ask(address, "/")?;
        ensure!(page.contains("This is a sinkhole."), "the sinkhole answered {page:?}");
        serving.end()?;
        let spool = self.root.join("spool");
        let sealed = fs::read_dir(&spool).with_context(|| format!("{} cannot be listed", spool.display()))?;
        let sealed =
            sealed.flatten().filter(|entry| entry.path().extension().is_some_and(|kind| kind == "spool")).count();
        ensure!(sealed == 1, "{sealed} sealed segments are in the spool, not one");
        say("bare root: the sinkhole answered a visitor, sealed its spool and ended in order");
        Ok(())
    }

    /// Has the hub serve, asks it for a page, and ends it in order.
    fn serves(&self) -> anyhow::Result<()> {
        let (serving, link) = self.start("/forestall --data /data serve --listen 127.0.0.1:0")?;
        let address = link.strip_prefix("http://").and_then(|rest| rest.split('/').next());
        let page = ask(address.with_context(|| format!("the hub printed {link:?}, which is no link"))?, "/sign-in")?;
        let first = page.lines().next().unwrap_or_default();
        ensure!(first.starts_with("HTTP/1.1 200"), "the hub answered {first:?}");
        serving.end()?;
        say(&format!("bare root: the hub served {} octets and ended in order", page.len()));
        Ok(())
    }

    /// Starts a program and returns it with the first line that it prints.
    fn start(&self, line: &str) -> anyhow::Result<(Serving, String)> {
        let child = self.command(line).stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut serving = Serving(child.with_context(|| format!("{line} cannot be run"))?);
        let mut first = String::new();
        let out = serving.0.stdout.take().context("it has an output")?;
        BufReader::new(out).read_line(&mut first).with_context(|| format!("{line} printed nothing"))?;
        Ok((serving, first.trim_end().to_owned()))
    }
}

/// Asks a server on this machine for a page and returns all that it answers.
fn ask(address: &str, path: &str) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(address).with_context(|| format!("nobody listens on {address}"))?;
    stream.set_read_timeout(Some(PATIENCE)).context("a socket takes a time")?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).with_context(|| format!("{address} took no request"))?;
    let mut page = String::new();
    stream.read_to_string(&mut page).with_context(|| format!("{address} did not answer"))?;
    Ok(page)
}

/// A program that is not left behind.
struct Serving(Child);

impl Serving {
    /// Ends it as a service is ended.
    fn end(mut self) -> anyhow::Result<()> {
        let pid = self.0.id().to_string();
        run::quietly("kill", Command::new("kill").args(["-TERM", &pid]), None)?;
        let status = self.0.wait().context("a program was lost")?;
        ensure!(status.success(), "after SIGTERM it ended with {status}");
        Ok(())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}
