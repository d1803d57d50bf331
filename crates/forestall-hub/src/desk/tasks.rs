// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tasks and decisions of a case, with the names of the people that stand outside its events.

use forestall_coord::case::Task;
use forestall_coord::command::{AddTask, ChangeTask, Command, Resolve};
use forestall_model::CaseId;
use forestall_store::Stored;

use super::{Act, CaseFile, Desk, DeskError};

/// A task with who does it.
#[derive(Clone, Debug)]
pub struct OwnedTask {
    /// The task.
    pub task: Task,
    /// Who does it; none where nobody was named, or the name was erased.
    pub owner: Option<String>,
}

impl Desk {
    /// Adds a task.
    ///
    /// # Errors
    ///
    /// [`DeskError`] with the refusal.
    pub async fn add_task(&self, case: &CaseId, act: &Act, task: AddTask) -> Result<Stored, DeskError> {
        self.execute(case, act, &Command::AddTask(task)).await
    }

    /// Changes a task.
    ///
    /// # Errors
    ///
    /// [`DeskError`] with the refusal.
    pub async fn change_task(&self, case: &CaseId, act: &Act, change: ChangeTask) -> Result<Stored, DeskError> {
        self.execute(case, act, &Command::ChangeTask(change)).await
    }

    /// Records a decision about the case at large.
    ///
    /// # Errors
    ///
    /// [`DeskError`] with the refusal.
    pub async fn decide_at_large(&self, case: &CaseId, act: &Act, resolve: Resolve) -> Result<Stored, DeskError> {
        self.execute(case, act, &Command::Resolve(resolve)).await
    }

    /// Returns the tasks of a case with who does them: those that are open first, by the day until which they are due.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn tasks(&self, file: &CaseFile) -> Result<Vec<OwnedTask>, DeskError> {
        let mut tasks = Vec::new();
        for task in &file.case.tasks {
            let owner = match task.owner {
                None => None,
                Some(version) => {
                    let entries = self.store().events(&file.case.id, version - 1, 1).await?;
                    entries.into_iter().next().and_then(|mut entry| entry.withheld.remove("owner"))
                }
            };
            tasks.push(OwnedTask { task: task.clone(), owner });
        }
        tasks.sort_by_key(|owned| {
            let task = &owned.task;
            (task.state, task.due.is_none(), task.due, task.number)
        });
        Ok(tasks)
    }
}
