// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What every handler has at hand: the desk, the time, the console's own address and the views that are kept.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;

use forestall_dga::Family;
use forestall_model::marking::{Released, release};
use forestall_model::{Audience, CaseId, Instant, Party, Tld, UtcDay};
use forestall_store::CaseView as Listed;

use super::allowance::Allowances;
use super::confirmed::Confirmed;
use super::handed_in::HandedIn;
use super::metrics::Metrics;
use super::needs::nowhere;
use super::sessions::Sessions;
use super::shared::Shared;
use super::views::{CaseView, Views};
use super::waiting::{AllWaiting, Waiting};
use super::{Clock, Origin, Problem, Provider, Public, Session, Settings};
use crate::census::Census;
use crate::contacts::CallList;
use crate::desk::{CaseFile, Desk, DeskError, Sender, Token};
use crate::drill::Drill;
use crate::pages::public_figures::Totals;
use crate::transfers::Transfers;

/// How long totals for the public are kept, in seconds: anybody may ask for them, and counting takes time.
const TOTALS_SECONDS: i64 = 60;

/// Shared by all handlers; cheap to clone.
#[derive(Clone)]
pub(crate) struct App {
    inner: Arc<Inner>,
}

struct Inner {
    desk: Desk,
    address: SocketAddr,
    public: Option<Origin>,
    clock: Clock,
    sender: Option<Sender>,
    views: Views,
    waiting: AllWaiting,
    confirmed: Confirmed,
    handed_in: HandedIn,
    public_pages: Public,
    metrics: Metrics,
    allowances: Allowances,
    sessions: Sessions,
    shared: Shared,
    drill: Option<Drill>,
    transfers: Option<Transfers>,
    census: Option<Census>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("address", &self.inner.address).finish_non_exhaustive()
    }
}

