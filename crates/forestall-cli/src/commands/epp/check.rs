// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall epp check`.

use std::path::PathBuf;

use clap::Args;
use forestall_connect::epp::Session;
use forestall_formats::epp::answer::Checked;
use forestall_formats::epp::frame::PriceOf;
use forestall_formats::evidence::EvidenceLine;
use forestall_formats::plain;
use forestall_model::{CaseId, DomainName, Method, Sight, Tld};

use super::{AccountArgs, clock, one_tld, told};
use crate::commands::case::broken;
use crate::failure::{Outcome, usage};
use crate::table::counted;
use crate::values;
use crate::world::{ActArgs, Globals};
use crate::{input, output};

/// Ask a registry whether names can be registered, and what that costs: name, yes or no, price, reason, with tabs between them
///
/// With --case the answers are recorded as evidence of the case.
#[derive(Args, Debug)]
pub(crate) struct Check {
    /// The names
    #[arg(value_name = "NAME", conflicts_with = "case", required_unless_present_any = ["case", "name_list"])]
    names: Vec<DomainName>,
    /// A plain list of names, one a line; - is standard input
    #[arg(long = "names", value_name = "FILE", conflicts_with = "case")]
    name_list: Option<PathBuf>,
    /// The names of a slice of this case that are needed from now on
    #[arg(long, value_name = "ID", requires = "tld")]
    case: Option<CaseId>,
    /// The slice
    #[arg(long, value_name = "TLD", value_parser = values::tld)]
    tld: Option<Tld>,
    #[command(flatten)]
    account: AccountArgs,
    #[command(flatten)]
    act: ActArgs,
}

impl Check {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let mut names = self.names.clone();
        if let Some(path) = &self.name_list {
            names.extend(plain::read(input::open(path)?).map_err(|faults| broken(path, &faults))?);
        }
        let desk = match &self.case {
            Some(case) => {
                let desk = globals.real_desk().await?;
                let tld = self.tld.as_ref().ok_or_else(|| usage("--tld is missing"))?;
                names = desk.epp_names(case, tld, globals.now()).await?;
                if names.is_empty() {
                    output::note(format_args!("the case needs no name of {tld} from now on"));
                    return Ok(Outcome::Done);
                }
                Some((desk, case.clone(), self.act.act(globals)?))
            }
            None => None,
        };
        let account = self.account.account(globals, Some(&one_tld(&names)?))?;
        let most = account.rules.most_price.as_ref();
        let price = most.map(|most| PriceOf { currency: most.currency.clone(), years: account.account.years });
        let mut session = Session::open(&account.settings).await.map_err(told)?;
        let rows = session.check(&names, price.as_ref()).await.map_err(told)?;
        let at = clock(globals)();
        // What was asked is answered, whether the registry says goodbye or not.
        let _ = session.close().await;
        output::to_stdout(|out| {
            for row in &rows {
                let price = row.price.as_ref().map(|price| match &price.class {
                    Some(class) => format!("{} ({class})", price.fee),
                    None => price.fee.to_string(),
                });
                let (can, reason) = (if row.available { "free" } else { "not free" }, row.reason.as_deref());
                writeln!(out, "{}\t{can}\t{}\t{}", row.name, price.unwrap_or_default(), reason.unwrap_or_default())?;
            }
            Ok(())
        })?;
        let Some((desk, case, act)) = desk else { return Ok(Outcome::Done) };
        let source = format!("EPP check, account {}", account.name);
        let evidence = names.iter().zip(&rows).map(|(name, row)| EvidenceLine {
            line: 0,
            name: name.clone(),
            method: Method::EppCheck,
            sight: sight(row),
            at,
            name_servers: Vec::new(),
            source: source.clone(),
        });
        let act = forestall_hub::desk::Act { now: clock(globals)().max(at), ..act };
        desk.import_evidence(&case, &act, evidence.collect()).await?;
        output::note(format_args!("{} recorded as evidence of {case}", counted(rows.len() as u64, "answer")));
        Ok(Outcome::Done)
    }
}

/// Returns what a row of a check shows. Only the registry's own word makes a name reserved.
fn sight(row: &Checked) -> Sight {
    let reserved = |reason: &String| reason.to_ascii_lowercase().contains("reserved");
    match (row.available, &row.reason) {
        (true, _) => Sight::Available,
        (false, Some(reason)) if reserved(reason) => Sight::Reserved,
        (false, _) => Sight::Unavailable,
    }
}
