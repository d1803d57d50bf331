// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Trains the classifier: `train DATA FOLDER` reads the two files of names in DATA and writes model and figures into FOLDER.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use flate2::read::GzDecoder;
use forestall_detect::classify::train::{Corpus, train};
use forestall_model::Digest;

/// The files of names: benign and generated.
const FILES: [&str; 2] = ["benign-train.tsv.gz", "dga-train.tsv.gz"];

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    let [data, folder] = words.as_slice() else { return Err("usage: train DATA FOLDER".into()) };
    let [benign, generated] = FILES.map(|name| std::fs::read(Path::new(data).join(name)));
    let (benign, generated) = (benign?, generated?);
    let corpus = Corpus::read(GzDecoder::new(benign.as_slice()), GzDecoder::new(generated.as_slice()))?;
    let trained = train(&corpus);
    let (benign_names, generated_names) = corpus.counts();
    let mut figures = String::from("# Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.\n\n");
    writeln!(
        figures,
        "# Written by `cargo xtask train`; not edited by hand. docs/classifier.md says what the figures mean."
    )?;
    writeln!(figures, "model = \"{}\"", Digest::of(&trained.model))?;
    writeln!(figures, "octets = {}", trained.model.len())?;
    writeln!(figures, "\n[inputs]")?;
    writeln!(figures, "\"{}\" = {{ sha256 = \"{}\", subjects = {benign_names} }}", FILES[0], Digest::of(&benign))?;
    writeln!(
        figures,
        "\"{}\" = {{ sha256 = \"{}\", subjects = {generated_names} }}",
        FILES[1],
        Digest::of(&generated)
    )?;
    figures.push_str(&trained.figures);
    std::fs::write(Path::new(folder).join("names.model"), &trained.model)?;
    std::fs::write(Path::new(folder).join("figures.toml"), figures)?;
    Ok(())
}
