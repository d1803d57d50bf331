// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Commands: what people want done to a case, decided into an event or refused with a typed reason.

use forestall_model::{Actor, CaseId, Instant};

use crate::case::Case;
use crate::event::{ENCODING, Event, Withheld};

pub use crate::commands::acknowledge::Acknowledge;
pub use crate::commands::answer::{Answer, Attested};
pub use crate::commands::appeal::{APPEAL_HOURS, Appeal};
pub use crate::commands::cut::Cut;
pub use crate::commands::deliver::{Deliver, MOST_FILES};
pub use crate::commands::exclude::Exclude;
pub use crate::commands::file::{AnswerFiling, File};
pub use crate::commands::move_on::{KnownPlaces, MoveOn};
pub use crate::commands::note::Note;
pub use crate::commands::open::Open;
pub use crate::commands::read::Read;
pub use crate::commands::readmit::Readmit;
pub use crate::commands::request::{Override, Request};
pub use crate::commands::resolve::Resolve;
pub use crate::commands::rule::{Rule, is_a_unit_of_action, list_digest};
pub use crate::commands::see::See;
pub use crate::commands::settle::Settle;
pub use crate::commands::sweep::RecordSweep;
pub use crate::commands::task::{AddTask, ChangeTask};
pub use crate::commands::tell::{MOST_OTHERS, Tell};
pub use crate::commands::undo::{UNDO_HOURS, Undo};
pub use crate::commands::vet::Vet;
pub use crate::refusal::Refusal;

/// A command on one case. Every act of the console and of the command line is one of these.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Command {
    /// Opens the case.
    Open(Open),
    /// Asks a registry.
    Request(Request),
    /// Records that a registry received the request.
    Acknowledge(Acknowledge),
    /// Records a registry's answer.
    Answer(Answer),
    /// Excludes a name with a legitimate holder.
    Exclude(Exclude),
    /// Takes an exclusion back.
    Readmit(Readmit),
    /// Records a sweep.
    Sweep(RecordSweep),
    /// Records what was seen of single names.
    See(See),
    /// Records verdicts over names.
    Vet(Vet),
    /// Records what a person decided about registered names.
    Rule(Rule),
    /// Records an appeal.
    Appeal(Appeal),
    /// Answers an appeal.
    Settle(Settle),
    /// Takes back what was done to names.
    Undo(Undo),
    /// Puts a fact on the record.
    Note(Note),
    /// Cuts a numbered list.
    Cut(Cut),
    /// Records that a list was handed over.
    Deliver(Deliver),
    /// Records that a list was opened for the first time.
    Read(Read),
    /// Moves the horizon on.
    MoveOn(MoveOn),
    /// Adds a task.
    AddTask(AddTask),
    /// Changes a task.
    ChangeTask(ChangeTask),
    /// Records a decision about the case at large.
    Resolve(Resolve),
    /// Records what a file from outside tells of names.
    Tell(Tell),
    /// Records that a request for a waiver was sent.
    File(File),
    /// Records the answer to a request for a waiver.
    AnswerFiling(AnswerFiling),
}

/// Who acts, when, and from what.
#[derive(Clone, Debug)]
pub struct Context {
    /// The case.
    pub case: CaseId,
    /// The time of the act.
    pub now: Instant,
    /// When it happened, where that was earlier.
    pub occurred: Option<Instant>,
    /// Who acts.
    pub actor: Actor,
    /// Where the fact was learned.
    pub source: Option<String>,
    /// A free comment; a withheld field.
    pub comment: Option<String>,
    /// Fresh random octets, one salt for each withheld field; five are enough for any command.
    pub salts: [[u8; 16]; 5],
}

/// A decided command: the event to append, and the fields that stand outside it.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The event.
    pub event: Event,
    /// The fields outside it.
    pub withheld: Vec<Withheld>,
}

