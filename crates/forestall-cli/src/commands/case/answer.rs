// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case answer`.

use std::path::{Path, PathBuf};

use clap::Args;
use forestall_api::act::Record;
use forestall_api::answer;
use forestall_connect::hub::Hub;
use forestall_formats::{answers, plain, table};
use forestall_hub::desk::{AnswerFile, DaysAnswer, SignedList};
use forestall_model::{Action, AnswerResult, CampaignId, CaseId, DayRange, DomainName, Tld, UtcDay};

use super::change::{self, Picture};
use crate::cases::Cases;
use crate::failure::{Outcome, refused, usage};
use crate::input;
use crate::signer;
use crate::table::counted;
use crate::values::{self, words};
use crate::world::{ActArgs, Globals};

/// Record a registry's answer: for its whole slice, for days, for single names, or line by line from a CSV
///
/// Without --name, --names and --file the answer speaks of every name of the slice in the days. A file with a fault
/// changes nothing.
#[derive(Args, Debug)]
pub(crate) struct Answer {
    /// The case
    id: CaseId,
    /// The slice
    #[arg(long, value_name = "TLD", value_parser = values::tld)]
    tld: Tld,
    /// What the registry did, or was asked to do; with --file, where a row does not say
    #[arg(long, value_name = "ACTION", value_parser = words!(Action))]
    action: Action,
    /// The result
    #[arg(long, value_name = "RESULT", value_parser = words!(AnswerResult), required_unless_present = "file")]
    result: Option<AnswerResult>,
    /// The first day that the answer speaks of [default: that of the case]
    #[arg(long, value_name = "DATE", requires = "until", conflicts_with_all = ["names", "name_list", "file"])]
    from: Option<UtcDay>,
    /// The day after the last one
    #[arg(long, value_name = "DATE", requires = "from")]
    until: Option<UtcDay>,
    /// A campaign that the answer speaks of [default: all of the case]
    #[arg(long = "campaign", value_name = "ID", conflicts_with_all = ["names", "name_list", "file"])]
    campaigns: Vec<CampaignId>,
    /// A name that the answer speaks of, in all its windows
    #[arg(long = "name", value_name = "NAME", conflicts_with = "file")]
    names: Vec<DomainName>,
    /// A plain list of such names, one a line; - is standard input
    #[arg(long = "names", value_name = "FILE", conflicts_with = "file")]
    name_list: Option<PathBuf>,
    /// A CSV or a workbook with a column `result` and `line_id` or `name`, as lists are sent out; - is standard input
    #[arg(long, value_name = "CSV", conflicts_with = "result")]
    file: Option<PathBuf>,
    /// A plain list of all names of the slice in the days, signed by the registry with minisign: the answer is attested
    #[arg(long, value_name = "FILE", requires = "key", conflicts_with_all = ["names", "name_list", "file"])]
    signed_list: Option<PathBuf>,
    /// The signature [default: the list's name with .minisig after it]
    #[arg(long, value_name = "FILE", requires = "signed_list")]
    signature: Option<PathBuf>,
    /// The registry's public key of minisign, or its file
    #[arg(long, value_name = "KEY", requires = "signed_list")]
    key: Option<String>,
    #[command(flatten)]
    act: ActArgs,
}

/// What is answered, read from arguments and files.
struct Given {
    action: Action,
    days: Option<DayRange>,
    campaigns: Vec<CampaignId>,
    said: Said,
}

/// What an answer speaks of.
enum Said {
    Lines(Vec<answers::AnswerLine>),
    Names(AnswerResult, Vec<DomainName>),
    Days(AnswerResult, Option<SignedList>),
}

impl Answer {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let (id, tld, act) = (self.id.clone(), self.tld.clone(), self.act.clone());
        match globals.cases().await? {
            Cases::Here(desk) => {
                let (act, given) = (act.act(globals)?, self.read()?);
                let before = desk.file(&id).await?;
                let Given { action, days, campaigns, said } = given;
                let of_days = |result| DaysAnswer { tld: tld.clone(), days, campaigns, action, result };
                let stored = match said {
                    Said::Lines(lines) => {
                        desk.answer_file(&id, &act, AnswerFile { tld: tld.clone(), action, lines }).await?
                    }
                    Said::Names(result, names) => {
                        desk.answer_names(&id, &act, tld.clone(), action, result, names).await?
                    }
                    Said::Days(result, None) => vec![desk.answer_days(&id, &act, of_days(result)).await?],
                    Said::Days(result, Some(signed)) => {
                        vec![desk.answer_signed(&id, &act, of_days(result), &signed).await?]
                    }
                };
                change::show(&desk, &before, Some(&tld), &stored).await
            }
            Cases::At(hub) => {
                let (record, given) = (act.record()?, self.read()?);
                to_hub(&hub, &id, &tld, given, record).await
            }
        }
    }

    /// Reads what is answered.
    fn read(self) -> anyhow::Result<Given> {
        let days = self.from.zip(self.until).map(|(from, until)| values::range(from, until)).transpose()?;
        let given = |said| Given { action: self.action, days, campaigns: self.campaigns.clone(), said };
        if let Some(path) = &self.file {
            return Ok(given(Said::Lines(lines_of(path)?)));
        }
        let result = self.result.ok_or_else(|| usage("--result is missing; expected one, or a CSV with --file"))?;
        let single = !self.names.is_empty() || self.name_list.is_some();
        let mut names = self.names.clone();
        if let Some(path) = &self.name_list {
            names.extend(plain::read(input::open(path)?).map_err(|faults| broken(path, &faults))?);
        }
        if single && names.is_empty() {
            return Err(refused("the list holds no name, so nothing was answered"));
        }
        if single {
            return Ok(given(Said::Names(result, names)));
        }
        let signed = match (&self.signed_list, &self.key) {
            (Some(list), Some(key)) => {
                Some(signed_list(list, self.signature.as_deref(), signer::public_key("--key", key)?)?)
            }
            _ => None,
        };
        Ok(given(Said::Days(result, signed)))
    }
}

