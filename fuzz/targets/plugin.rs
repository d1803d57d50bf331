// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Modules that say they are a family: refused with a reason, or checked and asked for names within the limits.

#![no_main]

use forestall_dga::Catalogue;
use forestall_plugin::Plugin;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let Ok(plugin) = Plugin::read(octets) else { return };
    assert_eq!(Plugin::read(octets).expect("it was read before").digest(), plugin.digest());
    assert!(plugin.vectors() > 0 && !plugin.campaigns().is_empty());
    if let Ok(checked) = plugin.check() {
        assert_eq!(checked.vectors, plugin.vectors());
        assert_eq!(checked.campaigns, plugin.campaigns().len());
    }
    let mut catalogue = Catalogue::empty();
    plugin.add_to(&mut catalogue).expect("an empty catalogue has none of its campaigns");
    assert_eq!(catalogue.campaigns().len(), plugin.campaigns().len());
});
