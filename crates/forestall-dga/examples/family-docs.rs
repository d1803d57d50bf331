// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Writes a Markdown page on each built-in family and an index into a folder: `family-docs FOLDER`.

use std::error::Error;
use std::path::Path;

use forestall_dga::{Catalogue, page};
use forestall_model::UtcDay;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).ok_or("usage: family-docs FOLDER")?;
    // No clock, so that pages change with the families only. The day on which Conficker C began to ask for its names.
    let day: UtcDay = "2009-04-01".parse()?;
    for (name, text) in page::markdown_pages(&Catalogue::built_in(), day.start()) {
        std::fs::write(Path::new(&folder).join(name), text)?;
    }
    Ok(())
}
