// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall plugin`: a family from outside is checked, filed, and then stands beside the built-in ones everywhere.

use forestall_model::Digest;
use forestall_testkit::plugin::{altered, example};

use crate::support::{Home, NOW};

/// A home with the example in Rust added, under a marking.
fn with_plugin(tlp: &str) -> Home {
    let home = Home::new();
    home.write("vidro.wasm", altered(&[("\"TLP:CLEAR\"", &format!("\"{tlp}\""))]));
    home.ok("plugin add vidro.wasm");
    home
}

#[test]
fn check_prints_what_would_be_added_and_files_nothing() {
    let home = Home::new();
    home.write("chinad.wasm", example("chinad.wasm"));
    let page = home.ok("plugin check chinad.wasm");
    for line in [
        "family       chinad-example\n",
        "marking      TLP:CLEAR, PAP:CLEAR\n",
        "campaigns    chinad-example, chinad-example-one-byte\n",
        "vectors      2 reproduced, 1,256 names\n",
        &format!("SHA-256      {}\n", Digest::of(&example("chinad.wasm"))),
    ] {
        assert!(page.contains(line), "{line:?} in\n{page}");
    }
    assert!(!home.data().exists());
    assert_eq!(home.ok("plugin list").lines().count(), 1);
    home.fails(2, "predict chinad-example", &["there is no family"]);
}

#[test]
fn what_is_not_in_order_is_neither_passed_nor_filed() {
    let home = Home::new();
    let whole = example("vidro.wasm");
    home.write("text.wasm", "not a module");
    home.write("cut.wasm", &whole[..whole.len() - 1]);
    home.write("wrong.wasm", altered(&[("dcszjfw.com", "dcszjfx.com")]));
    home.write("taken.wasm", altered(&[("\"vidro-example\"", "\"vidro\"")]));
    home.write("long.wasm", vec![0; (1 << 20) + 1]);
    for (file, says) in [
        ("text.wasm", "not a WebAssembly module"),
        ("cut.wasm", "not a WebAssembly module"),
        (
            "wrong.wasm",
            "vector 1, 360netlab/DGA, vidro: the list of 2016-12-22: name 1 is dcszjfw.com; expected dcszjfx.com",
        ),
        ("taken.wasm", "the slug vidro of the plug-in is a family in the catalogue already"),
        ("long.wasm", "longer than 1048576 octets"),
    ] {
        home.fails(1, &format!("plugin check {file}"), &[file, says]);
        home.fails(1, &format!("plugin add {file}"), &[file, says]);
    }
    assert!(!home.data().join("plugins").exists());
    home.fails(3, "plugin check nothing.wasm", &["nothing.wasm could not be opened"]);
    home.fails(2, "plugin add", &["<FILE>"]);
}

#[test]
fn an_added_family_stands_beside_the_built_in_ones() {
    let home = with_plugin("TLP:AMBER");
    let digest = Digest::of(&std::fs::read(home.folder().join("vidro.wasm")).unwrap());
    assert!(home.data().join(format!("plugins/{digest}.wasm")).exists());
    assert_eq!(std::fs::read_dir(home.data().join("plugins")).unwrap().count(), 1);
    let list = home.ok("plugin list");
    assert!(list.contains("vidro-example") && list.contains("TLP:AMBER") && list.contains("in order"), "{list}");
    // Once more changes nothing.
    home.ok("plugin add vidro.wasm");
    assert_eq!(std::fs::read_dir(home.data().join("plugins")).unwrap().count(), 1);

    let families: serde_json::Value = serde_json::from_str(&home.ok("family list --format json")).unwrap();
    let entry = |slug: &str| families.as_array().unwrap().iter().find(|family| family["slug"] == slug).unwrap();
    assert_eq!(
        (&entry("vidro-example")["tlp"], &entry("vidro-example")["plugin"]),
        (&"TLP:AMBER".into(), &true.into())
    );
    assert_eq!((&entry("vidro")["tlp"], &entry("vidro")["plugin"]), (&"TLP:CLEAR".into(), &false.into()));
    let page = home.ok("family show vidro-example");
    assert!(page.contains("TLP:AMBER, PAP:GREEN") && page.contains("WebAssembly, code "), "{page}");

    let ran = home.run("predict vidro-example --from 2026-11-01 --until 2027-02-01 --format csv");
    assert!(ran.err.contains("vidro-example is TLP:AMBER"), "{}", ran.err);
    let built_in = home.ok("predict vidro --from 2026-11-01 --until 2027-02-01 --format csv");
    assert_eq!(ran.out.replace("vidro-example", "vidro"), built_in);
}

