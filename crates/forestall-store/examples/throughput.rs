// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Prints how fast a store on this disk takes events: `cargo run --release -p forestall-store --example throughput [FOLDER]`; or one in
//! an empty PostgreSQL database, whose address stands in the place of the folder and which keeps what was written.

#![expect(clippy::print_stdout, reason = "the figures are what this program is for")]

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant as Clock};

use forestall_coord::command::{self, Exclude, Note, Open};
use forestall_coord::event::{CaseCampaign, CaseKind, Occurrence};
use forestall_coord::{Case, Command, Context, Decided, Refusal};
use forestall_model::{
    CaseId, DayRange, Digest, Instant, Margin, Marking, NameClass, Params, PeriodCounts, TldCount, UtcDay,
};
use forestall_store::{FILE_NAME, Place, Settings, Store, fresh_salts};
use forestall_testkit::figures::tell;

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let target = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let place = if target.starts_with("postgres") {
        Place::database(&target)?
    } else {
        Place::file(&Path::new(&target).join("forestall-throughput").join(FILE_NAME))
    };
    let store = Store::open_at(&place, Settings::default()).await?;
    if store.head().await? > 0 {
        return Err(format!("{place} holds events already; name a place without any").into());
    }

    for writers in [1, 8, 64] {
        let events: usize = 1_600;
        let start = Clock::now();
        let tasks: Vec<_> = (0..writers)
            .map(|writer| {
                tokio::spawn(write_notes(store.clone(), format!("notes-{writers}-{writer}"), events / writers))
            })
            .collect();
        for task in tasks {
            task.await??;
        }
        let took = start.elapsed();
        tell(&format!("append-{writers}"), rate(events, took), "events/s");
        say(&format!("{writers:>2} writers, a case each, one event a command"), events, took);
    }

    let case: CaseId = "exclusions".parse()?;
    open(&store, &case).await?;
    let names = 100_000;
    let context = context(&case)?;
    let commands: Vec<Command> = (0..names).map(exclude).collect::<Result<_, _>>()?;
    let start = Clock::now();
    store.execute_all(&case, commands.len(), |index, state| decide(state, &commands[index], &context)).await?;
    say("exclusions, all in one call", commands.len(), start.elapsed());
    let start = Clock::now();
    store.execute(&case, |state| decide(state, &note(), &context)).await?;
    say("one more event of that case", 1, start.elapsed());

    let digests = [b"a", b"b", b"c"].map(|name| Digest::of(name));
    let counts = counts()?;
    for digest in digests {
        store.cache_counts(digest, 1, &counts).await?;
    }
    let start = Clock::now();
    let mut periods = 0;
    for digest in digests {
        periods += store.cached_counts(digest, 1, i64::MIN..i64::MAX).await?.len();
    }
    say("cached periods of 110 top-level domains, read", periods, start.elapsed());
    store.close().await;

    let store = Store::open_at(&place, Settings::default()).await?;
    let start = Clock::now();
    let state = store.load(&case).await?.ok_or("the case is gone")?;
    say("events folded into a state", commands.len(), start.elapsed());
    let start = Clock::now();
    store.load(&case).await?;
    say("state that is kept, asked for again", 1, start.elapsed());
    drop(state);
    let start = Clock::now();
    let events = store.rebuild().await?;
    say("events folded into the read models", usize::try_from(events)?, start.elapsed());
    let start = Clock::now();
    let problems = store.verify().await?;
    say("events verified", usize::try_from(events)?, start.elapsed());
    println!("{} problems in {place}", problems.len());
    store.close().await;
    if let Some(path) = place.path() {
        println!("the file has {} MB", std::fs::metadata(path)?.len() / 1_000_000);
        path.parent().map_or(Ok(()), std::fs::remove_dir_all)?;
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn rate(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

fn say(what: &str, count: usize, took: Duration) {
    let rate = rate(count, took);
    println!("{count:>7} {what}: {:.1} ms, {rate:.0} a second", took.as_secs_f64() * 1_000.0);
}

async fn write_notes(store: Store, case: String, events: usize) -> Result<(), Failure> {
    let case: CaseId = case.parse()?;
    open(&store, &case).await?;
    for _ in 1..events {
        let context = context(&case)?;
        store.execute(&case, |state| decide(state, &note(), &context)).await?;
    }
    Ok(())
}

async fn open(store: &Store, case: &CaseId) -> Result<(), Failure> {
    let (context, command) = (context(case)?, opening()?);
    store.execute(case, |state| decide(state, &command, &context)).await?;
    Ok(())
}

fn decide(state: Option<&Case>, command: &Command, context: &Context) -> Result<Decided, Refusal> {
    command::decide(state, command, context)
}

fn context(case: &CaseId) -> Result<Context, Failure> {
    Ok(Context {
        case: case.clone(),
        now: Instant::from_seconds(1_230_768_000),
        occurred: None,
        actor: "Ada Example".parse()?,
        source: None,
        comment: None,
        salts: fresh_salts(),
    })
}

fn opening() -> Result<Command, Failure> {
    let first: UtcDay = "2009-01-01".parse()?;
    Ok(Command::Open(Open {
        title: "Throughput".to_owned(),
        kind: CaseKind::Live,
        horizon: DayRange { from: first, until: first.plus(90) },
        board_day: None,
        marking: Marking::DEFAULT,
        campaigns: vec![CaseCampaign {
            id: "alpha".parse()?,
            family: "alpha".parse()?,
            params: Params::new(),
            digest: Digest::of(b"alpha"),
            generator_version: 1,
            verified: true,
            guard: Margin::CLOCK,
            first_day: None,
            draws: Vec::new(),
            zones: Vec::new(),
            registries: Vec::new(),
        }],
        slices: vec!["be".parse()?, "com".parse()?],
        name_servers: Vec::new(),
        server_evidence: Vec::new(),
        guard_override: None,
        four_eyes: false,
        ahead: None,
    }))
}

fn note() -> Command {
    Command::Note(Note {
        tld: None,
        text: "a fact of about the length of a line that somebody writes by hand".to_owned(),
    })
}

fn exclude(number: u32) -> Result<Command, Failure> {
    Ok(Command::Exclude(Exclude {
        name: format!("name{number}.com").parse()?,
        class: NameClass::RegisteredBenign,
        reason: "registered since 2004".to_owned(),
        occurrences: vec![Occurrence { campaign: "alpha".parse()?, period: 1_230_768_000, place: number }],
    }))
}

fn counts() -> Result<Vec<PeriodCounts>, Failure> {
    let first: UtcDay = "2009-01-01".parse()?;
    let by_tld: Vec<TldCount> = (0..110)
        .map(|number| Ok(TldCount { tld: format!("tld{number:03}").parse()?, names: 450, not_registrable: Vec::new() }))
        .collect::<Result<_, Failure>>()?;
    let period = |day| PeriodCounts {
        key: first.plus(day).start().seconds(),
        window: first.plus(day).window(),
        distinct: 50_000,
        by_tld: by_tld.clone(),
    };
    Ok((0..90).map(period).collect())
}
