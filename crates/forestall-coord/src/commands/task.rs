// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tasks: what is to be done in a case, by whom, until when.

use forestall_model::{Actor, Tld, UtcDay};

use super::{need_slice, need_text};
use crate::case::Case;
use crate::command::Refusal;
use crate::event::{Body, TaskState};

/// Tasks of one case at most: a list that nobody can read helps nobody.
const MOST_TASKS: usize = 2_000;

/// Adds a task.
#[derive(Clone, Debug)]
pub struct AddTask {
    /// What is to be done.
    pub title: String,
    /// The slice that it concerns.
    pub tld: Option<Tld>,
    /// Who does it; a withheld field.
    pub owner: Option<Actor>,
    /// Until when.
    pub due: Option<UtcDay>,
}

/// Changes a task: where it stands, who does it, until when.
#[derive(Clone, Debug)]
pub struct ChangeTask {
    /// The number of the task.
    pub task: u32,
    /// Where it stands.
    pub state: TaskState,
    /// Who does it, where that changes; a withheld field.
    pub owner: Option<Actor>,
    /// Until when.
    pub due: Option<UtcDay>,
}

impl AddTask {
    pub(crate) fn decide(&self, case: &Case) -> Result<Body, Refusal> {
        need_text("the task", &self.title)?;
        if let Some(tld) = &self.tld {
            need_slice(case, tld)?;
        }
        if case.tasks.len() >= MOST_TASKS {
            return Err(Refusal::TooLong { what: "the list of tasks", limit: MOST_TASKS });
        }
        let task = case.tasks.last().map_or(1, |last| last.number + 1);
        Ok(Body::Tasked { task, title: self.title.trim().to_owned(), tld: self.tld.clone(), due: self.due })
    }
}

impl ChangeTask {
    pub(crate) fn decide(&self, case: &Case) -> Result<Body, Refusal> {
        if !case.tasks.iter().any(|task| task.number == self.task) {
            return Err(Refusal::NoSuchTask { task: self.task });
        }
        Ok(Body::TaskChanged { task: self.task, state: self.state, due: self.due })
    }
}
