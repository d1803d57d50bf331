// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Arguments of chores that take one option or nothing.

use anyhow::bail;

/// Says whether the one option that a chore takes is given.
///
/// # Errors
///
/// Any other argument.
pub(crate) fn has(option: &str, chore: &str, arguments: &[String]) -> anyhow::Result<bool> {
    match arguments {
        [] => Ok(false),
        [argument] if argument == option => Ok(true),
        _ => bail!("{chore} takes {option} or nothing, found {}", arguments.join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use super::has;

    #[test]
    fn takes_the_option_or_nothing() {
        let found = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            has("--check", "book", &words).map_err(|error| error.to_string())
        };
        assert_eq!((found(&[]), found(&["--check"])), (Ok(false), Ok(true)));
        assert_eq!(found(&["--chek"]), Err("book takes --check or nothing, found --chek".to_owned()));
        assert!(found(&["--check", "--check"]).is_err());
    }
}
