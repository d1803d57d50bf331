// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Messages that wait for an account (RFC 5730, section 2.9.2.3).

use forestall_model::Instant;

use super::answer::{Answer, Outcome, Refusal, element};
use super::element::Element;
use super::world::{Asking, World};

/// A message that waits to be polled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its number, which a client names to take it off the queue.
    pub id: String,
    /// Since when it waits.
    pub at: Instant,
    /// What it says.
    pub text: String,
    /// What its `resData` holds, as XML; empty for none.
    pub data: String,
}

/// Returns the element that says how many messages wait, in answers to other commands; `None` where none waits.
pub(super) fn waiting(world: &World, account: &str) -> Option<String> {
    let queue = world.queues.get(account)?;
    let first = queue.front()?;
    Some(format!("<msgQ count=\"{}\" id=\"{}\"/>", queue.len(), first.id))
}

/// Carries `poll` out.
pub(super) fn poll(world: &mut World, asking: &Asking<'_>, command: &Element) -> Outcome {
    let queue = world.queues.entry(asking.account.clone()).or_default();
    match command.attribute("op") {
        Some("req") => {
            let Some(first) = queue.front() else { return Ok(Answer::of(1300)) };
            let inside = format!("{}{}", element("qDate", &first.at.to_string()), element("msg", &first.text));
            let head = format!("<msgQ count=\"{}\" id=\"{}\">{inside}</msgQ>", queue.len(), first.id);
            Ok(Answer { queue: Some(head), data: first.data.clone(), ..Answer::of(1301) })
        }
        Some("ack") => {
            let id = command.attribute("msgID").ok_or_else(|| Refusal::new(2003, "which message is meant?"))?;
            if queue.front().is_none_or(|first| first.id != id) {
                return Err(Refusal::new(2303, "it is not the number of the oldest message"));
            }
            queue.pop_front();
            let head = format!("<msgQ count=\"{}\" id=\"{id}\"/>", queue.len());
            Ok(Answer { queue: Some(head), changed: true, ..Answer::of(1000) })
        }
        _ => Err(Refusal::new(2001, "it neither asks for a message nor takes one off")),
    }
}
