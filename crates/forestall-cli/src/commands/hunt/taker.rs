// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One thread's share of a hunt: each record goes to the lookout, and to the watch over the index where there is one.

use forestall_detect::hunt::Lookout;
use forestall_detect::readers::{Block, Counts};
use forestall_detect::scan::Watch;

use crate::commands::traffic::inputs::Taker;

/// One thread's share of a hunt.
pub(super) struct Hunter<'c, 'i, B> {
    pub(super) lookout: Lookout<'c>,
    pub(super) watch: Option<Watch<'i, B>>,
}

impl<B: AsRef<[u8]> + Sync> Taker for Hunter<'_, '_, B> {
    fn start_input(&mut self) {
        if let Some(watch) = &mut self.watch {
            watch.start_input();
        }
    }

    fn take(&mut self, block: &mut Block, counts: &mut Counts) {
        let lookout = &mut self.lookout;
        match &mut self.watch {
            None => block.read(counts, |record| lookout.see(&record)),
            Some(watch) => {
                let mut batch = watch.batch();
                block.read(counts, |record| {
                    lookout.see(&record);
                    batch.add(record);
                });
            }
        }
    }

    fn has_failed(&self) -> bool {
        self.watch.as_ref().is_some_and(Watch::has_failed)
    }
}
