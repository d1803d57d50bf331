// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Looks at what lies on disks: room, modes, segments, indexes and backups.

use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use forestall_lake::ship::DAMAGED;
use forestall_model::Instant;
use forestall_spool::{Named, Reader, State, list};
use forestall_store::Place;
use rustix::fs::{StatVfsMountFlags, statvfs};

use super::ways::folder_of;
use crate::commands::index;
use crate::doctor::index::Indexed;
use crate::doctor::secrets::{self, Secret};
use crate::doctor::{backups, disk, spool};
use crate::world::Globals;

/// Octets of segments that are read in search of losses, the newest first.
const MOST_READ: u64 = 256 << 20;
/// Octets that a spool takes where its configuration says nothing, as the sinkhole has it.
const USUAL_SPOOL: u64 = 8 << 30;
/// Octets of the file of accounts at most.
const MOST_ACCOUNTS: u64 = 1 << 20;

/// Looks at the room under the database, the spool, the lake and the backups.
pub(super) fn places(
    place: &Place,
    globals: &Globals,
    spool: Option<&Path>,
    lake: Option<&str>,
    backups: Option<&Path>,
) -> Vec<disk::Place> {
    let mut found = Vec::new();
    let mut add = |what, folder: &Path| {
        let room = room(folder).map_err(|error| error.to_string());
        found.push(disk::Place { what, folder: folder.display().to_string(), room });
    };
    let data = place.path().and_then(Path::parent).map(Path::to_owned).or_else(|| globals.data().ok());
    // A folder that is not there yet will lie where the first one above it is.
    if let Some(data) = data.as_deref().and_then(|data| data.ancestors().find(|folder| folder.is_dir())) {
        add(if place.path().is_some() { "database" } else { "data folder" }, data);
    }
    if let Some(spool) = spool {
        add("spool", spool);
    }
    if let Some(lake) = lake.and_then(folder_of) {
        add("lake", lake);
    }
    if let Some(backups) = backups {
        add("backups", backups);
    }
    found
}

fn room(folder: &Path) -> io::Result<disk::Room> {
    let about = statvfs(folder)?;
    Ok(disk::Room {
        free: about.f_bavail.saturating_mul(about.f_frsize),
        all: about.f_blocks.saturating_mul(about.f_frsize),
        files_free: about.f_favail,
        files: about.f_files,
        is_read_only: about.f_flag.contains(StatVfsMountFlags::RDONLY),
    })
}

/// Looks at the store, its folder, and the files that settings and accounts name.
pub(super) fn secrets(place: &Place, globals: &Globals, named: Vec<(String, PathBuf)>) -> secrets::Observed {
    let mut files: Vec<(String, PathBuf)> = Vec::new();
    let data = globals.data().ok();
    let mut owners = vec![0, rustix::process::geteuid().as_raw()];
    if let Some(data) = data.filter(|data| data.is_dir()) {
        owners.extend(fs::metadata(&data).map(|about| about.uid()));
        let accounts = data.join("epp.toml");
        let usual = [("keys of the lake", data.join("lake-keys.toml")), ("accounts at registries", accounts.clone())];
        files.extend(usual.into_iter().filter(|(_, file)| file.exists()).map(|(what, file)| (what.to_owned(), file)));
        files.extend(of_accounts(&accounts));
    }
    if let Some(path) = place.path().filter(|path| path.exists()) {
        files.insert(0, ("store".to_owned(), path.to_owned()));
    }
    files.extend(named);
    let about =
        |file: &Path| fs::metadata(file).map(|about| (about.mode(), about.uid())).map_err(|error| error.to_string());
    let secrets =
        files.into_iter().map(|(what, file)| Secret { what, about: about(&file), path: file.display().to_string() });
    secrets::Observed { secrets: secrets.collect(), owners }
}

