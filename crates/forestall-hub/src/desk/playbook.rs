// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Playbooks: the steps that a response of some kind takes, laid over a case as tasks.

use forestall_coord::command::{AddTask, Command, decide};
use forestall_model::{CaseId, UtcDay};
use forestall_store::Stored;
use serde::Deserialize;

use super::acts::{context, need_basis};
use super::{Act, Desk, DeskError};

/// The playbooks that the program brings: name and text.
const BUILT_IN: [(&str, &str); 1] = [("date-based-dga-worm", include_str!("../../playbooks/date-based-dga-worm.toml"))];

/// The steps of a response.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Playbook {
    /// What it is called in commands.
    #[serde(skip)]
    pub name: &'static str,
    /// What people call it.
    pub title: String,
    /// What it is for.
    pub about: String,
    /// The steps, in order.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What is to be done.
    pub title: String,
    /// Days after the playbook was laid over the case until which it is to be done.
    after: Option<i32>,
    /// Days before the first list opens until which it is to be done; negative for after.
    before: Option<i32>,
}

impl Step {
    /// Returns until when the step is to be done, never before `today`.
    #[must_use]
    pub fn due(&self, today: UtcDay, opens: Option<UtcDay>) -> Option<UtcDay> {
        let counted_back = self.before.and_then(|days| opens.map(|opens| opens.plus(-days)));
        counted_back.or(self.after.map(|days| today.plus(days))).map(|day| day.max(today))
    }
}

/// Returns the playbooks that the program brings, in the order of their names.
///
/// # Panics
///
/// Never: they are checked by a test.
pub fn playbooks() -> impl Iterator<Item = Playbook> {
    BUILT_IN.iter().map(|(name, text)| {
        let playbook: Playbook = toml::from_str(text).expect("a playbook of the program is in order");
        Playbook { name, ..playbook }
    })
}

impl Desk {
    /// Lays a playbook over a case: its steps become tasks, all or none.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] where there is no such playbook, else the refusal.
    pub async fn lay_playbook(&self, case: &CaseId, act: &Act, name: &str) -> Result<Vec<Stored>, DeskError> {
        let known: Vec<Playbook> = playbooks().collect();
        let Some(playbook) = known.iter().find(|playbook| playbook.name == name) else {
            let names: Vec<&str> = known.iter().map(|playbook| playbook.name).collect();
            return Err(DeskError::Input(format!(
                "there is no playbook {name:?}; expected one of {}",
                names.join(", ")
            )));
        };
        let file = self.file(case).await?;
        let (now, today) = (act.now, act.now.day());
        let board = file.board();
        let guards =
            board.slices().flat_map(|(_, cells)| cells).map(|cell| file.case.guard(cell.campaign, cell.window));
        let opens = guards.filter(|guard| guard.until > now).map(|guard| guard.from.max(now).day()).min();
        let task = |step: &Step| {
            Command::AddTask(AddTask { title: step.title.clone(), tld: None, owner: None, due: step.due(today, opens) })
        };
        let commands: Vec<Command> = playbook.steps.iter().map(task).collect();
        let decide_one = |index: usize, state: Option<&forestall_coord::Case>| {
            // What somebody acts over was seen before the first step; the steps themselves move the case on.
            if index == 0 {
                need_basis(state, act)?;
            }
            decide(state, &commands[index], &context(case, act))
        };
        Ok(self.store().execute_all(case, commands.len(), decide_one).await?.0)
    }
}

#[cfg(test)]
mod tests {
    use super::playbooks;
    use forestall_model::UtcDay;

    #[test]
    fn the_playbooks_of_the_program_are_in_order() {
        for playbook in playbooks() {
            assert!(playbook.steps.len() > 5, "{}", playbook.name);
            let dated = playbook.steps.iter().all(|step| step.after.is_some() != step.before.is_some());
            assert!(dated, "{}: each step is counted from one day", playbook.name);
        }
    }

    #[test]
    fn no_step_is_due_in_the_past() {
        let day = |text: &str| text.parse::<UtcDay>().unwrap();
        let (today, opens) = (day("2009-03-30"), Some(day("2009-03-31")));
        for step in playbooks().flat_map(|playbook| playbook.steps) {
            assert!(step.due(today, opens).is_some_and(|due| due >= today), "{}", step.title);
        }
    }
}
