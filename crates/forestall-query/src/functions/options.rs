// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What travels with a query to the executors beside its plan: which indexes the one who asks means.

use std::any::Any;

use datafusion::common::config::{ConfigEntry, ConfigExtension, ExtensionOptions};
use datafusion::common::{Result, config_err};

/// Settings of ours, under `forestall.`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// The digests of the indexes that `predicted` and `listed` must have, with commas between; empty where any will do.
    pub(crate) index: String,
}

impl ConfigExtension for Options {
    const PREFIX: &'static str = "forestall";
}

impl ExtensionOptions for Options {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn cloned(&self) -> Box<dyn ExtensionOptions> {
        Box::new(self.clone())
    }

    fn set(&mut self, key: &str, value: &str) -> Result<()> {
        match key {
            "index" => value.clone_into(&mut self.index),
            _ => return config_err!("there is no setting forestall.{key}"),
        }
        Ok(())
    }

    /// Whole keys: as they are told, so the cluster sets them.
    fn entries(&self) -> Vec<ConfigEntry> {
        let description = "the digests of the indexes that executors must have";
        vec![ConfigEntry { key: "forestall.index".to_owned(), value: Some(self.index.clone()), description }]
    }
}
