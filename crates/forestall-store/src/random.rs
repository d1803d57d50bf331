// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Randomness for the salts of withheld fields.

/// Returns five fresh salts of 16 octets from the operating system: enough for any command.
///
/// # Panics
///
/// Where the operating system gives no randomness. Nothing that withholds a name could be done safely then.
#[must_use]
pub fn fresh_salts() -> [[u8; 16]; 5] {
    std::array::from_fn(|_| {
        let mut salt = [0; 16];
        getrandom::fill(&mut salt).expect("the operating system gives randomness");
        salt
    })
}