#[test]
fn identify_finds_names_of_an_added_plug_in() {
    let home = with_plugin("TLP:CLEAR");
    home.write("names.txt", home.ok("predict vidro-example --limit 6"));
    let found = home.ok("identify names.txt --known-only --from 2026-11-15 --until 2026-11-30");
    assert!(found.contains("vidro-example, campaign vidro-example, list of 2026-11-22"), "{found}");
}

#[test]
fn a_case_opens_with_a_plug_in_and_takes_up_its_marking() {
    let home = with_plugin("TLP:RED");
    let open = |id: &str, more: &str| {
        format!("case open {id} --campaign vidro-example --from 2026-11-23 --until 2026-12-07 {more}")
    };
    home.ok(&open("mine", "--tlp green"));
    let shown: serde_json::Value = serde_json::from_str(&home.ok("case show mine --format json")).unwrap();
    assert!(shown.to_string().contains("TLP:RED"), "{shown}");
    let names = home.ok("publish --case mine --as plain --horizon");
    assert!(names.lines().count() >= 200, "{names}");
    home.fails(1, "publish --case mine --as plain --horizon --audience community", &["TLP:RED", "community"]);

    // A plug-in of another code is another generator, whatever it is called.
    let filed = Digest::of(&std::fs::read(home.folder().join("vidro.wasm")).unwrap());
    home.fails(1, "plugin remove vidro-example", &["needed by the case mine", "--force"]);
    home.ok("plugin remove vidro-example --force");
    assert!(!home.data().join(format!("plugins/{filed}.wasm")).exists());
    home.fails(2, "case gaps mine", &["no campaign \"vidro-example\""]);
    home.ok("plugin add vidro.wasm");
    home.ok("case gaps mine");
}

#[test]
fn a_damaged_plug_in_is_told_and_stops_nothing_else() {
    let home = with_plugin("TLP:CLEAR");
    let digest = Digest::of(&example("vidro.wasm"));
    let place = home.data().join(format!("plugins/{digest}.wasm"));
    std::fs::write(&place, "damaged").unwrap();
    std::fs::write(home.data().join("plugins/notes.txt"), "not a plug-in").unwrap();
    let ran = home.run("predict conficker-a --limit 1");
    assert_eq!((ran.status, ran.out.lines().count()), (0, 1), "{}", ran.err);
    let warning =
        format!("warning: the plug-in {} is left out: the file was changed since it was filed", place.display());
    assert_eq!(ran.err.trim_end(), warning);
    let list = home.run("plugin list");
    assert_eq!(list.status, 1);
    assert!(
        list.out.contains("LEFT OUT: the file was changed") && list.out.contains(&digest.to_string()),
        "{}",
        list.out
    );
    // Adding it again mends it; a damaged one is removed by its digest.
    home.ok("plugin add vidro.wasm");
    home.ok("predict vidro-example --limit 1");
    std::fs::write(&place, "damaged").unwrap();
    home.fails(1, "plugin remove vidro-example", &["no plug-in vidro-example is filed"]);
    home.ok(&format!("plugin remove {digest}"));
    assert!(!place.exists() && home.run_at(NOW, "family list").err.is_empty());
}

#[test]
fn a_plug_in_never_stands_before_a_family_of_the_program() {
    let home = with_plugin("TLP:CLEAR");
    // As after a new version of the program that has the family built in.
    let clash = altered(&[("\"vidro-example\"", "\"vidro\"")]);
    let digest = Digest::of(&clash);
    std::fs::write(home.data().join(format!("plugins/{digest}.wasm")), &clash).unwrap();
    let ran = home.run("family show vidro");
    assert!(
        ran.err.contains(&format!("{digest}.wasm is left out: the slug vidro of the plug-in is a family")),
        "{}",
        ran.err
    );
    assert!(ran.out.contains("Fraud with text messages") && !ran.out.contains("WebAssembly"), "{}", ran.out);
    assert!(home.run("plugin list").out.contains("LEFT OUT: the slug vidro"));

    // And another plug-in of a filed one's name is refused.
    home.write("other.wasm", altered(&[("none: no bot", "some: no bot")]));
    home.fails(
        1,
        "plugin add other.wasm",
        &["the slug vidro-example of the plug-in is a family in the catalogue already"],
    );
}
