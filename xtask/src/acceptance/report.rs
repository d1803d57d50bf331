// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a trial found.

use std::fmt::Write as _;

use crate::console::say;

/// What a trial found, as it goes on; each line is said at once.
#[derive(Debug)]
pub(super) struct Report {
    name: &'static str,
    what: &'static str,
    held: Vec<String>,
    failed: Vec<String>,
    facts: Vec<String>,
    skipped: Option<String>,
}

impl Report {
    pub(super) fn new(name: &'static str, what: &'static str) -> Self {
        Self { name, what, held: Vec::new(), failed: Vec::new(), facts: Vec::new(), skipped: None }
    }

    /// Records whether something holds.
    pub(super) fn hold(&mut self, holds: bool, what: &str) {
        say(&format!("   {}: {what}", if holds { "holds" } else { "DOES NOT HOLD" }));
        if holds { &mut self.held } else { &mut self.failed }.push(what.to_owned());
    }

    /// Records a figure or a circumstance.
    pub(super) fn fact(&mut self, what: &str) {
        say(&format!("   {what}"));
        self.facts.push(what.to_owned());
    }

    /// Records why the trial was not made.
    pub(super) fn skip(&mut self, why: &str) {
        self.skipped = Some(why.to_owned());
    }

    /// Says whether nothing was found.
    pub(super) fn holds(&self) -> bool {
        self.failed.is_empty()
    }

    /// Says in a few words how it went.
    pub(super) fn outcome(&self) -> String {
        match (&self.skipped, self.failed.len()) {
            (Some(why), _) => format!("not made, {why}"),
            (None, 0) => format!("all {} hold", self.held.len()),
            (None, failed) => format!("{failed} of {} do not hold", failed + self.held.len()),
        }
    }

    /// Writes it as a page; `about` says when, on which machine, and with which sources.
    pub(super) fn text(&self, about: &str) -> String {
        let mut text = format!("# {}: {}\n\n**{}.** {about}\n", self.name, self.what, self.outcome());
        for (title, lines) in [("Does not hold", &self.failed), ("Holds", &self.held), ("Figures", &self.facts)] {
            if !lines.is_empty() {
                let _ = writeln!(text, "\n## {title}\n");
                lines.iter().for_each(|line| _ = writeln!(text, "- {line}"));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_how_it_went() {
        let mut report = Report::new("tea", "water boils");
        report.hold(true, "it is hot");
        report.fact("100 degrees");
        assert!(report.holds());
        assert_eq!(report.outcome(), "all 1 hold");
        report.hold(false, "it is tea");
        assert!(!report.holds());
        assert_eq!(report.outcome(), "1 of 2 do not hold");
        let text = report.text("Today, here.");
        assert!(text.starts_with("# tea: water boils\n\n**1 of 2 do not hold.** Today, here.\n"), "{text}");
        assert!(
            text.ends_with(
                "## Does not hold\n\n- it is tea\n\n## Holds\n\n- it is hot\n\n## Figures\n\n- 100 degrees\n"
            ),
            "{text}"
        );
    }

    #[test]
    fn what_was_not_made_has_not_failed_and_says_why() {
        let mut report = Report::new("tea", "water boils");
        report.skip("needs water");
        assert!(report.holds());
        assert_eq!(report.outcome(), "not made, needs water");
    }
}
