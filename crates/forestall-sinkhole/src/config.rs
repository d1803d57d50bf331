// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the operator says, in TOML. An unknown key is a mistake, not a comment.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use forestall_spool::Sensor;
use serde::Deserialize;

mod example;
mod group;
mod written;

pub use example::example;
pub use group::{Addresses, Group};

use written::{Written, WrittenDns, WrittenLimits, WrittenSpool};

use crate::dns::data::{self, Data};
use crate::dns::rate::Limits;

/// Most octets of a file of configuration.
const MOST_OCTETS: u64 = 1 << 20;
/// Most addresses of one kind in an answer: it counts its records in one octet, and resolvers need a few.
const MOST_ADDRESSES: usize = 64;
/// Whose segments they are, who runs this and whom to write to, where the operator says nothing.
const SENSOR: &str = "sinkhole";
const WHO: &str = "the operator of this address";
const APPEAL: &str = "the contact in the WHOIS entry of this address";

/// Why a configuration is not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// It could not be read.
    #[error("{} could not be read", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is longer than anybody writes.
    #[error("{} has more than {MOST_OCTETS} octets", path.display())]
    TooLong {
        /// Which file.
        path: PathBuf,
    },
    /// It is no configuration.
    #[error("{}: {message}", path.display())]
    Syntax {
        /// Which file.
        path: PathBuf,
        /// What is wrong, with its place.
        message: String,
    },
    /// A value cannot be.
    #[error("{key}: {problem}")]
    Value {
        /// Which.
        key: &'static str,
        /// What is wrong.
        problem: String,
    },
}

fn wrong<T>(key: &'static str, problem: impl fmt::Display) -> Result<T, ConfigError> {
    Err(ConfigError::Value { key, problem: problem.to_string() })
}

/// What becomes of queries for names with a legitimate holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Collisions {
    /// They are refused, as are names that are not listed.
    Refuse,
    /// They are answered as listed names are: their holder gave them to this sinkhole.
    Answer,
}

/// What the command line says.
#[derive(Clone, Debug, Default)]
pub struct Ordered {
    /// Addresses of the name server.
    pub dns: Vec<SocketAddr>,
    /// Addresses of the web server.
    pub http: Vec<SocketAddr>,
    /// The folder of the spool.
    pub spool: Option<PathBuf>,
}

/// A configuration that can be followed.
#[derive(Debug)]
pub struct Config {
    /// The name server; none where it listens on nothing.
    pub dns: Option<Dns>,
    /// Who listens to what over TCP besides.
    pub listeners: Vec<(SocketAddr, Speaks)>,
    /// The page that visitors get.
    pub page: Page,
    /// The files of the certificate and its key.
    pub certificate: Option<(PathBuf, PathBuf)>,
    /// Whether the first octets of connections without a protocol are kept.
    pub first_octets: bool,
    /// Limits of connections.
    pub connections: Connections,
    /// Where counters are shown.
    pub metrics: Option<SocketAddr>,
    /// How events are kept.
    pub spool: forestall_spool::Options,
    /// The numbers of the user and of the group to become, where the program is started as root.
    pub user: Option<(u32, u32)>,
}

/// What is spoken on an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    /// The DNS.
    Dns,
    /// HTTP.
    Http,
    /// TLS.
    Tls,
    /// Nothing that is known.
    Nothing,
    /// HTTP, to the operator.
    Metrics,
}

/// The name server.
#[derive(Debug)]
pub struct Dns {
    /// Where it listens.
    pub listen: Vec<SocketAddr>,
    /// Threads for each address.
    pub threads: usize,
    /// Data of records.
    pub data: Data,
    /// Addresses of names in no group.
    pub addresses: Addresses,
    /// How long resolvers keep records.
    pub ttl: u32,
    /// The name of the server.
    pub nsid: Vec<u8>,
    /// Octets over UDP.
    pub udp_size: u16,
    /// What becomes of collisions.
    pub collisions: Collisions,
    /// The file with the secret of cookies, shared by servers behind one address.
    pub cookie_secret: Option<PathBuf>,
    /// Limits of rates.
    pub limits: Limits,
    /// Groups of names with addresses of their own.
    pub groups: Vec<Group>,
}

/// What visitors are told, and by which words crawlers and researchers are told from others.
#[derive(Clone, Debug)]
pub struct Page {
    /// Who runs this.
    pub who: String,
    /// Whom to write to.
    pub appeal: String,
    /// Words of user agents of crawlers, besides those that are known.
    pub crawlers: Vec<String>,
    /// Words of user agents of researchers.
    pub researchers: Vec<String>,
}

