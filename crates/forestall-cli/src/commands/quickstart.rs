// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall quickstart`: two cases to look at, the console, and three commands to go on with.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::Context as _;
use clap::Args;
use forestall_hub::desk::{Act, CaseFile, Desk};
use forestall_hub::quickstart::{self, Summary};
use forestall_hub::server::Settings;
use forestall_model::Actor;
use indicatif::{ProgressBar, ProgressStyle};

use super::serve;
use super::serve_settings::LISTEN;
use crate::failure::Outcome;
use crate::output;
use crate::table::{Align, Table, counted, thousands};
use crate::told::Told;
use crate::world::{self, Globals};

/// Open two cases, Conficker from today on and Conficker 2009 as a reconstruction, and serve the console
///
/// Needs no network. Can be run again without harm: what is there stays as it is.
#[derive(Args, Debug)]
pub(crate) struct Quickstart {
    /// Where the console listens
    #[arg(long, value_name = "ADDR", env = "FORESTALL_LISTEN", hide_env_values = true, default_value_t = LISTEN)]
    listen: SocketAddr,
    /// Print the summary and end
    #[arg(long)]
    no_serve: bool,
}

/// Who opens the two cases: no person does.
const ACTOR: &str = "forestall quickstart";

impl Quickstart {
    /// Runs the command.
    pub(crate) fn run(&self, globals: &Globals) -> anyhow::Result<Outcome> {
        world::run(async {
            let desk = globals.real_desk().await?;
            // The address is taken before the work is done, so that a busy port says so at once.
            let console =
                if self.no_serve { None } else { Some(serve::bind(desk.clone(), Settings::new(self.listen)).await?) };
            let text = open(&desk, globals).await?;
            output::to_stdout(|out| Ok(out.write_all(text.as_bytes())?))?;
            let Some(console) = console else { return Ok(Outcome::Done) };
            let told = Told::listen();
            let link = console.link().await?;
            output::to_stdout(|out| {
                Ok(writeln!(out, "\nOpen the console in a browser; the link signs one person in, once:\n  {link}")?)
            })?;
            output::note(format_args!("Ctrl-C ends the console."));
            serve::serve(desk, console, told).await;
            Ok(Outcome::Done)
        })
    }
}

/// Opens the two cases and returns the summary.
async fn open(desk: &Desk, globals: &Globals) -> anyhow::Result<String> {
    let act = Act::new(ACTOR.parse::<Actor>()?, globals.now());
    let bar = ProgressBar::new(2);
    bar.set_style(
        ProgressStyle::with_template("{bar:20} {pos}/{len} {msg}").unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar.set_message("computing names");
    let done = |case: &str| {
        bar.inc(1);
        bar.set_message(case.to_owned());
    };
    let opened = quickstart::open_cases(desk, &act, globals.today(), done).await;
    bar.finish_and_clear();
    let opened = opened?;
    let mut text = String::new();
    if !opened.opened {
        text.push_str("Both cases were there already; nothing was changed.\n\n");
    }
    case(&opened.live, &mut text)?;
    case(&opened.reconstruction, &mut text)?;
    text.push_str(&commands(globals));
    Ok(text)
}

/// Appends the summary of one case.
fn case(file: &CaseFile, text: &mut String) -> anyhow::Result<()> {
    let Summary { variants, slices, names, first_opening } = quickstart::summary(file);
    let case = &file.case;
    writeln!(text, "{}  (case {})", case.title, case.id)?;
    if case.kind == forestall_coord::event::CaseKind::Reconstruction {
        text.push_str("  RECONSTRUCTION from dated, sourced facts alone; see `forestall case log` for each\n");
    }
    let mut table = Table::new(&[
        ("variant", Align::Left),
        ("names", Align::Right),
        ("a day", Align::Right),
        ("reach if nothing is done", Align::Right),
        ("reach as observed", Align::Right),
        ("", Align::Left),
    ]);
    for variant in &variants {
        table.row([
            variant.campaign.to_string(),
            thousands(variant.names),
            thousands(variant.names_a_day.into()),
            variant.reach_if_nothing.to_string(),
            variant.reach_observed.to_string(),
            if variant.verified { String::new() } else { "UNVERIFIED: monitor only".to_owned() },
        ]);
    }
    let mut rows = Vec::new();
    table.write("  ", &mut rows)?;
    text.push_str(&String::from_utf8_lossy(&rows));
    let opening = first_opening.context("a case without names was opened")?;
    writeln!(text, "  {} under {}, each a slice", counted(names, "name"), counted(slices as u64, "top-level domain"))?;
    writeln!(text, "  the first window opens {opening}, guard included\n")?;
    Ok(())
}

/// The three commands to go on with, after the name of the program; the read-me gives the same, and a test runs them.
const COMMANDS: [(&str, &str); 3] = [
    (
        "open a case",
        "case open mine --campaign conficker-a --campaign conficker-b --from 2027-01-01 --until 2027-04-01",
    ),
    (
        "export the slice of one top-level domain, for its registry",
        "publish --case mine --as csv --tld cc --horizon -o cc.csv",
    ),
    (
        "record its answer, and see coverage and reach change",
        "case answer mine --tld cc --action register-sinkhole --result done",
    ),
];

/// Returns the three commands as they can be typed here.
fn commands(globals: &Globals) -> String {
    // Cargo sets this variable for what it runs, and who runs the program so has it in no folder of programs.
    let program = if std::env::var_os("CARGO").is_some() { "cargo run --release --" } else { "forestall" };
    let data = globals.chosen_data().map_or_else(String::new, |folder| format!(" --data {}", quoted(folder)));
    let mut text = String::from("Three commands to try with data of your own:\n");
    for (what, command) in COMMANDS {
        text.push_str(&format!("  # {what}\n  {program} {command}{data}\n"));
    }
    text
}

/// Returns a path as a shell reads it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
