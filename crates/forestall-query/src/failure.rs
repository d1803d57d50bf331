// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What ends a run, and with which status: 2 where what was asked is wrong, 3 where what it needs is not to be had.

use std::process::ExitCode;

use datafusion::common::DataFusionError;
use datafusion::common::diagnostic::DiagnosticKind;

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// What was asked is wrong.
    #[error("{0}")]
    Usage(String),
    /// Something is missing, damaged, or not enough.
    #[error("{0}")]
    Environment(String),
}

impl Failure {
    /// Returns the exit status.
    pub(crate) fn status(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Environment(_) => ExitCode::from(3),
        }
    }

    /// Says what the engine found wrong with a statement before it ran.
    pub(crate) fn of_statement(error: &DataFusionError) -> Self {
        match error.find_root() {
            DataFusionError::ObjectStore(_) | DataFusionError::IoError(_) | DataFusionError::ParquetError(_) => {
                Self::of_run(error)
            }
            _ => Self::Usage(format!("the statement cannot be run: {}", placed(error))),
        }
    }

    /// Says what went wrong while a statement ran.
    pub(crate) fn of_run(error: &DataFusionError) -> Self {
        let told = without_noise(error);
        let told = of_task(&told).unwrap_or(told);
        match error.find_root() {
            DataFusionError::ResourcesExhausted(_) => Self::Environment(format!(
                "the query needs more memory than it may have, and cannot go on from disk: {told}; give more with --memory, or ask for less"
            )),
            // Of a cluster everything comes back as a text.
            _ if told.contains("Resources exhausted") => Self::Environment(format!(
                "the query failed: {told}; give the executors more with --memory, or ask for less"
            )),
            _ => Self::Environment(format!("the query failed: {told}")),
        }
    }
}

/// Returns what a task of a cluster said, out of what became of it on its way: the error of an error, as a program would write it.
fn of_task(told: &str) -> Option<String> {
    let (_, error) = told.split_once("Task failed due to runtime execution error: ")?;
    let (_, text) = error.split_once("(\"")?;
    let (text, _) = text.rsplit_once("\")")?;
    // One text, and not several.
    let is_one = !text.replace("\\\"", "").contains('"');
    is_one.then(|| text.replace("\\\"", "\"").replace("\\n", " "))
}

/// Returns what an error says, with the line and column of the statement where the engine tells them.
fn placed(error: &DataFusionError) -> String {
    let told = without_noise(error);
    let place = error
        .iter()
        .filter_map(DataFusionError::diagnostic)
        .filter(|diagnostic| diagnostic.kind == DiagnosticKind::Error)
        .find_map(|diagnostic| diagnostic.span);
    place.map_or_else(|| told.clone(), |span| format!("line {}, column {}: {told}", span.start.line, span.start.column))
}

/// Returns the message without the trace of calls that the engine may add.
fn without_noise(error: &DataFusionError) -> String {
    let text = error.strip_backtrace();
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    lines.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_task_said_is_told_alone() {
        let told = "Execution error: Job 038H09 failed: Job failed due to stage 0 failed: Task failed due to runtime execution error: \
                    DataFusionError(Shared(External(DataFusionError(Execution(\"a text of 3 octets is \\\"no\\\" address\")))))";
        assert_eq!(of_task(told).as_deref(), Some("a text of 3 octets is \"no\" address"));
        assert_eq!(of_task("Execution error: Job 038H09 failed: all executors were lost"), None);
        assert_eq!(of_task("Task failed due to runtime execution error: Two(\"a\", \"b\")"), None);
    }

    #[test]
    fn memory_that_an_executor_lacks_is_told_as_such() {
        let told = "Job 7 failed: Task failed: Resources exhausted: Failed to allocate additional 1 B";
        let failure = Failure::of_run(&DataFusionError::Execution(told.to_owned()));
        assert_eq!(failure.status(), ExitCode::from(3));
        assert!(failure.to_string().contains("give the executors more with --memory"), "{failure}");
    }
}
