// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Modules that mean harm: each is an error, and nothing more.

use std::io::Read;

use forestall_dga::Catalogue;
use forestall_plugin::{Plugin, PluginError, limits};

use crate::support::{METADATA, Parts, alone, day, example, list, prepared, with_section};

/// A function `forestall_next` with this body.
fn next(body: &str) -> Parts {
    Parts { next: format!(r#"(func (export "forestall_next") (result i32) {body})"#), ..Parts::default() }
}

/// A module that writes these octets once, as if they were names.
fn writes(octets: &[u8]) -> Parts {
    let data: String = octets.iter().map(|octet| format!("\\{octet:02x}")).collect();
    let mut parts = next(&format!("(i32.const {})", octets.len()));
    parts.memory = r#"(memory (export "memory") 4)"#.to_owned();
    parts.next.push_str(&format!(r#"(data (i32.const 1024) "{data}")"#));
    parts
}

/// Reading the module must fail with a message that holds `says`.
#[track_caller]
fn refused(module: &[u8], says: &str) {
    let error = Plugin::read(module).unwrap_err().to_string();
    assert!(error.contains(says), "expected {says:?} in: {error}");
}

/// The module is read, but its check fails with a message that holds `says`; so does a list, and leaves no doubt that it is none.
#[track_caller]
fn fails(parts: &Parts, says: &str) {
    let plugin = parts.read().unwrap();
    let error = plugin.check().unwrap_err().to_string();
    assert!(error.contains(says), "expected {says:?} in: {error}");
    let catalogue = alone(&plugin);
    let made = catalogue.prepare(
        catalogue.campaign("counter").unwrap(),
        &forestall_model::Params::new(),
        &forestall_dga::family::NoWordLists,
    );
    match made {
        Err(error) => assert!(error.to_string().contains(says), "{error}"),
        Ok(made) => {
            let error = list(&made, day("2026-11-23"), None).unwrap_err();
            assert!(
                error.reason.contains(says) && error.family == "counter" && error.period == "2026-11-23T00:00:00Z",
                "{error}"
            );
        }
    }
}

#[test]
fn the_module_that_the_others_are_made_of_is_in_order() {
    let plugin = Parts::default().read().unwrap();
    plugin.check().unwrap();
    assert_eq!(
        list(&prepared(&alone(&plugin), "counter"), day("1970-01-02"), None).unwrap().text(),
        b"aaaaaaab.com\naaaaaaac.com\naaaaaaad.com\n"
    );
}

#[test]
fn endless_loops_run_out_of_fuel() {
    let endless = "(loop $for_ever (br $for_ever)) (unreachable)";
    fails(&next(endless), "did not come to an end within 20150000 units of fuel");
    let parts = Parts {
        begin: format!(r#"(func (export "forestall_begin") (param i64 i64) {endless})"#),
        ..next("(i32.const 0)")
    };
    fails(&parts, "units of fuel");
    let parts = Parts {
        configure: format!(r#"(func (export "forestall_configure") (param i32) (result i32) {endless})"#),
        ..Parts::default()
    };
    fails(&parts, "units of fuel");
    let parts =
        Parts { block: format!(r#"(func (export "forestall_block") (result i32) {endless})"#), ..Parts::default() };
    fails(&parts, "units of fuel");
    // Copying and filling cost by the octet, not by the instruction.
    let parts = next(
        "(loop $for_ever (memory.fill (i32.const 0) (i32.const 1) (i32.const 131072)) (br $for_ever)) (unreachable)",
    );
    fails(&parts, "units of fuel");
}

#[test]
fn output_that_never_ends_is_cut_by_the_names_asked_for() {
    let names = b"aaaaaaaa.com\n".repeat(5_000);
    fails(&writes(&names), "more than the 3 names asked for");
}

#[test]
fn calls_without_end_exhaust_the_stack_of_the_instance() {
    let deep = r#"(func $deep (result i32) (i32.add (call $deep) (i32.const 1)))"#;
    let mut parts = next("(call $deep)");
    parts.next.push_str(deep);
    fails(&parts, "stopped in forestall_next");
    let wide = format!("(func $wide (result i64) (local {}) (i64.add (call $wide) (i64.const 1)))", "i64 ".repeat(900));
    let mut parts = next("(i32.wrap_i64 (call $wide))");
    parts.next.push_str(&wide);
    fails(&parts, "stopped in forestall_next");
}

#[test]
fn memory_is_bounded() {
    let memory = |pages: &str| Parts { memory: format!(r#"(memory (export "memory") {pages})"#), ..Parts::default() };
    let most = limits::MAX_MEMORY / 65_536;
    refused(&memory(&(most + 1).to_string()).wasm(), "octets of memory; expected at most 16777216");
    refused(&memory("65536").wasm(), "octets of memory");
    memory(&most.to_string()).read().unwrap().check().unwrap();
    // Growing past the limit fails as it does where a machine has no more, and what is refused cannot be written to.
    let grows = "(loop $more (br_if $more (i32.ge_s (memory.grow (i32.const 1)) (i32.const 0)))) (i32.store8 (i32.mul (memory.size) (i32.const 65536)) (i32.const 0)) (i32.const 0)";
    fails(&next(grows), "stopped in forestall_next: out of bounds memory access");
    fails(&next("(drop (memory.grow (i32.const 65000))) (i32.const 0)"), "the list ends after 0 names; expected 3");
    let table = Parts { head: "(table 100000 funcref)".to_owned(), ..Parts::default() };
    fails(&table, "could not be started");
    let tables = Parts { head: "(table 9000 funcref)".repeat(9), ..Parts::default() };
    fails(&tables, "could not be started");
}

#[test]
fn traps_are_told() {
    fails(&next("(unreachable)"), "stopped in forestall_next");
    fails(&next("(i32.div_s (i32.const 1) (i32.const 0))"), "stopped in forestall_next: integer divide by zero");
    let data = Parts { head: r#"(data (i32.const 131072) "x")"#.to_owned(), ..Parts::default() };
    fails(&data, "could not be started");
}

#[test]
fn names_that_are_none_are_told_with_their_number() {
    for (octets, says) in [
        (&b"aaa.com\n\n"[..], "name 1 is \"\": it is empty"),
        (b"aaa.com\nb\0b.com\n", r#"name 1 is "b\x00b.com": it holds other octets"#),
        (b"Aaa.com\n", "it holds capital letters"),
        (b"aaa.net\n", "it ends in none of the suffixes"),
        (b"aaa.com\r\n", "it holds other octets"),
        (b"\xC3\xA9.com\n", "it holds other octets"),
        (b"aaa.com", "do not end with a line feed"),
        (b"aaa.com\nbbb", "do not end with a line feed"),
        (b"a..com\n", "it has an empty label"),
    ] {
        fails(&writes(octets), says);
    }
    fails(&writes(format!("{}.com\n", "a".repeat(64)).as_bytes()), "a label is longer than 63 octets");
    fails(&writes(format!("{}com\n", "aaaa.".repeat(60)).as_bytes()), "it is longer than 253 octets");
    fails(&writes(&[b'a'; 65_536]), "do not end with a line feed");
}

#[test]
fn lies_about_addresses_and_lengths_are_told() {
    let block = |address: &str| Parts {
        block: format!(r#"(func (export "forestall_block") (result i32) (i32.const {address}))"#),
        ..Parts::default()
    };
    fails(&block("65537"), "gives 65537 as address of its block, beyond its memory of 131072 octets");
    fails(&block("-1"), "gives 4294967295 as address");
    block("65536").read().unwrap();
    fails(&next("(i32.const 65537)"), "gives the length 65537; expected at most 65536");
    fails(&next("(i32.const 2147483647)"), "gives the length 2147483647");
    fails(&next("(i32.const -2147483648)"), "gives the length 2147483648");
    let configure = Parts {
        configure: r#"(func (export "forestall_configure") (param i32) (result i32) (i32.const -1))"#.to_owned(),
        ..Parts::default()
    };
    fails(&configure, "gives the length 4294967295");
}

#[test]
fn messages_are_shown_cut_and_without_control_characters() {
    let mut parts = next("(i32.const -60000)");
    parts.next.push_str(r#"(data (i32.const 1024) "no\1b[2J\ff")"#);
    let error = parts.read().unwrap().check().unwrap_err().to_string();
    assert!(error.contains("the module says: no\u{FFFD}[2J\u{FFFD}") && error.len() < 2_000, "{error}");
    assert!(!error.chars().any(char::is_control));
}

#[test]
fn a_list_that_is_shorter_than_promised_is_none() {
    let parts =
        Parts { metadata: METADATA.replace("names_per_period = 3", "names_per_period = 4"), ..Parts::default() };
    let parts = Parts {
        next: parts.next.replace("(i64.eqz (global.get $left))", "(i64.le_s (global.get $left) (i64.const 1))"),
        ..parts
    };
    let made = prepared(&alone(&parts.read().unwrap()), "counter");
    let error = list(&made, day("2026-11-23"), None).unwrap_err();
    assert_eq!(error.reason, "the list ends after 3 names; expected 4");
    assert!(list(&made, day("2026-11-23"), Some(2)).is_err());
}

#[test]
fn vectors_that_are_not_reproduced_are_told() {
    let check = |from: &str, to: &str, says: &str| {
        let parts = Parts { metadata: METADATA.replace(from, to), ..Parts::default() };
        let error = parts.read().unwrap().check().unwrap_err().to_string();
        assert!(error.starts_with("vector 1, by hand: ") && error.contains(says), "{error}");
    };
    check("aaaaaaac.com", "aaaaaaax.com", "name 1 is aaaaaaac.com; expected aaaaaaax.com");
    check("1970-01-02", "1970-01-03", "name 0 is aaaaaaac.com; expected aaaaaaab.com");
    check("\"aaaaaaad.com\"]", "\"aaaaaaad.com\", \"aaaaaaae.com\"]", "name 3 is the end; expected aaaaaaae.com");
    let whole = format!("count = 3\nsha256 = \"{}\"\nsource = \"by hand\"", "0".repeat(64));
    check("source = \"by hand\"", &whole, "the list has the SHA-256 ");
    check("source = \"by hand\"", &whole.replace("count = 3", "count = 2"), "the list has 3 names; expected 2");
    check("on = \"1970-01-02\"", "", "expected `on` or `at`");
    check("on = \"1970-01-02\"", "on = \"1970-01-02\"\ncampaign = \"other\"", "it is of no campaign of the plug-in");
    check("on = \"1970-01-02\"", "on = \"1970-01-02\"\nset = { seed = \"1\" }", "no parameter \"seed\"");
}

#[test]
fn what_is_no_module_or_no_plug_in_is_refused() {
    let whole = Parts::default().wasm();
    refused(b"", "not a WebAssembly module");
    refused(b"MZ and so on", "not a WebAssembly module");
    refused(b"(module)", "not a WebAssembly module");
    refused(b"\0asm\x01\0\0\0", "the export memory is missing");
    // A component, which is another format under the same first octets.
    refused(b"\0asm\x0d\0\x01\0", "not a WebAssembly module");
    for end in 0..whole.len() {
        assert!(Plugin::read(&whole[..end]).is_err(), "cut at {end}");
    }
    let head = |head: &str| Parts { head: head.to_owned(), ..Parts::default() };
    refused(&head(r#"(import "env" "time" (func))"#).wasm(), "imports env.time; expected no imports");
    refused(
        &head(r#"(import "wasi_snapshot_preview1" "fd_write" (func (param i32)))"#).wasm(),
        "imports wasi_snapshot_preview1.fd_write",
    );
    refused(&head("(func $start) (start $start)").wasm(), "not a WebAssembly module that can be taken");
    refused(&head("(memory 1)").wasm(), "not a WebAssembly module that can be taken");
    refused(&head("(func (result v128) (v128.const i64x2 0 0))").wasm(), "not a WebAssembly module that can be taken");
    refused(&head(&format!("(func (param {}))", "i32 ".repeat(100))).wasm(), "the limit of 32 parameters");
    refused(&head(&"(func)".repeat(10_001)).wasm(), "the limit of 10000 functions");
}

#[test]
fn missing_and_mistyped_exports_are_told() {
    let parts = Parts { memory: "(memory 2)".to_owned(), ..Parts::default() };
    refused(&parts.wasm(), "the export memory is missing; expected a memory");
    let parts =
        Parts { next: r#"(func (export "forestall_next") (result i64) (i64.const 0))"#.to_owned(), ..Parts::default() };
    refused(
        &parts.wasm(),
        "the export forestall_next is a function of [] that gives [I64]; expected a function without parameters",
    );
    let parts =
        Parts { block: r#"(global (export "forestall_block") i32 (i32.const 0))"#.to_owned(), ..Parts::default() };
    refused(&parts.wasm(), "the export forestall_block is a global");
    for (name, part) in [("block", 0), ("configure", 1), ("begin", 2), ("next", 3)] {
        let mut parts = Parts::default();
        let text =
            [&mut parts.block, &mut parts.configure, &mut parts.begin, &mut parts.next].into_iter().nth(part).unwrap();
        *text = text.replace(&format!("forestall_{name}"), "forestall_other");
        refused(&parts.wasm(), &format!("the export forestall_{name} is missing"));
    }
}

#[test]
fn sections_and_sizes_are_bounded() {
    let bare = Parts::default().bare();
    refused(&bare, "0 custom sections called forestall; expected one");
    let section = |content: &[u8]| with_section(bare.clone(), "forestall", content);
    refused(&with_section(section(METADATA.as_bytes()), "forestall", METADATA.as_bytes()), "2 custom sections");
    refused(&section(b"\xff"), "not UTF-8 at octet 0");
    refused(
        &section(&vec![b'#'; limits::MAX_METADATA + 1]),
        "the metadata have 262145 octets; expected at most 262144",
    );
    // Metadata of 100 MB: no more than the limit of a module is read.
    let endless = (section(METADATA.as_bytes()).leak() as &[u8]).chain(std::io::repeat(b'#').take(100 << 20));
    assert!(matches!(Plugin::read(endless), Err(PluginError::TooLong)));
    let most = limits::MAX_MODULE - section(METADATA.as_bytes()).len();
    // Name, length of the name and of the section take 8 octets beside the content.
    let full = |content: usize| with_section(section(METADATA.as_bytes()), "pad", &vec![0; content]);
    Plugin::read(full(most - 8).as_slice()).unwrap();
    refused(&full(most - 7), "longer than 1048576 octets");
    // A section that claims to be longer than the file.
    let mut lying = bare.clone();
    lying.extend_from_slice(b"\0\xff\xff\xff\xff\x0fforestall");
    refused(&lying, "not a WebAssembly module");
    // Tables within tables.
    refused(
        &section(format!("abi = 1\nx = {}{}", "[".repeat(100_000), "]".repeat(100_000)).as_bytes()),
        "the metadata cannot be read",
    );
}

#[test]
fn no_name_of_the_catalogue_is_taken() {
    let mut catalogue = Catalogue::built_in();
    let before = (catalogue.families().len(), catalogue.campaigns().len());
    let mut add = |from: &str, to: &str, says: &str| {
        let parts = Parts { metadata: METADATA.replace(from, to), ..Parts::default() };
        let error = parts.read().unwrap().add_to(&mut catalogue).unwrap_err();
        assert!(matches!(error, PluginError::Taken { .. }) && error.to_string().contains(says), "{error}");
    };
    add("counter", "conficker-a", "the slug conficker-a of the plug-in is a family in the catalogue already");
    add("kounter", "kido.a", "the alias kido.a of the plug-in is another name of conficker-a in the catalogue already");
    add("kounter", "chinad-one-byte", "the alias chinad-one-byte of the plug-in is a campaign of chinad");
    assert_eq!((catalogue.families().len(), catalogue.campaigns().len()), before);
    example("vidro.wasm").add_to(&mut catalogue).unwrap();
    assert!(example("vidro.wasm").add_to(&mut catalogue).unwrap_err().to_string().contains("vidro-example"));
    assert_eq!((catalogue.families().len(), catalogue.campaigns().len()), (before.0 + 1, before.1 + 1));
}
