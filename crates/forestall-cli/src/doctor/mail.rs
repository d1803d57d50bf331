// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Mail: does the server take us in, and can the mailbox be read? No letter is sent, and none is marked as read.

use super::{Finding, Findings};

/// What was observed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Observed {
    /// The server that takes letters, and how it greets; none where the settings have no part `mail`.
    pub(crate) out: Option<(String, Result<(), String>)>,
    /// Where others reach the console, to which letters and notices lead; none where none go out.
    pub(crate) reached: Option<Result<Option<String>, String>>,
    /// The mailbox, and how many letters wait in it; none where the settings have no part `inbox`.
    pub(crate) inbox: Option<(String, Result<u64, String>)>,
}

/// Letters from which on a mailbox is not emptied by anybody: the service reads up to 1,000 every few minutes.
const MANY: u64 = 1_000;

/// Says how the ways of mail are.
pub(crate) fn findings(observed: &Observed) -> Vec<Finding> {
    let mut found = Findings::of("mail");
    match &observed.out {
        None => found.skipped("letters", "the settings have no part [mail]: letters are handed over by hand"),
        Some((server, Ok(()))) => found.good("letters", format!("{server} greets and lets us in")),
        Some((server, Err(why))) => found.bad(
            "letters",
            format!("{server}: {why}"),
            "Mend the part [mail] of the settings, or the server: letters to registries wait until it takes them.",
        ),
    }
    match &observed.reached {
        None => {}
        Some(Ok(Some(origin))) => found.good("links", format!("letters and notices lead to {origin}")),
        Some(Ok(None)) => found.warning(
            "links",
            "the settings name no address under which others reach the console, and it listens on this machine alone or on every address of it: \
             letters and notices hold no link",
            "Set `public` in the settings, as https://forestall.example, unless `forestall serve` is started with --public.",
        ),
        Some(Err(why)) => found.bad("links", why.clone(), "Mend `public` in the settings: `forestall serve` does not start with it."),
    }
    match &observed.inbox {
        None => found.skipped("mailbox", "the settings have no part [inbox]: mails are pasted on the page Mails"),
        Some((mailbox, Ok(letters))) if *letters >= MANY => found.warning(
            "mailbox",
            format!("{mailbox}: {letters} letters or more wait"),
            "Look whether `forestall serve` runs and what `forestall jobs list` says of kind inbox.",
        ),
        Some((mailbox, Ok(letters))) => {
            found.good("mailbox", format!("{mailbox}: it can be read, letters that wait: {letters}"))
        }
        Some((mailbox, Err(why))) => found.bad(
            "mailbox",
            format!("{mailbox}: {why}"),
            "Mend the part [inbox] of the settings, or the mailbox: answers of registries stay unread until then.",
        ),
    }
    found.all()
}

#[cfg(test)]
mod tests {
    use super::{Observed, findings};
    use crate::doctor::{State, worst};

    #[test]
    fn what_cannot_be_reached_is_bad() {
        let check = |out: Result<(), &str>, inbox: Result<u64, &str>, state| {
            let out = Some(("smtp.example:587".to_owned(), out.map_err(str::to_owned)));
            let inbox = Some(("/var/mail/lists".to_owned(), inbox.map_err(str::to_owned)));
            let all = findings(&Observed { out, inbox, reached: None });
            assert_eq!(worst(&all), state, "{all:?}");
        };
        check(Ok(()), Ok(3), State::Good);
        check(Err("refused"), Ok(3), State::Bad);
        check(Ok(()), Ok(1_000), State::Warning);
        check(Ok(()), Err("gone"), State::Bad);
        assert_eq!(worst(&findings(&Observed::default())), State::Skipped);
    }
}
