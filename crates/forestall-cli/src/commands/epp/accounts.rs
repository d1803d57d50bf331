// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The file of accounts at registries: one table for each account. Passwords and keys stand in files of their own, or in the environment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use forestall_connect::epp::{EppIdentity, EppServer, EppSettings, Login, authorities};
use forestall_coord::epp::{Rules, Terms};
use forestall_formats::epp::{Account, ContactKind, Handle, Side};
use forestall_hub::desk::EppAccount;
use forestall_model::{DomainName, Tld};
use serde::Deserialize;

use crate::commands::send_settings::read as read_file;

/// Most octets of the file.
pub(super) const MOST_OCTETS: u64 = 1 << 20;
const DAY: i64 = 86_400;
/// For how long names are registered where nobody says otherwise.
const YEARS: u8 = 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    account: BTreeMap<String, Described>,
}

/// An account as the file describes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    tlds: Vec<String>,
    server: String,
    server_name: Option<String>,
    authority_file: Option<PathBuf>,
    certificate_file: PathBuf,
    key_file: PathBuf,
    user: String,
    password_file: Option<PathBuf>,
    password_env: Option<String>,
    statuses: String,
    #[serde(default)]
    name_servers: Vec<String>,
    registrant: Option<String>,
    #[serde(default)]
    contacts: BTreeMap<String, String>,
    years: Option<u8>,
    per_second: Option<u32>,
    under_way: Option<usize>,
    answer_seconds: Option<u64>,
    per_day: Option<u32>,
    cool_down_days: Option<u32>,
    approval_days: Option<u32>,
    approvals: Option<String>,
    rest_seconds: Option<u32>,
    most_price: Option<String>,
}

