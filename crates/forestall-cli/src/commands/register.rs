// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall register`: friends and sinkholes, and exclusion lists of this and of other operations.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use forestall_formats::exclusions;
use forestall_formats::signature::SecretKey;
use forestall_hub::desk::read_list;

use crate::failure::{Outcome, refused, usage};
use crate::input;
use crate::output::{self, WholeFile};
use crate::signer;
use crate::table::{Align, Table, counted, thousands};
use crate::world::{self, Globals};

/// The registers of friendly registrations and sinkholes, and exclusion lists of this and of other operations
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Take a register of friends and sinkholes over, as CSV; what it says holds only where it is trusted
    Import(Import),
    /// Take an exclusion list of another operation over; it decides only where a trusted key signed it
    Exclusions(Exclusions),
    /// List what is held
    List,
    /// Print a register or list that is held, in its own form
    Show(Named),
    /// Remove one
    Remove(Named),
    /// Write what this installation excludes for good, for other operations to take over
    Export(Export),
}

/// Takes a register over.
#[derive(Args, Debug)]
pub(crate) struct Import {
    /// What the register is called here
    id: String,
    /// The file; - is standard input
    file: PathBuf,
    /// What it says holds; else it is a proposal that a person may take up
    #[arg(long)]
    trusted: bool,
}

/// Takes an exclusion list over.
#[derive(Args, Debug)]
pub(crate) struct Exclusions {
    /// The file
    file: PathBuf,
    /// Its signature by minisign [default: FILE.minisig, where it is there]
    #[arg(long, value_name = "FILE")]
    signature: Option<PathBuf>,
    /// A public key of minisign, or its file: a list that it signed decides; any number of them
    #[arg(long = "trust", value_name = "PUBLICKEY")]
    trust: Vec<String>,
}

/// Names a register.
#[derive(Args, Debug)]
pub(crate) struct Named {
    /// What it is called here
    id: String,
}

/// Writes the own exclusions.
#[derive(Args, Debug)]
pub(crate) struct Export {
    /// What this operation is called
    #[arg(long, value_name = "TEXT")]
    operation: String,
    /// Where the list goes
    #[arg(short, value_name = "FILE")]
    output: PathBuf,
    /// A secret key of minisign without password; the signature goes to FILE.minisig
    #[arg(long, value_name = "FILE")]
    sign: Option<PathBuf>,
}

/// Most octets of a key or a signature.
const MAX_KEY: u64 = 1 << 16;

impl Verb {
    /// Runs the verb.
    pub(crate) fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        world::run(async {
            match self {
                Self::Import(command) => command.run(globals).await,
                Self::Exclusions(command) => command.run(globals).await,
                Self::List => list(globals).await,
                Self::Show(named) => show(globals, &named.id).await,
                Self::Remove(named) => remove(globals, &named.id).await,
                Self::Export(command) => command.run(globals).await,
            }
        })
    }
}

impl Import {
    async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let text = whole(&self.file)?;
        let desk = globals.desk().await?;
        let entries = desk.import_friends(&self.id, &text, self.trusted, globals.now()).await?;
        output::note(format_args!("{}: {}", self.id, counted(entries as u64, "entry")));
        Ok(Outcome::Done)
    }
}

impl Exclusions {
    async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let text = whole(&self.file)?;
        let beside = {
            let mut name = self.file.clone().into_os_string();
            name.push(".minisig");
            PathBuf::from(name)
        };
        let path = self.signature.or_else(|| beside.is_file().then_some(beside));
        let signature = path.map(|path| small(&path)).transpose()?;
        if signature.is_some() && self.trust.is_empty() {
            return Err(usage("the list is signed; name the key that is trusted, or its file, with --trust PUBLICKEY"));
        }
        let keys: Vec<String> =
            self.trust.iter().map(|key| signer::public_key("--trust", key)).collect::<anyhow::Result<_>>()?;
        let desk = globals.desk().await?;
        let held = desk.import_exclusions(&text, signature.as_deref(), &keys, globals.now()).await?;
        let weight = if held.trusted { "trusted" } else { "a proposal: no trusted key signed it" };
        output::note(format_args!("{}: {}, {weight}", held.id, counted(held.entries as u64, "name")));
        Ok(Outcome::Done)
    }
}

