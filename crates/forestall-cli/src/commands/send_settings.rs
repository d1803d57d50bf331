// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The parts `send` and `mail` of the settings: who asks registries, and by what way letters go out.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use forestall_connect::mail::{MailLogin, MailServer, MailSettings, MailTls, Mailbox, Mailer};
use forestall_connect::openpgp::SigningKey;
use forestall_formats::envelope::{Fees, Requester};
use forestall_formats::signature::SecretKey;
use forestall_hub::desk::Sender;
use forestall_hub::jobs::Post;
use forestall_hub::server::Origin;
use forestall_model::Instant;
use serde::Deserialize;

use crate::near;

/// Most octets of a file with a key or a password.
const MOST_SECRET: u64 = 64 << 10;

/// Who asks, and what stands in every envelope.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Send {
    organisation: String,
    person: String,
    phone: String,
    #[serde(default)]
    mail: Option<String>,
    role: String,
    proof: String,
    appeal: String,
    answer_to: String,
    key_file: PathBuf,
    #[serde(default)]
    waiver: Option<String>,
    #[serde(default)]
    renewed_by: Option<String>,
}

/// By what way letters go out.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mail {
    server: String,
    tls: String,
    from: String,
    #[serde(default)]
    reply_to: Option<String>,
    #[serde(default)]
    user: Option<String>,
    #[serde(default)]
    password_file: Option<PathBuf>,
    #[serde(default)]
    openpgp_key_file: Option<PathBuf>,
}

/// The keys of the part `send`.
pub(super) const SEND_KEYS: [&str; 11] = [
    "organisation",
    "person",
    "phone",
    "mail",
    "role",
    "proof",
    "appeal",
    "answer_to",
    "key_file",
    "waiver",
    "renewed_by",
];
/// The keys of the part `mail`.
pub(super) const MAIL_KEYS: [&str; 7] =
    ["server", "tls", "from", "reply_to", "user", "password_file", "openpgp_key_file"];

/// An example of both parts, commented out: nobody is written to before somebody says in whose name.
pub(super) const EXAMPLE: &str = "\
# Who asks registries: what stands in every envelope. `forestall case send` needs it.
# [send]
# organisation = \"CERT Example\"
# person = \"Ada Coordinator\"
# A number that is answered at any hour.
# phone = \"+1 555 0100\"
# mail = \"duty@cert.example\"
# role = \"coordinator\"
# How a registry can make sure that it is you.
# proof = \"https://cert.example/contact\"
# Where the holder of a name turns to, to be published.
# appeal = \"appeals@cert.example\"
# Where answers go.
# answer_to = \"lists@cert.example\"
# A secret key of minisign without password; `minisign -G -W` makes one.
# key_file = \"/etc/forestall/lists.key\"
# The provision that is to be waived, where a waiver of fees is asked for.
# waiver = \"registry agreement, section 6.3\"
# Who renews names that are registered for the response.
# renewed_by = \"CERT Example\"

# By what way letters go out. Without this part lists are handed over by hand.
# [mail]
# server = \"smtp.cert.example:587\"
# starttls, implicit, or none for a server on this machine.
# tls = \"starttls\"
# from = \"lists@cert.example\"
# reply_to = \"lists@cert.example\"
# user = \"lists\"
# password_file = \"/etc/forestall/smtp.password\"
# Letters are signed with this OpenPGP key, and encrypted to parties that have one.
# openpgp_key_file = \"/etc/forestall/openpgp.key\"
";

impl Send {
    /// Returns the files that nobody else may read, each with the key that names it.
    pub(super) fn secrets(&self) -> Vec<(&'static str, &Path)> {
        vec![("send.key_file", &self.key_file)]
    }

