// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A top-level domain with a million delegations: vetted over DNS at NSD, and in a zone file, name by name as it is.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, ensure};

use super::Ground;
use super::process::Running;
use super::report::Report;
use crate::release::measured;

/// Delegations of the zone, and names that are asked for.
const NAMES: u32 = 1_000_000;
/// Memory that vetting may take, in MiB.
const MEMORY: f64 = 1_024.0;

/// Makes the trial.
pub(super) fn run(ground: &Ground<'_>, report: &mut Report) -> anyhow::Result<()> {
    let folder = &ground.folder;
    let (zone, names) = (folder.join("ws.zone"), folder.join("names"));
    write(&zone, &names)?;
    let address = free()?;
    std::fs::write(folder.join("nsd.conf"), settings(folder, address))?;
    let mut nsd = Command::new(ground.program("nsd")?);
    nsd.arg("-d").arg("-c").arg(folder.join("nsd.conf"));
    let mut nsd = Running::start(&mut nsd, folder, "nsd")?;
    nsd.until(|| answers(address).then_some(()))?;
    if let Some(memory) = nsd.most_memory() {
        report.fact(&format!("NSD has {memory:.0} MiB"));
    }
    let dns = address.to_string();
    let zone = zone.display().to_string();
    for (what, arguments) in
        [("over DNS", vec!["--dns", &dns, "--rate", "0"]), ("in the zone file", vec!["--zone", &zone])]
    {
        let out = folder.join("verdicts.csv");
        let mut vet = Command::new("/usr/bin/time");
        vet.args(["-f", "%M", "-o"]).arg(folder.join("memory")).arg(&ground.programs.forestall);
        vet.env("FORESTALL_DATA", folder.join("data")).stdin(Stdio::null());
        vet.arg("vet").arg(&names).args(["--format", "csv", "--family", "conficker-b"]).args(&arguments);
        vet.stdout(File::create(&out)?).stderr(File::create(folder.join("vet.err"))?);
        let (status, cost) = measured(&mut vet)?;
        report.hold(matches!(status.code(), Some(0 | 1)), &format!("a million names are vetted {what}: {status}"));
        let (rows, classes) = classes(&std::fs::read_to_string(&out)?)?;
        let free = classes.get("free").copied().unwrap_or(0);
        report.fact(&format!("{what}: {:.1} s on the wall, {:.1} CPU s; classes: {classes:?}", cost.wall, cost.cpu));
        report.hold(rows == NAMES, &format!("{what} each of {NAMES} names has a verdict, {rows} do"));
        report.hold(
            free == NAMES / 2,
            &format!("{what} the {} names that are not there are free, and no other: {free}", NAMES / 2),
        );
        let memory = std::fs::read_to_string(folder.join("memory"))?;
        let memory = memory.lines().next_back().and_then(|kib| kib.trim().parse::<f64>().ok());
        let memory = memory.context("/usr/bin/time did not tell memory")? / 1_024.0;
        report.hold(memory <= MEMORY, &format!("{what} it takes {memory:.0} MiB, at most {MEMORY:.0}"));
    }
    report.hold(nsd.is_alive(), "NSD runs at the end");
    nsd.end().map(drop)
}

/// Writes a zone of a million delegations, and a million names of which every second is among them.
fn write(zone: &Path, names: &Path) -> anyhow::Result<()> {
    let mut zone = BufWriter::new(File::create(zone)?);
    let mut names = BufWriter::new(File::create(names)?);
    zone.write_all(b"$ORIGIN ws.\n$TTL 300\nws. IN SOA ns.nic.ws. hostmaster.nic.ws. 1 1800 900 604800 60\nws. IN NS ns.nic.ws.\nns.nic.ws. IN A 127.0.0.1\n")?;
    for number in 0..NAMES {
        for server in ["ns1", "ns2"] {
            writeln!(zone, "d{number}.ws. IN NS {server}.host{}.example.", number % 997)?;
        }
        let kind = if number.is_multiple_of(2) { "d" } else { "absent" };
        writeln!(names, "{kind}{number}.ws")?;
    }
    zone.flush()?;
    names.flush().context("the names cannot be written")
}

fn settings(folder: &Path, address: SocketAddr) -> String {
    let place = folder.display();
    format!(
        "server:\n  ip-address: {}\n  port: {}\n  server-count: 1\n  username: \"\"\n  chroot: \"\"\n  database: \"\"\n  pidfile: \"\"\n  \
         zonesdir: \"{place}\"\n  xfrdfile: \"{place}/xfrd\"\n  xfrdir: \"{place}\"\n  zonelistfile: \"{place}/zones\"\n  rrl-ratelimit: 0\n\
         remote-control:\n  control-enable: no\nzone:\n  name: \"ws\"\n  zonefile: \"ws.zone\"\n",
        address.ip(),
        address.port()
    )
}

/// Returns an address of the loopback interface that is free.
fn free() -> anyhow::Result<SocketAddr> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// Says whether a server answers with authority for `ws`.
fn answers(server: SocketAddr) -> bool {
    let message = b"\x12\x34\0\0\0\x01\0\0\0\0\0\0\x02ws\0\0\x06\0\x01";
    let ask = || -> std::io::Result<bool> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.set_read_timeout(Some(Duration::from_secs(1)))?;
        socket.send_to(message, server)?;
        let mut answer = [0; 512];
        let length = socket.recv(&mut answer)?;
        Ok(length > 12 && answer[2] & 0x84 == 0x84 && answer[3] & 0xF == 0)
    };
    ask().unwrap_or(false)
}

/// Counts rows by the column `class`.
fn classes(csv: &str) -> anyhow::Result<(u32, BTreeMap<String, u32>)> {
    let mut lines = csv.lines();
    let heads = lines.next().context("the verdicts have no header")?;
    let column = heads.split(',').position(|head| head == "class").context("the verdicts have no column class")?;
    let (mut rows, mut classes) = (0, BTreeMap::new());
    for line in lines {
        // Names and classes stand before anything that may hold a comma.
        let class = line.split(',').nth(column);
        ensure!(class.is_some(), "'{line}' has no class");
        *classes.entry(class.unwrap_or_default().to_owned()).or_default() += 1;
        rows += 1;
    }
    Ok((rows, classes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_verdicts_by_class() {
        let csv = "name,class,band,score,reasons\na.ws,free,no-holder,0,\"x, y\"\nb.ws,unknown,human,1,\nc.ws,free,no-holder,0,\n";
        let (rows, classes) = classes(csv).unwrap();
        assert_eq!((rows, classes), (3, BTreeMap::from([("free".to_owned(), 2), ("unknown".to_owned(), 1)])));
        assert!(super::classes("name,band\n").is_err());
        assert!(super::classes("name,class\na.ws\n").is_err());
    }
}
