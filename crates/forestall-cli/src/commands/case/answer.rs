// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case answer`.

use std::path::{Path, PathBuf};

use clap::Args;
use forestall_formats::{answers, plain, table};
use forestall_hub::desk::{AnswerFile, DaysAnswer, SignedList};
use forestall_model::{Action, AnswerResult, CampaignId, CaseId, DomainName, Tld, UtcDay};

use super::change;
use crate::failure::{Outcome, refused, usage};
use crate::input;
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
    /// The registry's public key, minisign's one line of Base64
    #[arg(long, value_name = "KEY", requires = "signed_list")]
    key: Option<String>,
    #[command(flatten)]
    act: ActArgs,
}

impl Answer {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let days = self.from.zip(self.until).map(|(from, until)| values::range(from, until)).transpose()?;
        let act = self.act.act(globals)?;
        let (case, tld, action) = (self.id, self.tld, self.action);
        if let Some(path) = &self.file {
            let lines = lines_of(path)?;
            let desk = globals.desk().await?;
            let before = desk.file(&case).await?;
            let recorded = desk.answer_file(&case, &act, AnswerFile { tld: tld.clone(), action, lines }).await?;
            return change::show(&desk, &before, Some(&tld), &recorded).await;
        }
        let result = self.result.ok_or_else(|| usage("--result is missing; expected one, or a CSV with --file"))?;
        let single = !self.names.is_empty() || self.name_list.is_some();
        let mut names = self.names;
        if let Some(path) = &self.name_list {
            names.extend(plain::read(input::open(path)?).map_err(|faults| broken(path, &faults))?);
        }
        if single && names.is_empty() {
            return Err(refused("the list holds no name, so nothing was answered"));
        }
        let signed = match (&self.signed_list, self.key) {
            (Some(list), Some(key)) => Some(signed_list(list, self.signature.as_deref(), key)?),
            _ => None,
        };
        let desk = globals.desk().await?;
        let before = desk.file(&case).await?;
        let answer = DaysAnswer { tld: tld.clone(), days, campaigns: self.campaigns, action, result };
        let recorded = match signed {
            Some(signed) => vec![desk.answer_signed(&case, &act, answer, &signed).await?],
            None if single => desk.answer_names(&case, &act, tld.clone(), action, result, names).await?,
            None => vec![desk.answer_days(&case, &act, answer).await?],
        };
        change::show(&desk, &before, Some(&tld), &recorded).await
    }
}

/// Reads the answers of a file: a workbook, which begins as every ZIP does, or CSV.
fn lines_of(path: &Path) -> anyhow::Result<Vec<answers::AnswerLine>> {
    let octets = input::whole(path, table::MAX_BYTES)?;
    if !octets.starts_with(b"PK\x03\x04") {
        return answers::read(octets.as_slice()).map_err(|faults| broken(path, &faults));
    }
    let read = answers::read_workbook(&octets).map_err(|error| {
        refused(format!("nothing was recorded, because {} has a fault: {error}", input::called(path)))
    })?;
    if read.unanswered > 0 {
        crate::output::note(format_args!("{} lines of the workbook have no result yet", read.unanswered));
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
pub(super) fn broken(path: &Path, faults: &table::TableErrors) -> anyhow::Error {
    refused(format!("nothing was recorded, because {} has faults:\n{faults}", input::called(path)))
}
