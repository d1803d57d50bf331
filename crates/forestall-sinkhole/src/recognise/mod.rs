// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Who a visitor seems to be. Each family has a file that says how its machines speak; whoever speaks otherwise is judged by his user agent, which anybody
//! can forge. A verdict is a hint for the census, never an accusation.

pub mod conficker;
mod visitor;

use forestall_spool::{Verdict, Visitor};

use crate::config::Page;

/// A request as far as recognisers see it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Request<'r> {
    /// The method.
    pub method: &'r [u8],
    /// What stands before the question mark.
    pub path: &'r [u8],
    /// What stands after it.
    pub query: Option<&'r [u8]>,
    /// The version, such as `HTTP/1.0`.
    pub version: &'r [u8],
    /// The `Host` field.
    pub host: Option<&'r [u8]>,
    /// The `User-Agent` field.
    pub user_agent: Option<&'r [u8]>,
}

/// Says whether a request is one of a family's machines, and by which words.
type Recogniser = fn(&Request<'_>) -> Option<&'static str>;

/// One for each family whose protocol is known.
const RECOGNISERS: &[Recogniser] = &[conficker::recognise];

/// Says who sent a request.
#[must_use]
pub fn verdict(request: &Request<'_>, page: &Page) -> Verdict<'static> {
    if let Some(reason) = RECOGNISERS.iter().find_map(|recognise| recognise(request)) {
        return Verdict { visitor: Visitor::Bot, reason: reason.as_bytes() };
    }
    let (visitor, reason) = visitor::judge(request, page);
    Verdict { visitor, reason: reason.as_bytes() }
}
