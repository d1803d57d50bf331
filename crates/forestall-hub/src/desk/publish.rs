// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Publishing: the names of a case in a consumer's form, always for the right days.

use std::io::Write;

use forestall_coord::{Board, NameView, Standing};
use forestall_formats::Form;
use forestall_model::line::{NameLine, NameList};
use forestall_model::marking::release;
use forestall_model::{Audience, DayRange, Instant, NameClass, Sight, Tld, UtcDay, Window};

use super::{CaseFile, Desk, DeskError, lists::line_id};

/// What is to be published.
#[derive(Clone, Debug)]
pub struct Publish {
    /// The form.
    pub form: Form,
    /// One slice; all where there is none.
    pub tld: Option<Tld>,
    /// Which names.
    pub span: PublishSpan,
    /// Who receives it.
    pub audience: Audience,
    /// The time of the act.
    pub now: Instant,
}

/// Which names are published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublishSpan {
    /// Names whose guard window meets the day: what a blocker needs on it.
    Day(UtcDay),
    /// Names of the lists of these days: what a registry is to see to.
    Lists(DayRange),
    /// Names of all lists of the case.
    Horizon,
}

/// What was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// Lines written, a header not counted.
    pub lines: u64,
    /// Whether names of an unverified family are among them.
    pub unverified: bool,
}

impl Desk {
    /// Writes the names of a case in a consumer's form, sorted by name and window; names with a legitimate holder are left out.
    ///
    /// Equal input gives equal bytes.
    ///
    /// # Errors
    ///
    /// [`DeskError::Withheld`] where the marking does not allow the audience, [`DeskError::Input`] for an unknown slice,
    /// [`DeskError::Output`] where the writer fails.
    pub fn publish(&self, file: &CaseFile, ask: &Publish, out: &mut dyn Write) -> Result<Published, DeskError> {
        if let Some(tld) = &ask.tld {
            if !file.case.slices.contains_key(tld) {
                return Err(DeskError::Refused(forestall_coord::Refusal::UnknownSlice { tld: tld.clone() }));
            }
        }
        let board = file.board();
        let mut lines = Vec::new();
        for (tld, cells) in board.slices().filter(|(tld, _)| ask.tld.as_ref().is_none_or(|t| t == *tld)) {
            for cell in cells {
                let guard = file.case.guard(cell.campaign, cell.window);
                let wanted = match ask.span {
                    PublishSpan::Day(day) => guard.meets(day.window()),
                    PublishSpan::Lists(days) => days.contains(cell.day),
                    PublishSpan::Horizon => true,
                };
                if wanted {
                    self.lines_of(file, &board, tld, cell.campaign, cell.period, cell.window, ask.now, &mut lines)?;
                }
            }
        }
        lines.sort_by(|a, b| (&a.name, a.window, &a.line_id).cmp(&(&b.name, b.window, &b.line_id)));
        if ask.form == Form::Plain {
            lines.dedup_by(|a, b| a.name == b.name);
        }
        let unverified = lines.iter().any(|line| line.confidence == UNVERIFIED);
        let list = NameList { title: file.case.title.clone(), marking: file.case.marking, lines };
        let released = release(list, ask.audience, ask.now)?;
        let lines = ask.form.write(released, out)?;
        Ok(Published { lines, unverified })
    }

    #[expect(clippy::too_many_arguments, reason = "one list of one slice, and where its lines go")]
    fn lines_of(
        &self,
        file: &CaseFile,
        board: &Board<'_>,
        tld: &Tld,
        campaign: usize,
        period: i64,
        window: Window,
        now: Instant,
        lines: &mut Vec<NameLine>,
    ) -> Result<(), DeskError> {
        let names = self.listing(file, tld, campaign, period)?.names;
        let views = board.name_views(tld, campaign, period, now);
        let held = &file.case.campaigns[campaign];
        let slice = &file.case.slices[tld];
        let request = slice.request(campaign, forestall_model::counts::period_day(period)).map(|r| r.action);
        for (place, (name, view)) in (0_u32..).zip(names.into_iter().zip(views)) {
            if view.state.standing == Standing::Excluded {
                continue;
            }
            lines.push(NameLine {
                name,
                window: Some(window),
                family: held.family.clone(),
                class: class_of(&view),
                registrar_iana_id: None,
                created: None,
                requested_action: request,
                evidence_ref: format!("{}#{}", file.case.id, view.event),
                confidence: if held.verified { VERIFIED } else { UNVERIFIED },
                line_id: line_id::write(&held.id, period, tld, place),
            });
        }
        Ok(())
    }
}

const VERIFIED: &str = "verified";
const UNVERIFIED: &str = "unverified";

/// What is known of a name's registration, from what was seen. NXDOMAIN says nothing: a reserved name answers the same.
fn class_of(view: &NameView) -> NameClass {
    match (view.state.standing, view.sight) {
        (Standing::NotRegistrable, _) => NameClass::NotRegistrable,
        (Standing::Excluded, _) => NameClass::RegisteredBenign,
        (_, Some(Sight::OurNameServers)) => NameClass::Sinkholed,
        (_, Some(Sight::Reserved)) => NameClass::Reserved,
        (_, Some(Sight::Available)) => NameClass::Free,
        (_, Some(Sight::OtherNameServers | Sight::OtherHold)) => NameClass::RegisteredSuspect,
        _ => NameClass::Unknown,
    }
}
