// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The package of a numbered list: everything that goes to a registry with it, signed as one.
//!
//! The first list of a registry goes out whole; later ones as what differs from the last list that it acknowledged. The envelope names
//! every file with its SHA-256, and the signature is over the envelope. Equal lists give equal octets, whenever somebody asks.

use std::collections::BTreeMap;
use std::sync::Arc;

use forestall_coord::board::Cell;
use forestall_coord::command::MOST_FILES;
use forestall_coord::cut::COOL_DOWN_DAYS;
use forestall_coord::event::{Purpose, SentFile};
use forestall_coord::{Board, CutList, Deadline};
use forestall_formats::brief::{self, Brief};
use forestall_formats::envelope::{
    self, AnswerForm, Appeal, Asked, Counts, Envelope, Fees, HowToAnswer, Lead, Meaning, NamesADay, Requester, Sealed,
    Term,
};
use forestall_formats::heading::Heading;
use forestall_formats::list_id::ListId;
use forestall_formats::numbered::{self, Change, NumberedLine};
use forestall_formats::signature::SecretKey;
use forestall_formats::wording::Language;
use forestall_formats::{printable, workbook};
use forestall_model::line::{NameLine, NameList};
use forestall_model::marking::{Marked, release};
use forestall_model::party::{ListForm, PartyId, Terms};
use forestall_model::{Action, Audience, CaseId, Digest, Instant, Marking, NameClass, Party, Released, Tld, UtcDay};

use super::lists::computed;
use super::{CaseFile, Desk, DeskError, NumberedList, PackFile};

/// Names of registries that nobody entered are sent under this id.
const UNKNOWN_PARTY: &str = "registry";

/// Who sends, and what stands in every envelope.
#[derive(Clone, Debug)]
pub struct Sender {
    /// Who asks.
    pub requester: Requester,
    /// Where a holder of a name turns to, to be published.
    pub appeal: String,
    /// Where answers go.
    pub answer_to: String,
    /// What it should not cost.
    pub fees: Fees,
    /// Who renews what is registered, where somebody does.
    pub renewed_by: Option<String>,
    /// What envelopes are signed with.
    pub key: Arc<SecretKey>,
}

/// Everything that goes with one numbered list.
#[derive(Clone, Debug)]
pub struct Package {
    /// The list.
    pub id: ListId,
    /// The page in plain words, in three forms.
    pub brief: Brief,
    /// The files, in order; the envelope and its signature last.
    pub files: Vec<PackFile>,
    marking: Marking,
}

impl Package {
    /// Returns the files as a receipt names them; of more than it holds the last, among which is the envelope that names all.
    #[must_use]
    pub fn sent_files(&self) -> Vec<SentFile> {
        let named = |file: &PackFile| SentFile { name: file.name.clone(), sha256: Digest::of(&file.octets) };
        self.files.iter().skip(self.files.len().saturating_sub(MOST_FILES)).map(named).collect()
    }
}

impl Marked for Package {
    fn marking(&self) -> Marking {
        self.marking
    }
}

impl Desk {
    /// Makes the package of a list, for the registry as a named recipient.
    ///
    /// # Errors
    ///
    /// As [`Desk::numbered_list`]; [`DeskError::Withheld`] where the marking does not let it go to a recipient at `now`.
    pub async fn package(
        &self,
        case: &CaseId,
        tld: &Tld,
        number: u32,
        sender: &Sender,
        now: Instant,
    ) -> Result<Released<Package>, DeskError> {
        let file = self.file(case).await?;
        let list = self.numbered_list(case, tld, number).await?;
        let party = self.registry_of(tld).await?;
        let (desk, sender) = (self.clone(), sender.clone());
        computed(move || {
            let maker = Maker::new(&desk, &file, party, &list, &sender)?;
            Ok(release(maker.package(now)?, Audience::Recipient, now)?)
        })
        .await
    }
}

/// What a package is made from.
pub(super) struct Maker<'a> {
    desk: &'a Desk,
    file: &'a CaseFile,
    pub(super) list: &'a NumberedList,
    cut: &'a CutList,
    sender: &'a Sender,
    pub(super) id: ListId,
    party: PartyId,
    party_name: String,
    terms: Terms,
}

