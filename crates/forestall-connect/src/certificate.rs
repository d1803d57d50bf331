// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The certificates that an operator shows to others: what each says of itself, whether they stand in the order in which they are shown, and
//! whether the key is theirs.
//!
//! Of a certificate (RFC 5280, section 4.1) only the issuer, the subject and the two times are read here, field by field; names and keys are compared by
//! the library that speaks TLS. Whether somebody believes a chain is for whom it is shown to.

use forestall_model::{Instant, UtcDay};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys};

/// Most certificates of a chain that is read: those of the Internet have up to four.
pub const MOST_CERTIFICATES: usize = 16;

// Identifiers of DER (X.690).
const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const VERSION: u8 = 0xA0;

/// Why certificates or a key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// The text is none in the form PEM.
    #[error("it cannot be read as PEM: {0}")]
    Pem(String),
    /// There is no certificate.
    #[error("it holds no certificate in the form PEM")]
    Empty,
    /// There are more than anybody shows.
    #[error("it holds more than {MOST_CERTIFICATES} certificates")]
    TooMany,
    /// A certificate is none.
    #[error("certificate {place} cannot be read: {reason}")]
    Form {
        /// Which, from 1.
        place: usize,
        /// What is wrong.
        reason: String,
    },
    /// The key is none that can be used.
    #[error("the key cannot be used: {0}")]
    Key(String),
    /// The name is none of a host.
    #[error("{0:?} is no name of a host")]
    Host(String),
}

/// Certificates in the order in which they are shown: that of the server first, then each the issuer of the one before.
#[derive(Clone, Debug)]
pub struct Chain {
    octets: Vec<CertificateDer<'static>>,
    fields: Vec<Fields>,
}

/// What is read of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fields {
    issuer: Vec<u8>,
    subject: Vec<u8>,
    from: Instant,
    until: Instant,
}

impl Chain {
    /// Reads a text in the form PEM; what stands in it besides certificates is passed over.
    ///
    /// # Errors
    ///
    /// [`CertificateError`], among them [`CertificateError::Empty`] where it has no certificate.
    pub fn read(pem: &[u8]) -> Result<Self, CertificateError> {
        let mut octets = Vec::new();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            if octets.len() == MOST_CERTIFICATES {
                return Err(CertificateError::TooMany);
            }
            octets.push(certificate.map_err(|error| CertificateError::Pem(error.to_string()))?);
        }
        if octets.is_empty() {
            return Err(CertificateError::Empty);
        }
        let read = |(place, certificate): (usize, &CertificateDer<'_>)| {
            let wrong = |reason: &str| CertificateError::Form { place: place + 1, reason: reason.to_owned() };
            fields(certificate).ok_or_else(|| wrong("expected issuer, times and subject as RFC 5280 has them"))
        };
        let fields = octets.iter().enumerate().map(read).collect::<Result<_, _>>()?;
        Ok(Self { octets, fields })
    }

    /// Returns how many certificates there are; never 0.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Says whether there are none, which never is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Returns from when until when each is good, in the order of the chain; the second instant is the last at which it is.
    pub fn spans(&self) -> impl ExactSizeIterator<Item = (Instant, Instant)> {
        self.fields.iter().map(|fields| (fields.from, fields.until))
    }

    /// Returns the place, from 1, of the first certificate that the one after it did not issue; none where the order is right.
    #[must_use]
    pub fn out_of_order(&self) -> Option<usize> {
        self.fields.windows(2).position(|pair| pair[0].issuer != pair[1].subject).map(|place| place + 1)
    }

    /// Says whether the first certificate issued itself, so that nobody vouches for it.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.fields.first().is_some_and(|fields| fields.issuer == fields.subject)
    }

    /// Says whether a private key, in the form PEM, is that of the first certificate.
    ///
    /// # Errors
    ///
    /// [`CertificateError::Key`] where it is none, and where nobody can tell.
    pub fn is_of(&self, key: &[u8]) -> Result<bool, CertificateError> {
        let wrong = |reason: String| CertificateError::Key(reason);
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| wrong(error.to_string()))?;
        let key = rustls::crypto::ring::sign::any_supported_type(&key).map_err(|error| wrong(error.to_string()))?;
        match CertifiedKey::new(self.octets.clone(), key).keys_match() {
            Ok(()) => Ok(true),
            Err(Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => Ok(false),
            Err(error) => Err(wrong(error.to_string())),
        }
    }

    /// Says whether the first certificate is for a host, which is a name or an address.
    ///
    /// # Errors
    ///
    /// [`CertificateError::Host`] for a text that is none, [`CertificateError::Form`] for a certificate that cannot be read.
    pub fn is_for(&self, host: &str) -> Result<bool, CertificateError> {
        let name = ServerName::try_from(host).map_err(|_| CertificateError::Host(host.chars().take(80).collect()))?;
        let wrong = |reason: String| CertificateError::Form { place: 1, reason };
        let first = self.octets.first().ok_or(CertificateError::Empty)?;
        let first = ParsedCertificate::try_from(first).map_err(|error| wrong(error.to_string()))?;
        Ok(rustls::client::verify_server_name(&first, &name).is_ok())
    }
}