/// Returns the keys and passwords that the file of accounts names. What is wrong with that file is for `forestall epp`.
fn of_accounts(path: &Path) -> Vec<(String, PathBuf)> {
    let text = crate::input::whole(path, MOST_ACCOUNTS).ok().and_then(|octets| String::from_utf8(octets).ok());
    let table: toml::Table = text.and_then(|text| text.parse().ok()).unwrap_or_default();
    let mut files = Vec::new();
    let accounts = table.get("account").and_then(|accounts| accounts.as_table());
    for (name, account) in accounts.into_iter().flatten() {
        for key in ["key_file", "password_file"] {
            if let Some(file) = account.get(key).and_then(|file| file.as_str()) {
                files.push((format!("account.{name}.{key}"), PathBuf::from(file)));
            }
        }
    }
    files
}

/// Looks at the segments of a spool.
pub(super) fn spool(folder: Option<&Path>, most_octets: Option<u64>, now: Instant) -> spool::Observed {
    let folder = folder?;
    let held = held(folder, most_octets.unwrap_or(USUAL_SPOOL), now).map_err(|error| error.to_string());
    Some((folder.display().to_string(), held))
}

fn held(folder: &Path, most_octets: u64, now: Instant) -> io::Result<spool::Held> {
    let found = list(folder)?;
    let sealed: Vec<&Named> = found.iter().filter(|named| named.state == State::Sealed).collect();
    let mut held = spool::Held {
        sealed: sealed.len() as u64,
        octets: found.iter().map(|named| named.octets).sum(),
        most_octets,
        oldest: None,
        damaged: fs::read_dir(folder.join(DAMAGED)).map_or(0, |entries| entries.flatten().count() as u64),
        left_out: 0,
        looked_into: 0,
        broken: Vec::new(),
    };
    let mut read = 0;
    for named in sealed.iter().rev() {
        // Whoever ships may have taken it away since.
        let Ok(file) = File::open(&named.path) else { continue };
        held.oldest = held.oldest.max(file.metadata().ok().and_then(|about| age(&about, now)));
        if read > 0 && read + named.octets > MOST_READ {
            continue;
        }
        read += named.octets;
        held.looked_into += 1;
        match left_out(&file) {
            Some(left_out) => held.left_out += left_out,
            None => held.broken.push(named.path.file_name().unwrap_or_default().to_string_lossy().into_owned()),
        }
    }
    Ok(held)
}

/// Returns how many events were left out while a segment was written; none where it cannot be read to its end.
fn left_out(file: &File) -> Option<u64> {
    let mut reader = Reader::new(file).ok()?;
    while reader.next().ok()?.is_some() {}
    let end = reader.end().filter(|end| end.is_whole())?;
    let summary = end.summary.as_ref()?;
    Some(summary.shed_dns + summary.shed_contacts)
}

/// Looks at indexes.
pub(super) fn indexes(files: &[PathBuf]) -> Vec<Indexed> {
    let read = |file: &PathBuf| match index::read(file) {
        Ok(index) => Ok((index.names(), index.span())),
        Err(error) => Err(format!("{error:#}")),
    };
    files.iter().map(|file| Indexed { file: file.display().to_string(), read: read(file) }).collect()
}

/// Looks for the newest backup of a folder. One that is not whole yet has the ending `.part`.
pub(super) fn backups(folder: Option<&Path>, now: Instant) -> backups::Observed {
    let folder = folder?;
    let newest = || -> io::Result<Option<backups::Newest>> {
        let mut newest: Option<backups::Newest> = None;
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let (name, about) = (entry.file_name().to_string_lossy().into_owned(), entry.metadata()?);
            let Some(age) = age(&about, now).filter(|_| about.is_file() && !name.ends_with(".part")) else { continue };
            if newest.as_ref().is_none_or(|newest| age < newest.age) {
                newest = Some(backups::Newest { name, age, octets: about.len() });
            }
        }
        Ok(newest)
    };
    Some((folder.display().to_string(), newest().map_err(|error| error.to_string())))
}

/// Returns how many seconds ago a file was written last; 0 for one of the future.
fn age(about: &Metadata, now: Instant) -> Option<i64> {
    let written = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some((now.seconds() - i64::try_from(written.as_secs()).ok()?).max(0))
}