/// Returns an example of the file, every setting that has a default with it.
pub(super) fn example() -> String {
    let Rules { per_day, cool_down, approvals, rest, .. } = Rules::new(Side::Client, String::new());
    let (cool_down_days, approval_days) = (cool_down / DAY, approvals.lives / DAY);
    let (per_second, under_way) = (EppSettings::PER_SECOND, EppSettings::UNDER_WAY);
    let answer_seconds = EppSettings::LIMIT.as_secs();
    format!(
        "\
# Accounts at registries, for `forestall epp`: one table for each, under a name of your own. Passwords and keys stand in files of
# their own or in the environment.
[account.ws]
tlds = [\"ws\"]
server = \"epp.registry.example:700\"
# The name in the server's certificate, where it is another than that of the host.
# server_name = \"epp.registry.example\"
# The certificate of the registry's authority, where the operating system does not know it.
# authority_file = \"/etc/forestall/registry-ca.pem\"
# The certificate that the registry gave this client, and its key without a password.
certificate_file = \"/etc/forestall/epp-client.pem\"
key_file = \"/etc/forestall/epp-client.key\"
user = \"sinkhole-reg\"
# The password, of 6 to 16 characters; or password_env, the variable of the environment that holds it.
password_file = \"/etc/forestall/epp.password\"
# client for a registrar's account (clientHold), server for the registry's own (serverHold).
statuses = \"client\"
# The name servers of the sinkhole; where the registry has host objects, it must know them.
name_servers = [\"ns1.sink.example\", \"ns2.sink.example\"]
# Identifiers at the registry; without them names are created without.
# registrant = \"SH8013\"
# contacts = {{ tech = \"SH8013\" }}
# For how many years names are registered and renewed.
# years = {YEARS}
# Most frames a second, most that only ask under way at one time, and how long an answer may take.
# per_second = {per_second}
# under_way = {under_way}
# answer_seconds = {answer_seconds}
# Most frames a UTC day that change something.
# per_day = {per_day}
# How many days after its window a name is kept, and for how many an approval counts.
# cool_down_days = {cool_down_days}
# approval_days = {approval_days}
# named, or signed-in: then only approvals count that people give at a hub with accounts of their own.
# approvals = \"named\"
# How long a frame without an answer is left alone before the registry is asked what came of it; at least twice answer_seconds.
# rest_seconds = {rest}
# Most that the creation of a name may cost; without it prices are not looked at.
# most_price = \"10.00 USD\"
"
    )
}

/// Reads the file and returns the account that is named, else the only one that is for a top-level domain.
pub(super) fn read(text: &str, named: Option<&str>, tld: Option<&Tld>) -> Result<EppAccount, String> {
    let file: File = toml::from_str(text).map_err(|error| unreadable(text, &error))?;
    let is_for =
        |described: &Described| tld.is_none_or(|tld| described.tlds.iter().any(|text| *text == tld.to_string()));
    let (name, described) = match named {
        Some(name) => match file.account.get_key_value(name) {
            Some(found) => found,
            None => return Err(format!("there is no account {name:?}; there are: {}", names(&file))),
        },
        None => {
            let mut fitting = file.account.iter().filter(|(_, described)| is_for(described));
            match (fitting.next(), fitting.next()) {
                (Some(one), None) => one,
                (None, _) => {
                    return Err(format!("no account is for this top-level domain; there are: {}", names(&file)));
                }
                (Some(_), Some(_)) => {
                    return Err(format!("several accounts fit; name one with --account: {}", names(&file)));
                }
            }
        }
    };
    if !is_for(described) {
        return Err(format!(
            "the account {name} is not for this top-level domain, but for: {}",
            described.tlds.join(", ")
        ));
    }
    described.account(name).map_err(|error| format!("account.{name}.{error}"))
}

/// Says what is wrong with the file and in which line, without the line itself: somebody may have written a password there.
fn unreadable(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map(|before| format!("line {}: ", before.matches('\n').count() + 1));
    format!("{}{}", line.unwrap_or_default(), error.message())
}

fn names(file: &File) -> String {
    file.account.keys().cloned().collect::<Vec<_>>().join(", ")
}

impl Described {
    fn account(&self, name: &str) -> Result<EppAccount, String> {
        let word = |key: &'static str| move |error: &dyn std::fmt::Display| format!("{key}: {error}");
        let server: EppServer = self.server.parse().map_err(|error| word("server")(&error))?;
        let side: Side = self.statuses.parse().map_err(|error| word("statuses")(&error))?;
        let certificate = read_file(&self.certificate_file).map_err(|error| word("certificate_file")(&error))?;
        let key = read_file(&self.key_file).map_err(|error| word("key_file")(&error))?;
        let identity =
            EppIdentity::read(&certificate, &key).map_err(|error| word("certificate_file and key_file")(&error))?;
        let login = Login { user: self.user.clone(), password: self.password()? };
        let mut settings = EppSettings::new(server, login, identity);
        settings.server_name.clone_from(&self.server_name);
        if let Some(file) = &self.authority_file {
            settings.authorities = authority(file)?;
        }
        settings.per_second = at_least_one("per_second", self.per_second)?.unwrap_or(settings.per_second);
        settings.under_way = self.under_way.unwrap_or(settings.under_way);
        settings.limit = self.answer_seconds.map_or(settings.limit, |seconds| Duration::from_secs(seconds.max(1)));
        let servers: Result<Vec<DomainName>, _> = self.name_servers.iter().map(|text| text.parse()).collect();
        let name_servers = servers.map_err(|error: forestall_model::name::NameError| word("name_servers")(&error))?;
        let registrant: Option<Handle> = self
            .registrant
            .as_ref()
            .map(|text| text.parse())
            .transpose()
            .map_err(|error: forestall_formats::epp::HandleError| word("registrant")(&error))?;
        let years = self.years.unwrap_or(YEARS);
        if !(1..=10).contains(&years) {
            return Err(format!("years: {years}; names are registered for 1 to 10 years"));
        }
        let account = Account { side, name_servers, registrant, contacts: self.contacts()?, years };
        let usual = Rules::new(side, self.user.clone());
        let days = |days: Option<u32>, usual: i64| days.map_or(usual, |days| i64::from(days) * DAY);
        // The frame may take as long as its answer: what is on its way has arrived, or the session has ended, before the registry is asked about it.
        let answered = i64::try_from(settings.limit.as_secs()).unwrap_or(i64::MAX).saturating_mul(2);
        let rules = Rules {
            servers: account.name_servers.iter().map(|server| server.as_str().to_owned()).collect(),
            per_day: self.per_day.unwrap_or(usual.per_day),
            cool_down: days(self.cool_down_days, usual.cool_down),
            approvals: Terms {
                lives: days(self.approval_days, usual.approvals.lives),
                signed_in: self.only_signed_in()?,
            },
            rest: self.rest_seconds.map_or(usual.rest, i64::from).max(answered),
            most_price: self
                .most_price
                .as_ref()
                .map(|text| text.parse())
                .transpose()
                .map_err(|error: forestall_model::money::MoneyError| word("most_price")(&error))?,
            ..usual
        };
        let tlds: Result<Vec<Tld>, String> = self.tlds.iter().map(|text| crate::values::tld(text)).collect();
        let tlds = tlds.map_err(|error| word("tlds")(&error))?;
        Ok(EppAccount { name: name.to_owned(), tlds, settings, account, rules })
    }

    /// Says whether only approvals count that people give with accounts of the console.
    fn only_signed_in(&self) -> Result<bool, String> {
        match self.approvals.as_deref() {
            None | Some("named") => Ok(false),
            Some("signed-in") => Ok(true),
            Some(other) => Err(format!("approvals: {other:?}; expected named or signed-in")),
        }
    }

    fn password(&self) -> Result<String, String> {
        let password = match (&self.password_file, &self.password_env) {
            (Some(file), None) => read_file(file).map_err(|error| format!("password_file: {error}"))?,
            (None, Some(variable)) => {
                std::env::var(variable).map_err(|_| format!("password_env: {variable} is not in the environment"))?
            }
            _ => return Err("password_file or password_env: one of them says where the password is".to_owned()),
        };
        let password = password.trim_end_matches(['\r', '\n']).to_owned();
        // RFC 5730, section 4 (pwType).
        if !(6..=16).contains(&password.chars().count()) {
            return Err("password: EPP takes passwords of 6 to 16 characters".to_owned());
        }
        Ok(password)
    }

    fn contacts(&self) -> Result<Vec<(ContactKind, Handle)>, String> {
        let contact = |(kind, handle): (&String, &String)| {
            let kind: ContactKind = kind.parse().map_err(|error| format!("contacts: {error}"))?;
            let handle: Handle = handle.parse().map_err(|error| format!("contacts: {error}"))?;
            Ok((kind, handle))
        };
        self.contacts.iter().map(contact).collect()
    }
}

fn at_least_one(key: &str, value: Option<u32>) -> Result<Option<u32>, String> {
    match value {
        Some(0) => Err(format!("{key}: 0 lets nothing through; expected at least 1")),
        value => Ok(value),
    }
}

fn authority(file: &Path) -> Result<Vec<Vec<u8>>, String> {
    let text = read_file(file).map_err(|error| format!("authority_file: {error}"))?;
    authorities(&text).map_err(|error| format!("authority_file: {error}"))
}

#[cfg(test)]
mod tests {
    use forestall_connect::epp::EppSettings;
    use forestall_coord::epp::Rules;
    use forestall_formats::epp::Side;
    use forestall_testkit::example::in_use;

    use super::{DAY, File, YEARS, example, read};

    #[test]
    fn the_example_is_read_and_shows_the_numbers_that_hold_without_it() {
        let error = read(&example(), None, None).err().unwrap();
        assert!(error.starts_with("account.ws.certificate_file: "), "all before it was understood: {error}");
        let used = in_use(&example());
        let file: File = toml::from_str(&used).unwrap();
        let shown = &file.account["ws"];
        let usual = Rules::new(Side::Client, String::new());
        assert_eq!(shown.years, Some(YEARS));
        assert_eq!((shown.per_second, shown.under_way), (Some(EppSettings::PER_SECOND), Some(EppSettings::UNDER_WAY)));
        assert_eq!(shown.answer_seconds, Some(EppSettings::LIMIT.as_secs()));
        let seconds = |number: Option<u32>| i64::from(number.unwrap());
        let days = |number: Option<u32>| seconds(number) * DAY;
        assert_eq!((shown.per_day, seconds(shown.rest_seconds)), (Some(usual.per_day), usual.rest));
        assert_eq!((days(shown.cool_down_days), days(shown.approval_days)), (usual.cool_down, usual.approvals.lives));
        assert_eq!(shown.only_signed_in(), Ok(usual.approvals.signed_in));
        assert_eq!(shown.contacts().unwrap().len(), 1);
        assert!(shown.server_name.is_some() && shown.authority_file.is_some() && shown.registrant.is_some());
        assert!(shown.most_price.is_some());
    }
}
