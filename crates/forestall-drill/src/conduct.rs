// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Conduct: how a scripted registry behaves when a list comes.

use forestall_model::{Action, vocabulary};
use serde::{Deserialize, Serialize};

use crate::chance::Delay;

vocabulary! {
    /// What a registry answers.
    pub enum Reply as "a reply" {
        /// It does what is asked, and says so.
        Done = "done",
        /// It does a share of the names and says so; of the others it says that it failed.
        Partial = "partial",
        /// It refuses, and may do its fallback.
        Refused = "refused",
        /// It tries and says that it failed.
        Error = "error",
        /// It never answers.
        Never = "never",
    }
}

vocabulary! {
    /// By which way a registry answers.
    pub enum Way as "a way to answer" {
        /// For whole days of its list.
        Days = "days",
        /// Line by line, as in a file that is sent back.
        Lines = "lines",
    }
}

/// How a registry behaves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conduct {
    /// From the arrival of a list to its first opening, in working time; it never opens one where there is none.
    #[serde(default)]
    pub opens: Option<Delay>,
    /// From the opening to the word that it came; none is said where there is none.
    #[serde(default)]
    pub acknowledges: Option<Delay>,
    /// From the opening to the doing and the answer.
    #[serde(default = "no_delay")]
    pub acts: Delay,
    /// What it answers.
    pub reply: Reply,
    /// By which way.
    #[serde(default = "by_days")]
    pub way: Way,
    /// The share of the names that it does where it does a part of them, above 0 and below 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// The share of what it says it did that is true, 0 to 1.
    #[serde(default = "all")]
    pub truth: f64,
    /// What it does where it refuses what is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Action>,
    /// From a failure, its own or an answer that the hub does not take, to the next try; it does not try again where there is none.
    #[serde(default)]
    pub mends: Option<Delay>,
    /// The number of the reminder before which it hears nothing; it hears the list itself where that is 0.
    #[serde(default)]
    pub wakes_at_reminder: u32,
}

const fn no_delay() -> Delay {
    Delay::NONE
}

const fn by_days() -> Way {
    Way::Days
}

const fn all() -> f64 {
    1.0
}

impl Conduct {
    /// It opens nothing and never answers.
    pub const SILENT: Self = Self {
        opens: None,
        acknowledges: None,
        acts: Delay::NONE,
        reply: Reply::Never,
        way: Way::Days,
        share: None,
        truth: 1.0,
        fallback: None,
        mends: None,
        wakes_at_reminder: 0,
    };

    /// Returns what is wrong with the values together; nothing where they are in order.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let is_share = |share: f64| share > 0.0 && share < 1.0;
        match (self.reply, self.share) {
            (Reply::Partial, Some(share)) if is_share(share) => {}
            (Reply::Partial, _) => return Some("a partial reply has a `share` above 0 and below 1".to_owned()),
            (_, Some(_)) => return Some("only a partial reply has a `share`".to_owned()),
            (_, None) => {}
        }
        if !(0.0..=1.0).contains(&self.truth) {
            return Some(format!("`truth` is {}; expected 0 to 1", self.truth));
        }
        if self.fallback.is_some() && self.reply != Reply::Refused {
            return Some("only a registry that refuses has a `fallback`".to_owned());
        }
        if self.reply == Reply::Partial && self.way == Way::Days {
            return Some("a partial reply names its names: it needs `way = \"lines\"`".to_owned());
        }
        if self.opens.is_none() && (self.acknowledges.is_some() || self.reply != Reply::Never) {
            return Some(
                "a registry that never opens a list has no `acknowledges`, and `reply = \"never\"`".to_owned(),
            );
        }
        None
    }
}
