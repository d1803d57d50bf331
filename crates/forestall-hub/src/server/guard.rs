// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The outermost layer: which requests are looked at at all, and the headers of every response.
//!
//! A request must name the console's own host, so that no other site's name can be pointed at it; its path must be plain
//! text without tricks; and a request that changes something must come from the console's own pages.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::{App, Origin, Problem, Wants};

/// Octets of a request's path and query.
const MAX_TARGET: usize = 4_096;

/// The page of the metrics.
const METRICS: &str = "/metrics";

/// What browsers may do with a page: nothing that does not come from here, and nothing inline.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; \
                      frame-ancestors 'none'; base-uri 'none'";

/// The headers of every response.
const HEADERS: [(HeaderName, HeaderValue); 6] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// Lets a request through or refuses it, and completes the response.
pub(super) async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let wants = Wants::of_request(&request);
    let bodiless = request.method() == Method::HEAD;
    let mut response = match check(&app, &request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.respond(wants),
    };
    if let Some(problem) = response.extensions_mut().remove::<Arc<Problem>>() {
        let problem = Arc::into_inner(problem).unwrap_or_else(|| Problem::internal(&"a problem was shared"));
        let mut told = problem.respond(wants);
        // A redirect or a sign-out that came with the problem keeps its headers.
        told.headers_mut().extend(std::mem::take(response.headers_mut()).into_iter().filter(|(name, _)| {
            name.as_ref().is_some_and(|name| *name != header::CONTENT_TYPE && *name != header::CONTENT_LENGTH)
        }));
        response = told;
    } else if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        let allow = response.headers_mut().remove(header::ALLOW);
        let detail = "this page is read or sent to in another way than the request tries";
        response = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "Not possible here", detail).respond(wants);
        response.headers_mut().extend(allow.map(|value| (header::ALLOW, value)));
    }
    let headers = response.headers_mut();
    for (name, value) in &HEADERS {
        headers.insert(name, value.clone());
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if bodiless {
        *response.body_mut() = axum::body::Body::empty();
    }
    response
}

fn check(app: &App, request: &Request) -> Result<(), Problem> {
    let host = host_of(request.headers())?;
    check_host(app, host, request.uri().path() == METRICS)?;
    check_target(request)?;
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        Ok(())
    } else {
        check_origin(app, host, request.headers())
    }
}

fn host_of(headers: &HeaderMap) -> Result<&str, Problem> {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next().and_then(|host| host.to_str().ok()), hosts.next()) {
        (Some(host), None) => Ok(host),
        _ => Err(Problem::bad_request("a request names its host, once, in the header Host")),
    }
}

/// Refuses a host that is not the console's: another site's name that was made to point here.
///
/// Metrics are read on this machine, past a proxy: for them the bound address is a name of its own.
fn check_host(app: &App, host: &str, is_metrics: bool) -> Result<(), Problem> {
    let bound = app.address();
    let direct = Origin::direct(bound);
    let local = |name: &str| host.eq_ignore_ascii_case(&format!("{name}:{}", bound.port()));
    let is_direct = host == direct.authority() || (bound.ip().is_loopback() && local("localhost"));
    let known = match app.public() {
        Some(public) => host.eq_ignore_ascii_case(public.authority()) || (is_metrics && is_direct),
        // Bound to every interface without a public address: the name under which others reach it is not known.
        None if bound.ip().is_unspecified() => true,
        None => is_direct,
    };
    if known {
        return Ok(());
    }
    let detail = format!("the console is not served under the name {:?}; open {}", cut(host), app.origin());
    Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, "Another host", detail))
}

/// Refuses paths that are no plain text and those that try to climb.
fn check_target(request: &Request) -> Result<(), Problem> {
    let uri = request.uri();
    if uri.path_and_query().is_none_or(|target| target.as_str().len() > MAX_TARGET) {
        let detail = format!("the address is longer than {MAX_TARGET} octets");
        return Err(Problem::new(StatusCode::URI_TOO_LONG, "The address is too long", detail));
    }
    let decoded = decode(uri.path()).filter(|path| !path.chars().any(|c| c.is_control() || c == '\\'));
    match decoded {
        Some(path) if !path.split('/').any(|part| part == "." || part == "..") => Ok(()),
        _ => Err(Problem::bad_request("the path holds characters or steps that no page of the console has")),
    }
}

/// Decodes the percent-encoding of a path; `None` where it is broken or gives no UTF-8.
fn decode(path: &str) -> Option<String> {
    let mut octets = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first == b'%' {
            let (digits, tail) = tail.split_at_checked(2)?;
            let digits = std::str::from_utf8(digits).ok().filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
            octets.push(u8::from_str_radix(digits, 16).ok()?);
            rest = tail;
        } else {
            octets.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(octets).ok()
}

/// Refuses a request that another site's page sends.
///
/// Browsers say where a request comes from in `Sec-Fetch-Site`; older ones in `Origin`, which is `null` for forms of
/// pages that send no referrer, as ours. The token in each form is checked besides.
fn check_origin(app: &App, host: &str, headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let same = match (text("sec-fetch-site"), text("origin")) {
        (Some("same-origin"), None | Some("null")) => true,
        (None | Some("same-origin"), Some(origin)) => {
            let scheme = if app.origin().is_secure() { "https" } else { "http" };
            origin.eq_ignore_ascii_case(&format!("{scheme}://{host}"))
                || (origin == "null" && text("sec-fetch-site").is_none())
        }
        (None, None) => true,
        _ => false,
    };
    if same {
        Ok(())
    } else {
        Err(Problem::forbidden("the request comes from another site's page; nothing was recorded"))
    }
}

fn cut(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn decodes_paths() {
        assert_eq!(decode("/case/a%2Db").as_deref(), Some("/case/a-b"));
        assert_eq!(decode("/%E2%82%AC").as_deref(), Some("/€"));
        for broken in ["/%", "/%2", "/%zz", "/%+1", "/%ff"] {
            assert_eq!(decode(broken), None, "{broken}");
        }
    }
}
