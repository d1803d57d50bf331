// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Fees (RFC 8748): told by `check`, agreed to by whoever orders, taken from the account's balance.

use std::fmt::Write;

use super::answer::{Refusal, element, escaped};
use super::domain::Domain;
use super::element::Element;
use super::grace;
use super::space::FEE;
use super::world::{Asking, World};

/// What a name costs, in hundredths of the currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prices {
    /// A year of a registration.
    pub create: i64,
    /// A year more.
    pub renew: i64,
    /// A transfer.
    pub transfer: i64,
    /// A restoration.
    pub restore: i64,
}

impl Prices {
    /// Returns the prices of an ordinary name: 10.00, 10.00, 10.00 and 40.00.
    #[must_use]
    pub const fn standard() -> Self {
        Self { create: 1_000, renew: 1_000, transfer: 1_000, restore: 4_000 }
    }

    /// Returns the prices of a name that costs more each year.
    #[must_use]
    pub const fn premium(each_year: i64) -> Self {
        Self { create: each_year, renew: each_year, transfer: each_year, restore: 4_000 }
    }
}

/// What is billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Billed {
    /// A registration.
    Create,
    /// A renewal.
    Renew,
    /// A transfer.
    Transfer,
    /// A restoration.
    Restore,
}

impl Billed {
    fn named(name: &str) -> Option<Self> {
        match name {
            "create" => Some(Self::Create),
            "renew" => Some(Self::Renew),
            "transfer" => Some(Self::Transfer),
            "restore" => Some(Self::Restore),
            _ => None,
        }
    }

    /// Returns the elements of the command and of the answer.
    const fn elements(self) -> (&'static str, &'static str) {
        match self {
            Self::Create => ("create", "creData"),
            Self::Renew => ("renew", "renData"),
            Self::Transfer => ("transfer", "trnData"),
            Self::Restore => ("update", "updData"),
        }
    }

    fn cost(self, prices: &Prices, years: u8) -> i64 {
        match self {
            Self::Create => prices.create * i64::from(years),
            Self::Renew => prices.renew * i64::from(years),
            Self::Transfer => prices.transfer,
            Self::Restore => prices.restore,
        }
    }
}

/// Returns the extension of the answer to a `check`; nothing where prices were not asked for.
pub(super) fn checked(world: &World, asking: &Asking<'_>, names: &[String]) -> Result<String, Refusal> {
    let Some(asked) = asking.extension(FEE, "check") else { return Ok(String::new()) };
    same_currency(world, asked)?;
    let mut rows = String::new();
    for name in names {
        let premium = world.premium.get(name);
        let class = if premium.is_some() { "premium" } else { "standard" };
        let _ = write!(rows, "<fee:cd avail=\"1\">{}{}", element("fee:objID", name), element("fee:class", class));
        for command in asked.all("command") {
            rows.push_str(&row(world, premium, command));
        }
        rows.push_str("</fee:cd>");
    }
    let currency = element("fee:currency", &world.settings.currency);
    Ok(format!("<fee:chkData xmlns:fee=\"{FEE}\">{currency}{rows}</fee:chkData>"))
}

fn row(world: &World, premium: Option<&Prices>, command: &Element) -> String {
    let name = command.attribute("name").unwrap_or_default();
    let years = command.child("period").map_or(Ok(1), |period| period.text().parse::<u8>());
    let standard = u8::from(premium.is_none());
    let mut text = format!("<fee:command name=\"{}\" standard=\"{standard}\">", escaped(name));
    match (Billed::named(name), years) {
        (Some(billed), Ok(years @ 1..=10)) => {
            let cost = billed.cost(premium.unwrap_or(&world.settings.prices), years);
            let _ = write!(text, "<fee:period unit=\"y\">{years}</fee:period><fee:fee>{}</fee:fee>", amount(cost));
        }
        (None, _) => text.push_str("<fee:reason>there is no fee of that kind</fee:reason>"),
        (Some(_), _) => text.push_str("<fee:reason>a period is 1 to 10 years</fee:reason>"),
    }
    text.push_str("</fee:command>");
    text
}

