// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall misp feed`.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use forestall_formats::feed::Settings;
use forestall_formats::misp::directory::{HASHES, MANIFEST, Manifest, event_id, file_of};
use forestall_hub::desk::{Desk, MispFeed};

use super::Of;
use crate::failure::{Outcome, refused};
use crate::output::{self, WholeFile};
use crate::table::counted;
use crate::world::{self, Globals};

/// Most octets of a manifest that is read.
const MOST_MANIFEST: u64 = 16 << 20;

/// Write the feed of a case into a folder, for any web server: an event for today and for each of the seven days ahead
///
/// Each file appears when it is whole, the manifest last; the events of days that are past go then. A folder whose manifest holds
/// something else is left alone.
#[derive(Args, Debug)]
pub(crate) struct Feed {
    #[command(flatten)]
    of: Of,
    /// The folder; it is made where it is missing
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

impl Feed {
    /// Runs the command.
    pub(crate) fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        globals.only_here("a hub serves the feed itself, below /misp/ and the case")?;
        world::run(async {
            let desk = globals.real_desk().await?;
            let file = self.of.file(&desk, globals.now()).await?;
            let unverified = file.object().case.holds_unverified();
            let feed = MispFeed::new(&file, self.of.tld.clone(), globals.now())?;
            let settings = self.of.settings();
            let before = self.before(&feed)?;
            let (events, names) = self.write(&desk, &feed, &settings)?;
            self.sweep(&before, &feed.manifest(&settings)?);
            output::note(format_args!(
                "{}: {} in {}",
                self.folder.display(),
                counted(names, "name"),
                counted(events, "event")
            ));
            if unverified {
                output::note(format_args!("note: names of an UNVERIFIED family are among them; the form marks them"));
            }
            Ok(Outcome::Done)
        })
    }

    /// Returns the manifest that the folder holds; refuses one with events that are not of this feed.
    fn before(&self, feed: &MispFeed<'_>) -> anyhow::Result<Manifest> {
        let place = self.folder.join(MANIFEST);
        match fs::metadata(&place) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Manifest::default()),
            Ok(known) if known.len() > MOST_MANIFEST => {
                return Err(refused(format!("{} is larger than a manifest of ours", place.display())));
            }
            _ => {}
        }
        let text = fs::read(&place).with_context(|| format!("the file {} could not be read", place.display()))?;
        let manifest = Manifest::read(&text).map_err(|error| refused(format!("{}: {error}", place.display())))?;
        if let Some(strange) = manifest.events().find(|event| !feed.is_ours(event)) {
            return Err(refused(format!(
                "{} holds the event {strange}, which is none of the case {}: each feed has a folder of its own",
                place.display(),
                self.of.case
            )));
        }
        Ok(manifest)
    }

    /// Writes all files, and returns how many events and names there are.
    fn write(&self, desk: &Desk, feed: &MispFeed<'_>, settings: &Settings) -> anyhow::Result<(u64, u64)> {
        fs::create_dir_all(&self.folder)
            .with_context(|| format!("the folder {} could not be made", self.folder.display()))?;
        let (mut events, mut names) = (0, 0);
        for day in feed.days() {
            let mut file = WholeFile::create(&self.folder.join(file_of(&event_id(self.of.case.as_str(), day))))?;
            names += feed.write_event(desk, day, settings, &mut file)?;
            events += 1;
            file.finish()?;
        }
        let mut hashes = WholeFile::create(&self.folder.join(HASHES))?;
        feed.write_hashes(desk, &mut hashes)?;
        hashes.finish()?;
        let mut manifest = WholeFile::create(&self.folder.join(MANIFEST))?;
        feed.manifest(settings)?.write(&mut manifest)?;
        manifest.finish()?;
        Ok((events, names))
    }

    /// Removes the files of events that the manifest held before and holds no more.
    fn sweep(&self, before: &Manifest, now: &Manifest) {
        let now: Vec<&str> = now.events().collect();
        for event in before.events().filter(|event| !now.contains(event)) {
            remove(&self.folder.join(file_of(event)));
        }
    }
}

fn remove(place: &Path) {
    match fs::remove_file(place) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            output::note(format_args!("note: {} could not be removed: {error}", place.display()));
        }
        _ => {}
    }
}
