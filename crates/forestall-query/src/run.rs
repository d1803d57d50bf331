// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! From the command line to rows.

use std::io::{self, Read as _, Write};

use datafusion::execution::context::SQLOptions;
use datafusion::prelude::{DataFrame, SessionContext};

use crate::arguments::{Arguments, Command, Engine, Format, Named, Query, Scan};
use crate::failure::Failure;
use crate::output::OutputError;
use crate::{cluster, damage, embedded, executor, folder, output, scan, scheduler, session, tables};

/// Octets of a statement at most.
const LONGEST: u64 = 1 << 20;

/// Does what the command line says.
///
/// # Errors
///
/// [`Failure`].
pub(crate) async fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        Some(Command::Scheduler(asked)) => scheduler::run(&asked).await,
        Some(Command::Executor(asked)) => executor::run(&asked).await,
        Some(Command::Scan(asked)) => find(asked).await,
        None => query(&arguments.sql.unwrap_or_default(), &arguments.query, arguments.format, arguments.rows).await,
    }
}

/// Runs a statement over the lake and prints its rows.
async fn query(sql: &str, asked: &Query, format: Format, most: usize) -> Result<(), Failure> {
    let sql = if sql == "-" { read_statement()? } else { sql.to_owned() };
    if asked.lake.is_none() && asked.logs.is_empty() {
        return Err(Failure::Usage("there is nothing to read: give --lake URL, or --logs NAME=URL".to_owned()));
    }
    let Begun { context, .. } = &begin(asked).await?;
    if let Some(lake) = &asked.lake {
        tables::add_lake(context, lake).await?;
    }
    for logs in &asked.logs {
        tables::add_logs(context, logs).await?;
    }
    let rows = prepared(context, &sql).await?;
    if format == Format::Jsonl {
        output::check_names(rows.schema().inner())?;
    }
    if printed(context, rows, Some((format, most))).await? {
        let told = format!("note: there are more than {most} rows; --rows shows more, --format csv or jsonl all");
        let _ = writeln!(io::stderr(), "{told}");
    }
    Ok(())
}

/// Runs `scan`.
async fn find(asked: Scan) -> Result<(), Failure> {
    let query = Query {
        lake: None,
        logs: Vec::new(),
        engine: asked.engine,
        index: asked.index,
        keys: None,
        memory: 1_024,
        spill: None,
    };
    if query.engine == Engine::Embedded && query.index.is_empty() {
        return Err(Failure::Usage("names are looked up in an index: give --index FILE".to_owned()));
    }
    let Begun { context, .. } = &begin(&query).await?;
    tables::add_logs(context, &Named { name: scan::LOGS.to_owned(), url: asked.logs }).await?;
    let logs = context.table(scan::LOGS).await.map_err(|error| Failure::of_run(&error))?;
    let statement = scan::statement(logs.schema().as_arrow())?;
    let rows = prepared(context, &statement).await?;
    printed(context, rows, None).await.map(drop)
}

/// Prints rows in a form, or as a program reads them. Returns whether there are more than were printed.
async fn printed(context: &SessionContext, rows: DataFrame, form: Option<(Format, usize)>) -> Result<bool, Failure> {
    let mut out = io::BufWriter::new(io::stdout());
    let done = match rows.execute_stream().await {
        Err(error) => Err(OutputError::Run(error)),
        Ok(rows) => match form {
            Some((format, most)) => output::write(rows, format, most, &mut out).await,
            None => output::write_for_programs(rows, &mut out).await.map(|()| false),
        },
    };
    match done {
        Ok(more) => Ok(more),
        // A reader that went away ends it well.
        Err(OutputError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(OutputError::Write(error)) => Err(Failure::Environment(format!("the result cannot be written: {error}"))),
        Err(OutputError::Run(error)) => Err(damage::placed(context, Failure::of_run(&error)).await),
    }
}

/// A session, and the folder for what does not fit into its memory, where it has one.
struct Begun {
    context: SessionContext,
    _spill: Option<folder::Own>,
}

async fn begin(asked: &Query) -> Result<Begun, Failure> {
    match &asked.engine {
        Engine::Embedded => {
            let known = session::known(&asked.index, asked.keys.as_deref())?;
            let octets = usize::try_from(u64::from(asked.memory) << 20).unwrap_or(usize::MAX);
            let spill = folder::of_its_own(asked.spill.as_deref())?;
            folder::deleted_when_told(&spill);
            let context = embedded::context(&known, octets, spill.rows()).map_err(|error| Failure::of_run(&error))?;
            Ok(Begun { context, _spill: Some(spill) })
        }
        Engine::Ballista(scheduler) => {
            if asked.keys.is_some() {
                return Err(Failure::Usage(
                    "on a cluster the executors have the keys: give --keys to each of them".to_owned(),
                ));
            }
            let known = session::known(&asked.index, None)?;
            let context = cluster::context(&known, scheduler).await?;
            Ok(Begun { context, _spill: None })
        }
    }
}

/// Plans a statement that only reads.
async fn prepared(context: &SessionContext, sql: &str) -> Result<DataFrame, Failure> {
    let reading = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    context.sql_with_options(sql, reading).await.map_err(|error| Failure::of_statement(&error))
}

fn read_statement() -> Result<String, Failure> {
    let mut sql = String::new();
    let read = io::stdin().take(LONGEST + 1).read_to_string(&mut sql);
    let count = read.map_err(|error| Failure::Environment(format!("standard input cannot be read: {error}")))?;
    if count as u64 > LONGEST {
        return Err(Failure::Usage(format!("the statement has more than {LONGEST} octets")));
    }
    Ok(sql)
}
