// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Passwords: what is taken as one, and its hash by Argon2id.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use tokio::sync::Semaphore;

use super::DeskError;

/// Memory in KiB, passes and lanes of a hash.
///
/// # Source
///
/// OWASP Password Storage Cheat Sheet (2024): Argon2id with 19 MiB, 2 iterations and 1 degree of parallelism at least.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes that are computed at a time: each takes a core and 19 MiB, and sign-in must not starve the board.
const AT_A_TIME: usize = 2;

/// Characters of a password: a sentence, not a word. At most so many that nobody has the hub hash a book.
const SHORTEST: usize = 12;
const LONGEST: usize = 256;

/// Refuses what is too short, too long, or what everybody would try first.
pub(super) fn check(password: &str, name: &str, mail: &str) -> Result<(), DeskError> {
    let length = password.chars().count();
    if !(SHORTEST..=LONGEST).contains(&length) {
        return Err(DeskError::Input(format!(
            "the password has {length} characters; expected {SHORTEST} to {LONGEST}, for example four words that do not belong together"
        )));
    }
    let lower = password.to_lowercase();
    let mut letters: Vec<char> = lower.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    let (local, _) = mail.split_once('@').unwrap_or((mail, ""));
    let known = |part: &str| part.chars().count() >= 4 && lower.contains(&part.to_lowercase());
    if letters.len() < 5
        || known(mail)
        || known(local)
        || known(name)
        || lower.contains("password")
        || lower.contains("forestall")
    {
        return Err(DeskError::Input(
            "the password is one that others try first: it holds your name or address, a usual word, or hardly any different characters"
                .to_owned(),
        ));
    }
    Ok(())
}

/// Computes hashes on threads of their own, few at a time.
#[derive(Debug)]
pub(super) struct Passwords(Arc<Semaphore>);

impl Default for Passwords {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_A_TIME)))
    }
}

impl Passwords {
    /// Returns the hash of a password, with a salt of its own, in the form of the Password Hashing Competition.
    pub(super) async fn hash(&self, password: &str) -> Result<String, DeskError> {
        let failed =
            |error: &dyn std::fmt::Display| DeskError::Outside(format!("the password could not be hashed: {error}"));
        let password = password.to_owned();
        // The semaphore is never closed, so a permit always comes. It goes with the thread: whoever asked may hang up meanwhile.
        let permit = Arc::clone(&self.0).acquire_owned().await.ok();
        let hash = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            argon2().hash_password(password.as_bytes()).map(|hash| hash.to_string())
        });
        hash.await.map_err(|error| failed(&error))?.map_err(|error| failed(&error))
    }

    /// Says whether a password has a hash. Without a hash it takes as long and says no, so that nobody learns who has an account.
    pub(super) async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, DeskError> {
        if password.chars().count() > LONGEST {
            return Ok(false);
        }
        let (password, hash) = (password.to_owned(), hash.map(str::to_owned));
        let permit = Arc::clone(&self.0).acquire_owned().await.ok();
        let verify = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            match hash.as_deref().and_then(|hash| PasswordHash::new(hash).ok()) {
                Some(known) => argon2().verify_password(password.as_bytes(), &known).is_ok(),
                None => {
                    drop(argon2().hash_password(password.as_bytes()));
                    false
                }
            }
        });
        verify.await.map_err(|error| DeskError::Outside(format!("the password could not be checked: {error}")))
    }
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the parameters are within the limits of Argon2");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::{Passwords, check};

    #[test]
    fn refuses_what_others_try_first() {
        let check = |password: &str| check(password, "Ada Lovelace", "ada.l@registry.example");
        assert!(check("correct horse battery").is_ok());
        assert!(check("pferd-batterie-heftklammer").is_ok());
        for weak in [
            "short",
            "aaaaaaaaaaaaaaaa",
            "my password is this",
            "xx ADA.L yy zz qq",
            "ada lovelace 1815",
            "forestall2026!!",
        ] {
            assert!(check(weak).is_err(), "{weak}");
        }
        assert!(check(&"x y z w v ".repeat(26)).is_err());
    }

    #[tokio::test]
    async fn a_hash_knows_its_password_and_no_other() {
        let passwords = Passwords::default();
        let known = passwords.hash("correct horse battery").await.unwrap();
        assert!(known.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{known}");
        let again = passwords.hash("correct horse battery").await.unwrap();
        assert_ne!(known, again, "each has a salt of its own");
        for (password, hash, expected) in [
            ("correct horse battery", Some(known.as_str()), true),
            ("Correct horse battery", Some(&known), false),
            ("correct horse battery", None, false),
            ("correct horse battery", Some("no hash"), false),
        ] {
            assert_eq!(passwords.verify(password, hash).await.unwrap(), expected, "{password} {hash:?}");
        }
    }
}
