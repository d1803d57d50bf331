// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Who may see what: TLP 2.0, PAP, and the gate that every renderer stands behind.
//!
//! # Source
//!
//! FIRST, Traffic Light Protocol 2.0 (August 2022); MISP taxonomy PAP.

use crate::{Instant, vocabulary};

vocabulary! {
    /// A TLP 2.0 label, from the most open to the most closed.
    pub enum Tlp as "a TLP label" {
        /// To the world.
        Clear = "TLP:CLEAR",
        /// To the community.
        Green = "TLP:GREEN",
        /// To the recipient's organisation and its clients.
        Amber = "TLP:AMBER",
        /// To the recipient's organisation only.
        AmberStrict = "TLP:AMBER+STRICT",
        /// To the named recipients only.
        Red = "TLP:RED",
    }
}

vocabulary! {
    /// A PAP label: what the receiver may do with the object, from the freest to the strictest.
    pub enum Pap as "a PAP label" {
        /// Anything lawful.
        Clear = "PAP:CLEAR",
        /// Active but polite: blocking and resolving are allowed.
        Green = "PAP:GREEN",
        /// Passive only: no contact with the name's own servers.
        Amber = "PAP:AMBER",
        /// Not visible from outside at all: offline files only.
        Red = "PAP:RED",
    }
}

vocabulary! {
    /// How close a receiver stands to the holder of an object, from the nearest to the farthest.
    pub enum Audience as "an audience" {
        /// A named recipient of the object, or the people who run this installation.
        Recipient = "recipient",
        /// Another member of a recipient's organisation.
        Organisation = "organisation",
        /// A client of a recipient's organisation.
        Client = "client",
        /// A member of the community.
        Community = "community",
        /// Anybody.
        Public = "public",
    }
}

/// The marking that rides on an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Marking {
    /// Who may see it.
    pub tlp: Tlp,
    /// What may be done with it.
    pub pap: Pap,
    /// From this instant on the object counts as TLP:CLEAR; none where the label holds without end.
    pub embargo_until: Option<Instant>,
}

impl Marking {
    /// The default before a window opens: TLP:AMBER+STRICT, PAP:GREEN, no embargo end.
    pub const DEFAULT: Self = Self { tlp: Tlp::AmberStrict, pap: Pap::Green, embargo_until: None };

    /// Public from the start.
    pub const PUBLIC: Self = Self { tlp: Tlp::Clear, pap: Pap::Clear, embargo_until: None };

    /// Returns the marking of an object derived from both: the stricter of each part, the later embargo end.
    #[must_use]
    pub fn strictest(self, other: Self) -> Self {
        let open_end = |m: &Self| {
            if m.tlp == Tlp::Clear { Some(Instant::from_micros(i64::MIN)) } else { m.embargo_until }
        };
        let embargo_until = match (open_end(&self), open_end(&other)) {
            (Some(a), Some(b)) => Some(a.max(b)).filter(|end| end.micros() != i64::MIN),
            _ => None,
        };
        Self { tlp: self.tlp.max(other.tlp), pap: self.pap.max(other.pap), embargo_until }
    }

    /// Returns the TLP label in force at `now`.
    #[must_use]
    pub fn tlp_at(self, now: Instant) -> Tlp {
        match self.embargo_until {
            Some(end) if end <= now => Tlp::Clear,
            _ => self.tlp,
        }
    }
}

/// An object with a marking.
pub trait Marked {
    /// Returns the object's marking.
    fn marking(&self) -> Marking;
}

/// An object that passed the gate for one audience at one instant.
///
/// There is no constructor but [`release`]; renderers take this type, so that nothing is rendered unasked.
#[derive(Clone, Copy, Debug)]
pub struct Released<T> {
    object: T,
    marking: Marking,
    audience: Audience,
}

impl<T> Released<T> {
    /// Returns the object.
    pub const fn object(&self) -> &T {
        &self.object
    }

    /// Takes the object out.
    pub fn into_object(self) -> T {
        self.object
    }