/// Hands an answer to a hub.
async fn to_hub(hub: &Hub, id: &CaseId, tld: &Tld, given: Given, record: Record) -> anyhow::Result<Outcome> {
    let Given { action, days, campaigns, said } = given;
    let mut answer = answer::Answer {
        action,
        result: None,
        days: days.map(Into::into),
        campaigns,
        names: Vec::new(),
        rows: Vec::new(),
        signed: None,
        record,
    };
    match said {
        Said::Lines(lines) => answer.rows = lines.into_iter().map(row).collect(),
        Said::Names(result, names) => {
            answer.result = Some(result);
            answer.names = names;
        }
        Said::Days(result, signed) => {
            answer.result = Some(result);
            answer.signed = signed.map(signed_text).transpose()?;
        }
    }
    let before = Picture::at(hub, id, Some(tld)).await?;
    let recorded = hub.answer(id, tld, &answer, None).await?;
    change::show_at(hub, &before, Some(tld), &recorded).await
}

fn row(line: answers::AnswerLine) -> answer::AnswerRow {
    answer::AnswerRow {
        line_id: line.line_id,
        name: line.name,
        result: line.result,
        action: line.action,
        done_at: line.done_at,
    }
}

fn signed_text(SignedList { list, signature, key }: SignedList) -> anyhow::Result<answer::SignedList> {
    let list = String::from_utf8(list).map_err(|_| refused("the signed list is no text, so it is no list of names"))?;
    Ok(answer::SignedList { list, signature, key })
}

/// Reads the answers of a file.
fn lines_of(path: &Path) -> anyhow::Result<Vec<answers::AnswerLine>> {
    lines_in(path, &input::whole(path, table::MAX_BYTES)?)
}

/// Reads answers from the octets of a file: a workbook, which begins as every ZIP does, or CSV.
///
/// # Errors
///
/// A refusal where it has a fault.
pub(crate) fn lines_in(path: &Path, octets: &[u8]) -> anyhow::Result<Vec<answers::AnswerLine>> {
    if !octets.starts_with(b"PK\x03\x04") {
        return answers::read(octets).map_err(|faults| broken(path, &faults));
    }
    let read = answers::read_workbook(octets).map_err(|error| {
        refused(format!("nothing was recorded, because {} has a fault: {error}", input::called(path)))
    })?;
    if read.unanswered > 0 {
        let have = if read.unanswered == 1 { "has" } else { "have" };
        let lines = counted(read.unanswered as u64, "line");
        crate::output::note(format_args!("{lines} of the workbook {have} no result yet"));
    }
    Ok(read.lines)
}

/// Most octets of a signed list: as many as a file of answers may have.
const MAX_LIST: u64 = table::MAX_BYTES;
/// Most octets of a signature; minisign's has four short lines.
const MAX_SIGNATURE: u64 = 16 << 10;

fn signed_list(list: &Path, signature: Option<&Path>, key: String) -> anyhow::Result<SignedList> {
    let beside = || {
        let mut name = list.as_os_str().to_owned();
        name.push(".minisig");
        PathBuf::from(name)
    };
    let signature = signature.map_or_else(beside, Path::to_path_buf);
    let text = String::from_utf8(input::whole(&signature, MAX_SIGNATURE)?)
        .map_err(|_| refused(format!("{} is no text, so it is no signature of minisign", signature.display())))?;
    Ok(SignedList { list: input::whole(list, MAX_LIST)?, signature: text, key })
}

/// Says what is wrong with a file, fault by fault.
pub(crate) fn broken(path: &Path, faults: &table::TableErrors) -> anyhow::Error {
    refused(format!("nothing was recorded, because {} has faults:\n{faults}", input::called(path)))
}