/// Returns how many authorities the operating system believes, and what of its store cannot be read.
#[must_use]
pub fn system_authorities() -> (usize, Vec<String>) {
    let native = rustls_native_certs::load_native_certs();
    (native.certs.len(), native.errors.iter().map(ToString::to_string).collect())
}

/// Reads issuer, times and subject; none where the octets are no certificate.
fn fields(certificate: &[u8]) -> Option<Fields> {
    let (SEQUENCE, certificate, []) = element(certificate)? else { return None };
    let (SEQUENCE, mut signed, _) = element(certificate)? else { return None };
    let mut next = |expected: u8| {
        let (tag, content, rest) = element(signed)?;
        (tag == expected).then(|| signed = rest)?;
        Some(content)
    };
    // A certificate of version 1 does not say so.
    let _ = next(VERSION);
    next(INTEGER)?;
    next(SEQUENCE)?;
    let issuer = next(SEQUENCE)?.to_vec();
    let times = next(SEQUENCE)?;
    let subject = next(SEQUENCE)?.to_vec();
    let (tag, from, times) = element(times)?;
    let from = time(tag, from)?;
    let (tag, until, []) = element(times)? else { return None };
    Some(Fields { issuer, subject, from, until: time(tag, until)? })
}

/// Takes the first element apart: its identifier, its content, and what follows.
fn element(octets: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = octets.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match *first {
        0..=0x7F => (usize::from(*first), rest),
        // Four octets count more than any certificate has.
        0x81..=0x84 => {
            let (length, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
            let length = length.iter().fold(0_u64, |length, octet| (length << 8) | u64::from(*octet));
            (usize::try_from(length).ok()?, rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

/// Reads a time as RFC 5280, section 4.1.2.5, has it: `YYMMDDHHMMSSZ`, from 1950 to 2049, or `YYYYMMDDHHMMSSZ`.
fn time(tag: u8, content: &[u8]) -> Option<Instant> {
    let text = std::str::from_utf8(content).ok()?.strip_suffix('Z')?;
    let digits = text.bytes().all(|octet| octet.is_ascii_digit());
    let (century, rest) = match (tag, text.len()) {
        (UTC_TIME, 12) if digits => (if text < "50" { "20" } else { "19" }, text),
        (GENERALIZED_TIME, 14) if digits => text.split_at(2),
        _ => return None,
    };
    let number = |text: &str| text.parse::<i8>().ok();
    let part = |at: usize| number(&rest[at..at + 2]);
    let year = i16::from(number(century)?) * 100 + i16::from(part(0)?);
    // Not by way of a civil calendar's own instants: "never" is the last second of the year 9999 (RFC 5280, section 4.1.2.5), where those have ended.
    let day = UtcDay::from_ymd(year, part(2)?, part(4)?)?;
    let (hour, minute, second) = (part(6)?, part(8)?, part(10)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(day.start().plus_seconds(i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second)))
}

#[cfg(test)]
mod tests {
    use super::{CertificateError, Chain, GENERALIZED_TIME, UTC_TIME, fields, time};

    const AUTHORITY: &[u8] = include_bytes!("../tests/it/certificates/authority.der");
    const GOOD: &[u8] = include_bytes!("../tests/it/certificates/good.der");
    const EXPIRED: &[u8] = include_bytes!("../tests/it/certificates/expired.der");
    const KEY: &[u8] = include_bytes!("../tests/it/certificates/key.der");

    fn pem(certificates: &[&[u8]]) -> Vec<u8> {
        certificates.iter().map(|der| forestall_testkit::pem::armour("CERTIFICATE", der)).collect::<String>().into()
    }

    #[test]
    fn reads_what_certificates_say_of_themselves() {
        let chain = Chain::read(&pem(&[GOOD, AUTHORITY])).unwrap();
        let until: Vec<String> = chain.spans().map(|(_, until)| until.to_string()).collect();
        assert!(until[0].starts_with("2126-") && chain.len() == 2, "{until:?}");
        let (_, until) = Chain::read(&pem(&[EXPIRED])).unwrap().spans().next().unwrap();
        assert!(until.to_string().starts_with("2010-"), "{until}");
        assert_eq!((chain.out_of_order(), chain.is_self_issued()), (None, false));
        let other = Chain::read(&pem(&[AUTHORITY, GOOD])).unwrap();
        assert_eq!((other.out_of_order(), other.is_self_issued()), (Some(1), true));
        assert!(chain.is_for("localhost").unwrap() && chain.is_for("127.0.0.1").unwrap());
        assert!(!chain.is_for("other.example").unwrap());
        assert!(matches!(chain.is_for("a b"), Err(CertificateError::Host(_))));
        let key = forestall_testkit::pem::armour("PRIVATE KEY", KEY);
        assert_eq!(chain.is_of(key.as_bytes()), Ok(true));
        assert!(matches!(chain.is_of(b"no key"), Err(CertificateError::Key(_))));
    }

    #[test]
    fn what_is_no_certificate_is_said_with_its_place() {
        assert_eq!(Chain::read(b"").unwrap_err(), CertificateError::Empty);
        let cut = Chain::read(&pem(&[GOOD, &GOOD[..GOOD.len() - 1]])).unwrap_err();
        assert!(matches!(cut, CertificateError::Form { place: 2, .. }), "{cut}");
        assert_eq!(Chain::read(&pem(&[GOOD; 17])).unwrap_err(), CertificateError::TooMany);
        // No cut and no changed octet makes it panic.
        for length in 0..GOOD.len() {
            assert_eq!(fields(&GOOD[..length]), None);
        }
        for place in 0..GOOD.len() {
            let mut octets = GOOD.to_vec();
            octets[place] ^= 0xFF;
            let _ = fields(&octets);
        }
    }

    #[test]
    fn times_have_two_forms() {
        let check = |tag, text: &str, expected: Option<&str>| {
            assert_eq!(time(tag, text.as_bytes()).map(|time| time.to_string()).as_deref(), expected, "{text}");
        };
        check(UTC_TIME, "491231235959Z", Some("2049-12-31T23:59:59Z"));
        check(UTC_TIME, "500101000000Z", Some("1950-01-01T00:00:00Z"));
        check(GENERALIZED_TIME, "21250101000000Z", Some("2125-01-01T00:00:00Z"));
        check(GENERALIZED_TIME, "99991231235959Z", Some("9999-12-31T23:59:59Z"));
        for wrong in ["4912312359Z", "491231235959", "49123123595ÄZ", "491331235959Z", "21250101000000Z"] {
            check(UTC_TIME, wrong, None);
        }
    }
}
