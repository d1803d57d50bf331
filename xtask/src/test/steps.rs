// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Steps one after another, timed, up to the first that fails.

use std::fmt;
use std::time::Duration;

use anyhow::Context;

use super::seconds;

/// The whole must stay far below what a shared build machine grants; from here on it is time to look for the reason.
const SLOW: Duration = Duration::from_mins(35);

/// A named piece of work.
pub(super) struct Step<'a> {
    name: &'static str,
    action: Box<dyn Fn() -> anyhow::Result<()> + 'a>,
}

impl fmt::Debug for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Step({})", self.name)
    }
}

impl<'a> Step<'a> {
    /// Makes a step.
    pub(super) fn new(name: &'static str, action: impl Fn() -> anyhow::Result<()> + 'a) -> Self {
        Self { name, action: Box::new(action) }
    }
}

/// Runs the steps in order and stops at the first that fails. `now` is the time since the beginning; `say` gets each
/// line.
///
/// # Errors
///
/// What the failing step said, under its name.
pub(super) fn run(steps: Vec<Step<'_>>, now: &dyn Fn() -> Duration, say: &dyn Fn(&str)) -> anyhow::Result<()> {
    let mut summary = Vec::new();
    let mut failed = None;
    let mut warned = false;
    for step in steps {
        if failed.is_some() {
            summary.push(format!("  {:<14} not run", step.name));
            continue;
        }
        say(&format!("== {}", step.name));
        let begin = now();
        let outcome = (step.action)().with_context(|| format!("step {} failed", step.name));
        let took = seconds(now().saturating_sub(begin));
        say(&format!("== {}: {} in {took}", step.name, if outcome.is_ok() { "done" } else { "FAILED" }));
        let word = if outcome.is_ok() { "ok" } else { "FAILED" };
        summary.push(format!("  {:<14} {took:>9}  {word}", step.name));
        failed = outcome.err();
        if !warned && now() > SLOW {
            warned = true;
            say(&format!("warning: more than {} minutes in all; see which step grew", SLOW.as_secs() / 60));
        }
    }
    say("== summary");
    for line in summary {
        say(&line);
    }
    say(&format!("  {:<14} {:>9}", "in all", seconds(now())));
    failed.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;

    /// Runs steps that take the given seconds and succeed or not; returns the outcome and what was said.
    fn check(steps: &[(&'static str, u64, bool)]) -> (Result<(), String>, Vec<String>) {
        let clock = Cell::new(Duration::ZERO);
        let said = RefCell::new(Vec::new());
        let clock_ref = &clock;
        let steps = steps
            .iter()
            .map(|&(name, seconds, succeeds)| {
                Step::new(name, move || {
                    clock_ref.set(clock_ref.get() + Duration::from_secs(seconds));
                    anyhow::ensure!(succeeds, "it broke");
                    Ok(())
                })
            })
            .collect();
        let outcome = run(steps, &|| clock.get(), &|line| said.borrow_mut().push(line.to_owned()));
        (outcome.map_err(|error| format!("{error:#}")), said.into_inner())
    }

    #[test]
    fn says_the_seconds_of_each_step_and_of_all() {
        let (outcome, said) = check(&[("format", 2, true), ("lint", 90, true)]);
        assert_eq!(outcome, Ok(()));
        assert!(said.contains(&"== format: done in 2.0 s".to_owned()), "{said:?}");
        assert!(said.contains(&"== lint: done in 90.0 s".to_owned()), "{said:?}");
        assert_eq!(said.last().map(|line| line.trim()), Some("in all            92.0 s"));
        assert!(!said.iter().any(|line| line.starts_with("warning")));
    }

    #[test]
    fn stops_at_the_first_failure_and_names_it() {
        let (outcome, said) = check(&[("format", 1, true), ("lint", 1, false), ("tests", 1, true)]);
        assert_eq!(outcome, Err("step lint failed: it broke".to_owned()));
        assert!(said.iter().any(|line| line.contains("tests") && line.ends_with("not run")), "{said:?}");
        assert!(said.last().unwrap().ends_with("2.0 s"), "{said:?}");
    }

    #[test]
    fn warns_once_when_the_whole_takes_long() {
        let (outcome, said) = check(&[("lint", 1200, true), ("tests", 1000, true), ("documentation", 5, true)]);
        assert_eq!(outcome, Ok(()));
        assert_eq!(said.iter().filter(|line| line.starts_with("warning: more than 35 minutes")).count(), 1);
        let (_, said) = check(&[("lint", 2000, true)]);
        assert!(!said.iter().any(|line| line.starts_with("warning")));
    }
}
