// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The part `provider` of the settings: the provider of identities with which people sign in.

use std::path::{Path, PathBuf};

use forestall_connect::oidc::{Oidc, OidcError, OidcSettings, Prompt};
use forestall_hub::server::Provider;
use serde::Deserialize;

use super::send_settings::read;

/// The variable that holds the secret of the client where no file does.
const SECRET: &str = "FORESTALL_PROVIDER_SECRET";
/// Most characters of what people call the provider: it stands on a button.
const MAX_NAME: usize = 80;

/// The keys of the part.
pub(super) const PROVIDER_KEYS: [&str; 6] = ["name", "issuer", "client_id", "client_secret_file", "by_mail", "prompt"];

/// An example of the part, commented out.
pub(super) const EXAMPLE: &str = "\
# A provider of identities with which people sign in (OpenID Connect). It sends them back to PUBLIC/sign-in/provider/back.
# [provider]
# What people call it: Sign in with ...
# name = \"the directory of CERT Example\"
# Its address as it writes it itself; its settings are read below it, from /.well-known/openid-configuration.
# issuer = \"https://id.example/realms/cert\"
# client_id = \"forestall\"
# The secret of the client; without a file it is the variable FORESTALL_PROVIDER_SECRET.
# client_secret_file = \"/etc/forestall/provider.secret\"
# Whether somebody signs in for the first time by a mail address that the provider made sure of, where they were invited under
# that address or have an account with it. Else they bring the link of an invitation, or `forestall person link` names them.
# by_mail = false
# What the provider asks in any case: login, consent or select_account.
# prompt = \"login\"
";

/// A provider of identities.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProviderPart {
    name: String,
    issuer: String,
    client_id: String,
    #[serde(default)]
    client_secret_file: Option<PathBuf>,
    #[serde(default)]
    by_mail: bool,
    #[serde(default)]
    prompt: Option<String>,
}

impl ProviderPart {
    /// Returns the file that nobody else may read, with the key that names it.
    pub(super) fn secret(&self) -> Option<(&'static str, &Path)> {
        Some(("provider.client_secret_file", self.client_secret_file.as_deref()?))
    }

    /// Returns the provider. It is not asked yet.
    ///
    /// # Errors
    ///
    /// A sentence that names the key and what was expected.
    pub(super) fn provider(&self) -> Result<Provider, String> {
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
            return Err(format!("provider.name: expected 1 to {MAX_NAME} characters on one line"));
        }
        let secret = match &self.client_secret_file {
            Some(file) => read(file).map_err(|error| format!("provider.client_secret_file: {error}"))?,
            None => std::env::var(SECRET)
                .map_err(|_| format!("provider.client_secret_file: expected a file, or the secret in {SECRET}"))?,
        };
        let prompt = self.prompt.as_deref().map(str::parse::<Prompt>).transpose();
        let settings = OidcSettings {
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            client_secret: secret.trim().to_owned(),
            prompt: prompt.map_err(|error| told(&error))?,
            authorities: Vec::new(),
        };
        let client = Oidc::new(settings).map_err(|error| told(&error))?;
        Ok(Provider { name: name.to_owned(), by_mail: self.by_mail, client })
    }
}

/// Returns what is wrong with a setting under the key of the file.
fn told(error: &OidcError) -> String {
    match error {
        OidcError::Setting { .. } => format!("provider.{error}"),
        _ => format!("provider: {error}"),
    }
}
