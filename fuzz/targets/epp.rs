// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Frames of EPP servers: what is taken has what a client depends on, within the limits.

#![no_main]

use forestall_formats::epp::answer::{self, Answer, Data};

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    match answer::read(octets) {
        Ok(Answer::Greeting(greeting)) => assert!(greeting.objects.len() <= 64 && greeting.extensions.len() <= 64),
        Ok(Answer::Response(response)) => {
            assert!(response.code < 10_000 && !response.theirs.is_empty() && response.texts.len() <= 16);
            assert!(response.texts.iter().all(|text| text.chars().count() <= 400 && !text.contains('\n')));
            if let Data::Known { object, .. } = &response.data {
                assert!(object.servers.len() <= 64 && object.statuses.len() <= 128);
            }
        }
        Err(error) => assert!(error.to_string().len() <= 4_000, "{error}"),
    }
});
