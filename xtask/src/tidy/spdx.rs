// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! SPDX licence expressions, as the manifests of packages hold them.
//!
//! # Source
//!
//! SPDX Specification 2.3, annex D: `WITH` binds before `AND`, `AND` before `OR`. Cargo's older form `MIT/Apache-2.0`
//! means `OR`.

use std::fmt;

/// A licence expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expression {
    /// One licence, with its exception if it has one: `Apache-2.0 WITH LLVM-exception`.
    Licence(String),
    /// Both hold.
    And(Box<Self>, Box<Self>),
    /// The user of the package chooses.
    Or(Box<Self>, Box<Self>),
}

/// Why an expression could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SpdxError {
    /// The expression ends where a licence is expected.
    EndsEarly,
    /// A word stands where another thing is expected.
    Unexpected(String),
    /// Parentheses within parentheses beyond any real expression.
    TooDeep,
}

impl fmt::Display for SpdxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EndsEarly => write!(f, "ends where a licence is expected"),
            Self::Unexpected(word) => write!(f, "'{word}' stands where it cannot"),
            Self::TooDeep => write!(f, "more than {DEEPEST} levels of parentheses"),
        }
    }
}

/// Levels of parentheses that are read.
const DEEPEST: usize = 32;

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    ///
    /// [`SpdxError`] where the text is not an expression.
    pub(super) fn parse(text: &str) -> Result<Self, SpdxError> {
        let spaced = text.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
        let mut reader = Reader { words: spaced.split_whitespace().collect(), at: 0, depth: 0 };
        let expression = reader.alternatives()?;
        match reader.peek() {
            None => Ok(expression),
            Some(word) => Err(SpdxError::Unexpected(word.to_owned())),
        }
    }

    /// Returns true where the licences for which `may` is true suffice to use the package.
    pub(super) fn is_met(&self, may: &dyn Fn(&str) -> bool) -> bool {
        match self {
            Self::Licence(licence) => may(licence),
            Self::And(a, b) => a.is_met(may) && b.is_met(may),
            Self::Or(a, b) => a.is_met(may) || b.is_met(may),
        }
    }
}

struct Reader<'a> {
    words: Vec<&'a str>,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.words.get(self.at).copied()
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|next| next.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    fn alternatives(&mut self) -> Result<Expression, SpdxError> {
        let mut left = self.conjunction()?;
        while self.take("OR") {
            left = Expression::Or(Box::new(left), Box::new(self.conjunction()?));
        }
        Ok(left)
    }

    fn conjunction(&mut self) -> Result<Expression, SpdxError> {
        let mut left = self.single()?;
        while self.take("AND") {
            left = Expression::And(Box::new(left), Box::new(self.single()?));
        }
        Ok(left)
    }

    fn single(&mut self) -> Result<Expression, SpdxError> {
        if self.take("(") {
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err(SpdxError::TooDeep);
            }
            let inner = self.alternatives()?;
            self.depth -= 1;
            return match self.peek() {
                _ if self.take(")") => Ok(inner),
                None => Err(SpdxError::EndsEarly),
                Some(word) => Err(SpdxError::Unexpected(word.to_owned())),
            };
        }
        let licence = self.identifier()?;
        if self.take("WITH") {
            let exception = self.identifier()?;
            return Ok(Expression::Licence(format!("{licence} WITH {exception}")));
        }
        Ok(Expression::Licence(licence.to_owned()))
    }

    fn identifier(&mut self) -> Result<&'a str, SpdxError> {
        let word = self.peek().ok_or(SpdxError::EndsEarly)?;
        let operator = ["AND", "OR", "WITH"].iter().any(|operator| word.eq_ignore_ascii_case(operator));
        if operator || !word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | ':')) {
            return Err(SpdxError::Unexpected(word.to_owned()));
        }
        self.at += 1;
        Ok(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(text: &str, allowed: &[&str]) -> bool {
        Expression::parse(text).unwrap().is_met(&|licence| allowed.contains(&licence))
    }

    #[test]
    fn one_alternative_suffices_and_both_parts_are_needed() {
        assert!(met("MIT OR GPL-3.0-only", &["MIT"]));
        assert!(!met("MIT AND GPL-3.0-only", &["MIT"]));
        assert!(met("MIT AND BSD-3-Clause", &["MIT", "BSD-3-Clause"]));
    }

    #[test]
    fn a_slash_is_an_or() {
        assert!(met("MIT/Apache-2.0", &["Apache-2.0"]));
        assert!(met("Unlicense / MIT", &["MIT"]));
    }

    #[test]
    fn and_binds_before_or() {
        assert!(met("MIT OR GPL-2.0-only AND GPL-3.0-only", &["MIT"]));
        assert!(!met("(MIT OR GPL-2.0-only) AND GPL-3.0-only", &["MIT"]));
        assert!(met("(Apache-2.0 OR MIT) AND BSD-3-Clause", &["MIT", "BSD-3-Clause"]));
    }

    #[test]
    fn an_exception_makes_another_licence() {
        let text = "Apache-2.0 WITH LLVM-exception OR GPL-3.0-only";
        assert!(met(text, &["Apache-2.0 WITH LLVM-exception"]));
        assert!(!met(text, &["Apache-2.0"]));
    }

    #[test]
    fn refuses_what_is_no_expression() {
        let error = |text: &str| Expression::parse(text).unwrap_err();
        assert_eq!(error(""), SpdxError::EndsEarly);
        assert_eq!(error("MIT OR"), SpdxError::EndsEarly);
        assert_eq!(error("(MIT"), SpdxError::EndsEarly);
        assert_eq!(error("MIT Apache-2.0"), SpdxError::Unexpected("Apache-2.0".to_owned()));
        assert_eq!(error("MIT OR AND"), SpdxError::Unexpected("AND".to_owned()));
        assert_eq!(error("MIT, Apache-2.0"), SpdxError::Unexpected("MIT,".to_owned()));
        assert_eq!(error(&"(".repeat(10_000)), SpdxError::TooDeep);
    }
}
