// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Modules with octets changed, cut and doubled: an error or a plug-in, in bounded time, and never a panic.

use forestall_dga::Catalogue;
use forestall_plugin::Plugin;
use proptest::prelude::*;

use crate::support::{Parts, day, examples, list};

fn seeds() -> Vec<Vec<u8>> {
    let kept = ["vidro.wasm", "chinad.wasm"].map(|name| std::fs::read(examples().join(name)).unwrap());
    kept.into_iter().chain([Parts::default().wasm()]).collect()
}

/// Does everything that can be done with a module.
fn drive(module: &[u8]) {
    let Ok(plugin) = Plugin::read(module) else { return };
    let checked = plugin.check();
    let mut catalogue = Catalogue::empty();
    plugin.add_to(&mut catalogue).unwrap();
    for campaign in catalogue.campaigns().iter().take(2) {
        let made = catalogue.prepare(campaign, &forestall_model::Params::new(), &forestall_dga::family::NoWordLists);
        let Ok(made) = made else {
            assert!(checked.is_err());
            continue;
        };
        if let Ok(names) = list(&made, day("2026-11-23"), Some(5)) {
            assert!(names.len() <= 5 && names.iter().all(|name| name.bytes.iter().all(u8::is_ascii_graphic)));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn of_a_module_never_panic(
        seed in 0_usize..3,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in prop::option::weighted(0.1, any::<prop::sample::Index>()),
        twice in prop::option::weighted(0.1, (any::<prop::sample::Index>(), 1_usize..64)),
    ) {
        let mut module = seeds().swap_remove(seed);
        for (at, octet) in changes {
            let at = at.index(module.len());
            module[at] = octet;
        }
        if let Some((from, length)) = twice {
            let from = from.index(module.len());
            let piece = module[from..].iter().copied().take(length).collect::<Vec<u8>>();
            module.splice(from..from, piece);
        }
        if let Some(cut) = cut {
            module.truncate(cut.index(module.len()));
        }
        drive(&module);
    }
}
