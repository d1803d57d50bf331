// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The facts of a dossier side by side: a column a look, a row a fact, so that sources which contradict each other are seen.

use forestall_model::dossier::{Dossier, Presence, Registrar, Registration, Sourced};
use forestall_model::{Instant, OwnerName};

use super::frame::to_minute;

/// The facts of a dossier.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) looks: Vec<Look>,
    pub(super) rows: Vec<FactRow>,
    pub(super) ranks: Vec<(String, u32, String)>,
    pub(super) listings: Vec<ListingRow>,
    pub(super) failures: Vec<(&'static str, String, String, String)>,
}

/// One look at one source: the head of a column.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) method: &'static str,
    pub(super) source: String,
    pub(super) at: String,
}

/// One fact as each look shows it, in the order of the looks.
#[derive(Debug)]
pub(super) struct FactRow {
    pub(super) what: &'static str,
    /// The lines of each cell; none where a look says nothing of it.
    pub(super) cells: Vec<Vec<String>>,
    /// Whether two looks say different things.
    pub(super) differs: bool,
}

/// An entry of a register or of an exclusion list.
#[derive(Debug)]
pub(super) struct ListingRow {
    pub(super) list: String,
    pub(super) kind: &'static str,
    pub(super) who: String,
    pub(super) by: String,
    pub(super) trusted: bool,
    pub(super) since: String,
}

/// What a look can show, in the order of the rows, and whether two looks that show it should agree.
const ROWS: [(&str, bool); 14] = [
    ("State", false),
    ("Registered", true),
    ("Changed", false),
    ("Ends", true),
    ("Registrar", true),
    ("Reports of abuse", false),
    ("Status", false),
    ("Name servers", true),
    ("Addresses", false),
    ("Mail", false),
    ("Start of authority", false),
    ("Names below", false),
    ("Signed", true),
    ("Registrant", true),
];

type Column = [Vec<String>; ROWS.len()];

impl Facts {
    pub(super) fn of(dossier: &Dossier) -> Self {
        let mut looks = Vec::new();
        let mut columns: Vec<Column> = Vec::new();
        for sourced in &dossier.presence {
            looks.push(look(sourced));
            columns.push(of_presence(&sourced.fact));
        }
        for sourced in &dossier.registration {
            looks.push(look(sourced));
            columns.push(of_registration(&sourced.fact));
        }
        let row = |(index, (what, agree)): (usize, &(&'static str, bool))| {
            let cells: Vec<Vec<String>> = columns.iter().map(|column| column[index].clone()).collect();
            let mut said = cells.iter().filter(|cell| !cell.is_empty());
            let first = said.next()?;
            let differs = *agree && said.any(|cell| cell != first);
            Some(FactRow { what, cells, differs })
        };
        Self {
            rows: ROWS.iter().enumerate().filter_map(row).collect(),
            looks,
            ranks: dossier
                .ranks
                .iter()
                .map(|rank| (rank.list.clone(), rank.place, rank.day.map(|day| day.to_string()).unwrap_or_default()))
                .collect(),
            listings: dossier
                .listings
                .iter()
                .map(|listing| ListingRow {
                    list: listing.list.clone(),
                    kind: listing.kind.word(),
                    who: listing.who.clone(),
                    by: format!("{}: {}", listing.by, listing.value),
                    trusted: listing.trusted,
                    since: listing.since.map(|day| day.to_string()).unwrap_or_default(),
                })
                .collect(),
            failures: dossier
                .failures
                .iter()
                .map(|look| (look.method.word(), look.source.clone(), to_minute(look.at), look.reason.clone()))
                .collect(),
        }
    }
}

fn look<T>(sourced: &Sourced<T>) -> Look {
    Look { method: sourced.method.word(), source: sourced.source.clone(), at: to_minute(sourced.at) }
}

fn of_presence(fact: &Presence) -> Column {
    let soa = fact.soa.iter().map(|soa| format!("{} {} {}", soa.primary, soa.contact, soa.serial));
    let mut column = Column::default();
    column[0] = vec![fact.existence.to_string()];
    column[7] = names(&fact.name_servers);
    column[8] = fact.addresses.iter().map(ToString::to_string).collect();
    column[9] = names(&fact.mail);
    column[10] = soa.collect();
    column[11] = names(&fact.hosts);
    column
}

fn of_registration(fact: &Registration) -> Column {
    let day = |instant: Option<Instant>| instant.map(|instant| instant.day().to_string()).into_iter().collect();
    let mut column = Column::default();
    column[0] = vec![fact.state.to_string()];
    column[1] = day(fact.created);
    column[2] = day(fact.changed);
    column[3] = day(fact.expires);
    column[4] = fact.registrar.iter().map(registrar).collect();
    column[5] = fact.registrar.iter().flat_map(|r| r.abuse_mail.iter().chain(&r.abuse_phone)).cloned().collect();
    column[6] = fact.statuses.clone();
    column[7] = names(&fact.name_servers);
    column[12] = fact.signed.iter().map(|signed| if *signed { "yes" } else { "no" }.to_owned()).collect();
    column[13] = match (&fact.holder, fact.redacted) {
        (Some(holder), _) => vec![format!("digest {}", holder.short())],
        (None, true) => vec!["held back".to_owned()],
        (None, false) => Vec::new(),
    };
    column
}

fn registrar(registrar: &Registrar) -> String {
    match registrar.iana_id {
        Some(id) => format!("{} (IANA {id})", registrar.name),
        None => registrar.name.clone(),
    }
}

fn names(names: &[OwnerName]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}