/// Limits of connections.
#[derive(Clone, Debug)]
pub struct Connections {
    /// Connections at a time.
    pub most: usize,
    /// Connections of one address at a time.
    pub most_of_address: u32,
    /// How long a connection may be silent, or a request may take.
    pub idle: Duration,
    /// How long a connection may last.
    pub in_all: Duration,
    /// Addresses from which every connection begins with a header of the PROXY protocol.
    pub proxies: Vec<IpAddr>,
}

impl Config {
    /// Reads a configuration; without a file only what the command line says, and defaults.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with the place or the key.
    pub fn read(path: Option<&Path>, ordered: &Ordered) -> Result<Self, ConfigError> {
        let written = match path {
            None => Written::default(),
            Some(path) => {
                let read = |source| ConfigError::Read { path: path.to_owned(), source };
                if std::fs::metadata(path).map_err(read)?.len() > MOST_OCTETS {
                    return Err(ConfigError::TooLong { path: path.to_owned() });
                }
                let text = std::fs::read_to_string(path).map_err(read)?;
                Written::read(&text).map_err(|message| ConfigError::Syntax { path: path.to_owned(), message })?
            }
        };
        Self::of(written, ordered)
    }

    fn of(written: Written, ordered: &Ordered) -> Result<Self, ConfigError> {
        let mut dns = written.dns;
        let mut http = written.http;
        if !ordered.dns.is_empty() {
            dns.listen.clone_from(&ordered.dns);
        }
        if !ordered.http.is_empty() {
            http.listen.clone_from(&ordered.http);
        }
        let who = http.who.take().unwrap_or_else(|| WHO.to_owned());
        let appeal = http.appeal.take().unwrap_or_else(|| APPEAL.to_owned());
        for (key, text) in [("http.who", &who), ("http.appeal", &appeal)] {
            if text.len() > 200 || text.chars().any(|letter| letter.is_control() || matches!(letter, '<' | '>' | '&')) {
                return wrong(key, "expected at most 200 octets of text without control characters, <, > and &");
            }
        }
        let spool = spool(&written.spool, written.sensor.as_deref(), ordered)?;
        let certificate = match (written.tls.certificate, written.tls.key) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            _ => return wrong("tls", "expected both a certificate and a key, or neither"),
        };
        let metrics = written.metrics.listen;
        if metrics.is_some_and(|address| !address.ip().is_loopback()) {
            return wrong("metrics.listen", "expected an address of the loopback interface");
        }
        let connections = &written.connections;
        if connections.most == 0
            || connections.most > 1 << 20
            || connections.seconds_idle == 0
            || connections.seconds_in_all == 0
        {
            return wrong("connections", "expected most from 1 to 1048576, and times of at least a second");
        }
        let mut listeners = Vec::new();
        for (addresses, speaks) in [
            (&dns.listen, Speaks::Dns),
            (&http.listen, Speaks::Http),
            (&written.tls.listen, Speaks::Tls),
            (&written.tcp.listen, Speaks::Nothing),
            (&metrics.into_iter().collect(), Speaks::Metrics),
        ] {
            listeners.extend(addresses.iter().map(|address| (*address, speaks)));
        }
        let user = match (written.user.user, written.user.group) {
            (Some(user), Some(group)) if user > 0 && group > 0 => Some((user, group)),
            (None, None) => None,
            _ => return wrong("user", "expected the numbers of a user and of a group, neither of them 0"),
        };
        Ok(Self {
            dns: if dns.listen.is_empty() { None } else { Some(name_server(dns)?) },
            listeners,
            page: Page { who, appeal, crawlers: lower(&http.crawlers), researchers: lower(&http.researchers) },
            certificate,
            first_octets: written.tcp.first_octets,
            connections: Connections {
                most: connections.most,
                most_of_address: connections.most_of_address,
                idle: Duration::from_secs(connections.seconds_idle),
                in_all: Duration::from_secs(connections.seconds_in_all),
                proxies: connections.proxies.clone(),
            },
            metrics,
            spool,
            user,
        })
    }

    /// Says whether it listens to anybody but its operator.
    #[must_use]
    pub fn listens(&self) -> bool {
        self.listeners.iter().any(|(_, speaks)| *speaks != Speaks::Metrics)
    }
}

fn lower(words: &[String]) -> Vec<String> {
    words.iter().map(|word| word.to_ascii_lowercase()).collect()
}

