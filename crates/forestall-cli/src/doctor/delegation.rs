// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The sinkhole's name servers: does the parent lead to them, and do they answer for listed names and for no others?

use std::net::{IpAddr, SocketAddr};

use super::{Finding, Findings};

/// A name server of the sinkhole.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    /// Its name.
    pub(crate) name: String,
    /// Where it must be; none where only live cases name it.
    pub(crate) address: Option<SocketAddr>,
    /// Where the resolver says that it is; none where no resolver was named.
    pub(crate) led_to: Option<Result<Vec<IpAddr>, String>>,
    /// What it answers for a listed name, asked for the start of authority and for name servers; none where none was named, or nobody knows where it is.
    pub(crate) listed: Option<Answered>,
    /// What it answers for a name that is not listed.
    pub(crate) other: Option<(String, Result<String, String>)>,
}

/// What a server answers for a listed name.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    /// The name.
    pub(crate) name: String,
    /// Whether it is an authority for it that tells the start of authority and name servers; in words what it said else.
    pub(crate) is_authority: Result<(), String>,
}

/// The delegation of a listed name.
#[derive(Clone, Debug)]
pub(crate) struct Delegated {
    /// The name.
    pub(crate) name: String,
    /// Its name servers by the resolver.
    pub(crate) servers: Result<Vec<String>, String>,
}

/// What was observed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Observed {
    /// The name servers, in the order in which they were named.
    pub(crate) servers: Vec<Server>,
    /// The listed names that were named, where a resolver was named too.
    pub(crate) delegated: Vec<Delegated>,
}

/// Says how the delegation is.
pub(crate) fn findings(observed: &Observed) -> Vec<Finding> {
    let mut found = Findings::of("delegation");
    if observed.servers.is_empty() {
        found.skipped(
            "name servers of the sinkhole",
            "neither a live case nor the command line names any; name one with --sinkhole-ns NAME=ADDR",
        );
    }
    for server in &observed.servers {
        led_to(server, &mut found);
        answers(server, &mut found);
    }
    for delegated in &observed.delegated {
        of_name(delegated, &observed.servers, &mut found);
    }
    found.all()
}

fn led_to(server: &Server, found: &mut Findings) {
    let check = format!("{}, address", server.name);
    match (&server.led_to, server.address) {
        (None, _) => found.skipped(check, "no resolver was named; name one with --resolver ADDR"),
        (Some(Err(why)), _) => found.bad(
            check,
            why.clone(),
            "Name another resolver, or find out why the parent of this name does not answer.",
        ),
        (Some(Ok(led)), _) if led.is_empty() => found.bad(
            check,
            "nobody tells an address of it",
            "Have its registrar register it as a host with its address, so that the parent gives that with the delegation.",
        ),
        (Some(Ok(led)), None) => found.good(check, format!("{}; nobody said which it must be", list(led))),
        (Some(Ok(led)), Some(address)) if led.contains(&address.ip()) => {
            let others: Vec<IpAddr> = led.iter().copied().filter(|other| *other != address.ip()).collect();
            if others.iter().any(|other| other.is_ipv4() == address.is_ipv4()) {
                found.warning(
                    check,
                    format!("{}, and also {}", address.ip(), list(&others)),
                    "Take the other address out of the host at the registrar, unless a sinkhole answers there as well.",
                );
            } else {
                found.good(check, address.ip().to_string());
            }
        }
        (Some(Ok(led)), Some(address)) => found.bad(
            check,
            format!("{}, and not {}", list(led), address.ip()),
            "Have its registrar change the address of the host (glue): queries for the botnet's names go elsewhere.",
        ),
    }
}

fn answers(server: &Server, found: &mut Findings) {
    let check = format!("{}, listed names", server.name);
    match (&server.listed, server.address) {
        (_, None) => found.skipped(check, "nobody said where it must be; say so with --sinkhole-ns NAME=ADDR"),
        (None, _) => found.skipped(check, "no listed name was given; give one that is open now with --listed NAME"),
        (Some(Answered { name, is_authority: Ok(()) }), _) => {
            found.good(check, format!("it is an authority for {name} and tells its name servers"));
        }
        (Some(Answered { name, is_authority: Err(why) }), _) => found.bad(
            check,
            format!("{name}: {why}"),
            "Look whether the sinkhole runs, whether its index holds this name and is open today (`forestall index query`), and whether packets to port 53 pass.",
        ),
    }
    let check = format!("{}, other names", server.name);
    match &server.other {
        None => found.skipped(check, "nobody said where it must be; say so with --sinkhole-ns NAME=ADDR"),
        Some((name, Ok(rcode))) if rcode == "REFUSED" => found.good(check, format!("{name} is refused")),
        Some((name, Ok(rcode))) => found.bad(
            check,
            format!("{name} is answered with {rcode}; expected REFUSED"),
            "Make sure that it is the sinkhole that answers there: one that answers for every name is an open resolver.",
        ),
        Some((name, Err(why))) => found.bad(
            check,
            format!("{name}: {why}"),
            "Look whether the sinkhole runs and whether packets to port 53 pass.",
        ),
    }
}

