// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A plug-in as a family: parameters make a generator, each list of which is a run of the module.

use std::sync::Arc;

use forestall_dga::families::calendar::Calendar;
use forestall_dga::{
    Ask, Attempt, Family, FamilyInfo, GenerateError, Generator, NameBuf, ParamError, Period, WordLists,
};
use forestall_model::{Digest, Instant, Marking, Params, Window};
use wasmi::Module;

use crate::RunError;
use crate::limits::{FUEL_A_NAME, FUEL_TO_START, MAX_PARAMETERS, MOST_NAMES};
use crate::metadata::Metadata;
use crate::module::steers;
use crate::names::{self, Suffixes};
use crate::run::Run;
use crate::tries::Tries;

/// A family whose code is a module.
pub(crate) struct PluginFamily {
    inner: Arc<Inner>,
}

struct Inner {
    module: Module,
    info: FamilyInfo,
    marking: Marking,
    code: Digest,
    tries: Tries,
    suffixes: Suffixes,
}

impl PluginFamily {
    /// Puts module and metadata together. `code` is the digest of the module's code.
    pub(crate) fn new(module: Module, metadata: &Metadata, code: Digest) -> Self {
        let info = metadata.info.clone();
        let tries = Tries::new(metadata.calendar, metadata.tries.clone());
        // What of the metadata decides over names and windows is part of the generator.
        let shape = format!("{tries:?} {:?}", info.names_per_period);
        let suffixes = Suffixes::new(info.suffixes.iter().map(AsRef::as_ref));
        let code = Digest::of_parts(&[&code.0, shape.as_bytes()]);
        Self { inner: Arc::new(Inner { module, info, marking: metadata.marking, code, tries, suffixes }) }
    }

    /// Returns how time is cut.
    pub(crate) fn calendar(&self) -> Calendar {
        self.inner.tries.calendar()
    }
}

impl Family for PluginFamily {
    fn info(&self) -> &FamilyInfo {
        &self.inner.info
    }

    fn generator(&self, params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
        let parameters = self.inner.parameters(params)?;
        // Asked here, so that wrong values are told before a list is computed.
        Run::start(&self.inner.module, FUEL_TO_START, &parameters).map_err(|error| ParamError::Refused {
            family: self.inner.info.slug.to_string(),
            reason: error.to_string(),
        })?;
        Ok(Box::new(PluginGenerator { inner: Arc::clone(&self.inner), parameters }))
    }

    fn code(&self) -> Option<Digest> {
        Some(self.inner.code)
    }

    fn marking(&self) -> Marking {
        self.inner.marking
    }
}

impl Inner {
    /// Returns the parameters as the module reads them.
    fn parameters(&self, params: &Params) -> Result<Vec<u8>, ParamError> {
        let mut text = String::new();
        for key in &self.info.keys {
            let bad = |found: &str, expected: String| {
                let found = found.chars().take(80).collect();
                ParamError::BadValue { key: key.key.to_string(), found, expected }
            };
            let value = params.value(&key.key).or(key.default.as_deref());
            let value = value.ok_or_else(|| bad("", format!("a value: {}", key.meaning)))?;
            if value.chars().any(steers) {
                return Err(bad(value, "one line without control characters".to_owned()));
            }
            text.push_str(&format!("{}={value}\n", key.key));
            if text.len() > MAX_PARAMETERS {
                return Err(bad(value, format!("at most {MAX_PARAMETERS} octets of parameters in all")));
            }
        }
        Ok(text.into_bytes())
    }

    /// Appends the names of `period` to `out`.
    fn run(&self, parameters: &[u8], period: &Period, ask: &Ask, out: &mut NameBuf) -> Result<(), RunError> {
        let own = self.info.names_per_period;
        let asked = ask.limit.into_iter().chain(own).min().ok_or(RunError::Endless)?;
        if asked > MOST_NAMES {
            return Err(RunError::TooLong { asked });
        }
        out.start_run(self.tries.windows(period, ask.span));
        let mut run = Run::start(&self.module, FUEL_TO_START + asked * FUEL_A_NAME, parameters)?;
        run.begin(period.key, asked)?;
        let (mut found, mut ends) = (0, Vec::new());
        while let Some(block) = run.next()? {
            names::check(block, found, &self.suffixes, &mut ends)?;
            found += ends.len() as u64;
            if found > asked {
                return Err(RunError::TooMany { asked });
            }
            out.push_block(block, ends.iter().copied());
        }
        match own {
            Some(_) if found < asked => Err(RunError::TooFew { found, expected: asked }),
            _ => Ok(()),
        }
    }
}

struct PluginGenerator {
    inner: Arc<Inner>,
    parameters: Vec<u8>,
}

impl Generator for PluginGenerator {
    fn periods(&self, span: Window) -> Box<dyn Iterator<Item = Period> + Send + '_> {
        self.inner.tries.periods(span)
    }

    fn period_containing(&self, at: Instant) -> Option<Period> {
        self.inner.tries.calendar().containing(at)
    }

    fn generate(&self, period: &Period, ask: &Ask, out: &mut NameBuf) -> Result<(), GenerateError> {
        self.inner.run(&self.parameters, period, ask, out).map_err(|error| GenerateError {
            family: self.inner.info.slug.to_string(),
            period: period.window.map_or_else(|| "all time".to_owned(), |window| window.from.to_string()),
            reason: error.to_string(),
        })
    }

    fn attempts(&self, at: Instant) -> Vec<Attempt> {
        self.inner.tries.at(at).into_iter().map(|period| Attempt { period, skip: 0, take: None }).collect()
    }
}
