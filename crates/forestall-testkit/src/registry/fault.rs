// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What goes wrong because a test asks for it.

use std::time::Duration;

use super::answer::start;
use super::code;
use super::frame::{LENGTH, framed};
use super::journal::Verb;

/// Something that goes wrong with the next commands that it is for.
#[derive(Clone, Debug)]
pub struct Fault {
    effect: Effect,
    verb: Option<Verb>,
    object: Option<String>,
    passed: usize,
    times: usize,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// The command is not carried out.
    Refuse(u16),
    /// The answer comes late.
    Delay(Duration),
    /// The connection ends before the command is carried out.
    CutBefore,
    /// The connection ends after the command was carried out, and before its answer.
    CutAfter,
    /// A creation waits for somebody to decide.
    Pend,
    /// The command is carried out, and the answer is not what it should be.
    Hostile(Hostile),
}

/// An answer that a client must not believe or take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hostile {
    /// A length of 2 GiB, and a few octets.
    HugeLength,
    /// A length that does not even count itself.
    TinyLength,
    /// Half of the answer, and the end of the connection.
    Cut,
    /// No answer; the connection stays.
    Silence,
    /// Entities that grow to gigabytes.
    EntityBomb,
    /// An entity that names a file of the client's machine.
    ExternalEntity,
    /// Elements in each other, 100,000 of them.
    Deep,
    /// Octets that are no XML.
    NoXml,
    /// Octets that are no UTF-8.
    NoUtf8,
    /// A right answer to another command.
    WrongId,
    /// A right answer that does not say to which command.
    NoId,
    /// A code that RFC 5730 does not have.
    UnknownCode,
    /// A greeting in the place of the answer.
    Greeting,
    /// 4 MiB of text in an answer that is right otherwise.
    Large,
}

impl Fault {
    const fn new(effect: Effect) -> Self {
        Self { effect, verb: None, object: None, passed: 0, times: 1 }
    }

    /// Refuses a command with a code; it is not carried out.
    ///
    /// # Panics
    ///
    /// Where RFC 5730 has no such code.
    #[must_use]
    #[track_caller]
    pub fn refuse(code: u16) -> Self {
        assert!(code >= 2000 && code::says(code).is_some(), "RFC 5730 refuses nothing with the code {code}");
        Self::new(Effect::Refuse(code))
    }

    /// Carries a command out and answers only after a time.
    #[must_use]
    pub const fn delay(time: Duration) -> Self {
        Self::new(Effect::Delay(time))
    }

    /// Ends the connection before a command is carried out.
    #[must_use]
    pub const fn cut_before() -> Self {
        Self::new(Effect::CutBefore)
    }

    /// Ends the connection after a command was carried out, and before its answer.
    #[must_use]
    pub const fn cut_after() -> Self {
        Self::new(Effect::CutAfter)
    }

    /// Answers a creation with 1001; it waits for [`Registry::decide`](super::Registry::decide).
    #[must_use]
    pub const fn pend() -> Self {
        let mut fault = Self::new(Effect::Pend);
        fault.verb = Some(Verb::Create);
        fault
    }

    /// Carries a command out and answers what a client must not believe or take.
    #[must_use]
    pub const fn hostile(hostile: Hostile) -> Self {
        Self::new(Effect::Hostile(hostile))
    }

    /// Is for this command only. Without, a fault is for all but `hello`, `login` and `logout`. What is for `hello` is for the greeting of a
    /// connection as well.
    #[must_use]
    pub const fn on(mut self, verb: Verb) -> Self {
        self.verb = Some(verb);
        self
    }

    /// Is for commands about this object only.
    #[must_use]
    pub fn about(mut self, object: &str) -> Self {
        self.object = Some(object.to_owned());
        self
    }

    /// Lets this many commands pass first.
    #[must_use]
    pub const fn after(mut self, commands: usize) -> Self {
        self.passed = commands;
        self
    }

