// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case task`: what is to be done in a case, by whom, until when.

use clap::{Args, Subcommand};
use forestall_api::playbooks::LayPlaybook;
use forestall_api::tasks::{self, Task};
use forestall_coord::command::{AddTask, ChangeTask};
use forestall_coord::event::TaskState;
use forestall_hub::desk::playbooks;
use forestall_hub::shown;
use forestall_model::{Actor, CaseId, Tld, UtcDay};

use crate::cases::Cases;
use crate::cli::TextJson;
use crate::failure::{Outcome, usage};
use crate::foreign::for_terminal;
use crate::output;
use crate::table::{Align, Table, counted};
use crate::values;
use crate::world::{ActArgs, Globals};

/// Tasks: what is to be done, by whom, until when
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List the tasks of a case, those that are open first
    List(List),
    /// Add a task
    Add(Add),
    /// Change a task: done, dropped, open again; handed on or put off
    Set(Set),
    /// Lay a playbook over the case: its steps become tasks
    Playbook(Lay),
}

/// Lists tasks.
#[derive(Args, Debug)]
pub(crate) struct List {
    /// The case
    id: CaseId,
    /// How the list is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJson,
}

/// Adds a task.
#[derive(Args, Debug)]
pub(crate) struct Add {
    /// The case
    id: CaseId,
    /// What is to be done
    title: String,
    /// The slice that it concerns
    #[arg(long, value_name = "TLD", value_parser = values::tld)]
    tld: Option<Tld>,
    /// Who does it; the name stands outside the log and can be erased
    #[arg(long, value_name = "NAME")]
    owner: Option<Actor>,
    /// Until when
    #[arg(long, value_name = "DATE")]
    due: Option<UtcDay>,
    #[command(flatten)]
    act: ActArgs,
}

/// Changes a task.
#[derive(Args, Debug)]
pub(crate) struct Set {
    /// The case
    id: CaseId,
    /// The number of the task
    task: u32,
    /// Where it stands: open, done or dropped
    #[arg(value_parser = values::words!(TaskState))]
    state: TaskState,
    /// Who does it from now on
    #[arg(long, value_name = "NAME")]
    owner: Option<Actor>,
    /// Until when [default: as before]
    #[arg(long, value_name = "DATE")]
    due: Option<UtcDay>,
    #[command(flatten)]
    act: ActArgs,
}

/// Lays a playbook over a case.
#[derive(Args, Debug)]
pub(crate) struct Lay {
    /// The case
    #[arg(required_unless_present = "list")]
    id: Option<CaseId>,
    /// The playbook
    #[arg(required_unless_present = "list")]
    name: Option<String>,
    /// List the playbooks and end
    #[arg(long, conflicts_with_all = ["id", "name"])]
    list: bool,
    #[command(flatten)]
    act: ActArgs,
}

impl Verb {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        match self {
            Self::List(list) => list.run(globals).await,
            Self::Add(add) => add.run(globals).await,
            Self::Set(set) => set.run(globals).await,
            Self::Playbook(lay) => lay.run(globals).await,
        }
    }
}

impl List {
    async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let tasks: Vec<Task> = match globals.cases().await? {
            Cases::Here(desk) => {
                let owned = desk.tasks(&desk.file(&self.id).await?).await?;
                owned.into_iter().map(|task| shown::task(task, globals.today())).collect()
            }
            Cases::At(hub) => hub.tasks(&self.id).await?,
        };
        match self.format {
            TextJson::Json => output::json(&tasks.iter().map(json).collect::<Vec<_>>())?,
            TextJson::Text if tasks.is_empty() => output::note(format_args!("the case has no task")),
            TextJson::Text => text(&tasks)?,
        }
        Ok(Outcome::Done)
    }
}

fn json(task: &Task) -> serde_json::Value {
    serde_json::json!({
        "task": task.number, "title": task.title, "slice": task.slice, "owner": task.owner, "due": task.due, "state": task.state,
    })
}

fn text(tasks: &[Task]) -> anyhow::Result<()> {
    let columns = [
        ("task", Align::Right),
        ("state", Align::Left),
        ("due", Align::Left),
        ("slice", Align::Left),
        ("who", Align::Left),
        ("what", Align::Left),
    ];
    let mut table = Table::new(&columns);
    for task in tasks {
        let due = task.due.map(|due| due.to_string()).unwrap_or_default();
        table.row([
            task.number.to_string(),
            task.state.to_string(),
            if task.overdue { format!("{due} overdue") } else { due },
            task.slice.as_ref().map(ToString::to_string).unwrap_or_default(),
            for_terminal(task.owner.as_deref().unwrap_or_default()),
            for_terminal(&task.title),
        ]);
    }
    output::to_stdout(|out| Ok(table.write("", out)?))
}

impl Add {
    async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let recorded = match globals.cases().await? {
            Cases::Here(desk) => {
                let act = self.act.act(globals)?;
                let task = AddTask { title: self.title, tld: self.tld, owner: self.owner, due: self.due };
                super::recorded(&self.id, &[desk.add_task(&self.id, &act, task).await?])
            }
            Cases::At(hub) => {
                let (title, slice, owner, due) = (self.title, self.tld, self.owner, self.due);
                let task = tasks::AddTask { title, slice, owner, due, record: self.act.record()? };
                hub.add_task(&self.id, &task, None).await?
            }
        };
        super::print_recorded(&recorded)?;
        Ok(Outcome::Done)
    }
}

impl Set {
    async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let recorded = match globals.cases().await? {
            Cases::Here(desk) => {
                let act = self.act.act(globals)?;
                let file = desk.file(&self.id).await?;
                let before = file.case.tasks.iter().find(|task| task.number == self.task).and_then(|task| task.due);
                let due = self.due.or(before);
                let change = ChangeTask { task: self.task, state: self.state, owner: self.owner, due };
                super::recorded(&self.id, &[desk.change_task(&self.id, &act, change).await?])
            }
            Cases::At(hub) => {
                let (state, record) = (self.state.word().parse()?, self.act.record()?);
                let change = tasks::ChangeTask { state, owner: self.owner, due: self.due, record };
                hub.change_task(&self.id, self.task, &change, None).await?
            }
        };
        super::print_recorded(&recorded)?;
        Ok(Outcome::Done)
    }
}

impl Lay {
    async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        if self.list {
            output::to_stdout(|out| {
                for playbook in playbooks() {
                    writeln!(
                        out,
                        "{}\t{}\t{}",
                        playbook.name,
                        playbook.title,
                        counted(playbook.steps.len() as u64, "step")
                    )?;
                }
                Ok(())
            })?;
            return Ok(Outcome::Done);
        }
        let (Some(id), Some(name)) = (self.id, self.name) else {
            return Err(usage("a case and a playbook must be named; --list names the playbooks"));
        };
        let recorded = match globals.cases().await? {
            Cases::Here(desk) => {
                let act = self.act.act(globals)?;
                super::recorded(&id, &desk.lay_playbook(&id, &act, &name).await?)
            }
            Cases::At(hub) => hub.lay_playbook(&id, &LayPlaybook { name, record: self.act.record()? }, None).await?,
        };
        super::print_recorded(&recorded)?;
        Ok(Outcome::Done)
    }
}