impl<'a> Maker<'a> {
    pub(super) fn new(
        desk: &'a Desk,
        file: &'a CaseFile,
        party: Option<Party>,
        list: &'a NumberedList,
        sender: &'a Sender,
    ) -> Result<Self, DeskError> {
        let cut = list.cut.as_ref().ok_or_else(|| DeskError::Input("the list has no number yet".to_owned()))?;
        let id = ListId { case: file.case.id.clone(), tld: list.tld.clone(), number: cut.number };
        let unknown = UNKNOWN_PARTY.parse().map_err(|error| DeskError::Input(format!("{error}")))?;
        let (party, party_name, terms) = match party {
            Some(party) => (party.id, party.name, party.terms.unwrap_or_default()),
            None => (unknown, format!("the registry of .{}", list.tld), Terms::default()),
        };
        Ok(Self { desk, file, list, cut, sender, id, party, party_name, terms })
    }

    /// Returns everything that goes out with the list.
    pub(super) fn package(&self, now: Instant) -> Result<Package, DeskError> {
        let marking = self.list.marking();
        let day = self.evidence_day();
        let envelope = self.envelope(day)?;
        let language = Language::best(&self.terms.language);
        let mut files = self.files_of(&envelope, self.terms.form, now)?;
        if self.terms.form == ListForm::Print {
            // The brief asks for an answer in the CSV file, and a printed list tells of its digest.
            files.extend(self.files_of(&envelope, ListForm::Csv, now)?);
        }
        if self.cut.previous.is_none() && self.list.purpose == Purpose::Protect {
            files.extend(self.evidence(now)?);
        }
        let open =
            |envelope| release(NameList { title: String::new(), marking, lines: envelope }, Audience::Recipient, now);
        let page = brief::write(&open(envelope.clone())?.map(|list| list.lines), language).map_err(made)?;
        files.push(self.file_of("brief.html", "text/html; charset=utf-8", page.html.clone().into_bytes()));
        let envelope = Envelope { files: files.iter().map(PackFile::entry).collect(), ..envelope };
        let released = open(envelope)?.map(|list| list.lines);
        let Sealed { document, signature } = envelope::seal(&released, &self.sender.key).map_err(made)?;
        let name = envelope::file_name(&self.id);
        let of_signature = format!("{name}.minisig");
        files.push(PackFile { name, media_type: envelope::MEDIA_TYPE, octets: document });
        files.push(PackFile {
            name: of_signature,
            media_type: "text/plain; charset=utf-8",
            octets: signature.into_bytes(),
        });
        Ok(Package { id: self.id.clone(), brief: page, files, marking })
    }

    /// Returns the list in a form, which need not be the one that the registry prefers.
    pub(super) fn list_files(&self, form: ListForm, now: Instant) -> Result<Vec<PackFile>, DeskError> {
        self.files_of(&self.envelope(self.evidence_day())?, form, now)
    }

    /// Returns the evidence packs of the campaigns whose names the list holds.
    pub(super) fn evidence(&self, now: Instant) -> Result<Vec<PackFile>, DeskError> {
        let (mut files, day) = (Vec::new(), self.evidence_day());
        for campaign in self.campaigns() {
            let pack = self.desk.evidence_pack(self.file, campaign, day, Audience::Recipient, now)?;
            files.extend(pack.into_object().files);
        }
        Ok(files)
    }

    /// Returns the day whose first names stand in the evidence.
    fn evidence_day(&self) -> UtcDay {
        self.first_day().unwrap_or_else(|| self.cut.at.day())
    }

    /// Returns the lines that go out: all of a first list, else what differs.
    pub(super) fn lines(&self) -> Vec<NumberedLine> {
        let of = |change: Change, lines: &[NameLine]| -> Vec<NumberedLine> {
            lines.iter().map(|line| NumberedLine { change, line: line.clone() }).collect()
        };
        let mut lines = of(Change::Added, &self.list.added);
        lines.extend(of(Change::Withdrawn, &self.list.withdrawn));
        lines.extend(of(Change::Expired, &self.list.expired));
        lines.sort_by(|a, b| {
            (&a.line.name, a.line.window, &a.line.line_id).cmp(&(&b.line.name, b.line.window, &b.line.line_id))
        });
        lines
    }

