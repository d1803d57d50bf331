// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Takes connections, with limits, until the server is told to stop.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::descriptors;
use super::public::Peer;

/// Connections at a time, where the system gives a descriptor for each; further ones wait. A browser opens six.
const MAX_CONNECTIONS: usize = 4_096;
/// From the first octet of a request to the end of its headers; also the time that an idle connection is kept.
const HEADER_TIME: Duration = Duration::from_secs(15);
/// How long open requests may go on once the console is told to stop.
const STOP_TIME: Duration = Duration::from_secs(5);
/// How long to wait after the system refused a connection, as where no file descriptor is left.
const REST: Duration = Duration::from_millis(100);
/// Octets of a request's headers together, and how many headers.
const MAX_HEADER_BYTES: usize = 64 << 10;
const MAX_HEADERS: usize = 64;

/// Serves `router` on `listener` until `stop` is ready, without sign-in: for what a router makes public. Connections, their headers and their idle
/// time are limited as those of the console are.
pub async fn serve_plainly(listener: TcpListener, router: Router, stop: impl Future<Output = ()> + Send) {
    run(listener, router, stop).await;
}

/// Serves `router` on `listener` until `stop` is ready.
pub(super) async fn run(listener: TcpListener, router: Router, stop: impl Future<Output = ()> + Send) {
    let open = Arc::new(Semaphore::new(descriptors::make_room_for(MAX_CONNECTIONS)));
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = async {
            // The semaphore is never closed, so a permit always comes.
            let permit = Arc::clone(&open).acquire_owned().await.ok();
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            () = &mut stop => break,
            accepted = accepted => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(REST).await;
                continue;
            }
        };
        let mut http = hyper::server::conn::http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(HEADER_TIME);
        http.max_buf_size(MAX_HEADER_BYTES).max_headers(MAX_HEADERS);
        let pages = TowerToHyperService::new(router.clone());
        let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            pages.call(request)
        });
        let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // A client that breaks off is its own affair.
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(permit);
        });
    }
    drop(listener);
    if tokio::time::timeout(STOP_TIME, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests that did not end in time were broken off");
    }
}
