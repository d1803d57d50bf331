// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Signing in by password and one-time code, what an account changes of it, and tokens for programs.
//!
//! Whoever tries learns one thing: it worked, it did not, or to wait. Which part was wrong, and whether there is such an account at all, shows neither in the answer
//! nor in its time. Failures are counted for the account and, more strictly, for the account from one network, so that somebody who tries from afar cannot keep a
//! person out of their own account for long.

use forestall_model::{Digest, Instant, MailAddress, PersonId, Scopes};
use forestall_store::{ApiToken, Person, PersonSession, Secrets};

use super::token::{fresh_id, random};
use super::totp::{TotpSecret, base32};
use super::{Desk, DeskError, Token, password};

/// How long a session lasts, in seconds: a shift and its handover.
pub const SESSION_SECONDS: i64 = 12 * 3_600;
/// How long a session lasts that nobody uses, in seconds.
pub const IDLE_SECONDS: i64 = 3_600;
/// How old the note of the last use may be, in seconds: not every request writes.
pub const TOUCH_SECONDS: i64 = 60;
/// Seconds after which failed attempts are forgotten.
const FORGET_SECONDS: i64 = 24 * 3_600;
/// Failures in a row that cost nothing, for an account from one network and for an account from everywhere.
const FREE_HERE: u32 = 5;
const FREE_EVERYWHERE: u32 = 50;
/// The first wait, which each further failure doubles, and the longest, in seconds.
const FIRST_WAIT: i64 = 10;
const LONGEST_WAIT: i64 = 15 * 60;
/// Codes that work once.
const RECOVERY_CODES: usize = 10;
/// Characters of a browser's name for itself that are kept.
const MAX_AGENT: usize = 120;
/// Tokens that a person may have at a time, and the longest that one may live, in days.
const MAX_TOKENS: usize = 20;
const MAX_TOKEN_DAYS: u16 = 366;

/// What somebody tries to sign in by.
#[derive(Clone)]
pub struct Attempt {
    /// The mail address, as it was typed.
    pub mail: String,
    /// The password.
    pub password: String,
    /// The code of the app or one that works once; empty where none was typed.
    pub code: String,
    /// The network from which the attempt comes, as a text.
    pub network: String,
    /// What the browser calls itself.
    pub agent: String,
}

impl std::fmt::Debug for Attempt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Attempt(..)")
    }
}

/// What came of it.
#[derive(Debug)]
pub enum SignedIn {
    /// A session began.
    Done(Token, Person),
    /// Something was wrong, and nobody says what.
    Wrong,
    /// There were too many failures: seconds until the next attempt is looked at.
    Wait(u32),
}

impl Desk {
    /// Tries to sign somebody in.
    ///
    /// # Errors
    ///
    /// [`DeskError`] of the store and of the system.
    pub async fn sign_in(&self, attempt: &Attempt, now: Instant) -> Result<SignedIn, DeskError> {
        let mail: Option<MailAddress> = attempt.mail.parse().ok();
        let account = mail.as_ref().map_or_else(|| attempt.mail.clone(), ToString::to_string);
        let everywhere = Digest::of_parts(&[b"account\0", account.as_bytes()]);
        let here = Digest::of_parts(&[b"account here\0", account.as_bytes(), b"\0", attempt.network.as_bytes()]);
        if let Some(wait) = self.attempt(vec![(here, FREE_HERE), (everywhere, FREE_EVERYWHERE)], now).await? {
            return Ok(SignedIn::Wait(wait));
        }
        let found = match &mail {
            Some(mail) => self.store().person_by_mail(mail).await?.filter(|(person, _)| !person.disabled),
            None => None,
        };
        let hash = found.as_ref().and_then(|(_, secrets)| secrets.password.as_deref());
        let known = self.passwords().verify(&attempt.password, hash).await?;
        let good = match &found {
            Some((person, secrets)) if known => self.second_factor(person, secrets, &attempt.code, now).await?,
            _ => false,
        };
        match found {
            Some((person, secrets)) if good => {
                self.store().clear_failures(here).await?;
                self.store().clear_failures(everywhere).await?;
                let token = self.begin_session(&person, secrets.totp.is_some(), &attempt.agent, now).await?;
                Ok(SignedIn::Done(token, person))
            }
            _ => {
                self.store().purge_failures(now.plus_seconds(-FORGET_SECONDS)).await?;
                Ok(SignedIn::Wrong)
            }
        }
    }

    /// Counts an attempt as a failure under each key, until it is known to be none: many at once are many failures, and not one. Returns the seconds to
    /// wait where there were too many before it; then it is not looked at.
    async fn attempt(&self, mut keys: Vec<(Digest, u32)>, now: Instant) -> Result<Option<u32>, DeskError> {
        let forget = now.plus_seconds(-FORGET_SECONDS);
        while !keys.is_empty() {
            let mut seen = Vec::new();
            for (key, free) in keys.drain(..) {
                let (failures, last) = self.store().failures(key, forget).await?.unwrap_or((0, now));
                if let Some(wait) = wait(failures, free, last, now) {
                    return Ok(Some(wait));
                }
                seen.push((key, free, failures));
            }
            for (key, free, failures) in seen {
                if !self.store().count_failure(key, failures, now, forget).await? {
                    keys.push((key, free));
                }
            }
        }
        Ok(None)
    }

