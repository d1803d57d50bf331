// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A progress bar over inputs.

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Runs `work` with a progress bar where somebody looks at it.
pub(crate) fn with_progress<T>(paths: &[PathBuf], read: &AtomicU64, work: impl FnOnce() -> T) -> T {
    if !io::stderr().is_terminal() {
        return work();
    }
    let sizes =
        paths.iter().map(|path| std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|m| m.len()));
    let total: Option<u64> = sizes.sum();
    let bar = total.map_or_else(ProgressBar::no_length, ProgressBar::new);
    let style = "{bar:30} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
    bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                bar.set_position(read.load(Ordering::Relaxed));
                std::thread::sleep(Duration::from_millis(100));
            }
            bar.finish_and_clear();
        });
        let value = work();
        done.store(true, Ordering::Relaxed);
        value
    })
}
