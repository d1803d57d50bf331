// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How values of arguments are read, where their own written form is stricter than what people type.

use std::net::{IpAddr, SocketAddr};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use forestall_formats::Form;
use forestall_model::{DayRange, DomainName, Instant, Pap, Tld, Tlp, UtcDay};

/// Makes a parser of a closed vocabulary, so that help and errors list its words.
macro_rules! words {
    ($type:ty) => {{
        use clap::builder::TypedValueParser as _;
        clap::builder::PossibleValuesParser::new(<$type>::ALL.iter().map(|word| word.word()))
            .try_map(|word| word.parse::<$type>())
    }};
}
pub(crate) use words;

/// Reads a form in which lists of lines are written.
pub(crate) fn form_of_lines() -> impl TypedValueParser<Value = Form> {
    let forms = Form::ALL.iter().filter(|form| form.is_of_lines());
    PossibleValuesParser::new(forms.map(|form| form.word())).try_map(|word| word.parse::<Form>())
}

/// Reads a top-level domain in any letter case, as A-label or U-label, with or without a dot before it.
///
/// # Errors
///
/// A sentence that says what was expected.
pub(crate) fn tld(text: &str) -> Result<Tld, String> {
    let bare = text.strip_prefix('.').unwrap_or(text);
    let wrong = || format!("{text:?} is not a top-level domain; expected one label, for example be, uk or xn--p1ai");
    if bare.contains('.') {
        return Err(wrong());
    }
    under(bare).map(|name| name.tld()).map_err(|_| wrong())
}

/// Reads a public suffix in any letter case, as A-labels or U-labels, with or without a dot before it.
///
/// # Errors
///
/// A sentence that says what was expected.
pub(crate) fn suffix(text: &str) -> Result<String, String> {
    let bare = text.strip_prefix('.').unwrap_or(text);
    let wrong =
        |_| format!("{text:?} is not a suffix; expected labels with dots between them, for example be or co.uk");
    let name = under(bare).map_err(wrong)?;
    Ok(name.as_str()["x.".len()..].to_owned())
}

fn under(suffix: &str) -> Result<DomainName, forestall_model::name::NameError> {
    format!("x.{suffix}").parse()
}

/// Reads a TLP 2.0 label, with or without `TLP:` and in any letter case.
///
/// # Errors
///
/// A sentence that lists the labels.
pub(crate) fn tlp(text: &str) -> Result<Tlp, String> {
    let upper = text.to_uppercase();
    let label = if upper.starts_with("TLP:") { upper } else { format!("TLP:{upper}") };
    label.parse().map_err(|error: forestall_model::text::UnknownWord| error.to_string())
}

/// Reads a PAP label, with or without `PAP:` and in any letter case.
///
/// # Errors
///
/// A sentence that lists the labels.
pub(crate) fn pap(text: &str) -> Result<Pap, String> {
    let upper = text.to_uppercase();
    let label = if upper.starts_with("PAP:") { upper } else { format!("PAP:{upper}") };
    label.parse().map_err(|error: forestall_model::text::UnknownWord| error.to_string())
}

/// Reads an instant, or a date that stands for its 00:00:00 UTC.
///
/// # Errors
///
/// A sentence that says what was expected.
pub(crate) fn instant_or_day(text: &str) -> Result<Instant, String> {
    if let Ok(day) = text.parse::<UtcDay>() {
        return Ok(day.start());
    }
    text.parse().map_err(|_| {
        format!("{text:?} is neither a date nor an instant; expected YYYY-MM-DD or RFC 3339 with Z, from 1601 to 9999")
    })
}

/// The port of the DNS.
const PORT: u16 = 53;

/// Reads the address of a server of the DNS, with its port or without.
///
/// # Errors
///
/// A sentence that says what was expected.
pub(crate) fn server(text: &str) -> Result<SocketAddr, String> {
    let with_port = text.parse::<SocketAddr>();
    let bare = || text.trim_matches(['[', ']']).parse::<IpAddr>().map(|address| SocketAddr::new(address, PORT));
    with_port.or_else(|_| bare()).map_err(|_| {
        format!("{text:?} is no address of a server; expected 192.0.2.1, 192.0.2.1:5353 or [2001:db8::1]:53")
    })
}

/// Puts `--from` and `--until` together.
///
/// # Errors
///
/// Usage, where `until` is before `from`.
pub(crate) fn range(from: UtcDay, until: UtcDay) -> anyhow::Result<DayRange> {
    DayRange::new(from, until).ok_or_else(|| {
        crate::failure::usage(format!(
            "--until {until} is before --from {from}; expected a later date, or the same for no day at all"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::{pap, range, suffix, tld, tlp};

    #[test]
    fn reads_domains_as_people_type_them() {
        assert_eq!(tld(".BE").unwrap().as_str(), "be");
        assert_eq!(tld("рф").unwrap().as_str(), "xn--p1ai");
        assert!(tld("co.uk").is_err());
        assert!(tld("").is_err());
        assert_eq!(suffix("Co.UK").unwrap(), "co.uk");
        assert_eq!(suffix("x.com").unwrap(), "x.com");
        assert!(suffix("co..uk").is_err());
    }

    #[test]
    fn reads_labels_with_and_without_prefix() {
        assert_eq!(tlp("amber+strict").unwrap().word(), "TLP:AMBER+STRICT");
        assert_eq!(tlp("TLP:CLEAR").unwrap().word(), "TLP:CLEAR");
        assert!(tlp("white").unwrap_err().contains("TLP:CLEAR"));
        assert_eq!(pap("green").unwrap().word(), "PAP:GREEN");
    }

    #[test]
    fn refuses_days_that_run_backwards() {
        let (a, b) = ("2009-04-01".parse().unwrap(), "2009-04-02".parse().unwrap());
        assert_eq!(range(a, b).unwrap().len(), 1);
        assert!(range(a, a).unwrap().is_empty());
        assert!(range(b, a).is_err());
    }
}
