// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Where the cases are that a command works on: in a store of this machine, or at a hub.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use forestall_connect::hub::{Hub, HubAddress, HubSettings, HubToken};
use forestall_hub::desk::Desk;

use crate::failure::usage;
use crate::input;
use crate::world::{Address, given_here};

/// Most octets of the file of a token.
const MAX_TOKEN: u64 = 4 << 10;
/// Where a token may stand in the environment.
const TOKEN: &str = "FORESTALL_TOKEN";

/// The cases of one command.
#[derive(Debug)]
pub(crate) enum Cases {
    /// In a store of this machine.
    Here(Desk),
    /// At a hub.
    At(Hub),
}

/// The hub that a command calls.
#[derive(Args, Clone, Debug)]
pub(crate) struct HubArgs {
    /// Work on the cases of a hub instead of a store of this machine: https://HOST
    #[arg(
        long,
        value_name = "URL",
        env = "FORESTALL_HUB",
        hide_env_values = true,
        global = true,
        help_heading = "Global options"
    )]
    hub: Option<Address>,
    /// The file with the token that signs in at the hub; FORESTALL_TOKEN may hold the token itself
    #[arg(
        long,
        value_name = "FILE",
        env = "FORESTALL_TOKEN_FILE",
        hide_env_values = true,
        global = true,
        help_heading = "Global options"
    )]
    token_file: Option<PathBuf>,
    /// Call a hub on another machine without TLS: whoever stands in between can read the token and everything else
    #[arg(long, global = true, help_heading = "Global options")]
    without_tls: bool,
}

impl HubArgs {
    /// Returns the hub that is meant, where the store is named by `store`: on the command line, or not.
    ///
    /// # Errors
    ///
    /// Usage, where both are named and none goes before the other.
    pub(crate) fn chosen(&self, store: Named) -> anyhow::Result<Option<&Address>> {
        let Some(hub) = &self.hub else { return Ok(None) };
        match (given_here("FORESTALL_HUB", hub.as_str()), store) {
            (true, Named::Here) => {
                Err(usage("--hub names a hub, and --data or --database a store of this machine; expected one of them"))
            }
            (false, Named::Here) => Ok(None),
            (false, Named::InEnvironment) => Err(usage(
                "FORESTALL_HUB names a hub, and FORESTALL_DATA or FORESTALL_DATABASE a store of this machine; say which is meant with --hub or --data",
            )),
            (true, _) | (false, Named::Nowhere) => Ok(Some(hub)),
        }
    }

    /// Returns the client of the hub that was given, wherever a store may be named beside it.
    ///
    /// # Errors
    ///
    /// As [`Self::client`].
    pub(crate) fn given(&self) -> anyhow::Result<Option<Hub>> {
        self.hub.as_ref().map(|hub| self.client(hub)).transpose()
    }

    /// Makes the client of a hub.
    ///
    /// # Errors
    ///
    /// Usage for an address that is none and where there is no token, and what the file of the token reports.
    pub(crate) fn client(&self, hub: &Address) -> anyhow::Result<Hub> {
        let address = if self.without_tls { HubAddress::plainly(hub.as_str()) } else { hub.as_str().parse() };
        let address = address.map_err(|error| usage(error.to_string()))?;
        Ok(Hub::new(HubSettings::new(address, self.token()?))?)
    }

    fn token(&self) -> anyhow::Result<HubToken> {
        let text = match (&self.token_file, std::env::var(TOKEN)) {
            (Some(path), _) => from_file(path)?,
            (None, Ok(text)) if !text.is_empty() => text,
            (None, _) => {
                return Err(usage(format!(
                    "a hub must know who calls: name the file of a token with --token-file, or set {TOKEN}; `forestall person token create` makes one there"
                )));
            }
        };
        let place = self.token_file.as_deref().map_or_else(|| TOKEN.to_owned(), input::called);
        text.parse().map_err(|error| usage(format!("{place}: {error}")))
    }
}

fn from_file(path: &Path) -> anyhow::Result<String> {
    let octets = input::whole(path, MAX_TOKEN)?;
    // The octets are not shown: they may be another secret.
    String::from_utf8(octets).ok().with_context(|| format!("{} is no text, so it holds no token", input::called(path)))
}

/// Where somebody named a store of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// On the command line.
    Here,
    /// In the environment.
    InEnvironment,
    /// Nowhere: the usual one is meant.
    Nowhere,
}
