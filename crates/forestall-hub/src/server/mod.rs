// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The server of the console: binds, signs people in, and answers until it is told to stop.
//!
//! A connection passes, in this order, `accept` (limits on connections and time), `guard` (host, path, origin of the
//! request; headers of every response), `session` (no page without sign-in), `shared` (a page that many read is made once for those with
//! equal rights) and `router` (which page). What goes wrong on the way becomes a `problem`.

mod accept;
mod allowance;
mod app;
mod assets;
mod bucket;
mod confirmed;
mod descriptors;
mod drill;
mod form;
mod guard;
mod handed_in;
mod limiter;
mod link;
mod metrics;
pub(crate) mod needs;
mod origin;
pub(crate) mod poll;
mod problem;
mod public;
mod router;
mod session;
mod sessions;
pub(crate) mod shared;
mod viewer;
mod views;
mod waiting;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use forestall_connect::oidc::Oidc;
use forestall_model::Instant;
use tokio::net::TcpListener;

use crate::census::CensusSettings;
use crate::desk::{Desk, DeskError, Sender};
use crate::drill::Drill;
use crate::transfers::Transfers;

pub(crate) use allowance::Left;
pub(crate) use app::App;
pub(crate) use assets::version as assets_version;
pub(crate) use form::{Fields, MAX_UPLOAD, Query};
pub(crate) use metrics::BUCKETS;
pub(crate) use problem::{Problem, Wants};
pub(crate) use public::{
    Public, admit_reader, admit_sign_in, is_near, read_appeal as read_public_appeal, read_form as read_public_form,
    read_sign_in,
};
pub(crate) use session::{
    Session, away_cookie, begin as begin_session, cookie_of, end as end_session, find as find_session, read_away_cookie,
};
pub(crate) use viewer::Viewer;
pub(crate) use views::{CaseView, DayMark, Figures, Shade, SliceFigures, VariantFigures};
pub(crate) use waiting::{Ground, Waiting, WaitingName};

pub use accept::serve_plainly;
pub use allowance::Allowance;
pub use link::SignInLink;
pub use origin::{Origin, OriginError};

/// Tells the time. Programs read the system's clock; tests script one.
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// A provider of identities with which people sign in.
#[derive(Clone, Debug)]
pub struct Provider {
    /// What people call it.
    pub name: String,
    /// Whether somebody signs in under a mail address that it made sure of, where they were invited under that address or have an account with it.
    pub by_mail: bool,
    /// How it is asked.
    pub client: Oidc,
}

/// How the console is served.
#[derive(Clone)]
pub struct Settings {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The address under which browsers reach the console where that is not the one it listens on, as behind a proxy that
    /// speaks TLS. Requests for another host are refused then.
    pub public: Option<Origin>,
    /// The resolver that is asked whether somebody proved control of a name; without it only a mail can prove that.
    pub resolver: Option<SocketAddr>,
    /// Whom the public may ask, in the operator's words.
    pub contact: Option<String>,
    /// The provider of identities with which people may sign in.
    pub provider: Option<Provider>,
    /// How long after a request the public look-up answers, at least: longer than its work takes, so that its time tells nothing.
    pub look_up_pause: Duration,
    /// How many requests a token of the API has.
    pub allowance: Allowance,
    /// What tells the time.
    pub clock: Clock,
    /// In whose name lists go out; without them the papers of a list that name who asks cannot be made.
    pub sender: Option<Sender>,
    /// The drill whose hub this is; none for a real one. Its clock must be [`Self::clock`].
    pub drill: Option<Drill>,
    /// The zones that are served to resolvers, whose figures stand among the metrics.
    pub transfers: Option<Transfers>,
    /// The lake of which figures are shown; without it there is no census.
    pub census: Option<CensusSettings>,
}

impl Settings {
    /// The port where nobody names one.
    pub const PORT: u16 = 8700;

    /// The pause of the public look-up where nobody sets another.
    pub const LOOK_UP_PAUSE: Duration = Duration::from_millis(750);

    /// Listens on `listen` as the hub of a drill, by its clock.
    #[must_use]
    pub fn of_drill(listen: SocketAddr, drill: Drill) -> Self {
        Self { clock: drill.clock(), drill: Some(drill), ..Self::new(listen) }
    }

