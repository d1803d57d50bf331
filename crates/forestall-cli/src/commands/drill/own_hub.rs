// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A hub of the drill's own: a store in a folder that is gone afterwards, served on this machine.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context as _;
use forestall_dga::Catalogue;
use forestall_hub::desk::Desk;
use forestall_hub::drill::Drill;
use forestall_hub::server::{Console, Settings};
use forestall_model::Instant;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{ALLOWANCE, RUNS_IT};

/// The hub, until it is ended.
pub(super) struct OwnHub {
    pub(super) address: String,
    /// The token of whoever runs the drill.
    pub(super) token: String,
    desk: Desk,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
    folder: TempDir,
}

impl OwnHub {
    /// Starts a hub whose clock shows `at`.
    pub(super) async fn start(catalogue: Catalogue, at: Instant) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("no folder can be made for the store of the drill")?;
        let desk = Desk::open(folder.path(), catalogue).await?;
        let drill = Drill::begin(desk.clone(), at).await?;
        let mut settings = Settings::of_drill(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0), drill);
        settings.allowance = ALLOWANCE;
        let console = Console::bind(desk.clone(), settings).await.context("the hub of the drill cannot be served")?;
        let address = format!("http://{}", console.address());
        let (_, token) = desk.add_drill_person(None, &RUNS_IT.parse()?, at).await?;
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(console.serve(async move { drop(stopped.await) }));
        Ok(Self { address, token: token.to_string(), desk, stop, served, folder })
    }

    /// Ends it and removes its store.
    pub(super) async fn end(self) -> anyhow::Result<()> {
        drop(self.stop);
        self.served.await.context("the hub of the drill ended out of order")?;
        self.desk.store().close().await;
        self.folder.close().context("the store of the drill cannot be removed")
    }
}