    /// Writes the lines in a form, in parts of at most as many names as the registry takes in one list.
    fn files_of(&self, envelope: &Envelope, form: ListForm, now: Instant) -> Result<Vec<PackFile>, DeskError> {
        let (lines, language) = (self.lines(), Language::best(&self.terms.language));
        let most = self.terms.batch_limit.map_or(usize::MAX, |limit| limit.max(1) as usize);
        let most = if form == ListForm::Xlsx { most.min(workbook::MAX_LINES) } else { most };
        let parts: Vec<&[NumberedLine]> = if lines.is_empty() { vec![&lines] } else { lines.chunks(most).collect() };
        let heading = Heading::of(envelope, self.cut.digest);
        let what = if self.cut.previous.is_none() { "list" } else { "difference" };
        let mut files = Vec::new();
        for (number, part) in (1..).zip(&parts) {
            let title = self.file.case.title.clone();
            let list = NameList { title, marking: self.list.marking(), lines: part.to_vec() };
            let list = release(list, Audience::Recipient, now)?;
            let part_of = if parts.len() == 1 { String::new() } else { format!("-{number}-of-{}", parts.len()) };
            let mut octets = Vec::new();
            let (extension, media_type) = match form {
                ListForm::Csv => {
                    numbered::write(&list, &self.id, &mut octets)?;
                    ("csv", "text/csv; charset=utf-8; header=present")
                }
                ListForm::Xlsx => {
                    workbook::write(&list, &heading, language, &mut octets).map_err(made)?;
                    ("xlsx", workbook::MEDIA_TYPE)
                }
                ListForm::Print => {
                    printable::write(&list, &heading, language, &mut octets).map_err(made)?;
                    ("html", "text/html; charset=utf-8")
                }
                ListForm::Plain => {
                    files.extend(self.plain_files(part, &part_of));
                    continue;
                }
            };
            files.push(self.file_of(&format!("{what}{part_of}.{extension}"), media_type, octets));
        }
        Ok(files)
    }

    /// Returns the forms in which an answer is taken: the workbook where the registry gets one.
    fn answer_forms(&self) -> Vec<AnswerForm> {
        let forms = [AnswerForm::Csv, AnswerForm::Xlsx, AnswerForm::Plain, AnswerForm::Mail, AnswerForm::Phone];
        let fits = |form: &AnswerForm| *form != AnswerForm::Xlsx || self.terms.form == ListForm::Xlsx;
        forms.into_iter().filter(fits).collect()
    }

    /// Writes one file for each change, since a plain list cannot say which of its names are to be done and which undone.
    fn plain_files(&self, lines: &[NumberedLine], part_of: &str) -> Vec<PackFile> {
        let mut files = Vec::new();
        for change in Change::ALL.iter().filter(|change| **change != Change::Kept) {
            let mut text = String::new();
            let mut last = None;
            for line in lines.iter().filter(|line| line.change == *change) {
                if last.replace(&line.line.name) != Some(&line.line.name) {
                    text.push_str(line.line.name.as_str());
                    text.push('\n');
                }
            }
            if !text.is_empty() {
                let name = format!("{change}{part_of}.txt");
                files.push(self.file_of(&name, "text/plain; charset=utf-8", text.into_bytes()));
            }
        }
        files
    }

    pub(super) fn file_of(&self, name: &str, media_type: &'static str, octets: Vec<u8>) -> PackFile {
        PackFile { name: format!("{}.{name}", self.id.stem()), media_type, octets }
    }