async fn list(globals: &Globals) -> anyhow::Result<Outcome> {
    let desk = globals.desk().await?;
    let lists = desk.held_lists().await?;
    if lists.is_empty() {
        output::note(format_args!("no register and no exclusion list is held"));
        return Ok(Outcome::Done);
    }
    let columns = [
        ("id", Align::Left),
        ("kind", Align::Left),
        ("entries", Align::Right),
        ("weight", Align::Left),
        ("issued by", Align::Left),
        ("changed", Align::Left),
    ];
    let mut table = Table::new(&columns);
    for held in lists {
        table.row([
            held.id,
            if held.excludes { "exclusions" } else { "friends" }.to_owned(),
            thousands(held.entries as u64),
            if held.trusted { "trusted" } else { "proposal" }.to_owned(),
            held.issued.map_or_else(String::new, |(operation, serial)| format!("{operation}, serial {serial}")),
            held.changed.to_string(),
        ]);
    }
    output::to_stdout(|out| Ok(table.write("", out)?))?;
    Ok(Outcome::Done)
}

async fn show(globals: &Globals, id: &str) -> anyhow::Result<Outcome> {
    let desk = globals.desk().await?;
    let text = desk.held_list(id).await?.ok_or_else(|| none(id))?;
    output::to_stdout(|out| Ok(out.write_all(text.as_bytes())?))?;
    Ok(Outcome::Done)
}

async fn remove(globals: &Globals, id: &str) -> anyhow::Result<Outcome> {
    let desk = globals.desk().await?;
    if desk.drop_list(id).await? { Ok(Outcome::Done) } else { Err(none(id)) }
}

fn none(id: &str) -> anyhow::Error {
    usage(format!("no register or list {id:?} is held; `forestall register list` names those that are"))
}

impl Export {
    async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let key = match &self.sign {
            Some(path) => Some(SecretKey::read(&small(path)?).map_err(|error| usage(error.to_string()))?),
            None => None,
        };
        let desk = globals.desk().await?;
        let list = desk.own_exclusions(&self.operation, globals.now()).await?;
        let mut text = Vec::new();
        exclusions::write(&list, &mut text).context("the list could not be written")?;
        let comment = format!("{} serial {}", list.operation, list.serial);
        let signed =
            key.map(|key| key.sign(&text, &comment)).transpose().map_err(|error| refused(error.to_string()))?;
        write(&self.output, &text)?;
        if let Some(signed) = signed {
            let mut name = self.output.clone().into_os_string();
            name.push(".minisig");
            write(&PathBuf::from(name), signed.as_bytes())?;
        }
        output::note(format_args!("{}, serial {}", counted(list.names.len() as u64, "name"), list.serial));
        Ok(Outcome::Done)
    }
}

fn write(path: &std::path::Path, bytes: &[u8]) -> anyhow::Result<()> {
    use std::io::Write as _;
    let mut file = WholeFile::create(path)?;
    file.write_all(bytes).with_context(|| format!("the file {} could not be written", path.display()))?;
    file.finish()
}

fn whole(path: &std::path::Path) -> anyhow::Result<String> {
    let bytes = input::whole(path, forestall_store::MAX_DOCUMENT as u64)?;
    Ok(read_list(bytes.as_slice())?)
}

fn small(path: &std::path::Path) -> anyhow::Result<String> {
    let called = input::called(path);
    String::from_utf8(input::whole(path, MAX_KEY)?).map_err(|_| usage(format!("{called} is not UTF-8")))
}