    /// Returns who sends.
    ///
    /// # Errors
    ///
    /// A sentence that names the key and what was expected.
    pub(super) fn sender(&self) -> Result<Sender, String> {
        let text = read(&self.key_file).map_err(|error| format!("send.key_file: {error}"))?;
        let key = SecretKey::read(&text).map_err(|error| format!("send.key_file: {error}"))?;
        Ok(Sender {
            requester: Requester {
                organisation: self.organisation.clone(),
                person: self.person.clone(),
                phone: self.phone.clone(),
                mail: self.mail.clone(),
                role: self.role.clone(),
                proof: self.proof.clone(),
            },
            appeal: self.appeal.clone(),
            answer_to: self.answer_to.clone(),
            fees: Fees { waiver_wanted: self.waiver.is_some(), provision: self.waiver.clone() },
            renewed_by: self.renewed_by.clone(),
            key: Arc::new(key),
        })
    }
}

impl Mail {
    /// Returns the server as the file has it.
    pub(super) fn server(&self) -> &str {
        &self.server
    }

    /// Returns the files that nobody else may read, each with the key that names it.
    pub(super) fn secrets(&self) -> Vec<(&'static str, &Path)> {
        let named = [("mail.password_file", &self.password_file), ("mail.openpgp_key_file", &self.openpgp_key_file)];
        named.into_iter().filter_map(|(key, file)| Some((key, file.as_deref()?))).collect()
    }

    /// Returns the way out, for letters of `sender` to parties that reach the console at `origin`, where they do.
    ///
    /// # Errors
    ///
    /// A sentence that names the key and what was expected.
    pub(super) fn post(&self, sender: Sender, origin: Option<Origin>, now: Instant) -> Result<Post, String> {
        let server: MailServer = self.server.parse().map_err(|error| format!("mail.server: {error}"))?;
        let tls: MailTls = self.tls.parse().map_err(|error| format!("mail.tls: {error}"))?;
        let mailbox = |key: &str, text: &str| Mailbox::new(None, text).map_err(|error| format!("mail.{key}: {error}"));
        let mut settings = MailSettings::new(server, tls, mailbox("from", &self.from)?);
        settings.reply_to = self.reply_to.as_deref().map(|text| mailbox("reply_to", text)).transpose()?;
        settings.login = match (&self.user, &self.password_file) {
            (Some(user), Some(file)) => {
                let password = read(file).map_err(|error| format!("mail.password_file: {error}"))?;
                Some(MailLogin { user: user.clone(), password: password.trim_end().to_owned() })
            }
            (None, None) => None,
            _ => return Err("mail.user and mail.password_file go together".to_owned()),
        };
        let key = match &self.openpgp_key_file {
            None => None,
            Some(file) => {
                let text = read(file).map_err(|error| format!("mail.openpgp_key_file: {error}"))?;
                let key = SigningKey::read(&text, now).map_err(|error| format!("mail.openpgp_key_file: {error}"))?;
                Some(Arc::new(key))
            }
        };
        let mailer = Mailer::new(settings).map_err(|error| format!("mail: {error}"))?;
        Ok(Post { sender, mailer, key, origin })
    }
}

/// Reads a small file.
pub(super) fn read(path: &Path) -> Result<String, String> {
    use std::io::Read as _;
    let file = std::fs::File::open(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    let mut text = String::new();
    let read = file.take(MOST_SECRET + 1).read_to_string(&mut text);
    match read {
        Ok(octets) if octets as u64 <= MOST_SECRET => Ok(text),
        Ok(_) => Err(format!("{} is longer than {} KiB", path.display(), MOST_SECRET >> 10)),
        Err(error) => Err(format!("{} cannot be read: {error}", path.display())),
    }
}

/// Refuses keys that are no setting of a part.
///
/// # Errors
///
/// A sentence that names the key and the nearest that there is.
pub(super) fn check_keys<const N: usize>(part: &str, table: &toml::Table, known: [&str; N]) -> Result<(), String> {
    match table.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => {
            Err(format!("{part}.{key} is no setting; expected {}.{}", known.join(", "), near::hint(key, known)))
        }
    }
}
