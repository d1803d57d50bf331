// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The built-in families: one file each, one word in the list.

use std::sync::Arc;

use crate::Family;

mod conficker;
mod conficker_a;
mod conficker_b;
mod conficker_c;

pub(crate) fn all() -> Vec<Arc<dyn Family>> {
    vec![
        Arc::new(conficker_a::ConfickerA::new()),
        Arc::new(conficker_b::ConfickerB::new()),
        Arc::new(conficker_c::ConfickerC::new()),
    ]
}

/// The campaigns of the built-in families: file name and text.
pub(crate) const CAMPAIGN_FILES: &[(&str, &str)] = &[
    ("conficker-a.toml", include_str!("../../campaigns/conficker-a.toml")),
    ("conficker-b.toml", include_str!("../../campaigns/conficker-b.toml")),
    ("conficker-c.toml", include_str!("../../campaigns/conficker-c.toml")),
];
