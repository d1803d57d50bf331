// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The draft of a request for a waiver: what the case knows stands in it, and brackets where a person has to say something.
//!
//! Both forms have the same parts (playbook of the response, part 4.4); they differ in who asks, for which names, and which clock starts.

use std::collections::BTreeMap;
use std::io::{self, Write};

use forestall_model::{Action, Instant, Marking, UtcDay};

use super::{Asked, Request, actions, in_words, needed};
use crate::feed::Publisher;
use crate::flood::one_line;
use crate::page::markdown_escaped;

/// What one kind of request says.
pub(crate) struct Kind {
    /// The title.
    pub(crate) title: &'static str,
    /// What sending it starts.
    pub(crate) clock: &'static str,
    /// Who asks, as a line with brackets.
    pub(crate) requester: &'static str,
    /// The agreement.
    pub(crate) agreement: &'static str,
    /// What an incident is, each a line to be ticked.
    pub(crate) triggers: &'static [&'static str],
    /// What the column of the table says by which names are counted.
    pub(crate) column: &'static str,
}

/// Writes a draft about some lines, which stand in the groups of the table, and returns how many names there are. `aside` says what is not in it.
pub(crate) fn write(
    kind: &Kind,
    (request, marking, publisher): (&Request, Marking, &Publisher),
    groups: &BTreeMap<String, Vec<&[Asked]>>,
    aside: &[String],
    out: &mut dyn Write,
) -> io::Result<u64> {
    let names: Vec<&[Asked]> = groups.values().flatten().copied().collect();
    let when = needed(names.iter().copied().flatten());
    writeln!(out, "# DRAFT: {}\n", kind.title)?;
    writeln!(
        out,
        "**DRAFT, not sent. Check it against the current form before use: the form may have changed. {}**\n",
        kind.clock
    )?;
    writeln!(out, "- Marking: {} {}", marking.tlp, marking.pap)?;
    writeln!(
        out,
        "- Case: {} ({}), as of {}",
        request.case,
        markdown_escaped(&one_line(&request.title)),
        request.changed
    )?;
    writeln!(out, "- Names of the days from {} until {}", request.span.from, request.span.until)?;
    writeln!(out, "- Square brackets are for whoever asks; nothing here speaks for the parties of the agreement.\n")?;

    writeln!(out, "## Who asks\n")?;
    writeln!(out, "- {}", kind.requester)?;
    writeln!(out, "- Contact, reachable at any hour, and how to authenticate it: [name, telephone, mail, PIN or key]")?;
    let prepared = match (publisher.name.as_str(), publisher.mail.as_str()) {
        ("", "") => "[organisation, mail]".to_owned(),
        (name, "") => markdown_escaped(&one_line(name)),
        ("", mail) => markdown_escaped(&one_line(mail)),
        (name, mail) => markdown_escaped(&one_line(&format!("{name}, {mail}"))),
    };
    writeln!(out, "- Prepared by: {prepared}\n")?;

    writeln!(out, "## The incident\n")?;
    writeln!(out, "- Present or imminent: [present, imminent]; the names are needed {}", in_words(when))?;
    for trigger in kind.triggers {
        writeln!(out, "- [ ] {trigger}")?;
    }
    writeln!(
        out,
        "- Description: infected machines compute these names and ask for each until one answers; whoever holds one can reach them."
    )?;
    for campaign in &request.campaigns {
        let mark =
            if campaign.verified { "" } else { " (UNVERIFIED: its names were not checked against the botnet's own)" };
        writeln!(
            out,
            "- {}, family {}{mark}: {}",
            campaign.id,
            campaign.family,
            markdown_escaped(&one_line(&campaign.summary))
        )?;
        for reference in &campaign.references {
            writeln!(out, "  - {}", markdown_escaped(&one_line(reference)))?;
        }
    }

    writeln!(out, "\n## What was done or is to be done\n")?;
    writeln!(out, "| {} | action | names | meaning |\n|---|---|---:|---|", kind.column)?;
    for (group, names) in groups {
        let mut counts: BTreeMap<Option<Action>, u64> = BTreeMap::new();
        for lines in names {
            let actions = actions(lines);
            let nothing = actions.is_empty().then_some(None);
            for action in actions.into_iter().map(Some).chain(nothing) {
                *counts.entry(action).or_default() += 1;
            }
        }
        for (action, names) in counts {
            let (word, meaning) =
                action.map_or(("nothing yet", "to be decided"), |action| (action.word(), action.meaning()));
            writeln!(out, "| {} | {word} | {names} | {meaning} |", markdown_escaped(group))?;
        }
    }
    if groups.is_empty() {
        writeln!(out, "| none | | 0 | |")?;
    }
    writeln!(out, "\n- Done already, and when: [action, date]")?;
    for text in aside {
        writeln!(out, "- {text}")?;
    }

    writeln!(out, "\n## The waiver\n")?;
    writeln!(out, "- Provision of the {} from which to be exempt: [the specific provision]", kind.agreement)?;
    writeln!(
        out,
        "- For how long: [from, until]; the last name is needed {}",
        when.1.map_or_else(|| "without end".to_owned(), |until| format!("until {until}"))
    )?;
    writeln!(out, "- For what was done before this request: [yes, no]\n")?;

    writeln!(out, "## If nothing is done\n")?;
    match busiest(&names) {
        Some((day, count)) => writeln!(out, "- Names that are live on one day: at most {count}, on {day}")?,
        None => writeln!(out, "- Names that are live at all times: {}", names.len())?,
    }
    writeln!(out, "- Expected impact: [machines, services, third parties]\n")?;
    writeln!(out, "## Who else was told\n\n- [registries, registrars, CERTs, law enforcement, holders]\n")?;
    writeln!(out, "## Afterwards\n\n- Report after the incident: [by whom, by when]\n")?;
    writeln!(
        out,
        "## The names\n\n- {} names, one by one in the annex of the case (forms `annex` and `annex-html`)",
        names.len()
    )?;
    Ok(u64::try_from(names.len()).unwrap_or(u64::MAX))
}

/// Returns the day on which the most names are live, and how many; `None` where no name begins or ends.
fn busiest(names: &[&[Asked]]) -> Option<(UtcDay, i64)> {
    let mut steps: BTreeMap<UtcDay, i64> = BTreeMap::new();
    let mut live = 0;
    for lines in names {
        let spans: Option<Vec<(UtcDay, UtcDay)>> = lines.iter().map(days).collect();
        let Some(mut spans) = spans else {
            live += 1;
            continue;
        };
        // Windows of one name that meet count once.
        spans.sort_unstable();
        let mut end = None;
        for (from, until) in spans {
            let from = end.map_or(from, |end: UtcDay| from.max(end));
            if from < until {
                *steps.entry(from).or_default() += 1;
                *steps.entry(until).or_default() -= 1;
                end = Some(until);
            }
        }
    }
    let mut most: Option<(UtcDay, i64)> = None;
    for (day, step) in steps {
        live += step;
        if most.is_none_or(|(_, count)| live > count) {
            most = Some((day, live));
        }
    }
    most
}

/// Returns the first day on which a name is needed and the one after the last; `None` where one side has no bound.
fn days(asked: &Asked) -> Option<(UtcDay, UtcDay)> {
    let (from, until) = crate::csv::bounds(asked.guard);
    // A window that ends at midnight is not live on the day that begins.
    Some((from?.day(), Instant::from_micros(until?.micros() - 1).day().plus(1)))
}