    /// Begins a session of a person. `strong` says that they proved more than a password.
    ///
    /// # Errors
    ///
    /// [`DeskError`] of the store and of the system.
    pub async fn begin_session(
        &self,
        person: &Person,
        strong: bool,
        agent: &str,
        now: Instant,
    ) -> Result<Token, DeskError> {
        let token = Token::fresh()?;
        self.store().purge_person_sessions(now, now.plus_seconds(-IDLE_SECONDS)).await?;
        let session = PersonSession {
            token: token.digest(),
            person: person.id.clone(),
            created: now,
            last_used: now,
            expires: now.plus_seconds(SESSION_SECONDS),
            strong,
            agent: agent.chars().filter(|c| !c.is_control()).take(MAX_AGENT).collect(),
        };
        self.store().begin_person_session(session).await?;
        Ok(token)
    }

    /// Returns the session of a token with its person, where it is good, and notes that it was used.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn session(&self, token: &Token, now: Instant) -> Result<Option<(PersonSession, Person)>, DeskError> {
        let digest = token.digest();
        let mut found = self.store().person_session(digest, now, now.plus_seconds(-IDLE_SECONDS)).await?;
        if let Some((session, _)) = &mut found
            && now.seconds_since(session.last_used) >= TOUCH_SECONDS
        {
            self.store().touch_person_session(digest, now).await?;
            session.last_used = now;
        }
        Ok(found)
    }

    /// Returns the token of a program with its person, where it is good, and notes that it was used.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn api_token(&self, token: &Token, now: Instant) -> Result<Option<(ApiToken, Person)>, DeskError> {
        let mut found = self.store().api_token(token.digest(), now).await?;
        if let Some((token, _)) = &mut found
            && token.last_used.is_none_or(|last| now.seconds_since(last) >= TOUCH_SECONDS)
        {
            self.store().touch_api_token(&token.id, now).await?;
            token.last_used = Some(now);
        }
        Ok(found)
    }

    /// Changes the password of somebody who knows the one before, and ends their other sessions.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] where the old one is wrong or the new one is not taken.
    pub async fn change_password(
        &self,
        id: &PersonId,
        old: &str,
        new: &str,
        keep: Option<Digest>,
        now: Instant,
    ) -> Result<(), DeskError> {
        let (person, _) = self.need_password(id, old, now).await?;
        password::check(new, &person.name, person.mail.as_str())?;
        let hash = self.passwords().hash(new).await?;
        self.change_person(id, now, move |_, secrets| secrets.password = Some(hash)).await?;
        self.store().end_other_sessions(id, keep).await?;
        Ok(())
    }

    /// Sets up the one-time codes of somebody who knows their password, once an app with the secret computes a right code. Returns the codes that
    /// work once where the app is lost; they are shown this one time.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] where the password or the code is wrong.
    pub async fn set_up_totp(
        &self,
        id: &PersonId,
        password: &str,
        secret: &TotpSecret,
        code: &str,
        session: Option<Digest>,
        now: Instant,
    ) -> Result<Vec<String>, DeskError> {
        self.need_password(id, password, now).await?;
        let step = secret.step_of(code, now);
        let step = step.ok_or_else(|| {
            DeskError::Input("the code is not the one that the app shows now; is its clock right?".to_owned())
        })?;
        let text = secret.to_base32();
        self.change_person(id, now, move |_, secrets| secrets.totp = Some(text)).await?;
        self.store().use_totp_step(id, step).await?;
        self.store().end_other_sessions(id, session).await?;
        if let Some(session) = session {
            self.store().strengthen_session(session).await?;
        }
        self.renew_recovery_codes(id).await
    }

    /// Makes new codes that work once for somebody who knows their password; the old ones work no more.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] where the password is wrong.
    pub async fn new_recovery_codes(
        &self,
        id: &PersonId,
        password: &str,
        now: Instant,
    ) -> Result<Vec<String>, DeskError> {
        self.need_password(id, password, now).await?;
        self.renew_recovery_codes(id).await
    }

    async fn renew_recovery_codes(&self, id: &PersonId) -> Result<Vec<String>, DeskError> {
        let mut codes = Vec::with_capacity(RECOVERY_CODES);
        for _ in 0..RECOVERY_CODES {
            let text = base32(&random::<10>()?);
            codes.push(text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-"));
        }
        let digests = codes.iter().map(|code| recovery_digest(id, code)).collect();
        self.store().keep_recovery_codes(id, digests).await?;
        Ok(codes)
    }

    /// Makes a token for programs of a person. It is shown this one time.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] for a name or a number of days that is not taken, or where the person has too many.
    pub async fn create_token(
        &self,
        person: &PersonId,
        name: &str,
        scopes: Scopes,
        days: u16,
        now: Instant,
    ) -> Result<(ApiToken, Token), DeskError> {
        if self.store().person(person).await?.is_none() {
            return Err(DeskError::NoSuchPerson(person.to_string()));
        }
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 80 || name.chars().any(char::is_control) {
            return Err(DeskError::Input("a token has a name of 1 to 80 characters on one line".to_owned()));
        }
        if !(1..=MAX_TOKEN_DAYS).contains(&days) {
            return Err(DeskError::Input(format!("{days} days: expected 1 to {MAX_TOKEN_DAYS}")));
        }
        let tokens = self.store().api_tokens(person).await?;
        if tokens.iter().filter(|token| token.revoked.is_none() && token.expires > now).count() >= MAX_TOKENS {
            return Err(DeskError::Input(format!("there are {MAX_TOKENS} tokens already; take one back first")));
        }
        let secret = Token::fresh()?;
        let token = ApiToken {
            id: fresh_id('t')?,
            person: person.clone(),
            name: name.to_owned(),
            scopes,
            created: now,
            expires: now.plus_seconds(i64::from(days) * 24 * 3_600),
            last_used: None,
            revoked: None,
        };
        self.store().create_api_token(token.clone(), secret.digest()).await?;
        Ok((token, secret))
    }

    /// Takes a token of a person back.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] where the person has no such token that works.
    pub async fn revoke_token(&self, person: &PersonId, id: &str, now: Instant) -> Result<(), DeskError> {
        if self.store().revoke_api_token(id, person, now).await? {
            return Ok(());
        }
        Err(DeskError::Input("there is no such token that works".to_owned()))
    }

    /// Returns the person where the password is theirs. Failures are counted apart from those of sign-in: whoever holds a session of somebody neither
    /// guesses their password nor keeps them out of their account.
    async fn need_password(&self, id: &PersonId, word: &str, now: Instant) -> Result<(Person, Secrets), DeskError> {
        let found = self.store().person(id).await?;
        let (person, secrets) = found.ok_or_else(|| DeskError::NoSuchPerson(id.to_string()))?;
        let key = Digest::of_parts(&[b"password again\0", id.as_str().as_bytes()]);
        if let Some(seconds) = self.attempt(vec![(key, FREE_HERE)], now).await? {
            let text = format!("there were too many failed attempts; try again in {seconds} seconds");
            return Err(DeskError::Input(text));
        }
        if self.passwords().verify(word, secrets.password.as_deref()).await? {
            self.store().clear_failures(key).await?;
            return Ok((person, secrets));
        }
        Err(DeskError::Input("your present password is another one".to_owned()))
    }

    /// Says whether a code is right and was not used before; somebody who set no codes up needs none.
    async fn second_factor(
        &self,
        person: &Person,
        secrets: &Secrets,
        code: &str,
        now: Instant,
    ) -> Result<bool, DeskError> {
        let Some(text) = &secrets.totp else { return Ok(true) };
        let secret = TotpSecret::read(text)
            .ok_or_else(|| DeskError::Folder(format!("the codes of {} in the store are broken", person.id)))?;
        if let Some(step) = secret.step_of(code, now) {
            return Ok(self.store().use_totp_step(&person.id, step).await?);
        }
        Ok(self.store().use_recovery_code(&person.id, recovery_digest(&person.id, code)).await?)
    }
}

