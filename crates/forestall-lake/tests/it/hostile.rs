// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Files of a lake that somebody altered: an error that names them, never a panic, and never more memory than the limits.

use forestall_lake::{CONTACT_HITS, Lake};

use crate::support::{self, DAY, filled, lake, ship, shipping};

fn read_all(lake: &Lake) -> Result<usize, String> {
    let columns: Vec<&str> = CONTACT_HITS.columns.iter().map(|column| column.name).collect();
    let files = lake.all_files(&CONTACT_HITS).map_err(|error| error.to_string())?;
    let mut scan = lake.scan(&CONTACT_HITS, files, &columns).map_err(|error| error.to_string())?;
    let mut rows = 0;
    while let Some(batch) = scan.next().map_err(|error| error.to_string())? {
        rows += batch.who().map_err(|error| error.to_string())?.len();
    }
    Ok(rows)
}

#[test]
fn a_file_that_is_cut_or_altered_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, store) = (folder.path().join("spool"), folder.path().join("lake"));
    filled(&spool, "sensor-1", |sender| {
        for number in 0..300_u32 {
            let query = format!("q={number}");
            sender.contact(&support::contact(DAY + i64::from(number), number % 50, query.as_bytes()));
        }
    });
    let lake = lake(&store);
    ship(&shipping(&spool, &lake)).unwrap();
    let path = store.join(&lake.all_files(&CONTACT_HITS).unwrap()[0].path);
    let whole = std::fs::read(&path).unwrap();
    assert_eq!(read_all(&lake), Ok(300));
    for length in (0..whole.len()).step_by(97) {
        std::fs::write(&path, &whole[..length]).unwrap();
        let error = read_all(&lake).unwrap_err();
        assert!(error.contains("contact_hits"), "{error}");
    }
    let mut refused = 0;
    for place in (0..whole.len()).step_by(5) {
        for bit in [0, 6] {
            let mut altered = whole.clone();
            altered[place] ^= 1 << bit;
            std::fs::write(&path, &altered).unwrap();
            // Where it can be read, its values may be others: pages have no checksum. What counts is that nothing breaks.
            refused += u32::from(read_all(&lake).is_err());
        }
    }
    assert!(refused > 200, "{refused}");
}
