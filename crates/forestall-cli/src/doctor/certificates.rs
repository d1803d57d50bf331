// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Certificates: those that are shown to others, and the authorities by which those of others are checked.

use forestall_model::Instant;

use super::{Finding, Findings, lasting};

const DAY: i64 = 86_400;
/// Days before its end from which on a certificate must be renewed: programs that renew by themselves do it then, a third of 90 days before.
const RENEW_DAYS: i64 = 30;

/// A certificate with its key, as files name them.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    /// Which setting names it, such as `transfer`.
    pub(crate) of: String,
    /// The file of the chain.
    pub(crate) file: String,
    /// What the files hold.
    pub(crate) read: Result<Shown, String>,
    /// Whether the key is the certificate's; why nobody can tell where not.
    pub(crate) is_of_key: Result<bool, String>,
}

/// What is shown to those who connect.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    /// From when until when each certificate is good.
    pub(crate) spans: Vec<(Instant, Instant)>,
    /// The place, from 1, of the first certificate that the next did not issue.
    pub(crate) out_of_order: Option<usize>,
    /// Whether the first one issued itself.
    pub(crate) is_self_issued: bool,
    /// The host for which it must be, where one was named, and whether it is.
    pub(crate) host: Option<(String, Result<bool, String>)>,
}

/// What was observed.
#[derive(Clone, Debug)]
pub(crate) struct Observed {
    /// The time.
    pub(crate) now: Instant,
    /// The certificates that settings name.
    pub(crate) pairs: Vec<Pair>,
    /// How many authorities the operating system believes, and what of them cannot be read.
    pub(crate) authorities: (usize, Vec<String>),
}

/// Says how the certificates are.
pub(crate) fn findings(observed: &Observed) -> Vec<Finding> {
    let mut found = Findings::of("certificates");
    let (count, unread) = &observed.authorities;
    let check = "authorities of the operating system";
    match (*count, unread.first()) {
        (0, why) => found.bad(
            check,
            why.map_or_else(|| "there are none".to_owned(), |why| format!("there are none: {why}")),
            "Install the authorities of the operating system (Debian package ca-certificates): without them every certificate of others is refused.",
        ),
        (count, Some(why)) => found.warning(
            check,
            format!("{count} believed, and some cannot be read: {why}"),
            "Install the authorities of the operating system anew (Debian package ca-certificates).",
        ),
        (count, None) => found.good(check, format!("{count} believed")),
    }
    if observed.pairs.is_empty() {
        found.skipped("shown to others", "no setting names a certificate");
    }
    observed.pairs.iter().for_each(|pair| of_pair(pair, observed.now, &mut found));
    found.all()
}

fn of_pair(pair: &Pair, now: Instant, found: &mut Findings) {
    let Pair { of, file, .. } = pair;
    let shown = match &pair.read {
        Ok(shown) => shown,
        Err(why) => {
            found.bad(
                of.clone(),
                format!("{file}: {why}"),
                "Put a chain of certificates in the form PEM there, readable by this user.",
            );
            return;
        }
    };
    for ((from, until), place) in shown.spans.iter().zip(1..) {
        span(&format!("{of}, certificate {place} of {}", shown.spans.len()), (*from, *until), now, found);
    }
    match &pair.is_of_key {
        Ok(true) => found.good(format!("{of}, key"), "it is the certificate's"),
        Ok(false) => found.bad(
            format!("{of}, key"),
            "it is another than the certificate's",
            "Name the key with which the certificate was asked for.",
        ),
        Err(why) => found.bad(
            format!("{of}, key"),
            why.clone(),
            "Put the private key in the form PEM there, readable by this user.",
        ),
    }
    match shown.out_of_order {
        None if shown.spans.len() == 1 && !shown.is_self_issued => found.warning(
            format!("{of}, chain"),
            "one certificate that another authority issued, without that authority's",
            "Put the certificates of the authorities between it and the root behind it, unless the root itself issued it.",
        ),
        None => found.good(format!("{of}, chain"), "each certificate is followed by that of its issuer"),
        Some(place) => found.bad(
            format!("{of}, chain"),
            format!("certificate {place} is not followed by that of its issuer"),
            "Put the server's certificate first and behind each that of its issuer.",
        ),
    }
    match &shown.host {
        None => found
            .skipped(format!("{of}, host"), "nobody said under which name it is reached; say so with --tls-name HOST"),
        Some((host, Ok(true))) => found.good(format!("{of}, host"), format!("it is for {host}")),
        Some((host, Ok(false))) => found.bad(
            format!("{of}, host"),
            format!("it is not for {host}"),
            "Ask for a certificate with this name among its alternative names.",
        ),
        Some((host, Err(why))) => {
            found.bad(format!("{of}, host"), format!("{host}: {why}"), "Name a host as in DNS, or an address.")
        }
    }
}

