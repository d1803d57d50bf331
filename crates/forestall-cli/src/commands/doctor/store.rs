// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Looks at the database, the log in it, and the work that is kept there.

use forestall_coord::event::CaseKind;
use forestall_hub::desk::{Desk, DeskError, LogReport};
use forestall_model::DomainName;
use forestall_store::{Examined, Settings, Store};

use crate::doctor::database::{self, Looked};
use crate::doctor::{log, work};
use crate::table::counted;
use crate::world::Globals;

/// Jobs that are looked through: those that are not done come first.
const MOST_JOBS: u32 = 10_000;

/// What was seen.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) database: database::Observed,
    pub(super) log: log::Observed,
    pub(super) work: work::Observed,
    /// The name servers of live cases.
    pub(super) name_servers: Vec<DomainName>,
}

impl Seen {
    /// Returns what a look at the database found, where it could be read.
    pub(super) fn examined(&self) -> Option<&Examined> {
        match &self.database.looked {
            Looked::Read(examined) => Some(examined),
            Looked::Missing | Looked::Failed(_) => None,
        }
    }
}

/// Looks at the store, and opens it where that changes nothing in it: where it is whole and of this program's version.
pub(super) async fn look(globals: &Globals) -> anyhow::Result<Seen> {
    let place = globals.place()?;
    let looked = if place.path().is_some_and(|path| !path.exists()) {
        Looked::Missing
    } else {
        match Store::examine(&place, Settings::default().busy).await {
            Ok(examined) => Looked::Read(Box::new(examined)),
            Err(error) => Looked::Failed(error.to_string()),
        }
    };
    let may_open = match &looked {
        Looked::Read(examined) if examined.version != Some(examined.known) => Err("the store has another version"),
        Looked::Read(examined) if !examined.structure.is_empty() => Err("the structure of the database is broken"),
        Looked::Read(examined) if !matches!(examined.writing, Some(Ok(()))) => Err("the store takes no writing"),
        Looked::Read(_) => Ok(()),
        Looked::Missing => Err("there is no store"),
        Looked::Failed(_) => Err("the database cannot be read"),
    };
    let database = database::Observed { place: place.to_string(), looked };
    let desk = match may_open {
        Err(why) => Err(why.to_owned()),
        Ok(()) => globals.any_desk().await.map_err(|error| format!("{error:#}")),
    };
    let work = work::Observed { now: globals.now(), jobs: Ok(Vec::new()), rolling: Vec::new(), told: Vec::new() };
    match desk {
        Err(why) => {
            let log =
                if may_open.is_ok() { log::Observed::Failed(why.clone()) } else { log::Observed::NotRead(why.clone()) };
            let work = work::Observed { jobs: Err(why), ..work };
            Ok(Seen { database, log, work, name_servers: Vec::new() })
        }
        Ok(desk) => {
            let log = of_log(&desk).await.unwrap_or_else(|error| log::Observed::Failed(error.to_string()));
            let work = match of_work(&desk, work.clone()).await {
                Ok(seen) => seen,
                Err(error) => work::Observed { jobs: Err(error.to_string()), ..work },
            };
            // That these cannot be read stands in the log's finding already.
            let name_servers = desk.sinkhole_servers().await.unwrap_or_default();
            desk.store().close().await;
            Ok(Seen { database, log, work, name_servers })
        }
    }
}

async fn of_log(desk: &Desk) -> Result<log::Observed, DeskError> {
    let problems = desk.store().verify().await?.iter().map(ToString::to_string).collect();
    let mut cases = Vec::new();
    for case in desk.cases().await? {
        let report = desk.verify_log(&case.id, None).await?;
        cases.push(log::Case {
            id: case.id.to_string(),
            events: report.events,
            root: report.root.to_string(),
            is_signed: report.last.is_some(),
            faults: faults(&report),
        });
    }
    Ok(log::Observed::Read { problems, cases })
}

fn faults(report: &LogReport) -> Vec<String> {
    let signed = report.last.as_ref().and_then(|last| {
        let problem = last.problem.as_ref()?;
        Some(format!("the signed head over {}: {problem}", counted(last.size, "event")))
    });
    report.faults.iter().map(ToString::to_string).chain(signed).collect()
}

async fn of_work(desk: &Desk, work: work::Observed) -> Result<work::Observed, DeskError> {
    if desk.drill_time().await?.is_some() {
        let why = "the store of a drill does no work of its own".to_owned();
        return Ok(work::Observed { jobs: Err(why), ..work });
    }
    let store = desk.store();
    let mut rolling = Vec::new();
    for view in desk.cases().await?.into_iter().filter(|case| case.kind == CaseKind::Live) {
        if let Some(case) = store.load(&view.id).await? {
            // As the hub plans its work.
            if case.ahead.is_some() || case.slices.values().any(|slice| !slice.cuts.is_empty()) {
                rolling.push(view.id.to_string());
            }
        }
    }
    Ok(work::Observed { jobs: Ok(store.jobs(MOST_JOBS).await?), rolling, told: store.zones_told().await?, ..work })
}