fn spool(
    written: &WrittenSpool,
    sensor: Option<&str>,
    ordered: &Ordered,
) -> Result<forestall_spool::Options, ConfigError> {
    let folder = ordered.spool.clone().or_else(|| written.folder.clone()).unwrap_or_else(|| PathBuf::from("spool"));
    let sensor: Sensor = match sensor.unwrap_or(SENSOR).parse() {
        Ok(sensor) => sensor,
        Err(problem) => return wrong("sensor", problem),
    };
    let mut options = forestall_spool::Options::new(folder, sensor);
    if written.segment_mib == 0 || written.segment_seconds == 0 || written.queue_mib == 0 || written.queue_mib > 1_024 {
        return wrong("spool", "expected a size and an age of segments above 0, and a queue of 1 to 1024 MiB");
    }
    options.segment_octets = written.segment_mib.saturating_mul(1 << 20);
    options.segment_age = Duration::from_secs(written.segment_seconds);
    options.sync_every = Duration::from_millis(written.sync_milliseconds);
    options.queue_octets = written.queue_mib << 20;
    options.most_octets = written.most_mib.saturating_mul(1 << 20);
    Ok(options)
}

fn name_server(written: WrittenDns) -> Result<Dns, ConfigError> {
    if let Some(address) = written.listen.iter().find(|address| address.ip().is_unspecified()) {
        let problem = format!(
            "{address} stands for many addresses, and an answer must come from the one that was asked; name each"
        );
        return wrong("dns.listen", problem);
    }
    if written.name_servers.is_empty() || written.name_servers.len() > 13 {
        return wrong("dns.name_servers", "expected 1 to 13 names, as they stand in the delegations");
    }
    let mut name_servers = Vec::new();
    for name in &written.name_servers {
        match data::wire(name) {
            Some(wire) => name_servers.push(wire),
            None => return wrong("dns.name_servers", format!("\"{name}\" is no name of a host")),
        }
    }
    let Some(mailbox) = data::wire(&written.mailbox.replace('@', ".")) else {
        return wrong(
            "dns.mailbox",
            format!("\"{}\" is no mailbox; expected one such as hostmaster@example.net", written.mailbox),
        );
    };
    let mut texts = Vec::new();
    for text in &written.texts {
        match data::string(text) {
            Some(string) if written.texts.len() <= 4 => texts.push(string),
            _ => return wrong("dns.texts", "expected at most 4 texts of at most 255 octets"),
        }
    }
    if written.nsid.len() > 64 {
        return wrong("dns.nsid", "expected at most 64 octets");
    }
    if !(512..=4_096).contains(&written.udp_size) {
        return wrong("dns.udp_size", "expected 512 to 4096");
    }
    if !(1..=64).contains(&written.threads) {
        return wrong("dns.threads", "expected 1 to 64");
    }
    let addresses = Addresses::of(&written.addresses);
    if !addresses.fit() {
        return wrong("dns.addresses", format!("expected at most {MOST_ADDRESSES} of a kind"));
    }
    let mut groups = Vec::new();
    for group in written.group {
        let tld = match group.tld.as_deref().map(data::wire) {
            None => None,
            Some(Some(wire)) if usize::from(wire[0]) + 2 == wire.len() => Some(wire[1..wire.len() - 1].to_vec()),
            Some(_) => return wrong("dns.group.tld", "expected one label, as an A-label"),
        };
        if group.addresses.is_empty() {
            return wrong("dns.group.addresses", "expected an address or more");
        }
        let addresses = Addresses::of(&group.addresses);
        // By day an answer has one of them.
        if !group.by_day && !addresses.fit() {
            let problem = format!("expected at most {MOST_ADDRESSES} of a kind, or by_day = true");
            return wrong("dns.group.addresses", problem);
        }
        groups.push(Group { family: group.family, campaign: group.campaign, tld, addresses, by_day: group.by_day });
    }
    let WrittenLimits { all, alike, failures, slip } = written.limits;
    Ok(Dns {
        listen: written.listen,
        threads: written.threads,
        data: Data { name_servers, mailbox, texts, negative_ttl: written.negative_ttl },
        addresses,
        ttl: written.ttl,
        nsid: written.nsid.into_bytes(),
        udp_size: written.udp_size,
        collisions: written.collisions,
        cookie_secret: written.cookie_secret,
        limits: Limits { all, alike, failures, slip },
        groups,
    })
}

#[cfg(test)]
mod tests {
    use forestall_testkit::example::in_use;

    use super::{Config, Ordered, Written, example};

