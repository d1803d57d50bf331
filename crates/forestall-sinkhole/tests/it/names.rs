// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What names are at a moment, one by one and many at a time.

use std::fs::File;
use std::sync::Arc;

use forestall_index::Index;
use forestall_sinkhole::names::{Names, Standing};

use crate::support::{now, wire, write_index};

#[test]
fn many_names_at_a_time_are_what_each_is_alone() {
    let folder = tempfile::tempdir().unwrap();
    let paths = [folder.path().join("one.index"), folder.path().join("two.index")];
    write_index(&paths[0], &["only-in-the-first.net"]);
    write_index(&paths[1], &["only-in-the-second.net", "bygone.ws"]);
    let names = |paths: &[&std::path::PathBuf], answer_collisions| {
        let indexes = paths.iter().map(|path| Index::take(&File::open(path).unwrap(), 2).unwrap()).collect();
        Names::new(indexes, Arc::from([]), answer_collisions, |_, id| Ok::<_, ()>(u16::from(id == "test-b"))).unwrap()
    };
    let words =
        ["opentoday.ws", "OpenToday.WS", "a.b.bygone.ws", "shared.info", "collided.com", "x.collided.com", "", "ws"];
    let more = ["only-in-the-first.net", "only-in-the-second.net", "not-listed.net", "forever.example.org"];
    // More than are looked up at a time, and fewer.
    let asked: Vec<Vec<u8>> = words.iter().chain(&more).cycle().take(200).map(|name| wire(name)).collect();
    let asked: Vec<&[u8]> = asked.iter().map(Vec::as_slice).collect();
    let at = now();
    let mut standings = vec![Standing::Collision; 3];
    for names in [
        names(&[&paths[0]], false),
        names(&[&paths[0], &paths[1]], false),
        names(&[&paths[1], &paths[0]], true),
        names(&[], false),
    ] {
        for length in [0, 1, 2, 12, 64, 65, 200] {
            names.standings(&asked[..length], at, &mut standings);
            let alone: Vec<_> = asked[..length].iter().map(|name| names.standing(name, at)).collect();
            assert_eq!(standings, alone);
        }
    }
    // The first index with an open window counts: bygone in the first, open in the second.
    let both = names(&[&paths[0], &paths[1]], false);
    let Standing::Listed(found) = both.standing(&wire("bygone.ws"), at) else { panic!("it is listed") };
    assert!(found.open_until.is_some() && found.id & 0xFF == 1);
    assert_eq!(both.standing(&wire("collided.com"), at), Standing::Collision);
}
