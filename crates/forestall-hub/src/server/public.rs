// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the pages without sign-in share: limits, the fixed time of an answer, and the appeals that are worked off behind them.
//!
//! Whoever runs a botnet would like to learn which names are known. So an answer that everybody gets is made without a look at a case that is
//! not public, and leaves at a fixed time after its request whatever the work took.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::http::{StatusCode, header};
use tokio::sync::{Notify, Semaphore};
use tokio::time::{Instant, sleep_until, timeout};

use super::limiter::{Limiter, Rate, network};
use super::{App, Fields, Problem, Provider};
use crate::pages::public_figures::Totals;

/// The client at the other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) SocketAddr);

/// Octets of a form that anybody sends.
const MAX_PUBLIC_FORM: usize = 32 << 10;
/// Requests of a network: 20 at once, then one in 15 s; of all: 300 at once, then one a second.
const ASK_EACH: Rate = Rate { burst: 20, seconds_a_unit: 15 };
const ASK_ALL: Rate = Rate { burst: 300, seconds_a_unit: 1 };
/// Appeals of a network: 5 at once, then one in 10 minutes; of all: 100 at once, then one a minute.
const APPEAL_EACH: Rate = Rate { burst: 5, seconds_a_unit: 600 };
const APPEAL_ALL: Rate = Rate { burst: 100, seconds_a_unit: 60 };
/// Files of public logs for a network: 1,200 at once, then one a second; for all: 12,000 at once, then one a second.
const LOG_EACH: Rate = Rate { burst: 1_200, seconds_a_unit: 1 };
const LOG_ALL: Rate = Rate { burst: 12_000, seconds_a_unit: 1 };
/// Attempts to sign in from a network: 20 at once, then one in 6 s; from all: 300 at once, then one a second.
const SIGN_IN_EACH: Rate = Rate { burst: 20, seconds_a_unit: 6 };
const SIGN_IN_ALL: Rate = Rate { burst: 300, seconds_a_unit: 1 };
/// Look-ups that compute lists at a time, and how long one waits for its turn.
const COMPUTING: usize = 1;
const TURN: Duration = Duration::from_secs(10);
/// How often appeals that wait are worked off where nobody brings a new one, as after a failure of the store.
const ROUND: Duration = Duration::from_secs(60);

/// What the public pages have of their own.
pub(crate) struct Public {
    /// The resolver that is asked for proofs of control.
    pub(crate) resolver: Option<SocketAddr>,
    /// Whom to ask, in words of the operator.
    pub(crate) contact: Option<String>,
    /// The provider of identities with which people may sign in, where there is one.
    pub(crate) provider: Option<Provider>,
    pause: Duration,
    asked: Limiter,
    appealed: Limiter,
    logs: Limiter,
    signing_in: Limiter,
    computing: Semaphore,
    arrived: Notify,
    /// The totals of the public cases, and when they were counted.
    pub(super) totals: tokio::sync::Mutex<Option<(forestall_model::Instant, Arc<Totals>)>>,
}

impl Public {
    pub(super) fn new(
        resolver: Option<SocketAddr>,
        contact: Option<String>,
        provider: Option<Provider>,
        pause: Duration,
    ) -> Self {
        Self {
            resolver,
            contact,
            provider,
            pause,
            asked: Limiter::new(ASK_EACH, ASK_ALL),
            appealed: Limiter::new(APPEAL_EACH, APPEAL_ALL),
            logs: Limiter::new(LOG_EACH, LOG_ALL),
            signing_in: Limiter::new(SIGN_IN_EACH, SIGN_IN_ALL),
            computing: Semaphore::new(COMPUTING),
            arrived: Notify::new(),
            totals: tokio::sync::Mutex::new(None),
        }
    }

    /// Answers a fixed time after now, or a multiple of it where the work takes longer.
    pub(crate) async fn padded<T>(&self, work: impl Future<Output = T>) -> T {
        let begin = Instant::now();
        let done = work.await;
        let pauses = begin.elapsed().as_nanos().div_ceil(self.pause.as_nanos().max(1)).max(1);
        sleep_until(begin + self.pause.saturating_mul(u32::try_from(pauses).unwrap_or(u32::MAX))).await;
        done
    }

