// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Pages that readers with equal rights share: made for the first, handed to the next while nothing of it can have changed.
//!
//! A page follows from the store, from the minute, from the address and from the rights of whoever looks. All that is the reader's own on
//! it is their name and the token of their forms: the page is made with stand-ins for those, and kept in pieces around them. The store's
//! revision is asked for before anything is handed out, so that nobody sees a page older than their request.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::Extension;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use forestall_model::Instant;
use hyper::body::{Frame, SizeHint};

use super::{App, Problem, Session, Wants};

/// Octets of pages that are kept.
const MOST_OCTETS: usize = 64 << 20;
/// Addresses that are kept, whatever is there.
const MOST_PLACES: usize = 8_192;
/// Octets of a page that is shared; the largest board is a tenth of it.
const MOST_OF_PAGE: usize = 32 << 20;
const MINUTE: i64 = 60_000_000;

/// From when a page is: equal ones show the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    /// The revision of the store.
    pub(crate) revision: u64,
    minute: i64,
}

impl Moment {
    pub(super) const fn new(revision: u64, now: Instant) -> Self {
        Self { revision, minute: now.micros().div_euclid(MINUTE) }
    }

    /// Says whether a page from this moment may be shown to who asked at another.
    const fn is_as_good_as(self, other: Self) -> bool {
        self.revision >= other.revision && self.minute == other.minute
    }
}

/// Marks an answer that is not for the next who asks, as one with a side effect.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ForOne;

/// The pages.
#[derive(Debug)]
pub(super) struct Shared {
    kept: Mutex<Kept>,
    /// What stands for the name of the reader, and for the token of their forms. Nobody can guess them and have them replaced elsewhere.
    name: String,
    form_token: String,
}

#[derive(Debug, Default)]
struct Kept {
    places: HashMap<Key, Arc<Place>>,
    octets: usize,
}

/// What a page follows from besides the moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    rights: String,
    target: String,
    json: bool,
}

/// Where a page is kept.
#[derive(Debug, Default)]
struct Place {
    page: Mutex<Option<Arc<Page>>>,
    /// Held by who makes the page, so that all others wait for it.
    making: tokio::sync::Mutex<()>,
}

impl Place {
    fn page(&self, moment: Moment) -> Option<Arc<Page>> {
        let page = self.page.lock().unwrap_or_else(PoisonError::into_inner);
        page.as_ref().filter(|page| page.at.is_as_good_as(moment)).map(Arc::clone)
    }
}

#[derive(Debug)]
struct Page {
    at: Moment,
    headers: HeaderMap,
    pieces: Vec<Piece>,
    octets: usize,
}

#[derive(Debug)]
enum Piece {
    Text(Bytes),
    Name,
    FormToken,
}

impl Default for Shared {
    fn default() -> Self {
        let random = || {
            format!(
                "{:016x}{:016x}",
                RandomState::new().build_hasher().finish(),
                RandomState::new().build_hasher().finish()
            )
        };
        Self { kept: Mutex::default(), name: random(), form_token: random() }
    }
}

impl Shared {
    fn place(&self, key: &Key) -> Arc<Place> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = kept.places.get(key) {
            return Arc::clone(place);
        }
        if kept.places.len() >= MOST_PLACES {
            *kept = Kept::default();
        }
        Arc::clone(kept.places.entry(key.clone()).or_default())
    }

    fn keep(&self, place: &Place, page: &Arc<Page>) {
        let before = place.page.lock().unwrap_or_else(PoisonError::into_inner).replace(Arc::clone(page));
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.octets = kept.octets.saturating_add(page.octets).saturating_sub(before.map_or(0, |before| before.octets));
        if kept.octets > MOST_OCTETS {
            kept.places.retain(|_, place| place.page(page.at).is_some());
            kept.octets = kept.places.values().filter_map(|place| place.page(page.at)).map(|page| page.octets).sum();
        }
        if kept.octets > MOST_OCTETS {
            *kept = Kept::default();
        }
    }

    /// Cuts a text at the stand-ins.
    fn cut(&self, text: &Bytes) -> Vec<Piece> {
        let Ok(letters) = std::str::from_utf8(text) else { return vec![Piece::Text(text.clone())] };
        let own =
            |stand_in: &str| letters.match_indices(stand_in).map(|(at, found)| (at, found.len())).collect::<Vec<_>>();
        let mut marks: Vec<(usize, usize, Piece)> = Vec::new();
        marks.extend(own(&self.name).into_iter().map(|(at, length)| (at, length, Piece::Name)));
        marks.extend(own(&self.form_token).into_iter().map(|(at, length)| (at, length, Piece::FormToken)));
        marks.sort_unstable_by_key(|(at, ..)| *at);
        let mut pieces = Vec::with_capacity(2 * marks.len() + 1);
        let mut from = 0;
        for (at, length, piece) in marks {
            pieces.push(Piece::Text(text.slice(from..at)));
            pieces.push(piece);
            from = at + length;
        }
        pieces.push(Piece::Text(text.slice(from..)));
        pieces
    }
}

impl Page {
    fn respond(&self, session: &Session) -> Response {
        let name = || {
            Bytes::from(
                askama::filters::escape(session.actor.as_str(), askama::filters::Html)
                    .map_or_else(|never| match never {}, |name| name.to_string()),
            )
        };
        let pieces = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Name => name(),
            Piece::FormToken => Bytes::from(session.form_token.clone()),
        });
        let pieces: VecDeque<Bytes> = pieces.filter(|piece| !piece.is_empty()).collect();
        let mut response = Body::new(Pieces(pieces)).into_response();
        *response.headers_mut() = self.headers.clone();
        response
    }
}

/// The pieces of a page on their way.
struct Pieces(VecDeque<Bytes>);

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.iter().map(|piece| piece.len() as u64).sum())
    }
}

/// Answers with the page that is kept, or has it made and keeps it.
pub(crate) async fn serve(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    mut request: Request,
    next: Next,
) -> Response {
    let moment = request.extensions().get::<Moment>().copied();
    let (Some(moment), &Method::GET, false) =
        (moment, request.method(), request.headers().contains_key(header::IF_NONE_MATCH))
    else {
        return next.run(request).await;
    };
    let key = Key {
        rights: session.viewer.rights(),
        target: request.uri().path_and_query().map_or_else(String::new, |target| target.as_str().to_owned()),
        json: Wants::of(request.headers()) != Wants::Page,
    };
    let shared = app.shared();
    let place = shared.place(&key);
    if let Some(page) = place.page(moment) {
        return page.respond(&session);
    }
    let _making = place.making.lock().await;
    if let Some(page) = place.page(moment) {
        return page.respond(&session);
    }
    let stand_in =
        Session { form_token: shared.form_token.clone(), stand_in: Some(shared.name.clone()), ..session.clone() };
    request.extensions_mut().insert(stand_in);
    let (mut parts, body) = next.run(request).await.into_parts();
    if parts.status != StatusCode::OK {
        return Response::from_parts(parts, body);
    }
    let text = match axum::body::to_bytes(body, MOST_OF_PAGE).await {
        Ok(text) => text,
        Err(error) => return Problem::internal(&error).into_response(),
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    let page = Arc::new(Page { at: moment, headers: parts.headers, octets: text.len(), pieces: shared.cut(&text) });
    if parts.extensions.get::<ForOne>().is_none() {
        shared.keep(&place, &page);
    }
    page.respond(&session)
}