/// Decides `command` against the state of its case; `None` is a case that was not opened yet.
///
/// # Errors
///
/// [`Refusal`] with the reason; nothing has happened then.
pub fn decide(case: Option<&Case>, command: &Command, context: &Context) -> Result<Decided, Refusal> {
    let occurred = context.occurred.unwrap_or(context.now);
    let has_happened = |occurred: Instant| {
        if occurred <= context.now {
            return Ok(());
        }
        Err(Refusal::InTheFuture { occurred, now: context.now })
    };
    has_happened(occurred)?;
    let open = case.ok_or_else(|| Refusal::NoSuchCase { case: context.case.clone() });
    let mut people = Vec::new();
    let body = match command {
        Command::Open(open) => {
            if case.is_some() {
                return Err(Refusal::AlreadyOpen { case: context.case.clone() });
            }
            people.extend(open.guard_override.iter().flat_map(Override::withheld));
            open.decide(context.now)?
        }
        Command::Request(request) => {
            people.extend(request.override_by.iter().flat_map(Override::withheld));
            request.decide(open?)?
        }
        Command::Acknowledge(acknowledge) => acknowledge.decide(open?)?,
        Command::Answer(answer) => answer.decide(open?)?,
        Command::Exclude(exclude) => exclude.decide(open?)?,
        Command::Readmit(readmit) => readmit.decide(open?)?,
        Command::Sweep(sweep) => {
            has_happened(sweep.sweep.at)?;
            sweep.decide(open?)?
        }
        Command::See(see) => {
            see.rows.iter().try_for_each(|row| has_happened(row.at))?;
            see.decide(open?)?
        }
        Command::Vet(vet) => {
            has_happened(vet.at)?;
            vet.decide(open?)?
        }
        Command::Rule(rule) => {
            people.extend(rule.second.iter().map(|second| ("second-person", second.to_string())));
            rule.decide(open?, &context.actor)?
        }
        Command::Appeal(appeal) => {
            people.push(("contact", appeal.contact.trim().to_owned()));
            appeal.decide(open?, context.now)?
        }
        Command::Settle(settle) => settle.decide(open?, context.now)?,
        Command::Undo(undo) => undo.decide(open?, context.now)?,
        Command::Note(note) => note.decide(open?)?,
        Command::Cut(cut) => {
            people.extend(cut.override_by.iter().flat_map(Override::withheld));
            cut.decide(open?)?
        }
        Command::Deliver(deliver) => {
            people.extend(deliver.withheld());
            deliver.decide(open?)?
        }
        Command::Read(read) => read.decide(open?)?,
        Command::MoveOn(move_on) => move_on.decide(open?)?,
        Command::AddTask(task) => {
            people.extend(task.owner.iter().map(|owner| ("owner", owner.to_string())));
            task.decide(open?)?
        }
        Command::ChangeTask(task) => {
            people.extend(task.owner.iter().map(|owner| ("owner", owner.to_string())));
            task.decide(open?)?
        }
        Command::Resolve(resolve) => {
            people.extend(resolve.second.iter().map(|second| ("second-person", second.to_string())));
            resolve.decide(open?, &context.actor)?
        }
        Command::Tell(tell) => tell.decide(open?)?,
        Command::File(file) => file.decide(open?, occurred)?,
        Command::AnswerFiling(answer) => answer.decide(open?, occurred)?,
    };
    let mut fields = vec![("actor", context.actor.to_string())];
    fields.extend(context.comment.iter().map(|comment| ("comment", comment.clone())));
    fields.extend(people);
    let withheld: Vec<Withheld> = fields
        .into_iter()
        .zip(context.salts)
        .map(|((field, value), salt)| Withheld { field: field.to_owned(), salt, value })
        .collect();
    let event = Event {
        v: ENCODING,
        case: context.case.clone(),
        version: case.map_or(0, |c| c.version) + 1,
        recorded: context.now,
        occurred,
        source: context.source.clone(),
        withheld: withheld.iter().map(|w| (w.field.clone(), w.commitment())).collect(),
        body,
    };
    Ok(Decided { event, withheld })
}