    /// Listens on `listen` by the system's clock, reached directly.
    #[must_use]
    pub fn new(listen: SocketAddr) -> Self {
        let (public, resolver, contact, provider) = (None, None, None, None);
        let look_up_pause = Self::LOOK_UP_PAUSE;
        let (allowance, clock) = (Allowance::USUAL, Arc::new(system_clock));
        let (sender, drill, transfers, census) = (None, None, None, None);
        Self {
            listen,
            public,
            resolver,
            contact,
            provider,
            look_up_pause,
            allowance,
            clock,
            sender,
            drill,
            transfers,
            census,
        }
    }
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings").field("listen", &self.listen).field("public", &self.public).finish_non_exhaustive()
    }
}

/// Why the console does not serve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// Another program listens there.
    #[error("{address} is taken by another program; choose another port with --listen, or end that program")]
    Busy {
        /// The address.
        address: SocketAddr,
    },
    /// The system does not let this program listen there.
    #[error("this program may not listen on {address}; ports below 1024 are for privileged programs")]
    Forbidden {
        /// The address.
        address: SocketAddr,
    },
    /// The address is not one of this machine's, or listening failed for another reason.
    #[error("cannot listen on {address}: {error}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system reports.
        error: io::Error,
    },
    /// The store is that of a drill, and the hub is not, or the other way round.
    #[error("{0}")]
    OtherStore(&'static str),
    /// A link for sign-in could not be made.
    #[error(transparent)]
    Desk(#[from] DeskError),
}

/// The console, bound to its address and ready to serve.
#[derive(Debug)]
pub struct Console {
    listener: TcpListener,
    address: SocketAddr,
    app: App,
}

impl Console {
    /// Binds the address. Nothing is answered before [`Console::serve`].
    ///
    /// # Errors
    ///
    /// [`ServeError::Busy`] where another program listens there, [`ServeError::Forbidden`] and [`ServeError::Listen`] where
    /// the system refuses; [`ServeError::OtherStore`] where a drill's store is opened for something else, or a real one for a drill.
    pub async fn bind(desk: Desk, settings: Settings) -> Result<Self, ServeError> {
        match (desk.drill_time().await?, &settings.drill) {
            (Some(_), None) => {
                return Err(ServeError::OtherStore(
                    "this store is that of a drill, in which nothing is real; serve it with --drill",
                ));
            }
            (None, Some(_)) => return Err(ServeError::OtherStore("this store is no drill's")),
            _ => {}
        }
        let asked = settings.listen;
        let refuse = |error: io::Error| match error.kind() {
            io::ErrorKind::AddrInUse => ServeError::Busy { address: asked },
            io::ErrorKind::PermissionDenied => ServeError::Forbidden { address: asked },
            _ => ServeError::Listen { address: asked, error },
        };
        let listener = TcpListener::bind(asked).await.map_err(refuse)?;
        let address = listener.local_addr().map_err(refuse)?;
        let app = App::new(desk, address, settings);
        Ok(Self { listener, address, app })
    }

    /// Returns the address that is bound, with the port that the system chose where 0 was asked.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns what tells the console the time.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.app.clock()
    }

    /// Says whether other machines can reach the console, which deserves a warning: traffic is not encrypted here.
    #[must_use]
    pub fn is_exposed(&self) -> bool {
        !self.address.ip().to_canonical().is_loopback()
    }

    /// Makes a link that signs one person in, once.
    ///
    /// # Errors
    ///
    /// [`ServeError::Desk`] where the store does not keep it.
    pub async fn link(&self) -> Result<SignInLink, ServeError> {
        Ok(link::create(&self.app).await?)
    }

    /// Serves until `stop` is ready, then lets open requests end, for some seconds at most.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send) {
        let appeals = tokio::spawn(public::work_off(self.app.clone()));
        accept::run(self.listener, router::router(self.app), stop).await;
        // An appeal that is broken off waits in the store for the next start.
        appeals.abort();
    }
}

/// Returns the time of the system.
pub(crate) fn system_clock() -> Instant {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Instant::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}
