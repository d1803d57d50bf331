// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The examples built anew from their sources, where the compilers are.

use std::path::{Path, PathBuf};
use std::process::Command;

use forestall_model::Digest;
use forestall_plugin::Plugin;
use forestall_testkit::skip::{needs, program, skipped};

use crate::support::{alone, day, example, examples, list, prepared};

/// Builds an example into a folder and returns the module.
fn build(which: &str, rustc: Option<&Path>, into: &Path) -> PathBuf {
    let mut build = Command::new("sh");
    build.arg(examples().join("build.sh")).arg(which).arg(into);
    if let Some(rustc) = rustc {
        build.env("RUSTC", rustc);
    }
    let done = build.output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    into.join(if which == "rust" { "vidro.wasm" } else { "chinad.wasm" })
}

/// The module gives the lists of the kept one; built by the compiler of the kept one, it is the same file.
fn compare(built: &Path, kept: &str, same_compiler: bool) {
    let bytes = std::fs::read(built).unwrap();
    if same_compiler {
        assert_eq!(Digest::of(&bytes), example(kept).digest(), "{kept} is not what its source builds");
    }
    let (built, kept) = (Plugin::read(bytes.as_slice()).unwrap(), example(kept));
    assert_eq!(built.check().unwrap(), kept.check().unwrap());
    assert_eq!(built.campaigns(), kept.campaigns());
    let (ours, theirs) = (alone(&built), alone(&kept));
    for id in kept.campaigns() {
        let (ours, theirs) = (prepared(&ours, id.as_str()), prepared(&theirs, id.as_str()));
        for on in ["2009-04-01", "2026-11-23"] {
            let lists = [&ours, &theirs].map(|made| list(made, day(on), made.campaign.count).unwrap());
            assert_eq!(lists[0].text(), lists[1].text(), "{id} on {on}");
        }
    }
}

/// Returns the first line that a compiler says of its version.
fn version(compiler: &Path) -> String {
    let said = Command::new(compiler).arg("--version").output().unwrap();
    String::from_utf8_lossy(&said.stdout).lines().next().unwrap_or_default().to_owned()
}

#[test]
fn in_c_is_the_module_that_is_kept() {
    let test = "plugin::rebuilt::in_c";
    let (Some(clang), Some(_)) = (needs(test, "clang"), needs(test, "wasm-ld")) else { return };
    let folder = tempfile::tempdir().unwrap();
    let built = build("c", None, folder.path());
    compare(&built, "chinad.wasm", version(&clang).starts_with("Debian clang version 14.0.6"));
}

#[test]
fn in_rust_is_the_module_that_is_kept() {
    let test = "plugin::rebuilt::in_rust";
    // The toolchain that runs this test has no core library for WebAssembly; Debian's compiler stands beside it.
    let system = Path::new("/usr/bin/rustc");
    let Some(rustc) = [Some(system.to_owned()), program("rustc")].into_iter().flatten().find(|rustc| has_wasm32(rustc))
    else {
        return skipped(test, "needs a rustc with the core library for wasm32-unknown-unknown");
    };
    let folder = tempfile::tempdir().unwrap();
    let built = build("rust", Some(&rustc), folder.path());
    compare(&built, "vidro.wasm", rustc == system && version(&rustc) == "rustc 1.63.0");
}

/// Says whether a compiler is there and has a core library for WebAssembly.
fn has_wasm32(rustc: &Path) -> bool {
    let asked = Command::new(rustc).args(["--print", "target-libdir", "--target", "wasm32-unknown-unknown"]).output();
    let folder = asked
        .ok()
        .filter(|said| said.status.success())
        .map(|said| String::from_utf8_lossy(&said.stdout).trim().to_owned());
    folder.and_then(|folder| std::fs::read_dir(folder).ok()).is_some_and(|mut files| {
        files.any(|file| file.is_ok_and(|file| file.file_name().to_string_lossy().starts_with("libcore-")))
    })
}
