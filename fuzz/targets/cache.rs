// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Files of looks: opened or refused, and what was put into an opened one is there when it is opened again.

#![no_main]

use std::fs;
use std::path::Path;

use forestall_connect::cache::{Cache, CacheError, LookKey};
use forestall_model::{DomainName, Instant, Method};
use serde_json::Value;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let folder = std::env::temp_dir().join(format!("forestall-fuzz-cache-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("there is room for files");
    let path = folder.join("looks");
    attack(&path, octets);
    attack(&path, &[b"{\"forestall-looks\":1}\n", octets].concat());
    fs::remove_dir_all(&folder).expect("the folder is ours");
});

fn attack(path: &Path, octets: &[u8]) {
    let name: DomainName = "wnsux.com".parse().expect("a domain name");
    let key = LookKey { method: Method::Rdap, source: "https://rdap.example/", name: &name };
    let (long_ago, at) = (Instant::from_seconds(-10_000_000_000), Instant::from_seconds(1_238_544_000));
    fs::write(path, octets).expect("the file can be written");
    let mut cache = match Cache::open(path) {
        Ok(cache) => cache,
        Err(CacheError::NotACache { .. } | CacheError::Newer { .. }) => {
            assert_eq!(fs::read(path).expect("the file is there"), octets, "a file that was refused is not touched");
            return;
        }
        Err(error) => panic!("{error}"),
    };
    let before: Option<(Instant, Value)> = cache.get(&key, long_ago).expect("the file can be read");
    let (keys, unreadable) = (cache.len(), cache.unreadable());
    cache.put(&key, at, &"whatever").expect("an outcome is kept");
    let after = cache.len();
    assert!(after == keys || (after == keys + 1 && before.is_none()));
    drop(cache);
    let mut cache = Cache::open(path).expect("a cache that was opened is opened again");
    assert_eq!((cache.len(), cache.unreadable()), (after, unreadable));
    assert_eq!(cache.get(&key, long_ago).expect("the file can be read"), Some((at, "whatever".to_owned())));
    cache.compact().expect("the file can be written anew");
    drop(cache);
    let mut cache = Cache::open(path).expect("a cache that was written anew is opened");
    assert_eq!((cache.len(), cache.unreadable()), (after, 0));
    assert_eq!(cache.get(&key, long_ago).expect("the file can be read"), Some((at, "whatever".to_owned())));
}
