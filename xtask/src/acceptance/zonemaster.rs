// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Zonemaster, the tester of the registries .se and .fr, on a name that was delegated to the sinkhole.
//!
//! It asks port 53 and refuses addresses of the loopback interface, so all of it goes on in a network of its own (`unshare --net`), which leads nowhere: a
//! root and two top-level domains of NSD's, the sinkhole behind two addresses, and Zonemaster, which knows nothing but the root.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};

use super::Ground;
use super::process::{day, output};
use super::report::Report;

/// Addresses as the Internet has them, of three networks, in a network that nothing leaves.
const ROOT: &str = "11.1.0.1";
const SINKHOLES: [&str; 2] = ["11.2.0.1", "11.3.0.1"];

/// Runs everything inside of the network; its arguments are the sinkhole, NSD, Zonemaster and the name.
const SCRIPT: &str = r#"set -eu
sinkhole=$1 nsd=$2 zonemaster=$3 name=$4
ip link set lo up
for address in 11.1.0.1 11.2.0.1 11.3.0.1; do ip address add "$address/32" dev lo; done
pids=
end() { kill $pids 2> /dev/null || true; wait; }
trap end EXIT
"$nsd" -d -c nsd.conf > nsd.log 2>&1 &
pids=$!
"$sinkhole" --index names.index --config sinkhole.toml --spool spool > sinkhole.out 2> sinkhole.err &
pids="$pids $!"
tries=0
until grep -q 'nsd started' nsd.log && [ "$(grep -c listening sinkhole.out)" -ge 2 ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 600 ] || { cat nsd.log sinkhole.err >&2; exit 1; }
    sleep 0.2
done
"$zonemaster" --no-ipv6 --hints hints --level NOTICE --raw --no-progress "$name"
"#;

/// Makes the trial.
pub(super) fn run(ground: &Ground<'_>, report: &mut Report) -> anyhow::Result<()> {
    let folder = &ground.folder;
    let data = folder.join("data");
    let (from, until) = (day(0)?, day(3)?);
    let mut index = ground.programs.forestall(&data);
    index.args(["index", "build", "--family", "conficker-b", "--from", &from, "--until", &until, "-o"]);
    output(index.arg(folder.join("names.index")), &[0])?;
    let mut predict = ground.programs.forestall(&data);
    let names = output(predict.args(["predict", "conficker-b", "--on", &from, "--tld", "ws"]), &[0])?;
    let name = names.lines().next().context("conficker-b has no name below ws today")?;
    prepare(folder, name)?;
    report.fact(&format!("the name is {name}"));

    let own = output(Command::new("id").arg("-u"), &[0])?;
    let mut command = Command::new(ground.program("unshare")?);
    // Whoever may not make networks may do so as a user of a space of their own.
    command.args(if own.trim() == "0" { &["--net"][..] } else { &["--map-root-user", "--net"] });
    command.args(["sh", "-c", SCRIPT, "zonemaster"]).arg(&ground.programs.sinkhole);
    command.arg(ground.program("nsd")?).arg(ground.program("zonemaster-cli")?).arg(name);
    let said = output(command.current_dir(folder).env("PATH", ground.search), &[0])?;
    std::fs::write(folder.with_file_name("zonemaster.txt"), &said)?;
    let found = messages(&said);
    let worst: Vec<&str> = found.iter().filter(|(level, _)| is_fault(level)).map(|(_, text)| text.as_str()).collect();
    report.hold(worst.is_empty(), &format!("Zonemaster finds no error and nothing critical {}", worst.join("; ")));
    report.hold(asked(folder)?, "the sinkhole was asked by it");
    for (level, text) in found.iter().filter(|(level, _)| !is_fault(level)) {
        report.fact(&format!("{level}: {text}"));
    }
    Ok(())
}

fn is_fault(level: &str) -> bool {
    matches!(level, "ERROR" | "CRITICAL")
}