    /// Returns the marking that the rendered form must show.
    pub const fn marking(&self) -> Marking {
        self.marking
    }

    /// Returns the audience it was released to.
    pub const fn audience(&self) -> Audience {
        self.audience
    }

    /// Derives another released object for the same audience, under the same marking.
    pub fn map<U>(self, derive: impl FnOnce(T) -> U) -> Released<U> {
        Released { object: derive(self.object), marking: self.marking, audience: self.audience }
    }
}

/// An object that the gate held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the object is marked {tlp} and may not go to the audience {audience}; it may go to {}", allowed(*tlp))]
pub struct Withheld {
    /// The label in force.
    pub tlp: Tlp,
    /// Who asked.
    pub audience: Audience,
}

/// Lets `object` pass to `audience` where its marking allows it at `now`.
///
/// # Errors
///
/// [`Withheld`] where TLP 2.0 forbids it: RED goes to recipients, AMBER+STRICT to their organisations, AMBER to clients
/// as well, GREEN to the community, CLEAR to all.
pub fn release<T: Marked>(object: T, audience: Audience, now: Instant) -> Result<Released<T>, Withheld> {
    let marking = object.marking();
    let tlp = marking.tlp_at(now);
    if audience <= farthest(tlp) {
        let marking = Marking { tlp, ..marking };
        Ok(Released { object, marking, audience })
    } else {
        Err(Withheld { tlp, audience })
    }
}

/// Returns the farthest audience to which a label lets an object pass.
const fn farthest(tlp: Tlp) -> Audience {
    match tlp {
        Tlp::Red => Audience::Recipient,
        Tlp::AmberStrict => Audience::Organisation,
        Tlp::Amber => Audience::Client,
        Tlp::Green => Audience::Community,
        Tlp::Clear => Audience::Public,
    }
}

/// Names the audiences to which a label lets an object pass, the nearest first.
fn allowed(tlp: Tlp) -> String {
    let words: Vec<String> =
        Audience::ALL.iter().filter(|audience| **audience <= farthest(tlp)).map(ToString::to_string).collect();
    match words.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => words.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Audience, Marked, Marking, Tlp, release};
    use crate::Instant;

    struct Object(Marking);

    impl Marked for Object {
        fn marking(&self) -> Marking {
            self.0
        }
    }

    #[test]
    fn red_goes_to_recipients_alone() {
        let red = || Object(Marking { tlp: Tlp::Red, ..Marking::DEFAULT });
        let now = Instant::from_seconds(0);
        assert!(release(red(), Audience::Recipient, now).is_ok());
        for audience in &Audience::ALL[1..] {
            assert!(release(red(), *audience, now).is_err());
        }
    }

    #[test]
    fn what_is_held_back_says_to_whom_it_may_go() {
        let check = |tlp, expected: &str| {
            let object = Object(Marking { tlp, ..Marking::DEFAULT });
            let held = release(object, Audience::Public, Instant::from_seconds(0)).err().unwrap();
            assert!(held.to_string().ends_with(expected), "{held}");
        };
        check(Tlp::Red, "to the audience public; it may go to recipient");
        check(Tlp::Amber, "it may go to recipient, organisation or client");
        check(Tlp::Green, "recipient, organisation, client or community");
    }

    #[test]
    fn embargo_ends_in_the_open() {
        let end = Instant::from_seconds(100);
        let object = || Object(Marking { embargo_until: Some(end), ..Marking::DEFAULT });
        assert!(release(object(), Audience::Public, Instant::from_seconds(99)).is_err());
        let released = release(object(), Audience::Public, end).unwrap();
        assert_eq!(released.marking().tlp, Tlp::Clear);
    }

    #[test]
    fn derived_objects_take_the_strictest() {
        let end = Instant::from_seconds(100);
        let embargoed = Marking { embargo_until: Some(end), ..Marking::DEFAULT };
        assert_eq!(embargoed.strictest(Marking::PUBLIC), Marking { pap: embargoed.pap, ..embargoed });
        assert_eq!(embargoed.strictest(Marking::DEFAULT).embargo_until, None);
    }
}
