// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Modules made from text, and short ways to their lists.

use std::path::{Path, PathBuf};

use forestall_dga::family::NoWordLists;
use forestall_dga::{Ask, Catalogue, GenerateError, NameBuf, Prepared};
use forestall_model::{Params, UtcDay};
use forestall_plugin::{Plugin, PluginError};

/// The parts of a module in WebAssembly's text form. The default gives eight letters of `value` under com, one name a call, where
/// `value` is the number of the day plus the number of the name.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) head: String,
    pub(crate) memory: String,
    pub(crate) block: String,
    pub(crate) configure: String,
    pub(crate) begin: String,
    pub(crate) next: String,
    pub(crate) metadata: String,
}

/// Metadata of the default module.
pub(crate) const METADATA: &str = include_str!("counter.toml");

impl Default for Parts {
    fn default() -> Self {
        Self {
            head: String::new(),
            memory: r#"(memory (export "memory") 2)"#.to_owned(),
            block: r#"(func (export "forestall_block") (result i32) (i32.const 1024))"#.to_owned(),
            configure: r#"(func (export "forestall_configure") (param i32) (result i32) (i32.const 0))"#.to_owned(),
            begin: r#"
                (global $value (mut i64) (i64.const 0))
                (global $left (mut i64) (i64.const 0))
                (func (export "forestall_begin") (param $period i64) (param $names i64)
                    (global.set $value (i64.div_s (local.get $period) (i64.const 86400)))
                    (global.set $left (local.get $names)))"#
                .to_owned(),
            next: r#"
                (func (export "forestall_next") (result i32)
                    (local $at i32) (local $rest i64)
                    (if (i64.eqz (global.get $left)) (then (return (i32.const 0))))
                    (local.set $at (i32.const 1032))
                    (local.set $rest (global.get $value))
                    (loop $letters
                        (local.set $at (i32.sub (local.get $at) (i32.const 1)))
                        (i32.store8 (local.get $at)
                            (i32.add (i32.const 97) (i32.wrap_i64 (i64.rem_u (local.get $rest) (i64.const 26)))))
                        (local.set $rest (i64.div_u (local.get $rest) (i64.const 26)))
                        (br_if $letters (i32.gt_u (local.get $at) (i32.const 1024))))
                    (i32.store (i32.const 1032) (i32.const 0x6D6F632E))
                    (i32.store8 (i32.const 1036) (i32.const 10))
                    (global.set $value (i64.add (global.get $value) (i64.const 1)))
                    (global.set $left (i64.sub (global.get $left) (i64.const 1)))
                    (i32.const 13))"#
                .to_owned(),
            metadata: METADATA.to_owned(),
        }
    }
}

impl Parts {
    /// Returns the module with the metadata in their section.
    pub(crate) fn wasm(&self) -> Vec<u8> {
        with_section(self.bare(), "forestall", self.metadata.as_bytes())
    }

    /// Returns the module without metadata.
    pub(crate) fn bare(&self) -> Vec<u8> {
        let Self { head, memory, block, configure, begin, next, .. } = self;
        wat::parse_str(format!("(module {head} {memory} {block} {configure} {begin} {next})")).unwrap()
    }

    /// Reads the module.
    pub(crate) fn read(&self) -> Result<Plugin, PluginError> {
        Plugin::read(self.wasm().as_slice())
    }
}

/// Appends a custom section to a module.
pub(crate) fn with_section(mut module: Vec<u8>, name: &str, content: &[u8]) -> Vec<u8> {
    let mut section = leb(name.len());
    section.extend_from_slice(name.as_bytes());
    section.extend_from_slice(content);
    module.push(0);
    module.extend(leb(section.len()));
    module.extend(section);
    module
}

fn leb(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7F {
        bytes.push(0x80 | u8::try_from(value & 0x7F).unwrap());
        value >>= 7;
    }
    bytes.push(u8::try_from(value).unwrap());
    bytes
}

/// Returns the folder of the examples.
pub(crate) fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/plugins")
}

/// Reads one of the examples.
pub(crate) fn example(name: &str) -> Plugin {
    Plugin::read(std::fs::File::open(examples().join(name)).unwrap()).unwrap()
}

/// Returns a catalogue of one plug-in.
pub(crate) fn alone(plugin: &Plugin) -> Catalogue {
    let mut catalogue = Catalogue::empty();
    plugin.add_to(&mut catalogue).unwrap();
    catalogue
}

/// Makes a campaign ready.
pub(crate) fn prepared(catalogue: &Catalogue, campaign: &str) -> Prepared {
    catalogue.prepare(catalogue.campaign(campaign).unwrap(), &Params::new(), &NoWordLists).unwrap()
}

/// Parses a day.
pub(crate) fn day(text: &str) -> UtcDay {
    text.parse().unwrap()
}

/// The raw list of the origin period that holds the start of a day.
pub(crate) fn list(prepared: &Prepared, day: UtcDay, limit: Option<u64>) -> Result<NameBuf, GenerateError> {
    let period = prepared.generator.period_containing(day.start()).unwrap();
    let mut names = NameBuf::new();
    prepared.generator.generate(&period, &Ask { span: None, limit }, &mut names)?;
    Ok(names)
}
