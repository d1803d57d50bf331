// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The images of `packaging/Containerfile`, where something is there that builds images.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail, ensure};

use crate::console::say;

/// What builds images, in the order in which it is looked for.
const BUILDERS: [&str; 3] = ["podman", "buildah", "docker"];

/// The stages that are handed out, with the names of their images.
const IMAGES: [(&str, &str); 2] = [("hub", "forestall"), ("sinkhole", "forestall-sinkhole")];

/// Builds both images.
///
/// # Errors
///
/// Nothing is there that could build them, which is told; what the builder reports.
pub(super) fn build(root: &Path) -> anyhow::Result<()> {
    // A client whose service does not run is none.
    let works = |builder: &&str| {
        let asked =
            Command::new(builder).arg("info").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        asked.is_ok_and(|status| status.success())
    };
    let Some(builder) = BUILDERS.into_iter().find(works) else {
        bail!("no image was built: none of {} is here and at work", BUILDERS.join(", "));
    };
    for (stage, name) in IMAGES {
        let image = format!("{name}:{}", env!("CARGO_PKG_VERSION"));
        let status = Command::new(builder)
            .args(["build", "--file", "packaging/Containerfile", "--target", stage, "--tag", &image, "."])
            .current_dir(root)
            .stdin(Stdio::null())
            .status()
            .with_context(|| format!("{builder} cannot be run"))?;
        ensure!(status.success(), "{builder} did not build {image}: {status}");
        say(&format!("{image}: built by {builder}"));
    }
    Ok(())
}
