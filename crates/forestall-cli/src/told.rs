// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Being told to end: by SIGINT, as Ctrl-C sends it, or by SIGTERM.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;

/// Hears that the program is told to end, from the moment that this was made.
#[derive(Debug)]
pub(crate) struct Told {
    #[cfg(unix)]
    signals: [Option<tokio::signal::unix::Signal>; 2],
}

impl Told {
    /// Begins to listen; in the context of a run-time. Make it before anybody is told that the program can be ended.
    #[cfg(unix)]
    pub(crate) fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        // Without a handler the signal ends the program at once, which the store survives.
        Self { signals: [SignalKind::interrupt(), SignalKind::terminate()].map(|kind| signal(kind).ok()) }
    }

    /// Begins to listen.
    #[cfg(not(unix))]
    pub(crate) const fn listen() -> Self {
        Self {}
    }

    /// Waits until the program is told to end, or was since the last time.
    #[cfg(unix)]
    pub(crate) async fn heard(&mut self) {
        async fn one(signal: &mut Option<tokio::signal::unix::Signal>) {
            match signal {
                Some(signal) => drop(signal.recv().await),
                None => std::future::pending().await,
            }
        }
        let [interrupt, terminate] = &mut self.signals;
        tokio::select! {
            () = one(interrupt) => {}
            () = one(terminate) => {}
        }
    }

    /// Waits until the program is told to end.
    #[cfg(not(unix))]
    pub(crate) async fn heard(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
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
    let mut told = {
        let _context = run.enter();
        Told::listen()
    };
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            run.block_on(async {
                told.heard().await;
                set.store(true, Ordering::Relaxed);
                told.heard().await;
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
