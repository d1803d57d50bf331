// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Resolvers of several makes on a free port of the loopback interface, each with settings of a test's own: they ask one authority there, or go from
//! delegation to delegation from a root that the test has there, and ask nobody outside.

use std::ffi::OsString;
use std::io;
use std::net::SocketAddr;
use std::path::Path;

use crate::question::answers;
use crate::server::Server;
use crate::skip;

/// Who made a resolver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Make {
    /// BIND, of ISC.
    Bind,
    /// Unbound, of NLnet Labs.
    Unbound,
    /// Knot Resolver, of CZ.NIC.
    KnotResolver,
    /// Recursor, of PowerDNS.
    PowerDns,
    /// dnsmasq, of Simon Kelley: it passes questions on and keeps answers.
    Dnsmasq,
}

impl Make {
    /// Returns the program. Debian's packages: `bind9`, `unbound`, `knot-resolver`, `pdns-recursor`, `dnsmasq-base`.
    #[must_use]
    pub const fn program(self) -> &'static str {
        match self {
            Self::Bind => "named",
            Self::Unbound => "unbound",
            Self::KnotResolver => "kresd",
            Self::PowerDns => "pdns_recursor",
            Self::Dnsmasq => "dnsmasq",
        }
    }
}

/// What a resolver is to do besides asking the authority. `{folder}` stands for the folder of its files.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings<'a> {
    /// Settings in its own language: for BIND statements, for Unbound clauses, for Knot Resolver Lua before its last rule, for PowerDNS the Lua
    /// of its `lua-config-file`, for dnsmasq lines.
    pub text: &'a str,
    /// Statements for the `options` of BIND.
    pub options: &'a str,
    /// Files beside the settings: name and text.
    pub files: &'a [(&'a str, &'a str)],
    /// Whether the authority is the root, on port 53: the resolver then follows its delegations, and forwards nothing.
    pub is_root: bool,
}

/// A running resolver; ends when dropped.
#[derive(Debug)]
pub struct Resolver(Server);

impl Resolver {
    /// Starts a resolver and waits until it answers.
    ///
    /// Returns `None` where the program is not installed, after saying so by the name of the test.
    ///
    /// # Panics
    ///
    /// Where the program is installed and does not start, for example because a file is wrong; with what it printed.
    #[must_use]
    pub fn start(test: &str, make: Make, authority: SocketAddr, settings: &Settings<'_>) -> Option<Self> {
        let program = skip::needs(test, make.program())?;
        let prepare = |address: SocketAddr, folder: &Path| {
            for (name, text) in settings.files {
                std::fs::write(folder.join(name), text)?;
            }
            prepare(make, address, authority, settings, folder)
        };
        Some(Self(Server::start(&program, prepare, answers)))
    }

    /// Returns where it answers, over UDP and TCP.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.0.address()
    }

    /// Returns what it printed so far.
    ///
    /// # Panics
    ///
    /// Where that cannot be read.
    #[must_use]
    pub fn said(&self) -> String {
        std::fs::read_to_string(self.0.log()).expect("the folder lies there as long as the server runs")
    }

    /// Replaces a file beside the settings by another text, whole at any moment.
    ///
    /// # Panics
    ///
    /// Where it cannot be written.
    pub fn replace(&self, file: &str, text: &str) {
        let (target, beside) = (self.0.folder().join(file), self.0.folder().join("beside"));
        std::fs::write(&beside, text)
            .and_then(|()| std::fs::rename(beside, target))
            .expect("the folder can be written");
    }

    /// Tells it to read its files anew, by SIGHUP.
    ///
    /// # Panics
    ///
    /// Where the system does not let it.
    pub fn hang_up(&self) {
        self.0.signal("-HUP");
    }
}

/// The name of a test's root server.
const ROOT: &str = "a.root-servers.example.";

