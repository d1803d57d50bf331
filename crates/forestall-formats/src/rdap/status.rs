// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Status values of RDAP as EPP spells them (RFC 8056, section 2).

/// Status values of RDAP and the codes of EPP, in the order of RFC 8056; what RDAP alone has is not here.
const MAP: [(&str, &str); 24] = [
    ("add period", "addPeriod"),
    ("auto renew period", "autoRenewPeriod"),
    ("client delete prohibited", "clientDeleteProhibited"),
    ("client hold", "clientHold"),
    ("client renew prohibited", "clientRenewProhibited"),
    ("client transfer prohibited", "clientTransferProhibited"),
    ("client update prohibited", "clientUpdateProhibited"),
    ("inactive", "inactive"),
    ("associated", "linked"),
    ("active", "ok"),
    ("pending create", "pendingCreate"),
    ("pending delete", "pendingDelete"),
    ("pending renew", "pendingRenew"),
    ("pending restore", "pendingRestore"),
    ("pending transfer", "pendingTransfer"),
    ("pending update", "pendingUpdate"),
    ("redemption period", "redemptionPeriod"),
    ("renew period", "renewPeriod"),
    ("server delete prohibited", "serverDeleteProhibited"),
    ("server renew prohibited", "serverRenewProhibited"),
    ("server transfer prohibited", "serverTransferProhibited"),
    ("server update prohibited", "serverUpdateProhibited"),
    ("server hold", "serverHold"),
    ("transfer period", "transferPeriod"),
];

/// What a status value turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// A value of RFC 8056, in EPP's spelling.
    Mapped(&'static str),
    /// EPP's spelling itself, which RDAP should not have.
    Epp(&'static str),
    /// Something else, kept in lower case with single blanks.
    Other(String),
}

/// Returns what a status value is, in any letter case.
pub(crate) fn status(text: &str) -> Status {
    let plain = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    if let Some((_, code)) = MAP.iter().find(|(value, _)| *value == plain) {
        return Status::Mapped(code);
    }
    match epp(&plain) {
        Some(code) => Status::Epp(code),
        None => Status::Other(plain),
    }
}

/// Returns the code of EPP that a text spells, in any letter case.
pub(crate) fn epp(text: &str) -> Option<&'static str> {
    MAP.iter().map(|(_, code)| *code).find(|code| code.eq_ignore_ascii_case(text.trim()))
}

#[cfg(test)]
mod tests {
    use super::{MAP, Status, status};

    #[test]
    fn maps_by_rule_but_for_two_words() {
        for (value, code) in MAP {
            let camel: String = value
                .split(' ')
                .enumerate()
                .map(|(i, word)| if i == 0 { word.to_owned() } else { word[..1].to_uppercase() + &word[1..] })
                .collect();
            let exception = matches!(value, "active" | "associated");
            assert_eq!(camel == code, !exception, "{value}");
        }
    }

    #[test]
    fn takes_sloppy_spelling() {
        assert_eq!(status("Server  Hold "), Status::Mapped("serverHold"));
        assert_eq!(status("serverhold"), Status::Epp("serverHold"));
        // U+212A, the sign of kelvin, is a k in lower case.
        assert_eq!(status("Lin\u{212A}ed"), Status::Epp("linked"));
        assert_eq!(status("Locked"), Status::Other("locked".to_owned()));
    }
}