/// Takes what is to be paid from the account and returns the extension of the answer; nothing where the client agreed to no fee.
/// Whatever else may refuse the command must have been looked at before.
pub(super) fn charge(
    world: &mut World,
    asking: &Asking<'_>,
    billed: Billed,
    name: &str,
    years: u8,
) -> Result<String, Refusal> {
    let premium = world.premium.get(name);
    let cost = billed.cost(premium.unwrap_or(&world.settings.prices), years);
    let (command, answer) = billed.elements();
    let agreed = asking.extension(FEE, command);
    match agreed {
        // RFC 8748, section 4.
        None if premium.is_some() => return Err(Refusal::new(2003, "the fee of this name must be agreed to")),
        None => {}
        Some(agreed) => {
            same_currency(world, agreed)?;
            if total(agreed)? != cost {
                return Err(Refusal::new(2004, format!("the fee is {}", amount(cost))));
            }
        }
    }
    let has_agreed = agreed.is_some();
    let account = world.accounts.get_mut(&asking.account).expect("whoever is signed in has an account");
    if account.balance < cost {
        return Err(Refusal::new(2104, "the balance is too low"));
    }
    account.balance -= cost;
    let balance = account.balance;
    Ok(if has_agreed { told(world, answer, "fee", cost, balance) } else { String::new() })
}

/// Gives back what a name cost that is deleted in the days after its creation, and returns the extension of the answer.
pub(super) fn refund(world: &mut World, asking: &Asking<'_>, domain: &Domain) -> String {
    debug_assert!(grace::statuses(domain, world.now()).contains(&"addPeriod"), "only then");
    let years = u8::try_from(domain.expires.day().ymd().0 - domain.created.day().ymd().0).unwrap_or(1);
    let prices = world.premium.get(&domain.name).unwrap_or(&world.settings.prices);
    let cost = Billed::Create.cost(prices, years);
    let Some(account) = world.accounts.get_mut(&domain.sponsor) else { return String::new() };
    account.balance += cost;
    let balance = account.balance;
    if asking.knows(FEE) { told(world, "delData", "credit", -cost, balance) } else { String::new() }
}

fn told(world: &World, answer: &str, kind: &str, cost: i64, balance: i64) -> String {
    let inside = element("fee:currency", &world.settings.currency)
        + &element(&format!("fee:{kind}"), &amount(cost))
        + &element("fee:balance", &amount(balance));
    format!("<fee:{answer} xmlns:fee=\"{FEE}\">{inside}</fee:{answer}>")
}

fn same_currency(world: &World, said: &Element) -> Result<(), Refusal> {
    match said.text_of("currency") {
        Some(currency) if currency != world.settings.currency => {
            Err(Refusal::new(2004, format!("fees are in {}", world.settings.currency)))
        }
        _ => Ok(()),
    }
}

/// Adds up the fees that a command agrees to.
fn total(agreed: &Element) -> Result<i64, Refusal> {
    let fees = agreed.all("fee").map(|fee| hundredths(&fee.text()));
    let total: Option<i64> = fees.sum();
    total.ok_or_else(|| Refusal::new(2005, "a fee is an amount with two digits behind the point"))
}

/// Reads an amount with up to two digits behind the point.
fn hundredths(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |text: &str| text.bytes().all(|octet| octet.is_ascii_digit());
    if whole.is_empty() || whole.len() > 12 || part.len() > 2 || !is_digits(whole) || !is_digits(part) {
        return None;
    }
    format!("{whole}{part:0<2}").parse().ok()
}

fn amount(hundredths: i64) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", hundredths.abs() / 100, hundredths.abs() % 100)
}

#[cfg(test)]
mod tests {
    use super::{amount, hundredths};

    #[test]
    fn amounts_have_two_digits_behind_the_point() {
        assert_eq!((amount(1_000), amount(-5), amount(7)), ("10.00".into(), "-0.05".into(), "0.07".into()));
        assert_eq!((hundredths("10"), hundredths("10.5"), hundredths("0.07")), (Some(1_000), Some(1_050), Some(7)));
        for text in ["", ".5", "1.234", "-1", "1e3", "1234567890123"] {
            assert_eq!(hundredths(text), None, "{text}");
        }
    }
}