impl App {
    pub(super) fn new(desk: Desk, address: SocketAddr, settings: Settings) -> Self {
        let Settings {
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
            ..
        } = settings;
        let (views, waiting, confirmed) = (Views::default(), AllWaiting::default(), Confirmed::default());
        let inner = Inner {
            desk,
            address,
            public,
            clock,
            sender,
            views,
            waiting,
            confirmed,
            handed_in: HandedIn::default(),
            public_pages: Public::new(resolver, contact, provider, look_up_pause),
            metrics: Metrics::default(),
            allowances: Allowances::new(allowance),
            sessions: Sessions::default(),
            shared: Shared::default(),
            drill,
            transfers,
            census: census.map(Census::new),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Returns the desk.
    pub(crate) fn desk(&self) -> &Desk {
        &self.inner.desk
    }

    /// Returns what tells the time.
    pub(super) fn clock(&self) -> Clock {
        Arc::clone(&self.inner.clock)
    }

    /// Returns the present.
    pub(crate) fn now(&self) -> Instant {
        (self.inner.clock)()
    }

    /// Returns the UTC day of the present.
    pub(crate) fn today(&self) -> UtcDay {
        self.now().day()
    }

    /// Returns the address that is bound.
    pub(super) fn address(&self) -> SocketAddr {
        self.inner.address
    }

    /// Returns the address that the operator says browsers use, where they do.
    pub(super) fn public(&self) -> Option<&Origin> {
        self.inner.public.as_ref()
    }

    /// Returns in whose name lists go out, where the settings say so.
    pub(crate) fn sender(&self) -> Option<&Sender> {
        self.inner.sender.as_ref()
    }

    /// Returns whom to ring about the slices of a case, through the gate, to whoever leads it; nobody to others.
    pub(crate) fn whom_to_ring(
        &self,
        session: &Session,
        file: &CaseFile,
        registries: &BTreeMap<Tld, Party>,
    ) -> Result<CallList, Problem> {
        if !session.viewer.leads(&file.case.id) {
            return Ok(CallList::default());
        }
        Ok(CallList::of_case(&file.case, registries, Audience::Recipient, self.now())?.into_object())
    }

    /// Returns the files that people handed in and did not confirm yet.
    pub(crate) fn handed_in(&self) -> &HandedIn {
        &self.inner.handed_in
    }

    /// Returns what the pages without sign-in share.
    pub(crate) fn public_pages(&self) -> &Public {
        &self.inner.public_pages
    }

    /// Returns the provider of identities with which people may sign in, where there is one.
    pub(crate) fn provider(&self) -> Option<&Provider> {
        self.inner.public_pages.provider.as_ref()
    }

    /// Returns a link to a page for the holder of a token.
    pub(crate) fn link_of(&self, page: &str, token: &Token) -> String {
        format!("{}/{page}?token={token}", self.origin())
    }

    /// Returns the address for links.
    pub(crate) fn origin(&self) -> Origin {
        self.inner.public.clone().unwrap_or_else(|| Origin::direct(self.inner.address))
    }

    /// Returns a case with its figures, through the gate, to somebody who may see all of it.
    pub(crate) async fn view(&self, session: &Session, id: &CaseId) -> Result<Released<Arc<CaseView>>, Problem> {
        let file = self.file(session, id).await?;
        let view = self.inner.views.of(file.object().clone(), self.today()).await?;
        Ok(file.map(|_| view))
    }

    /// Returns a case of a list that was just read with its figures, through the gate, to somebody who may see all of it.
    pub(crate) async fn listed_view(
        &self,
        session: &Session,
        row: &Listed,
    ) -> Result<Released<Arc<CaseView>>, Problem> {
        let audience = session.viewer.whole(&row.id).ok_or_else(nowhere)?;
        let file = self.pass(session, self.inner.desk.listed_file(row).await, audience)?;
        let view = self.inner.views.of(file.object().clone(), self.today()).await?;
        Ok(file.map(|_| view))
    }

    /// Returns a case without its figures, through the gate, to somebody who may see all of it.
    pub(crate) async fn file(&self, session: &Session, id: &CaseId) -> Result<Released<CaseFile>, Problem> {
        let audience = session.viewer.whole(id).ok_or_else(nowhere)?;
        self.release(session, id, audience).await
    }

    /// Returns a case through the gate to somebody who may see one of its slices, and perhaps no more: what is shown of it is for
    /// the page to cut.
    pub(crate) async fn slice(&self, session: &Session, id: &CaseId, tld: &Tld) -> Result<Released<CaseFile>, Problem> {
        let audience = session.viewer.slice(id, tld).ok_or_else(nowhere)?;
        let file = self.release(session, id, audience).await?;
        if session.viewer.is_operator() || file.object().case.slices.contains_key(tld) {
            Ok(file)
        } else {
            Err(nowhere())
        }
    }

    /// Refuses whoever may not see the whole of a case, without a word on whether there is such a case.
    pub(super) async fn may_see(&self, session: &Session, id: &CaseId) -> Result<(), Problem> {
        self.file(session, id).await.map(drop)
    }

    /// Refuses whoever may not see a slice, without a word on whether there is such a slice.
    pub(super) async fn may_see_slice(&self, session: &Session, id: &CaseId, tld: &Tld) -> Result<(), Problem> {
        self.slice(session, id, tld).await.map(drop)
    }

    async fn release(&self, session: &Session, id: &CaseId, audience: Audience) -> Result<Released<CaseFile>, Problem> {
        self.pass(session, self.inner.desk.file(id).await, audience)
    }

    fn pass(
        &self,
        session: &Session,
        found: Result<CaseFile, DeskError>,
        audience: Audience,
    ) -> Result<Released<CaseFile>, Problem> {
        let found = match found {
            Ok(file) => release(file, audience, self.now()).map_err(Problem::from),
            Err(error) => Err(Problem::from(error)),
        };
        // Whoever does not run the installation learns nothing of what is there and is not for them.
        found.map_err(|problem| if session.viewer.is_operator() || !problem.hides() { problem } else { nowhere() })
    }

    /// Returns a case with its figures, through the gate, for those who run the installation and are known to by the caller.
    pub(crate) async fn counted_view(&self, id: &CaseId) -> Result<Released<Arc<CaseView>>, Problem> {
        let file = release(self.inner.desk.file(id).await?, Audience::Recipient, self.now())?;
        let view = self.inner.views.of(file.object().clone(), self.today()).await?;
        Ok(file.map(|_| view))
    }

    /// Returns a case with its figures where the gate lets it pass to the public; `None` where it does not.
    pub(crate) async fn public_view(&self, id: &CaseId) -> Result<Option<Arc<CaseView>>, Problem> {
        let file = self.inner.desk.file(id).await?;
        let Ok(file) = release(file, Audience::Public, self.now()) else { return Ok(None) };
        Ok(Some(self.inner.views.of(file.into_object(), self.today()).await?))
    }

    /// Returns the totals of the public cases: those that were counted within the last minute, else what `count` gives.
    pub(crate) async fn public_totals(
        &self,
        count: impl Future<Output = Result<Totals, Problem>>,
    ) -> Result<Arc<Totals>, Problem> {
        let mut kept = self.inner.public_pages.totals.lock().await;
        let now = self.now();
        if let Some((at, totals)) = &*kept
            && (0..TOTALS_SECONDS).contains(&now.seconds_since(*at))
        {
            return Ok(Arc::clone(totals));
        }
        let totals = Arc::new(count.await?);
        *kept = Some((now, Arc::clone(&totals)));
        Ok(totals)
    }

    /// Returns the zones that are served to resolvers; none where nobody listens for them.
    pub(crate) fn transfers(&self) -> Option<&Transfers> {
        self.inner.transfers.as_ref()
    }

    /// Returns the census of the lake; none where the settings name none.
    pub(crate) fn census(&self) -> Option<&Census> {
        self.inner.census.as_ref()
    }

    /// Returns the drill whose hub this is; none for a real one.
    pub(crate) fn drill(&self) -> Option<&Drill> {
        self.inner.drill.as_ref()
    }

    /// Refuses what somebody outside would take for real, in a drill.
    pub(crate) fn need_real(&self) -> Result<(), Problem> {
        match self.drill() {
            None => Ok(()),
            Some(_) => {
                Err(Problem::refused("this hub is that of a drill: nobody outside is asked or told anything of it"))
            }
        }
    }

    /// Returns what counts requests.
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    /// Returns the sessions that were looked up lately.
    pub(super) fn sessions(&self) -> &Sessions {
        &self.inner.sessions
    }

    /// Returns the pages that readers with equal rights share.
    pub(super) fn shared(&self) -> &Shared {
        &self.inner.shared
    }

    /// Returns what counts requests of the API by their tokens.
    pub(crate) fn allowances(&self) -> &Allowances {
        &self.inner.allowances
    }

    /// Returns what waits for a person in a released case, as it is looked at now.
    pub(crate) async fn waiting(&self, file: &Released<CaseFile>) -> Result<Arc<Waiting>, Problem> {
        let file = file.object();
        let now = file.case.board_day.map_or_else(|| self.now(), UtcDay::start);
        self.inner.waiting.of(file, now).await
    }

    /// Returns the lists that people were shown before they decide.
    pub(crate) fn confirmed(&self) -> &Confirmed {
        &self.inner.confirmed
    }

    /// Returns a family of the catalogue, through the gate; `None` where there is none of this name.
    pub(crate) fn family(&self, session: &Session, name: &str) -> Result<Option<Released<&dyn Family>>, Problem> {
        let family = self.inner.desk.catalogue().family(name).map(AsRef::as_ref);
        let released = family.map(|family| release(family, session.viewer.audience(), self.now())).transpose();
        released.map_err(|error| if session.viewer.is_operator() { Problem::from(error) } else { nowhere() })
    }

    /// Returns the families of the catalogue that do not pass the gate to somebody. Machines that speak as one of them are not told of.
    pub(crate) fn hidden_families(&self, session: &Session) -> BTreeSet<String> {
        let (audience, now) = (session.viewer.audience(), self.now());
        let all = self.inner.desk.catalogue().families().iter();
        let hidden = all.filter(|family| release(family.as_ref(), audience, now).is_err());
        hidden.map(|family| family.info().slug.to_string()).collect()
    }

    /// Returns the families of the catalogue that pass the gate, in its order.
    pub(crate) fn families(&self, session: &Session) -> impl Iterator<Item = Released<&dyn Family>> {
        let (audience, now) = (session.viewer.audience(), self.now());
        let families = self.inner.desk.catalogue().families().iter();
        families.filter_map(move |family| release(family.as_ref(), audience, now).ok())
    }
}
