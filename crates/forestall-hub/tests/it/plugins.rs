// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Plug-ins at the desk and in the console: a family like all others, under its own marking.

use std::path::Path;

use forestall_coord::event::CaseKind;
use forestall_dga::Catalogue;
use forestall_formats::Form;
use forestall_formats::feed::Settings;
use forestall_hub::desk::{Desk, DeskError, OpenCase, Plugins, Publish, PublishSpan};
use forestall_model::{Audience, CaseId, DayRange, Digest, Marking, Tlp};
use forestall_testkit::parsed;
use forestall_testkit::plugin::altered;

use crate::console::{Served, act, now};

/// Files the example under a marking in place of what was filed, and opens the desk with it.
async fn desk(folder: &Path, replace: &[(&str, &str)]) -> Desk {
    let _ = std::fs::remove_dir_all(folder.join("plugins"));
    Plugins::of(folder).add(&altered(replace)).expect("the example is in order");
    let (catalogue, left_out) = Plugins::of(folder).catalogue();
    assert!(left_out.is_empty(), "{left_out:?}");
    crate::place::desk(folder, catalogue).await.expect("a store")
}

fn case(marking: Marking) -> OpenCase {
    OpenCase {
        id: parsed("a"),
        title: "A".to_owned(),
        kind: CaseKind::Live,
        campaigns: vec![parsed("vidro-example")],
        horizon: DayRange { from: parsed("2009-03-15"), until: parsed("2009-03-29") },
        board_day: None,
        marking,
        name_servers: Vec::new(),
        guard_override: None,
        four_eyes: false,
        ahead: None,
    }
}

async fn publish(desk: &Desk, audience: Audience) -> Result<String, DeskError> {
    let file = desk.file(&parsed::<CaseId>("a")).await?;
    let ask = Publish {
        form: Form::Csv,
        tld: None,
        span: PublishSpan::Horizon,
        audience,
        now: now(),
        most: None,
        settings: Settings::default(),
    };
    let mut out = Vec::new();
    desk.publish(&file, &ask, &mut out)?;
    Ok(String::from_utf8(out).expect("a list is text"))
}

#[tokio::test]
async fn lists_are_as_strict_as_the_plug_in() {
    let folder = tempfile::tempdir().unwrap();
    let amber = desk(folder.path(), &[("\"TLP:CLEAR\"", "\"TLP:AMBER\"")]).await;
    let file = amber.open_case(&act(), case(Marking::PUBLIC)).await.unwrap();
    assert_eq!(file.case.marking.tlp, Tlp::Amber);
    let list = publish(&amber, Audience::Client).await.unwrap();
    assert!(list.lines().count() > 200 && list.lines().skip(1).all(|line| line.contains("TLP:AMBER")), "{list}");
    for audience in [Audience::Community, Audience::Public] {
        assert!(matches!(publish(&amber, audience).await, Err(DeskError::Withheld(held)) if held.tlp == Tlp::Amber));
    }
    // The same code under a stricter marking: what is published follows it, although the case was opened before.
    let red = desk(folder.path(), &[("\"TLP:CLEAR\"", "\"TLP:RED\"")]).await;
    assert!(matches!(publish(&red, Audience::Client).await, Err(DeskError::Withheld(held)) if held.tlp == Tlp::Red));
    assert!(publish(&red, Audience::Recipient).await.unwrap().contains("TLP:RED"));
    // And one that became milder does not loosen the case.
    let clear = desk(folder.path(), &[]).await;
    assert!(publish(&clear, Audience::Public).await.is_err());
}

#[tokio::test]
async fn another_code_is_another_generator() {
    let folder = tempfile::tempdir().unwrap();
    desk(folder.path(), &[]).await.open_case(&act(), case(Marking::DEFAULT)).await.unwrap();
    // Weeks that begin a minute later.
    let other = [("2010-05-16T08:53:20Z", "2010-05-16T08:54:20Z")];
    let (mut catalogue, plugin) = (Catalogue::built_in(), altered(&other));
    let plugin = forestall_plugin::Plugin::read(plugin.as_slice()).unwrap();
    plugin.add_to(&mut catalogue).unwrap();
    let desk = crate::place::desk(folder.path(), catalogue).await.unwrap();
    let error = desk.file(&parsed("a")).await.unwrap_err();
    assert!(matches!(&error, DeskError::OtherGenerator { .. }), "{error}");
}

#[tokio::test]
async fn the_console_shows_a_plug_in_with_its_marking() {
    let mut catalogue = Catalogue::built_in();
    let module = altered(&[("\"TLP:CLEAR\"", "\"TLP:AMBER\"")]);
    forestall_plugin::Plugin::read(module.as_slice()).unwrap().add_to(&mut catalogue).unwrap();
    let served = Served::start_over(catalogue, |_| {}).await;
    let client = served.sign_in().await;
    let list = client.get("/families").await;
    assert_eq!(list.body.matches("plug-in, TLP:AMBER").count(), 1);
    let page = client.get("/family/vidro-example").await;
    assert!(page.body.contains("TLP:AMBER, PAP:GREEN") && page.body.contains("WebAssembly, code "), "{}", page.body);
    assert!(page.body.contains("dyndns.org</li>"), "{}", page.body);
    assert!(!client.get("/family/vidro").await.body.contains("WebAssembly"));
    assert!(client.get("/open").await.body.contains("vidro-example"));
    let file = served.open("a", "A", "2009-03-15", "2009-03-29", &["vidro-example"]).await;
    assert_eq!(file.case.marking, Marking::DEFAULT);
    assert_eq!(client.get("/case/a").await.status, 200);
}

#[test]
fn files_of_other_names_and_parts_are_no_plug_ins() {
    let folder = tempfile::tempdir().unwrap();
    let plugins = Plugins::of(folder.path());
    assert!(plugins.filed().unwrap().is_empty());
    let plugin = plugins.add(&altered(&[])).unwrap();
    let place = folder.path().join("plugins");
    assert_eq!(std::fs::read(place.join(format!("{}.wasm", plugin.digest()))).unwrap(), altered(&[]));
    std::fs::write(place.join("other.wasm"), altered(&[])).unwrap();
    std::fs::write(place.join(format!(".{}.wasm.1.part", plugin.digest())), "part").unwrap();
    // A folder, and a file that is longer than a plug-in, under names of plug-ins.
    std::fs::create_dir(place.join(format!("{}.wasm", Digest([0; 32])))).unwrap();
    std::fs::write(place.join(format!("{}.wasm", Digest([1; 32]))), vec![0; (1 << 20) + 1]).unwrap();
    let filed = plugins.filed().unwrap();
    let states: Vec<Result<String, &String>> =
        filed.iter().map(|filed| filed.plugin.as_ref().map(|plugin| plugin.info().slug.to_string())).collect();
    let (folder, long) = ("it is no regular file".to_owned(), "it is longer than 1048576 octets".to_owned());
    assert_eq!(states, [Err(&folder), Err(&long), Ok("vidro-example".to_owned())]);
    assert_eq!(plugins.catalogue().1.len(), 2);
}
