// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Amounts of money as the fee extension has them (RFC 8748): a currency and a decimal number, without floating point.

use std::fmt;
use std::str::FromStr;

/// Digits behind the point that are kept; an amount with more is refused, since it could not be said back as it came.
const DIGITS: usize = 4;

/// An amount of money that is not negative: `10.00 USD`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Money {
    /// The currency, three letters of ISO 4217.
    pub currency: String,
    /// The amount in ten-thousandths.
    pub ten_thousandths: u64,
}

/// A text that is no amount of money.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no amount of money; expected one such as 10.00 USD, with up to four digits behind the point")]
pub struct MoneyError(String);

impl Money {
    /// Reads an amount beside its currency.
    ///
    /// # Errors
    ///
    /// [`MoneyError`].
    pub fn read(amount: &str, currency: &str) -> Result<Self, MoneyError> {
        let refuse = || MoneyError(format!("{amount} {currency}").chars().take(40).collect());
        let is_currency = currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_uppercase());
        let (whole, part) = amount.split_once('.').unwrap_or((amount, ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if !is_currency
            || whole.is_empty()
            || whole.len() > 12
            || part.len() > DIGITS
            || !digits(whole)
            || !digits(part)
        {
            return Err(refuse());
        }
        let part = format!("{part:0<DIGITS$}");
        let number = |text: &str| text.parse::<u64>().map_err(|_| refuse());
        Ok(Self { currency: currency.to_owned(), ten_thousandths: number(whole)? * 10_000 + number(&part)? })
    }

    /// Returns the number, with two digits behind the point or as many as it needs.
    #[must_use]
    pub fn amount(&self) -> String {
        let (whole, part) = (self.ten_thousandths / 10_000, self.ten_thousandths % 10_000);
        let part = format!("{part:04}");
        let short = part.trim_end_matches('0');
        format!("{whole}.{short:0<2}")
    }

    /// Returns the sum of both; `None` for two currencies, or where it is too large.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Option<Self> {
        let sum = self.ten_thousandths.checked_add(other.ten_thousandths)?;
        (self.currency == other.currency).then(|| Self { currency: self.currency.clone(), ten_thousandths: sum })
    }

    /// Says whether it is at most `most`, in the same currency.
    #[must_use]
    pub fn is_within(&self, most: &Self) -> bool {
        self.currency == most.currency && self.ten_thousandths <= most.ten_thousandths
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount(), self.currency)
    }
}

impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let (amount, currency) = text.split_once(' ').ok_or_else(|| MoneyError(text.chars().take(40).collect()))?;
        Self::read(amount, currency)
    }
}

#[cfg(test)]
mod tests {
    use super::Money;

    #[test]
    fn amounts_survive_text() {
        for text in ["0.00 USD", "10.00 USD", "9.5 EUR", "0.0001 EUR", "999999999999.9999 USD"] {
            let money: Money = text.parse().unwrap();
            assert_eq!(money.to_string().parse::<Money>().unwrap(), money, "{text}");
        }
        assert_eq!("9.5 EUR".parse::<Money>().unwrap().to_string(), "9.50 EUR");
        assert_eq!("12.1250 EUR".parse::<Money>().unwrap().to_string(), "12.125 EUR");
        for text in ["", "10", "10 usd", "-1 USD", "1e3 USD", "1.00001 USD", ".5 USD", "1,5 EUR", "9999999999999 USD"] {
            assert!(text.parse::<Money>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_price_in_another_currency_is_within_no_limit() {
        let of = |text: &str| text.parse::<Money>().unwrap();
        assert!(of("10.00 USD").is_within(&of("10.00 USD")));
        assert!(!of("10.01 USD").is_within(&of("10.00 USD")));
        assert!(!of("1.00 EUR").is_within(&of("10.00 USD")));
        assert_eq!(of("1.00 EUR").plus(&of("1.00 USD")), None);
    }
}