/// Writes the settings and returns the arguments.
fn prepare(
    make: Make,
    address: SocketAddr,
    authority: SocketAddr,
    settings: &Settings<'_>,
    folder: &Path,
) -> io::Result<Vec<OsString>> {
    let place = folder.display().to_string();
    let (text, options) = (settings.text.replace("{folder}", &place), settings.options.replace("{folder}", &place));
    let (port, asked) = (address.port(), authority.port());
    let host = authority.ip();
    let root = settings.is_root;
    if root {
        std::fs::write(folder.join("hints"), format!(". 3600 NS {ROOT}\n{ROOT} 3600 A {host}\n"))?;
    }
    let config = match make {
        Make::Bind => {
            let (asks, hints) = if root {
                (String::new(), format!("zone \".\" {{ type hint; file \"{place}/hints\"; }};\n"))
            } else {
                (format!("forward only;\n  forwarders {{ 127.0.0.1 port {asked}; }};\n"), String::new())
            };
            format!(
                "options {{\n  directory \"{place}\";\n  listen-on port {port} {{ 127.0.0.1; }};\n  listen-on-v6 {{ none; }};\n  recursion yes;\n  \
                 dnssec-validation no;\n  pid-file none;\n  session-keyfile none;\n  {asks}{options}}};\ncontrols {{ }};\n{hints}{text}"
            )
        }
        Make::Unbound => {
            let (hints, asks) = if root {
                (format!("root-hints: \"{place}/hints\"\n"), String::new())
            } else {
                (String::new(), format!("stub-zone:\n  name: \".\"\n  stub-addr: 127.0.0.1@{asked}\n"))
            };
            format!(
                "server:\n  interface: 127.0.0.1\n  port: {port}\n  num-threads: 1\n  username: \"\"\n  chroot: \"\"\n  directory: \"{place}\"\n  \
                 pidfile: \"\"\n  use-syslog: no\n  logfile: \"\"\n  module-config: \"respip iterator\"\n  do-not-query-localhost: no\n  {hints}\
                 remote-control:\n  control-enable: no\n{asks}{text}"
            )
        }
        Make::KnotResolver => {
            let asks = if root {
                // It takes no address of 127.0.0.0/8 from a delegation otherwise.
                format!(
                    "option('ALLOW_LOCAL', true)\nmodules.load('hints')\nhints.root({{ ['{ROOT}'] = {{ '{host}' }} }})\n"
                )
            } else {
                format!("policy.add(policy.all(policy.STUB({{ '127.0.0.1@{asked}' }})))\n")
            };
            format!(
                "cache.size = 4 * MB\nnet.ipv6 = false\nnet.listen('127.0.0.1', {port}, {{ kind = 'dns' }})\n\
                 for _, module in ipairs({{ 'ta_update', 'ta_signal_query', 'priming', 'detect_time_skew', 'detect_time_jump' }}) do\n  \
                 modules.unload(module)\nend\ntrust_anchors.remove('.')\n{text}{asks}"
            )
        }
        Make::PowerDns => {
            std::fs::write(folder.join("settings.lua"), text)?;
            // Its cache of packets gives answers of before a change of policy until their time is over.
            let asks =
                if root { format!("hint-file={place}/hints") } else { format!("forward-zones=.=127.0.0.1:{asked}") };
            format!(
                "daemon=no\ndisable-syslog=yes\nthreads=1\nlocal-address=127.0.0.1\nlocal-port={port}\nsocket-dir={place}\n\
                 {asks}\ndnssec=off\ndont-query=\ndisable-packetcache=yes\nsetuid=\nsetgid=\nlua-config-file={place}/settings.lua\n"
            )
        }
        Make::Dnsmasq => format!(
            "keep-in-foreground\nlog-facility=-\nno-resolv\nno-hosts\nport={port}\nlisten-address=127.0.0.1\nbind-interfaces\nuser=root\n\
             cache-size=0\nserver=127.0.0.1#{asked}\n{text}"
        ),
    };
    // PowerDNS looks for a file of this name in its folder.
    let file = folder.join(if make == Make::PowerDns { "recursor.conf" } else { "settings" });
    std::fs::write(&file, config)?;
    Ok(match make {
        Make::Bind => vec!["-f".into(), "-c".into(), file.into()],
        Make::Unbound => vec!["-d".into(), "-p".into(), "-c".into(), file.into()],
        Make::KnotResolver => vec!["-n".into(), "-c".into(), file.into(), folder.into()],
        Make::PowerDns => vec![format!("--config-dir={place}").into()],
        Make::Dnsmasq => vec!["-C".into(), file.into()],
    })
}