    /// Waits for the turn to compute lists; whoever waits too long is told so.
    pub(crate) async fn turn(&self) -> Result<tokio::sync::SemaphorePermit<'_>, Problem> {
        let busy = || {
            let detail = "too many people ask at the moment; try again in a minute";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "Busy", detail)
        };
        timeout(TURN, self.computing.acquire()).await.map_err(|_| busy())?.map_err(|_| busy())
    }

    /// Says that an appeal arrived.
    pub(crate) fn appeal_arrived(&self) {
        self.arrived.notify_one();
    }
}

/// Reads a form of a public page, where its sender has not asked too often.
pub(crate) async fn read_form(app: &App, request: Request) -> Result<Fields<MAX_PUBLIC_FORM>, Problem> {
    let client = client(app, &request);
    app.public_pages().asked.take(client, app.now()).map_err(too_often)?;
    Fields::read(request).await
}

/// Reads the form of an appeal, where its sender has not appealed too often.
pub(crate) async fn read_appeal(app: &App, request: Request) -> Result<Fields<MAX_PUBLIC_FORM>, Problem> {
    let client = client(app, &request);
    app.public_pages().appealed.take(client, app.now()).map_err(too_often)?;
    Fields::read(request).await
}

/// Lets somebody read a file of a public log who has not read too many.
pub(crate) fn admit_reader(app: &App, request: &Request) -> Result<(), Problem> {
    app.public_pages().logs.take(client(app, request), app.now()).map_err(too_often)
}

/// Reads a form by which somebody signs in, where their network does not try too often; with the network and what the browser calls
/// itself.
pub(crate) async fn read_sign_in(app: &App, request: Request) -> Result<(Fields, String, String), Problem> {
    let client = client(app, &request);
    app.public_pages().signing_in.take(client, app.now()).map_err(too_often)?;
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let agent = agent.unwrap_or("").to_owned();
    Ok((Fields::read(request).await?, network(client).to_string(), agent))
}

/// Lets somebody go to the provider of identities, or come back, whose network does not try too often.
pub(crate) fn admit_sign_in(app: &App, request: &Request) -> Result<(), Problem> {
    app.public_pages().signing_in.take(client(app, request), app.now()).map_err(too_often)
}

fn too_often(seconds: u32) -> Problem {
    let detail = format!("you or others ask too often; try again in {seconds} seconds");
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "Too often", detail)
}

/// Returns the address of the client. Behind a proxy on this machine, which the operator named by its public address, that is
/// the last one in `X-Forwarded-For`: the one that the proxy itself wrote.
fn client(app: &App, request: &Request) -> IpAddr {
    let peer = request.extensions().get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
    if app.public().is_none() || !peer.to_canonical().is_loopback() {
        return peer;
    }
    let forwarded = request.headers().get_all("x-forwarded-for").iter().next_back();
    let last = forwarded.and_then(|value| value.to_str().ok()).and_then(|text| text.rsplit(',').next());
    last.and_then(|text| text.trim().parse().ok()).unwrap_or(peer)
}

/// Says whether a request comes from a program on this machine, and not through a proxy.
pub(crate) fn is_near(app: &App, request: &Request) -> bool {
    let headers = request.headers();
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    // Whoever comes under the public address came through the proxy, whatever the proxy says of it.
    let is_forwarded = headers.contains_key("x-forwarded-for")
        || headers.contains_key("forwarded")
        || app.public().is_some_and(|public| host.eq_ignore_ascii_case(public.authority()));
    client(app, request).to_canonical().is_loopback() && !is_forwarded
}

/// Works appeals off, as they arrive and now and then, for ever.
pub(super) async fn work_off(app: App) {
    loop {
        let public = app.public_pages();
        if let Err(error) = app.desk().work_off_appeals(public.resolver, app.now()).await {
            tracing::error!(%error, "appeals wait that could not be recorded");
        }
        let _ = timeout(ROUND, public.arrived.notified()).await;
    }
}
