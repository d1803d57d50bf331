// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Taking a module apart: what it may hold, what it must export, its metadata, and what identifies its code.

use std::panic::catch_unwind;

use forestall_model::Digest;
use forestall_model::digest::Hasher;
use wasmi::{CompilationMode, Config, EnforcedLimits, Engine, ExternType, FuncType, Module, ValType};

use crate::limits::{MAX_CALLS, MAX_MEMORY, MAX_METADATA, MAX_STACK};
use crate::{PluginError, abi};

/// A module that was taken apart.
#[derive(Debug)]
pub(crate) struct Taken {
    /// The module, compiled and validated whole.
    pub(crate) module: Module,
    /// The metadata, in TOML.
    pub(crate) metadata: String,
    /// SHA-256 over the sections that are no custom sections, each with its kind and its length: the code and its data.
    pub(crate) code: Digest,
}

/// Takes a module apart.
pub(crate) fn take(bytes: &[u8]) -> Result<Taken, PluginError> {
    // The engine's own assertions give up on some modules that its validation would refuse (wasmi 2.0.0, with debug assertions).
    let compiled = catch_unwind(|| Module::new(&Engine::new(&config()), bytes));
    let compiled = compiled.map_err(|_| PluginError::NotTaken("the engine cannot take it apart".to_owned()))?;
    let module = compiled.map_err(|e| PluginError::NotTaken(short(&e.to_string())))?;
    if let Some(import) = module.imports().next() {
        return Err(PluginError::Import { module: cut(import.module(), 60), name: cut(import.name(), 60) });
    }
    need_memory(&module)?;
    need_function(&module, abi::BLOCK, &[], &[ValType::I32], "a function without parameters that gives an i32")?;
    need_function(&module, abi::CONFIGURE, &[ValType::I32], &[ValType::I32], "a function of an i32 that gives an i32")?;
    need_function(&module, abi::BEGIN, &[ValType::I64; 2], &[], "a function of two i64 that gives nothing")?;
    need_function(&module, abi::NEXT, &[], &[ValType::I32], "a function without parameters that gives an i32")?;
    let metadata = metadata(&module)?;
    let code = code(bytes).ok_or_else(|| PluginError::NotTaken("its sections cannot be told apart".to_owned()))?;
    Ok(Taken { module, metadata, code })
}

/// What a module may use: WebAssembly 2.0 without vectors, one memory, nothing whose result hangs on the machine. It is compiled whole
/// when it is read, so that nothing invalid hides in a function that is never called.
fn config() -> Config {
    let mut config = Config::default();
    config
        .consume_fuel(true)
        .compilation_mode(CompilationMode::Eager)
        .enforced_limits(EnforcedLimits::strict())
        .allow_start_fn(false)
        .set_max_stack_height(MAX_STACK)
        .set_max_recursion_depth(MAX_CALLS)
        .wasm_multi_memory(false)
        .wasm_custom_page_sizes(false)
        .wasm_wide_arithmetic(false);
    config
}

fn need_memory(module: &Module) -> Result<(), PluginError> {
    match module.get_export(abi::MEMORY) {
        Some(ExternType::Memory(memory)) => {
            let found = memory.minimum().saturating_mul(PAGE);
            if found > MAX_MEMORY as u64 { Err(PluginError::Memory { found }) } else { Ok(()) }
        }
        other => Err(PluginError::Export { name: abi::MEMORY, found: called(other.as_ref()), expected: "a memory" }),
    }
}

/// Octets of a page of memory (WebAssembly Core Specification 2.0, section 4.2.8).
const PAGE: u64 = 65_536;

fn need_function(
    module: &Module,
    name: &'static str,
    parameters: &[ValType],
    results: &[ValType],
    expected: &'static str,
) -> Result<(), PluginError> {
    match module.get_export(name) {
        Some(ExternType::Func(function)) if function.params() == parameters && function.results() == results => Ok(()),
        other => Err(PluginError::Export { name, found: called(other.as_ref()), expected }),
    }
}

fn called(export: Option<&ExternType>) -> String {
    match export {
        None => "missing".to_owned(),
        Some(ExternType::Memory(_)) => "a memory".to_owned(),
        Some(ExternType::Global(_)) => "a global".to_owned(),
        Some(ExternType::Table(_)) => "a table".to_owned(),
        Some(ExternType::Func(function)) => signature(function),
    }
}

fn signature(function: &FuncType) -> String {
    cut(&format!("a function of {:?} that gives {:?}", function.params(), function.results()), 120)
}

fn metadata(module: &Module) -> Result<String, PluginError> {
    let sections: Vec<_> = module.custom_sections().filter(|section| section.name() == abi::SECTION).collect();
    let [section] = sections.as_slice() else { return Err(PluginError::Sections { found: sections.len() }) };
    let data = section.data();
    if data.len() > MAX_METADATA {
        return Err(PluginError::LongMetadata { found: data.len() });
    }
    let text = std::str::from_utf8(data)
        .map_err(|e| PluginError::Syntax(format!("not UTF-8 at octet {}", e.valid_up_to())))?;
    Ok(text.to_owned())
}

/// Returns the digest of everything but custom sections; `None` where the bytes are no sequence of sections.
fn code(bytes: &[u8]) -> Option<Digest> {
    let mut hasher = Hasher::default();
    let mut rest = bytes.get(8..)?;
    while let [kind, after @ ..] = rest {
        let (length, content) = unsigned(after)?;
        let (section, following) = content.split_at_checked(usize::try_from(length).ok()?)?;
        if *kind != CUSTOM {
            hasher.update(&[*kind]);
            hasher.update(&length.to_le_bytes());
            hasher.update(section);
        }
        rest = following;
    }
    Some(hasher.finish())
}

/// The kind of a custom section (WebAssembly Core Specification 2.0, section 5.5.2).
const CUSTOM: u8 = 0;

/// Reads a number in the form LEB128, at most 32 bits, and returns it with what follows.
fn unsigned(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let mut value = 0_u32;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        value |= u32::from(byte & 0x7F).checked_shl(u32::try_from(index * 7).ok()?)?;
        if byte & 0x80 == 0 {
            return Some((value, &bytes[index + 1..]));
        }
    }
    None
}

/// Returns a message of the interpreter on one line, cut.
pub(crate) fn short(text: &str) -> String {
    cut(text.split_whitespace().collect::<Vec<_>>().join(" ").as_str(), 200)
}

/// Returns the first characters of a text, those that steer a terminal or the direction of writing replaced.
pub(crate) fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).map(|c| if steers(c) { '\u{FFFD}' } else { c }).collect()
}

/// Says whether a character steers a terminal or the direction of writing rather than being seen.
pub(crate) fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}
