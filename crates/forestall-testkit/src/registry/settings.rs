// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How a registry of the tests is set up.

use forestall_model::Instant;

use super::fee::Prices;

/// How a registry is set up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The time that its clock shows first.
    pub now: Instant,
    /// The zones in which it registers names, each directly below.
    pub zones: Vec<String>,
    /// Who may sign in.
    pub accounts: Vec<Account>,
    /// How name servers are given.
    pub name_servers: NameServerModel,
    /// Whether a name needs a registrant.
    pub needs_registrant: bool,
    /// How many sessions an account may have at once.
    pub sessions: usize,
    /// Most names of a `check`.
    pub checked: usize,
    /// Whether it knows DNSSEC (RFC 5910).
    pub knows_sec_dns: bool,
    /// Whether it knows grace periods (RFC 3915). Without, a deleted name is gone at once.
    pub knows_grace: bool,
    /// Whether it knows fees (RFC 8748).
    pub knows_fees: bool,
    /// What names cost that have no prices of their own.
    pub prices: Prices,
    /// The currency of prices.
    pub currency: String,
    /// Most octets of a frame that it takes, its length included.
    pub longest: usize,
}

impl Default for Settings {
    /// `com`, `net` and `test` on 2026-11-23, with the accounts [`Settings::SINKHOLE`], `registrar-b`, and [`Settings::OPERATOR`].
    fn default() -> Self {
        Self {
            now: Instant::from_seconds(1_795_392_000),
            zones: ["com", "net", "test"].map(str::to_owned).to_vec(),
            accounts: vec![
                Account::new(Self::SINKHOLE, Self::PASSWORD),
                Account::new("registrar-b", Self::PASSWORD),
                Account { is_operator: true, ..Account::new(Self::OPERATOR, Self::PASSWORD) },
            ],
            name_servers: NameServerModel::Objects,
            needs_registrant: false,
            sessions: 4,
            checked: 100,
            knows_sec_dns: true,
            knows_grace: true,
            knows_fees: true,
            prices: Prices::standard(),
            currency: "USD".to_owned(),
            longest: 1 << 20,
        }
    }
}

impl Settings {
    /// The account of a registrar that registers for a sinkhole.
    pub const SINKHOLE: &str = "sinkhole-reg";
    /// An account of the registry's own, which may do everything with every object.
    pub const OPERATOR: &str = "operator";
    /// The password of all accounts at first; of a length that each edition of the schema takes.
    pub const PASSWORD: &str = "pine-tree-2009";
}

/// Who may sign in.
#[derive(Clone, Debug)]
pub struct Account {
    /// The identifier, 3 to 16 characters.
    pub id: String,
    /// The password.
    pub password: String,
    /// Whether it is the registry's own: it sets statuses of the server, and may do everything with objects of others.
    pub is_operator: bool,
    /// What it may spend, in hundredths of the currency.
    pub balance: i64,
}

impl Account {
    /// Makes an account of a registrar.
    #[must_use]
    pub fn new(id: &str, password: &str) -> Self {
        Self { id: id.to_owned(), password: password.to_owned(), is_operator: false, balance: 100_000_000 }
    }
}

/// How name servers of a domain are given (RFC 5731, section 1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameServerModel {
    /// As objects of their own, which must be there before.
    Objects,
    /// As attributes of the domain.
    Attributes,
}
