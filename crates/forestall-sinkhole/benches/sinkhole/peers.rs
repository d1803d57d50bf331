// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Name servers of others with a zone for each name, on one thread each.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use forestall_testkit::skip;

use crate::index::name;
use crate::load::Load;
use crate::server::Server;
use crate::{Done, load};

/// What every zone holds.
const ZONE: &str = "$TTL 300\n@ SOA ns1.sink.example. hostmaster.sink.example. 1 3600 600 604800 300\n@ NS ns1.sink.example.\n@ NS ns2.sink.example.\n@ A 192.0.2.80\n";
/// How long a start may take, in seconds.
const PATIENCE: u32 = 300;

/// Starts those that are installed, and waits until they answer.
pub(crate) fn start(folder: &Path, zones: u32) -> Done<Vec<Server>> {
    fs::write(folder.join("any.zone"), ZONE)?;
    let mut servers = Vec::new();
    for (title, program, config) in [("NSD", "nsd", nsd as fn(&Path, u16, u32) -> String), ("Knot DNS", "knotd", knot)]
    {
        let Some(path) = skip::needs("the benchmark", program) else { continue };
        let address = free()?;
        let place = folder.join(program);
        fs::create_dir(&place)?;
        fs::copy(folder.join("any.zone"), place.join("any.zone"))?;
        let file = place.join("settings");
        fs::write(&file, config(&place, address.port(), zones))?;
        let log = File::create(place.join("log"))?;
        let stays: &[&str] = if program == "nsd" { &["-d"] } else { &[] };
        let child = Command::new(path)
            .args(stays)
            .arg("-c")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let server = Server::new(title, child, address);
        until_it_answers(&server, zones).map_err(|error| {
            format!("{title}: {error}: {}", fs::read_to_string(place.join("log")).unwrap_or_default())
        })?;
        // Once through, so that nothing is done for the first time later.
        Load::new(zones, true).run(address, 50, 10_000)?;
        servers.push(server);
    }
    Ok(servers)
}

fn until_it_answers(server: &Server, zones: u32) -> Done<()> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.set_read_timeout(Some(Duration::from_secs(1)))?;
    let message = load::message(&name(zones - 1));
    for _ in 0..PATIENCE {
        let mut buffer = [0; 512];
        socket.send_to(&message, server.address("dns"))?;
        if socket.recv(&mut buffer).is_ok() && buffer[3] & 0xF == 0 && buffer[7] > 0 {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    Err("it does not answer".into())
}

/// Returns an address that is free.
fn free() -> Done<SocketAddr> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

fn nsd(place: &Path, port: u16, zones: u32) -> String {
    let place = place.display();
    let mut text = format!(
        "server:\n  ip-address: 127.0.0.1\n  port: {port}\n  server-count: 1\n  username: \"\"\n  chroot: \"\"\n  database: \"\"\n  \
         pidfile: \"\"\n  zonesdir: \"{place}\"\n  xfrdfile: \"{place}/xfrd\"\n  xfrdir: \"{place}\"\n  zonelistfile: \"{place}/zones\"\n  \
         hide-version: yes\n  rrl-ratelimit: 0\n  nsid: \"ascii_bench\"\nremote-control:\n  control-enable: no\n"
    );
    for number in 0..zones {
        let _ = writeln!(text, "zone:\n  name: \"{}\"\n  zonefile: \"any.zone\"", name(number));
    }
    text
}

fn knot(place: &Path, port: u16, zones: u32) -> String {
    let place = place.display();
    let mut text = format!(
        "server:\n    listen: 127.0.0.1@{port}\n    rundir: \"{place}\"\n    udp-workers: 1\n    tcp-workers: 1\n    background-workers: 2\n    \
         nsid: \"bench\"\ndatabase:\n    storage: \"{place}\"\ntemplate:\n  - id: default\n    storage: \"{place}\"\n    file: \"any.zone\"\n    \
         zonefile-sync: -1\n    journal-content: none\n    semantic-checks: off\nzone:\n"
    );
    for number in 0..zones {
        let _ = writeln!(text, "  - domain: {}", name(number));
    }
    text
}
