// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Being told to end: by SIGINT, as Ctrl-C sends it, or by SIGTERM.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;

/// Waits until the program is told to end.
#[cfg(unix)]
pub(crate) async fn to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    // Without a handler the signal ends the program at once, which the store survives.
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return interrupted().await;
    };
    tokio::select! {
        () = interrupted() => {}
        _ = terminate.recv() => {}
    }
}

/// Waits until the program is told to end.
#[cfg(not(unix))]
pub(crate) async fn to_end() {
    interrupted().await;
}

async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Returns a flag that is set once the program is told to end. Being told a second time ends it at once.
///
/// # Errors
///
/// Where the system has no thread left.
pub(crate) fn flag() -> anyhow::Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    let set = flag.clone();
    let run =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("signals cannot be awaited")?;
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            run.block_on(async {
                to_end().await;
                set.store(true, Ordering::Relaxed);
                to_end().await;
            });
            at_once();
        })
        .context("signals cannot be awaited")?;
    Ok(flag)
}

#[expect(clippy::exit, reason = "somebody asked twice, and the other threads may be at work for long")]
fn at_once() {
    std::process::exit(130);
}
