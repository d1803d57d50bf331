// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Parents that answer for every name: random names tell what a name shows that nobody registered.

use forestall_dns::{Authority, Delegation, Failure};
use forestall_model::{DomainName, OwnerName};

/// Random names that are asked for under each parent.
pub(crate) const PROBES: usize = 2;

/// The operating system gave no random numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoRandomness(pub(crate) String);

/// What the random names of a parent showed.
#[derive(Clone, Debug)]
pub(crate) enum Parent {
    /// They do not exist: what exists below was registered.
    Plain,
    /// They exist, and showed this: what shows the same shows nothing of its own.
    Wildcard(Vec<Delegation>),
    /// The server gave no sign when asked, so that nothing is known of a wildcard.
    Unprobed(Failure),
    /// The server answered that it does not answer for the parent.
    NotServed(Failure),
}

/// What an answer about one name shows, given what its parent shows for every name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shown<'a> {
    /// Nothing, for this reason.
    Failed(String),
    /// The name does not exist.
    Absent,
    /// The same as every name below the parent.
    Wildcard,
    /// The name exists without being delegated.
    NoDelegation,
    /// The name is delegated to these.
    Delegated(&'a [OwnerName]),
}

impl Parent {
    /// Concludes from the answers for the random names.
    pub(crate) fn of(probes: &[Delegation]) -> Self {
        let exists = |probe: &&Delegation| matches!(probe, Delegation::Delegated { .. } | Delegation::NoDelegation);
        let existing: Vec<Delegation> = probes.iter().filter(exists).cloned().collect();
        if !existing.is_empty() {
            return Self::Wildcard(existing);
        }
        if probes.contains(&Delegation::Nxdomain) {
            return Self::Plain;
        }
        let failures: Vec<&Failure> = probes.iter().filter_map(Told::failure).collect();
        match failures.iter().find(|failure| matches!(failure, Failure::Ask(_))) {
            Some(lost) => Self::Unprobed((*lost).clone()),
            None => Self::NotServed(failures.first().copied().cloned().unwrap_or(Failure::Senseless)),
        }
    }

    /// Says what an answer about one name below this parent shows.
    pub(crate) fn shows<'a>(&self, delegation: &'a Delegation) -> Shown<'a> {
        match (delegation, self) {
            (Delegation::Failed(failure), _) | (_, Self::NotServed(failure)) => Shown::Failed(failure.to_string()),
            (Delegation::Nxdomain, _) => Shown::Absent,
            (_, Self::Unprobed(failure)) => Shown::Failed(format!("nothing is known of a wildcard: {failure}")),
            (_, Self::Wildcard(shown)) if shown.iter().any(|wildcard| alike(wildcard, delegation)) => Shown::Wildcard,
            (Delegation::NoDelegation, _) => Shown::NoDelegation,
            (Delegation::Delegated { servers, .. }, _) => Shown::Delegated(servers),
        }
    }
}

/// Says whether two names show the same, as names of one wildcard do.
fn alike(a: &Delegation, b: &Delegation) -> bool {
    match (a, b) {
        (Delegation::Delegated { servers: a, .. }, Delegation::Delegated { servers: b, .. }) => a == b,
        (a, b) => a == b,
    }
}

/// What a server told, or why it told nothing.
pub(crate) trait Told {
    /// Returns why nothing was told.
    fn failure(&self) -> Option<&Failure>;
}

impl Told for Delegation {
    fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) => Some(failure),
            Self::Delegated { .. } | Self::Nxdomain | Self::NoDelegation => None,
        }
    }
}

impl Told for Authority {
    fn failure(&self) -> Option<&Failure> {
        match self {
            Self::NotServed(failure) => Some(failure),
            Self::Authoritative { .. } | Self::Recursive { .. } => None,
        }
    }
}

/// Returns the part of a name after its first label.
pub(crate) fn parent_of(name: &DomainName) -> &str {
    name.as_str().split_once('.').map_or(".", |(_, parent)| parent)
}

/// Returns the owner name of a part of a domain name, or of one with a label before it.
pub(crate) fn owner(text: &str) -> OwnerName {
    text.parse().expect("a label before a part of a domain name is a name")
}

/// Returns names below `parent` that nobody registered: 20 random letters each.
pub(crate) fn probes(parent: &str) -> Result<[OwnerName; PROBES], NoRandomness> {
    let mut random = [[0_u8; 20]; PROBES];
    for octets in &mut random {
        getrandom::fill(octets).map_err(|error| NoRandomness(error.to_string()))?;
    }
    Ok(random.map(|octets| {
        let label: String = octets.iter().map(|octet| char::from(b'a' + octet % 26)).collect();
        if parent == "." { owner(&label) } else { owner(&format!("{label}.{parent}")) }
    }))
}