/// Reads the lines that Zonemaster prints: seconds, level, and what it is about.
fn messages(said: &str) -> Vec<(String, String)> {
    said.lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let level = words.find(|word| matches!(*word, "NOTICE" | "WARNING" | "ERROR" | "CRITICAL"))?;
            Some((level.to_owned(), words.collect::<Vec<_>>().join(" ")))
        })
        .collect()
}

/// Says whether the sinkhole kept a query.
fn asked(folder: &Path) -> anyhow::Result<bool> {
    let spool = folder.join("spool");
    let mut octets = 0;
    for entry in std::fs::read_dir(&spool).with_context(|| format!("{} cannot be read", spool.display()))? {
        octets += entry?.metadata()?.len();
    }
    // A segment without an event has its header alone.
    Ok(octets > 1_024)
}

/// Writes zones, hints and settings.
fn prepare(folder: &Path, name: &str) -> anyhow::Result<()> {
    let label = name.strip_suffix(".ws").context("the name is not below ws")?;
    let soa = "$TTL 86400\n@ SOA a.ns.example. hostmaster.example. 2026010101 14400 3600 1209600 3600\n@ NS a.ns.example.\n@ NS b.ns.example.\n";
    let [one, two] = SINKHOLES;
    let hosts = format!("a.ns.example. A {ROOT}\nb.ns.example. A {ROOT}\n");
    let files = [
        (
            "root.zone",
            format!(
                "{soa}{hosts}ws. NS a.ns.example.\nws. NS b.ns.example.\nexample. NS a.ns.example.\nexample. NS b.ns.example.\n"
            ),
        ),
        ("ws.zone", format!("{soa}{label} NS ns1.sink.example.\n{label} NS ns2.sink.example.\n")),
        ("example.zone", format!("{soa}{hosts}ns1.sink A {one}\nns2.sink A {two}\nsink MX 0 .\n")),
        ("hints", format!(". 3600000 IN NS a.ns.example.\na.ns.example. 3600000 IN A {ROOT}\n")),
        (
            "sinkhole.toml",
            format!(
                "sensor = \"zonemaster\"\n[dns]\nlisten = [\"{one}:53\", \"{two}:53\"]\nname_servers = [\"ns1.sink.example\", \"ns2.sink.example\"]\n\
                 mailbox = \"hostmaster@sink.example\"\naddresses = [\"192.0.2.80\"]\n"
            ),
        ),
        ("nsd.conf", nsd(folder)),
    ];
    for (file, text) in files {
        std::fs::write(folder.join(file), text)?;
    }
    ensure!(folder.join("names.index").is_file(), "the index is not there");
    Ok(())
}

fn nsd(folder: &Path) -> String {
    let place = folder.display();
    let zone = |name: &str, file: &str| format!("zone:\n  name: \"{name}\"\n  zonefile: \"{file}\"\n");
    let zones =
        [(".", "root.zone"), ("ws", "ws.zone"), ("example", "example.zone")].map(|(name, file)| zone(name, file));
    format!(
        "server:\n  ip-address: {ROOT}\n  port: 53\n  server-count: 1\n  username: \"\"\n  chroot: \"\"\n  database: \"\"\n  pidfile: \"\"\n  \
         zonesdir: \"{place}\"\n  xfrdfile: \"{place}/xfrd\"\n  xfrdir: \"{place}\"\n  zonelistfile: \"{place}/zones\"\n  rrl-ratelimit: 0\n\
         remote-control:\n  control-enable: no\n{}",
        zones.concat()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_levels_and_what_they_are_about() {
        let said = "   0.00 INFO     GLOBAL_VERSION version=v4.6\n   1.20 WARNING  ZONE:Z_X soa=1\n   2.00 ERROR    BASIC NO_GLUE ns=a\n";
        let found = messages(said);
        assert_eq!(
            found,
            [("WARNING", "ZONE:Z_X soa=1"), ("ERROR", "BASIC NO_GLUE ns=a")].map(|(a, b)| (a.to_owned(), b.to_owned()))
        );
        assert!(is_fault(&found[1].0) && !is_fault(&found[0].0));
    }
}
