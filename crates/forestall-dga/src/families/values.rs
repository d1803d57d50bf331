// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The values of parameters, read once, with the defaults of the family.

use std::ops::RangeInclusive;
use std::sync::Arc;

use forestall_model::Params;

use crate::info::ParamKey;
use crate::{ParamError, WordLists};

/// Describes a parameter.
pub(super) fn key(key: &'static str, default: &'static str, meaning: &'static str) -> ParamKey {
    ParamKey { key: key.into(), default: Some(default.into()), meaning: meaning.into() }
}

/// Reads 1 to 8 hexadecimal digits, with or without `0x`, in either letter case.
pub(super) fn hexadecimal(params: &Params, key: &str, default: &str) -> Result<u32, ParamError> {
    let found = params.value(key).unwrap_or(default);
    let digits = found.strip_prefix("0x").or_else(|| found.strip_prefix("0X")).unwrap_or(found);
    let shaped = (1..=8).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let value = u32::from_str_radix(digits, 16).ok().filter(|_| shaped);
    value.ok_or_else(|| bad(key, found, "1 to 8 hexadecimal digits"))
}

/// Reads an unsigned decimal number of 32 bits.
pub(super) fn decimal(params: &Params, key: &str, default: &str) -> Result<u32, ParamError> {
    let found = params.value(key).unwrap_or(default);
    let value = found.parse().ok().filter(|_| found.bytes().all(|b| b.is_ascii_digit()));
    value.ok_or_else(|| bad(key, found, "a decimal number from 0 to 4294967295"))
}

/// Reads a text of visible ASCII characters.
pub(super) fn text(params: &Params, key: &str, default: &str, most: usize) -> Result<Box<[u8]>, ParamError> {
    let found = params.value(key).unwrap_or(default);
    if (1..=most).contains(&found.len()) && found.bytes().all(|b| b.is_ascii_graphic()) {
        return Ok(found.as_bytes().into());
    }
    Err(bad(key, found, &format!("1 to {most} visible ASCII characters")))
}

/// Reads one word of several and returns its index.
pub(super) fn one_of(params: &Params, key: &str, default: &str, words: &[&str]) -> Result<usize, ParamError> {
    let found = params.value(key).unwrap_or(default);
    words.iter().position(|word| *word == found).ok_or_else(|| bad(key, found, &words.join(", ")))
}

/// Reads suffixes separated by commas, without leading dots, in lower case.
pub(super) fn suffixes(
    params: &Params,
    key: &str,
    default: &str,
    number: RangeInclusive<usize>,
) -> Result<Vec<Box<[u8]>>, ParamError> {
    let found = params.value(key).unwrap_or(default);
    let suffixes: Vec<&str> = found.split(',').collect();
    if number.contains(&suffixes.len()) && suffixes.iter().all(|suffix| is_suffix(suffix)) {
        return Ok(suffixes.into_iter().map(|suffix| suffix.as_bytes().into()).collect());
    }
    let number = if number.start() == number.end() {
        format!("{}", number.end())
    } else {
        format!("{} to {}", number.start(), number.end())
    };
    Err(bad(key, found, &format!("{number} suffixes in lower case, separated by commas, without leading dots")))
}

/// Finds a word list by its digest, written as 64 hexadecimal digits.
pub(super) fn word_list(words: &dyn WordLists, name: &str, digest: &str) -> Result<Arc<str>, ParamError> {
    let digest = digest.parse().map_err(|_| bad("word list", digest, "the digest of a list"))?;
    words.word_list(digest).ok_or_else(|| ParamError::MissingWordList { name: name.to_owned(), digest })
}

fn is_suffix(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 190 && text.split('.').all(label)
}

fn bad(key: &str, found: &str, expected: &str) -> ParamError {
    ParamError::BadValue { key: key.to_owned(), found: found.chars().take(60).collect(), expected: expected.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{decimal, hexadecimal, one_of, suffixes, text};
    use forestall_model::Params;

    fn with(value: &str) -> Params {
        let mut params = Params::new();
        params.set("k", value);
        params
    }

    #[test]
    fn reads_spellings_of_a_seed() {
        for spelling in ["5884C3C4", "5884c3c4", "0x5884c3c4", "0X5884C3C4"] {
            assert_eq!(hexadecimal(&with(spelling), "k", "0").unwrap(), 0x5884_C3C4);
        }
        assert_eq!(hexadecimal(&Params::new(), "k", "91").unwrap(), 0x91);
        for wrong in ["", "0x", "123456789", "+1", "0x0x1", "g", "1 "] {
            assert!(hexadecimal(&with(wrong), "k", "0").is_err(), "{wrong}");
        }
    }

    #[test]
    fn refuses_what_is_not_expected() {
        assert!(decimal(&with("+1"), "k", "0").is_err());
        assert!(decimal(&with("4294967296"), "k", "0").is_err());
        assert_eq!(decimal(&with("0010"), "k", "0").unwrap(), 10);
        assert!(text(&with(""), "k", "a", 8).is_err());
        assert!(text(&with("ninechars"), "k", "a", 8).is_err());
        assert!(text(&with("a b"), "k", "a", 8).is_err());
        assert_eq!(one_of(&with("b"), "k", "a", &["a", "b"]).unwrap(), 1);
        assert_eq!(
            one_of(&with("c"), "k", "a", &["a", "b"]).unwrap_err().to_string(),
            "k=\"c\" is not possible; expected a, b"
        );
        for wrong in ["com", "com,net,", "com,.net", "com,NET", "com,-a", "a,b,c,d"] {
            assert!(suffixes(&with(wrong), "k", "", 2..=3).is_err(), "{wrong}");
        }
        assert_eq!(suffixes(&with("com,co.uk"), "k", "", 2..=3).unwrap().len(), 2);
    }
}
