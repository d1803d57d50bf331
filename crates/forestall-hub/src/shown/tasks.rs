// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is to be done.

use forestall_api::tasks::Task;
use forestall_coord::event::TaskState;
use forestall_model::UtcDay;

use super::words::task_state;
use crate::desk::OwnedTask;

/// Returns a task as it stands on a day.
#[must_use]
pub fn task(OwnedTask { task, owner }: OwnedTask, today: UtcDay) -> Task {
    Task {
        number: task.number,
        title: task.title,
        slice: task.tld,
        owner,
        due: task.due,
        state: task_state(task.state),
        overdue: task.state == TaskState::Open && task.due.is_some_and(|due| due < today),
        changed: task.changed,
    }
}