fn of_name(delegated: &Delegated, servers: &[Server], found: &mut Findings) {
    let check = format!("{}, delegation", delegated.name);
    let delegates = match &delegated.servers {
        Ok(delegates) => delegates,
        Err(why) => {
            found.bad(
                check,
                why.clone(),
                "Ask the registry of this name whether it did what the case says, and look with `forestall case check`.",
            );
            return;
        }
    };
    let is_ours = |name: &&String| servers.iter().any(|server| server.name == **name);
    let (ours, others): (Vec<&String>, Vec<&String>) = delegates.iter().partition(is_ours);
    let names = |names: &[&String]| names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
    if ours.is_empty() {
        found.bad(
            check,
            format!("it is delegated to {}, none of which is the sinkhole's", names(&others)),
            "Ask the registry of this name to delegate it to the sinkhole's name servers.",
        );
    } else if others.is_empty() {
        found.good(check, format!("it is delegated to {}", names(&ours)));
    } else {
        found.warning(
            check,
            format!("it is delegated to {}, and also to {}", names(&ours), names(&others)),
            "Ask the registry of this name to take the others out, or name them here if they are the sinkhole's.",
        );
    }
}

fn list(addresses: &[IpAddr]) -> String {
    addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::{Answered, Delegated, Observed, Server, findings};
    use crate::doctor::{State, worst};

    fn server(led: &[&str]) -> Server {
        Server {
            name: "ns1.sinkhole.example".to_owned(),
            address: Some("192.0.2.53:53".parse().unwrap()),
            led_to: Some(Ok(led.iter().map(|address| address.parse().unwrap()).collect())),
            listed: Some(Answered { name: "abcd.ws".to_owned(), is_authority: Ok(()) }),
            other: Some(("invalid".to_owned(), Ok("REFUSED".to_owned()))),
        }
    }

    fn check(server: Server, delegates: &[&str], state: State, says: &str) {
        let servers = delegates.iter().map(|&name| name.to_owned()).collect();
        let delegated = vec![Delegated { name: "abcd.ws".to_owned(), servers: Ok(servers) }];
        let all = findings(&Observed { servers: vec![server], delegated });
        assert_eq!(worst(&all), state, "{all:?}");
        assert!(all.iter().any(|finding| finding.state == state && finding.seen.contains(says)), "{all:?}");
    }

    #[test]
    fn each_fault_has_its_state() {
        const OURS: &[&str] = &["ns1.sinkhole.example"];
        let good = server(&["192.0.2.53"]);
        check(good.clone(), OURS, State::Good, "it is an authority for abcd.ws");
        check(server(&["192.0.2.53", "2001:db8::53"]), OURS, State::Good, "192.0.2.53");
        check(server(&["192.0.2.53", "192.0.2.54"]), OURS, State::Warning, "and also 192.0.2.54");
        check(server(&["192.0.2.54"]), OURS, State::Bad, "192.0.2.54, and not 192.0.2.53");
        check(server(&[]), OURS, State::Bad, "nobody tells");
        check(Server { led_to: None, ..good.clone() }, OURS, State::Skipped, "--resolver");
        check(Server { listed: None, ..good.clone() }, OURS, State::Skipped, "--listed");
        let silent = Answered { name: "abcd.ws".to_owned(), is_authority: Err("it did not answer".to_owned()) };
        check(Server { listed: Some(silent), ..good.clone() }, OURS, State::Bad, "abcd.ws: it did not answer");
        let open = Some(("invalid".to_owned(), Ok("NXDOMAIN".to_owned())));
        check(Server { other: open, ..good.clone() }, OURS, State::Bad, "answered with NXDOMAIN; expected REFUSED");
        check(good.clone(), &["ns.other.example"], State::Bad, "none of which is the sinkhole's");
        check(good, &["ns.other.example", "ns1.sinkhole.example"], State::Warning, "and also to ns.other.example");
        assert_eq!(worst(&findings(&Observed::default())), State::Skipped);
    }
}