    /// Comes this many times, and not once.
    #[must_use]
    pub const fn times(mut self, times: usize) -> Self {
        self.times = times;
        self
    }

    fn is_for(&self, verb: Verb, objects: &[String]) -> bool {
        let verb_fits = match self.verb {
            Some(wanted) => wanted == verb,
            None => !matches!(verb, Verb::Hello | Verb::Login | Verb::Logout),
        };
        verb_fits && self.object.as_ref().is_none_or(|object| objects.contains(object))
    }
}

/// Takes the effect of the first fault that is for a command.
pub(super) fn take(faults: &mut Vec<Fault>, verb: Verb, objects: &[String]) -> Option<Effect> {
    let mut found = None;
    for fault in faults.iter_mut().filter(|fault| fault.times > 0 && fault.is_for(verb, objects)) {
        if fault.passed > 0 {
            fault.passed -= 1;
        } else if found.is_none() {
            fault.times -= 1;
            found = Some(fault.effect.clone());
        }
    }
    faults.retain(|fault| fault.times > 0);
    found
}

impl Hostile {
    /// Makes what is sent in the place of an answer, its length in front, and says whether the connection ends after it.
    pub(super) fn octets(self, answer: &str, greeting: &str) -> (Vec<u8>, bool) {
        let declared = |subset: &str| {
            let document = answer.replace("<epp ", &format!("<!DOCTYPE epp [{subset}]>\n<epp "));
            document.replace("<msg>", "<msg>&bomb;").replace("<svID>", "<svID>&bomb;")
        };
        let text = match self {
            Self::HugeLength => return ([&0x7fff_ffff_u32.to_be_bytes()[..], b"<?xml "].concat(), false),
            Self::TinyLength => return (2_u32.to_be_bytes().to_vec(), false),
            Self::Cut => {
                let mut octets = framed(answer.as_bytes());
                octets.truncate(LENGTH + answer.len() / 2);
                return (octets, true);
            }
            Self::Silence => return (Vec::new(), false),
            Self::NoUtf8 => {
                let (before, after) = answer.split_once("<msg>").unwrap_or((answer, ""));
                return (framed(&[before.as_bytes(), b"<msg>\xff\xfe", after.as_bytes()].concat()), false);
            }
            Self::EntityBomb => {
                let mut subset = "<!ENTITY a0 \"aaaaaaaaaa\">".to_owned();
                for level in 1..=9 {
                    let before = format!("&a{};", level - 1).repeat(10);
                    subset.push_str(&format!("<!ENTITY a{level} \"{before}\">"));
                }
                declared(&format!("{subset}<!ENTITY bomb \"&a9;\">"))
            }
            Self::ExternalEntity => declared("<!ENTITY bomb SYSTEM \"file:///etc/hostname\">"),
            Self::Deep => format!("{}{}{}</epp>", start(), "<x>".repeat(100_000), "</x>".repeat(100_000)),
            Self::NoXml => "HTTP/1.1 400 Bad Request\r\n\r\n".to_owned(),
            Self::WrongId => with_id(answer, "<clTRID>SOMEBODY-ELSE-1</clTRID>"),
            Self::NoId => with_id(answer, ""),
            Self::UnknownCode => {
                let (before, after) = answer.split_once("code=\"").unwrap_or((answer, "1000"));
                format!("{before}code=\"1999{}", &after[4..])
            }
            Self::Greeting => greeting.to_owned(),
            Self::Large => answer.replace("</msg>", &format!("{}</msg>", "x".repeat(4 << 20))),
        };
        (framed(text.as_bytes()), false)
    }
}

fn with_id(answer: &str, id: &str) -> String {
    let Some((before, rest)) = answer.split_once("<trID>") else { return answer.to_owned() };
    let after = rest.split_once("</clTRID>").map_or(rest, |(_, after)| after);
    format!("{before}<trID>{id}{after}")
}