fn span(check: &str, (from, until): (Instant, Instant), now: Instant, found: &mut Findings) {
    let left = until.seconds_since(now);
    if now < from {
        found.bad(
            check,
            format!("it is good from {from} on, {} from now", lasting(from.seconds_since(now))),
            "Look at the clock of this machine, or ask for a certificate that is good already.",
        );
    } else if left < 0 {
        found.bad(check, format!("it ended {} ago, at {until}", lasting(left)), "Renew it now.");
    } else if left < RENEW_DAYS * DAY {
        found.warning(
            check,
            format!("it ends in {}, at {until}", lasting(left)),
            "Renew it, and find out why it did not renew itself.",
        );
    } else {
        found.good(check, format!("it is good until {until}"));
    }
}

#[cfg(test)]
mod tests {
    use forestall_model::Instant;

    use super::{Observed, Pair, Shown, findings};
    use crate::doctor::{State, worst};

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn pair(until: &str) -> Pair {
        let spans = vec![(at("2026-01-01T00:00:00Z"), at(until))];
        let host = Some(("transfers.example".to_owned(), Ok(true)));
        Pair {
            of: "transfer".to_owned(),
            file: "transfer.crt".to_owned(),
            read: Ok(Shown { spans, out_of_order: None, is_self_issued: true, host }),
            is_of_key: Ok(true),
        }
    }

    fn check(pair: Pair, state: State, says: &str) {
        let observed = Observed { now: at("2026-11-27T00:00:00Z"), pairs: vec![pair], authorities: (140, Vec::new()) };
        let all = findings(&observed);
        assert_eq!(worst(&all), state, "{all:?}");
        assert!(all.iter().any(|finding| finding.state == state && finding.seen.contains(says)), "{all:?}");
    }

    #[test]
    fn each_fault_has_its_state() {
        check(pair("2027-01-01T00:00:00Z"), State::Good, "good until 2027-01-01T00:00:00Z");
        check(pair("2026-12-26T23:59:59Z"), State::Warning, "it ends in 29 days");
        check(pair("2026-11-26T00:00:00Z"), State::Bad, "it ended 24 hours ago");
        let good = pair("2027-01-01T00:00:00Z");
        let with = |change: fn(&mut Shown)| {
            let mut pair = good.clone();
            pair.read.as_mut().map(change).unwrap();
            pair
        };
        check(with(|shown| shown.spans[0].0 = shown.spans[0].1), State::Bad, "on, 35 days from now");
        check(with(|shown| shown.out_of_order = Some(1)), State::Bad, "not followed by");
        check(with(|shown| shown.is_self_issued = false), State::Warning, "without that authority's");
        check(with(|shown| shown.host = Some(("b.example".to_owned(), Ok(false)))), State::Bad, "not for b.example");
        check(with(|shown| shown.host = None), State::Skipped, "--tls-name");
        check(Pair { is_of_key: Ok(false), ..good.clone() }, State::Bad, "another than the certificate's");
        check(Pair { is_of_key: Err("it is gone".to_owned()), ..good.clone() }, State::Bad, "it is gone");
        check(Pair { read: Err("it is gone".to_owned()), ..good }, State::Bad, "transfer.crt: it is gone");
    }

    #[test]
    fn without_authorities_nobody_is_believed() {
        let state = |count, unread: &[&str]| {
            let authorities = (count, unread.iter().map(|&why| why.to_owned()).collect());
            worst(&findings(&Observed { now: at("2026-11-27T00:00:00Z"), pairs: Vec::new(), authorities }))
        };
        assert_eq!(state(140, &[]), State::Skipped);
        assert_eq!(state(140, &["one is broken"]), State::Warning);
        assert_eq!(state(0, &[]), State::Bad);
    }
}