    fn problem(text: &str) -> String {
        match Written::read(text) {
            Err(message) => message,
            Ok(written) => {
                Config::of(written, &Ordered::default()).err().map_or_else(String::new, |error| error.to_string())
            }
        }
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        assert!(
            problem("[dns]\nlisten = [\"127.0.0.1:53\"]\nmailbox = \"a@b.example\"\n")
                .starts_with("dns.name_servers: ")
        );
        assert!(problem("[dns]\nlissen = []\n").contains("unknown field `lissen`"));
        assert!(problem("[dns]\nlisten = [\"0.0.0.0:53\"]\n").starts_with("dns.listen: 0.0.0.0:53 stands for many"));
        assert!(problem("[metrics]\nlisten = \"192.0.2.1:9000\"\n").starts_with("metrics.listen: "));
        assert!(problem("[tls]\nkey = \"key.pem\"\n").starts_with("tls: "));
        assert!(problem("sensor = \"A b\"\n").starts_with("sensor: "));
        assert!(problem("[http]\nwho = \"<script>\"\n").starts_with("http.who: "));
        assert!(problem("[user]\nuser = 0\ngroup = 0\n").starts_with("user: "));
        assert_eq!(problem(""), "");
    }

    #[test]
    fn an_answer_has_room_for_all_addresses() {
        let address = |number: usize| format!("\"192.0.2.{number}\", \"2001:db8::{number}\"");
        let many = |count: usize| (1..=count).map(address).collect::<Vec<_>>().join(", ");
        let server = |addresses: &str, group: &str| {
            problem(&format!(
                "[dns]\nlisten = [\"127.0.0.1:53\"]\nname_servers = [\"ns.example\"]\nmailbox = \"a@b.example\"\n\
                 addresses = [{addresses}]\n[[dns.group]]\naddresses = [{group}]\n"
            ))
        };
        assert_eq!(server(&many(64), &many(64)), "");
        assert_eq!(server(&many(65), &many(1)), "dns.addresses: expected at most 64 of a kind");
        assert!(server("", &many(65)).starts_with("dns.group.addresses: expected at most 64 of a kind"));
        let by_day = format!("{}]\nby_day = true\nfamily = \"test\"\n#", many(65));
        assert_eq!(server("", &by_day), "");
    }

    fn read(text: &str) -> Config {
        Config::of(Written::read(text).unwrap(), &Ordered::default()).unwrap()
    }

    /// Returns what must be said, and nothing else.
    fn least() -> Config {
        read("[dns]\nlisten = [\"192.0.2.53:53\"]\nname_servers = [\"a.example\"]\nmailbox = \"a@b.example\"\n")
    }

    /// Returns what holds where nothing is said, in one line.
    fn numbers(config: &Config) -> String {
        let (dns, connections, spool) = (config.dns.as_ref().unwrap(), &config.connections, &config.spool);
        let limits = [dns.limits.all, dns.limits.alike, dns.limits.failures, dns.limits.slip];
        format!(
            "{} {} {} {} {limits:?} {:?} {} {} {:?} {:?} {} {:?} {:?} {} {} {}",
            dns.threads,
            dns.ttl,
            dns.data.negative_ttl,
            dns.udp_size,
            dns.collisions,
            connections.most,
            connections.most_of_address,
            connections.idle,
            connections.in_all,
            spool.segment_octets,
            spool.segment_age,
            spool.sync_every,
            spool.queue_octets,
            spool.most_octets,
            config.first_octets
        )
    }

    #[test]
    fn the_example_of_the_documentation_is_read_and_shows_the_numbers_that_hold_without_it() {
        let text = include_str!("../../../docs/sinkhole.md");
        let shown = text.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
        let config = read(shown);
        assert_eq!(numbers(&config), numbers(&least()));
        assert!(config.user.is_some() && least().user.is_none());
    }

    #[test]
    fn the_example_says_nothing_and_each_line_of_it_that_waits_can_be_used() {
        let config = read(&example());
        assert!(!config.listens() && config.user.is_none() && config.certificate.is_none());
        let used = in_use(&example());
        let config = read(&used);
        assert_eq!(numbers(&config), numbers(&least()));
        assert_eq!((&config.page.who, &config.page.appeal), (&least().page.who, &least().page.appeal));
        assert_eq!(config.spool.sensor, least().spool.sensor);
        assert_eq!((config.listeners.len(), config.dns.unwrap().groups.len()), (5, 1));
        assert!(config.user.is_some() && config.certificate.is_some());
    }

    #[test]
    fn groups_take_names_by_their_last_label() {
        let text = "[dns]\nlisten = [\"127.0.0.1:53\"]\nname_servers = [\"ns.example\"]\nmailbox = \"a@b.example\"\n\
            [[dns.group]]\ncampaign = \"conficker-a\"\ntld = \"WS\"\naddresses = [\"192.0.2.1\"]\n";
        let config = Config::of(Written::read(text).unwrap(), &Ordered::default()).unwrap();
        let group = &config.dns.unwrap().groups[0];
        assert!(group.takes("conficker", "conficker-a") && !group.takes("conficker", "conficker-b"));
        assert!(group.takes_tld(b"\x03abc\x02wS\0") && !group.takes_tld(b"\x02ws\x03com\0") && !group.takes_tld(b"\0"));
    }
}