    /// Returns the indices of the campaigns whose names the list holds.
    fn campaigns(&self) -> Vec<usize> {
        let changed = [&self.list.lines, &self.list.withdrawn, &self.list.expired].into_iter().flatten();
        let mut found: Vec<usize> = changed
            .filter_map(|line| {
                let id = line.line_id.split('/').next()?.parse().ok()?;
                self.file.case.campaign_index(&id)
            })
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    fn days(&self) -> BTreeMap<UtcDay, u64> {
        let mut days = BTreeMap::new();
        for window in self.list.lines.iter().filter_map(|line| line.window) {
            *days.entry(window.from.day()).or_default() += 1;
        }
        days
    }

    /// Returns how many names of the listed days the list leaves out: those that nobody can register, that somebody holds, or that wait for
    /// a person.
    fn left_out(&self, board: &Board<'_>) -> u64 {
        let days = self.days();
        let (first, last) = (days.keys().next(), days.keys().next_back());
        let (Some(first), Some(last)) = (first, last) else { return 0 };
        let campaigns = self.campaigns();
        let is_listed =
            |cell: &&Cell| campaigns.contains(&cell.campaign) && (*first..=*last).contains(&cell.window.from.day());
        let cells = board.slice(&self.list.tld).iter().filter(is_listed);
        let names: u64 = cells.map(|cell| u64::from(cell.tally.names)).sum();
        names.saturating_sub(u64::try_from(self.list.lines.len()).unwrap_or(u64::MAX))
    }

    fn first_day(&self) -> Option<UtcDay> {
        self.days().keys().next().copied()
    }

    fn envelope(&self, day: UtcDay) -> Result<Envelope, DeskError> {
        let case = &self.file.case;
        let (cut, list) = (self.cut, self.list);
        let marking = list.marking();
        let days = self.days();
        let threats = self
            .campaigns()
            .into_iter()
            .map(|index| self.desk.threat(self.file, index, day))
            .collect::<Result<_, _>>()?;
        let board = self.file.board();
        let (not_registrable, left_out) =
            (board.slice_total(&list.tld, case.horizon).not_registrable, self.left_out(&board));
        let unsure = list.lines.iter().filter(|line| line.class == NameClass::RegisteredSuspect).count();
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let opens = list.opens.unwrap_or(cut.at);
        let deadline = Deadline::of(opens, &self.terms);
        let act_by = cut.act_by.unwrap_or(deadline.act_by).max(cut.at);
        let mut asked: BTreeMap<Action, u64> = BTreeMap::new();
        for action in list.lines.iter().filter_map(|line| line.requested_action) {
            *asked.entry(action).or_default() += 1;
        }
        let mut asked: Vec<Asked> = asked.into_iter().map(|(action, names)| Asked::of(action, names)).collect();
        asked.sort_by(|a, b| (b.names, a.action).cmp(&(a.names, b.action)));
        let is_delegated = asked.iter().map(|asked| asked.action).chain(cut.fallback).any(Action::delegates);
        let name_servers = if is_delegated { case.name_servers.clone() } else { Vec::new() };
        let last_day = days.keys().next_back().copied();
        let release_on = last_day.filter(|_| list.purpose == Purpose::Protect);
        Ok(Envelope {
            list: self.id.clone(),
            previous: cut.previous,
            purpose: list.purpose,
            title: case.title.clone(),
            party: self.party.clone(),
            party_name: self.party_name.clone(),
            issued: cut.at,
            tlp: marking.tlp,
            pap: marking.pap,
            embargo_until: marking.embargo_until,
            requester: self.sender.requester.clone(),
            threats,
            legal_basis: cut
                .legal_basis
                .clone()
                .unwrap_or_else(|| format!("the registry's own road: {}", self.terms.road)),
            counts: Counts {
                names: cut.counts.names,
                added: cut.counts.added,
                kept: number(list.lines.len()).saturating_sub(cut.counts.added),
                withdrawn: cut.counts.withdrawn,
                expired: cut.counts.expired,
                registered: number(unsure),
                not_registrable: u64::from(not_registrable),
                left_out,
                first_day: days.keys().next().copied(),
                last_day,
                names_a_day: NamesADay::of(days.values().copied().collect()),
            },
            asked,
            fallback: cut.fallback.map(Meaning::of),
            name_servers,
            collisions: brief::COLLISIONS.to_owned(),
            lead: Lead {
                act_by,
                send_by: Some(deadline.send_by),
                road: self.terms.road,
                otherwise: brief::OTHERWISE.to_owned(),
            },
            term: Term {
                release_on: release_on.map(|day| day.plus(2 + i32::from(COOL_DOWN_DAYS))),
                cool_down_days: COOL_DOWN_DAYS,
                renewed_by: self.sender.renewed_by.clone(),
            },
            fees: self.sender.fees.clone(),
            appeal: Appeal { contact: self.sender.appeal.clone(), tell_holder_from: marking.embargo_until },
            answer: HowToAnswer { forms: self.answer_forms(), address: self.sender.answer_to.clone(), by: act_by },
            files: Vec::new(),
        })
    }
}

/// Says what kept a file of a package from being made.
fn made(error: impl std::fmt::Display) -> DeskError {
    DeskError::Input(format!("the package of the list cannot be made: {error}"))
}