fn recovery_digest(person: &PersonId, code: &str) -> Digest {
    let bare: String = code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    Digest::of_parts(&[b"forestall recovery 1\0", person.as_str().as_bytes(), b"\0", bare.as_bytes()])
}

/// Returns the seconds to wait after failures in a row, where there is a wait.
fn wait(failures: u32, free: u32, last: Instant, now: Instant) -> Option<u32> {
    let over = failures.checked_sub(free)?;
    let wait = FIRST_WAIT.saturating_mul(1 << over.min(20)).min(LONGEST_WAIT);
    let left = wait - now.seconds_since(last);
    // A clock that was set back does not lock anybody out for longer than the wait itself.
    u32::try_from(left.clamp(0, wait)).ok().filter(|left| *left > 0)
}

#[cfg(test)]
mod tests {
    use super::{FREE_HERE, wait};
    use forestall_model::Instant;

    #[test]
    fn each_further_failure_doubles_the_wait() {
        let last = Instant::from_seconds(1_000);
        let check = |failures, passed, expected| {
            assert_eq!(wait(failures, FREE_HERE, last, last.plus_seconds(passed)), expected, "{failures} {passed}");
        };
        check(4, 0, None);
        check(5, 0, Some(10));
        check(5, 9, Some(1));
        check(5, 10, None);
        check(6, 10, Some(10));
        check(30, 0, Some(900));
        check(u32::MAX, 0, Some(900));
        check(30, -100_000, Some(900));
    }
}
