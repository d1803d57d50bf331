// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Signatures and keys, as parts with an octet of zero between: the signature, the file, a secret key, and any number of public keys.

#![no_main]

use forestall_formats::signature::{SecretKey, check_public_key, signer};

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let parts: Vec<&[u8]> = octets.split(|octet| *octet == 0).collect();
    let text = |part: &[u8]| String::from_utf8_lossy(part).into_owned();
    let part = |place: usize| parts.get(place).copied().unwrap_or_default();
    let (signature, file, secret) = (text(part(0)), part(1), text(part(2)));
    let keys: Vec<String> = parts.iter().skip(3).take(16).map(|part| text(part)).collect();
    match signer(file, &signature, &keys) {
        Ok(place) => {
            check_public_key(&keys[place]).expect("a key that signed is one");
            assert_eq!(signer(file, &signature, &keys[place..=place]), Ok(0));
            assert!(signer(&[file, b"x"].concat(), &signature, &keys[place..=place]).is_err());
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let Ok(secret) = SecretKey::read(&secret) else { return };
    let comment = signature.lines().next().unwrap_or_default().replace('\r', "");
    let made = secret.sign(file, &comment).expect("a comment of one line is taken");
    assert_eq!(signer(file, &made, &[secret.public_key()]), Ok(0), "{made:?}");
});
