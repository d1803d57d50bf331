// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Accounts: from the invitation over password and codes to sessions and tokens.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

use forestall_hub::desk::{Invite, SignsInBy, Token};
use forestall_model::{CaseRole, Instant, PersonId, Scopes, Standing};
use forestall_store::Person;
use forestall_testkit::parsed;
use hmac::{Hmac, KeyInit as _, Mac as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::api::all;
use crate::console::{Reply, Served, now};

pub(crate) const PASSWORD: &str = "correct horse battery";

/// Invites somebody who runs the installation and returns the token of the link.
async fn invited(served: &Served, mail: &str) -> Token {
    let invite = Invite { party: None, mail: parsed(mail), standing: Standing::Operator };
    served.desk.invite(invite, &parsed("test"), now()).await.unwrap().token
}

/// Makes an account by the pages, and returns the cookie of its first session.
async fn accepted(served: &Served, mail: &str, name: &str) -> String {
    let token = invited(served, mail).await.to_string();
    let page = served.get(&format!("/invitation?token={token}"), &[]).await;
    assert!(page.body.contains(mail), "{}", page.body);
    let fields = [("token", token.as_str()), ("name", name), ("password", PASSWORD), ("again", PASSWORD)];
    let reply = served.post("/invitation", &[], &fields).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/account"), "{}", reply.body);
    cookie(&reply)
}

fn cookie(reply: &Reply) -> String {
    reply.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
}

async fn get(served: &Served, cookie: &str, path: &str) -> Reply {
    served.get(path, &[("Cookie", cookie)]).await
}

/// Sends a form with the token of the account's page.
async fn post(served: &Served, cookie: &str, path: &str, fields: &[(&str, &str)]) -> Reply {
    let page = get(served, cookie, "/account").await;
    let mut fields = fields.to_vec();
    fields.push(("form_token", page.between("name=\"form_token\" value=\"", "\"")));
    served.post(path, &[("Cookie", cookie)], &fields).await
}

/// Computes the code of an app (RFC 6238).
pub(crate) fn code(secret: &str, at: Instant) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: Vec<u8> = secret
        .chars()
        .filter_map(|c| ALPHABET.find(c))
        .flat_map(|value| (0..5).rev().map(move |bit| u8::from(value >> bit & 1 == 1)))
        .collect();
    let octets: Vec<u8> =
        bits.chunks_exact(8).map(|octet| octet.iter().fold(0, |value, bit| value << 1 | bit)).collect();
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(&octets).unwrap();
    mac.update(&(at.seconds() / 30).to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[19] & 15);
    let word = u32::from_be_bytes(digest[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", word % 1_000_000)
}

/// Sets codes up by the page; returns the secret and the codes that work once.
async fn codes(served: &Served, cookie: &str, at: Instant) -> (String, Vec<String>) {
    let page = get(served, cookie, "/account").await;
    let secret = page.between("name=\"secret\" value=\"", "\"").to_owned();
    assert!(page.body.contains(&format!("secret={secret}&#38;")) || page.body.contains(&format!("secret={secret}")));
    let fields = [("secret", secret.as_str()), ("password", PASSWORD), ("code", &code(&secret, at))];
    let reply = post(served, cookie, "/account/codes", &fields).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let list = reply.between("<ul class=\"plain\">", "</ul>");
    let once = list.split("<code>").skip(1).map(|part| part.split('<').next().unwrap().to_owned()).collect();
    (secret, once)
}

async fn sign_in(served: &Served, mail: &str, password: &str, code: &str) -> Reply {
    served.post("/sign-in/account", &[], &[("mail", mail), ("password", password), ("code", code)]).await
}

#[tokio::test]
async fn an_invitation_makes_one_account() {
    let served = Served::start().await;
    let token = invited(&served, "ada@hub.example").await.to_string();
    // Looking at the link does not use it up, and neither does a mistake.
    for (name, password, again) in [
        ("", PASSWORD, PASSWORD),
        ("Ada", "short", "short"),
        ("Ada", PASSWORD, "other"),
        ("Ada", "ada@hub.example", "ada@hub.example"),
    ] {
        let fields = [("token", token.as_str()), ("name", name), ("password", password), ("again", again)];
        assert_eq!(served.post("/invitation", &[], &fields).await.status, 422, "{name} {password}");
    }
    let fields = [("token", token.as_str()), ("name", "Ada"), ("password", PASSWORD), ("again", PASSWORD)];
    let first = served.post("/invitation", &[], &fields).await;
    assert_eq!(first.status, 303);
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(first.header("set-cookie").contains(part), "{first:?}");
    }
    assert_eq!(served.post("/invitation", &[], &fields).await.status, 403);
    assert_eq!(served.get(&format!("/invitation?token={token}"), &[]).await.status, 403);
    for wrong in ["", "x", &"0".repeat(64)] {
        assert_eq!(served.get(&format!("/invitation?token={wrong}"), &[]).await.status, 403);
    }
}

#[tokio::test]
async fn a_password_alone_opens_the_account_page_only() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    let cookie = accepted(&served, "ada@hub.example", "Ada").await;
    for page in ["/", "/case/a", "/parties", "/log"] {
        let reply = get(&served, &cookie, page).await;
        assert_eq!((reply.status, reply.header("location")), (303, "/account"), "{page}");
    }
    let token = [("name", "x"), ("scope", "admin"), ("days", "1")];
    assert_eq!(post(&served, &cookie, "/account/tokens", &token).await.status, 403, "a token would reach further");
    let (_, once) = codes(&served, &cookie, now()).await;
    assert_eq!(once.len(), 10);
    assert!(get(&served, &cookie, "/").await.body.contains("A case of the test"), "the same session is strong now");
}

/// Reads the QR code of a page by a reader that is not ours, from the squares that are drawn.
fn read_qr_code(page: &Reply) -> String {
    /// Pixels of a module.
    const SCALE: usize = 4;
    let (_, sides) = page.between("<svg class=\"qr\"", "\" shape-rendering").rsplit_once(' ').unwrap();
    let side: usize = sides.parse().unwrap();
    let mut dark = vec![false; side * side];
    for run in page.between("<path fill=\"#000\" d=\"", "\"").split('M').skip(1) {
        let numbers: Vec<usize> = run.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
        let [x, y, width, 1, back] = numbers[..] else { panic!("{run:?}") };
        assert_eq!(width, back, "{run:?}");
        dark[y * side + x..y * side + x + width].fill(true);
    }
    let pixel = |x: usize, y: usize| if dark[y / SCALE * side + x / SCALE] { 0 } else { 255 };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side * SCALE, side * SCALE, pixel);
    let codes = image.detect_grids();
    let [code] = &codes[..] else { panic!("{} codes", codes.len()) };
    code.decode().unwrap().1
}

#[tokio::test]
async fn an_app_reads_the_secret_of_the_codes_from_the_page() {
    let served = Served::start().await;
    // As long an address as there is.
    let mail = format!("{}@{}.example", "a".repeat(64), ["b".repeat(60), "c".repeat(60), "d".repeat(50)].join("."));
    let cookie = accepted(&served, &mail, "Ada").await;
    let page = get(&served, &cookie, "/account").await;
    let secret = page.between("name=\"secret\" value=\"", "\"");
    let read = read_qr_code(&page);
    let expected = format!("otpauth://totp/Forestall:{}?secret={secret}&", mail.replace('@', "%40"));
    assert!(read.starts_with(&expected), "{read}");
    let written: String = page.between("id=\"totp-secret\">", "<").split(' ').collect();
    assert_eq!(written, secret, "the secret stands beside the code");
}

#[tokio::test]
async fn nothing_tells_what_was_wrong() {
    let served = Served::start().await;
    let cookie = accepted(&served, "ada@hub.example", "Ada").await;
    let (secret, _) = codes(&served, &cookie, now().plus_seconds(-30)).await;
    let good = code(&secret, now());
    let shown = |reply: &Reply| (reply.status, reply.between("<p class=\"alert bad\"", "</p>").to_owned());
    let wrong = shown(&sign_in(&served, "ada@hub.example", "another password", &good).await);
    assert_eq!(wrong.0, 403);
    for (mail, password, code) in [
        ("ada@hub.example", PASSWORD, ""),
        ("ada@hub.example", PASSWORD, "000000"),
        ("nobody@hub.example", PASSWORD, good.as_str()),
    ] {
        assert_eq!(shown(&sign_in(&served, mail, password, code).await), wrong, "{mail} {code}");
    }
    assert_eq!(sign_in(&served, "ADA@hub.example", PASSWORD, &good).await.status, 303);
    assert_eq!(sign_in(&served, "ada@hub.example", PASSWORD, &good).await.status, 403, "a code works once");
}

#[tokio::test]
async fn codes_of_paper_work_once_each() {
    let served = Served::start().await;
    let cookie = accepted(&served, "ada@hub.example", "Ada").await;
    let (_, once) = codes(&served, &cookie, now()).await;
    assert_eq!(sign_in(&served, "ada@hub.example", PASSWORD, &once[0].to_lowercase()).await.status, 303);
    assert_eq!(sign_in(&served, "ada@hub.example", PASSWORD, &once[0]).await.status, 403);
    assert_eq!(sign_in(&served, "ada@hub.example", PASSWORD, &once[1]).await.status, 303);
}

#[tokio::test]
async fn failures_cost_time_alike_for_those_who_have_an_account_and_others() {
    let seconds = Arc::new(AtomicI64::new(0));
    let clock = Arc::clone(&seconds);
    let served = Served::start_with(move |settings| {
        settings.clock = Arc::new(move || now().plus_seconds(clock.load(Ordering::Relaxed)));
    })
    .await;
    accepted(&served, "ada@hub.example", "Ada").await;
    for mail in ["ada@hub.example", "nobody@hub.example"] {
        let mut statuses = Vec::new();
        for _ in 0..7 {
            statuses.push(sign_in(&served, mail, "a wrong password", "").await.status);
        }
        assert_eq!(statuses, [403, 403, 403, 403, 403, 429, 429], "{mail}");
    }
    assert_eq!(sign_in(&served, "ada@hub.example", PASSWORD, "").await.status, 429, "even the right one waits");
    seconds.store(11, Ordering::Relaxed);
    assert_eq!(sign_in(&served, "ada@hub.example", PASSWORD, "").await.status, 303);
}

#[tokio::test]
async fn attempts_at_once_are_counted_like_those_one_by_one() {
    let served = Served::start().await;
    accepted(&served, "ada@hub.example", "Ada").await;
    let replies = all((0..12).map(|_| sign_in(&served, "ada@hub.example", "a wrong password", ""))).await;
    let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [[403; 5].as_slice(), &[429; 7]].concat());
}

#[tokio::test]
async fn another_password_ends_the_other_sessions() {
    let served = Served::start().await;
    let here = accepted(&served, "ada@hub.example", "Ada").await;
    let (_, once) = codes(&served, &here, now()).await;
    let there = cookie(&sign_in(&served, "ada@hub.example", PASSWORD, &once[0]).await);
    assert_eq!(get(&served, &there, "/").await.status, 200);
    let wrong = [("old", "another"), ("new", "four words of no sense"), ("again", "four words of no sense")];
    assert_eq!(post(&served, &here, "/account/password", &wrong).await.status, 422);
    let right = [("old", PASSWORD), ("new", "four words of no sense"), ("again", "four words of no sense")];
    assert_eq!(post(&served, &here, "/account/password", &right).await.status, 303);
    assert_eq!(get(&served, &here, "/").await.status, 200);
    assert_eq!(get(&served, &there, "/").await.status, 303, "it has ended");
    assert_eq!(sign_in(&served, "ada@hub.example", PASSWORD, &once[1]).await.status, 403);
    assert_eq!(sign_in(&served, "ada@hub.example", "four words of no sense", &once[2]).await.status, 303);
}

#[tokio::test]
async fn a_password_is_not_guessed_from_within_a_session() {
    let seconds = Arc::new(AtomicI64::new(0));
    let clock = Arc::clone(&seconds);
    let served = Served::start_with(move |settings| {
        settings.clock = Arc::new(move || now().plus_seconds(clock.load(Ordering::Relaxed)));
    })
    .await;
    let cookie = accepted(&served, "ada@hub.example", "Ada").await;
    codes(&served, &cookie, now()).await;
    let guess = async |old: &str| {
        let fields = [("old", old), ("new", "four words of no sense"), ("again", "four words of no sense")];
        post(&served, &cookie, "/account/password", &fields).await
    };
    for _ in 0..5 {
        assert!(guess("a wrong password").await.body.contains("is another one"));
    }
    let waits = guess(PASSWORD).await;
    assert!(waits.status == 422 && waits.body.contains("try again in 10 seconds"), "{}", waits.body);
    let recovery = post(&served, &cookie, "/account/recovery", &[("password", PASSWORD)]).await;
    assert_eq!(recovery.status, 422, "the other forms wait too");
    seconds.store(11, Ordering::Relaxed);
    assert_eq!(guess(PASSWORD).await.status, 303);
}

#[tokio::test]
async fn one_who_runs_the_installation_is_left() {
    let served = Served::start().await;
    let cookie = accepted(&served, "ada@hub.example", "Ada").await;
    codes(&served, &cookie, now()).await;
    let ada = served.desk.find_person("ada@hub.example").await.unwrap();
    let change = [("party", ""), ("standing", "member")];
    let reply = post(&served, &cookie, &format!("/person/{}/change", ada.id), &change).await;
    assert!(reply.status == 422 && reply.body.contains("somebody else must"), "{}", reply.body);
    assert_eq!(served.desk.find_person("ada@hub.example").await.unwrap().standing, Standing::Operator);
    let gone = [("invitation", "0".repeat(64))];
    let gone = gone.each_ref().map(|(key, value)| (*key, value.as_str()));
    let reply = post(&served, &cookie, "/people/withdraw", &gone).await;
    assert!(reply.status == 422 && reply.body.contains("not there any more"), "{}", reply.body);
}

/// Makes an account without a password, quickly.
pub(crate) async fn person(served: &Served, mail: &str, party: Option<&str>, standing: Standing) -> Person {
    let invite = Invite { party: party.map(parsed), mail: parsed(mail), standing };
    let invited = served.desk.invite(invite, &parsed("test"), now()).await.unwrap();
    let invitation = served.desk.invitation(&invited.token.to_string(), now()).await.unwrap().unwrap();
    let by = SignsInBy::Provider("https://provider.example".to_owned(), mail.to_owned());
    served.desk.accept(&invitation, &parsed(mail), by, now()).await.unwrap()
}

/// Returns the header of a token with some scopes.
pub(crate) async fn bearer(served: &Served, person: &PersonId, scopes: &str) -> String {
    let scopes: Scopes = parsed(scopes);
    let (_, token) = served.desk.create_token(person, "test", scopes, 30, now()).await.unwrap();
    format!("Bearer {token}")
}

#[tokio::test]
async fn a_token_does_what_its_scopes_allow() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    let ada = person(&served, "ada@hub.example", None, Standing::Operator).await;
    let read = bearer(&served, &ada.id, "read").await;
    let all = bearer(&served, &ada.id, "read,answer,coordinate,admin").await;
    let get = |token: &str, path: &'static str| {
        let (served, token) = (&served, token.to_owned());
        async move { served.get(path, &[("Authorization", &token), ("Accept", "application/json")]).await }
    };
    assert_eq!(get(&read, "/case/a/alarms").await.status, 200);
    assert_eq!(get(&read, "/parties").await.status, 404, "it is not for reading");
    assert_eq!(get(&all, "/parties").await.status, 200);
    // No token of a form is needed: no browser sends such a request on its own.
    let fields = [("action", "reserve"), ("result", "done")];
    for (token, status) in [(&read, 404), (&all, 303)] {
        let reply = served.post("/case/a/slice/com/answer", &[("Authorization", token)], &fields).await;
        assert_eq!(reply.status, status, "{}", reply.body);
    }
    for wrong in
        ["Bearer", "Bearer x", &format!("Bearer {}", "0".repeat(64)), "Basic YTpi", &all.replace("Bearer", "Token")]
    {
        let reply = served.get("/case/a", &[("Authorization", wrong)]).await;
        assert_eq!((reply.status, reply.header("www-authenticate")), (401, "Bearer"), "{wrong}");
    }
    served.desk.set_disabled(&ada.id, true, now()).await.unwrap();
    assert_eq!(get(&all, "/case/a").await.status, 401);
}

#[tokio::test]
async fn an_account_that_begins_anew_has_nothing_of_the_old_one() {
    let served = Served::start().await;
    let cookie = accepted(&served, "ada@hub.example", "Ada").await;
    codes(&served, &cookie, now()).await;
    let ada = served.desk.find_person("ada@hub.example").await.unwrap();
    let token = bearer(&served, &ada.id, "read").await;
    let again = served.desk.reset_person(&ada.id, &parsed("test"), now()).await.unwrap().token.to_string();
    assert_eq!(get(&served, &cookie, "/").await.status, 303);
    assert_eq!(served.get("/", &[("Authorization", &token)]).await.status, 401);
    assert_eq!(sign_in(&served, "ada@hub.example", PASSWORD, "").await.status, 403);
    let fields = [("token", again.as_str()), ("name", "Ada L."), ("password", PASSWORD), ("again", PASSWORD)];
    assert_eq!(served.post("/invitation", &[], &fields).await.status, 303);
    let same = served.desk.find_person("ada@hub.example").await.unwrap();
    assert_eq!((same.id, same.name.as_str()), (ada.id, "Ada L."));
}

#[tokio::test]
async fn a_role_is_taken_away_at_once() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    served.desk.import_parties("id,kind,name\ncert-xx,cert,CERT XX\n", now()).await.unwrap();
    let bob = person(&served, "bob@cert.example", Some("cert-xx"), Standing::Member).await;
    let token = bearer(&served, &bob.id, "read,answer,coordinate,admin").await;
    let status = || async { served.get("/case/a", &[("Authorization", &token)]).await.status };
    assert_eq!(status().await, 404, "the case is TLP:AMBER+STRICT");
    served.desk.set_role(&parsed("a"), &bob.id, Some(CaseRole::Reader)).await.unwrap();
    assert_eq!(status().await, 200);
    let fields = [("action", "reserve"), ("result", "done")];
    let act = served.post("/case/a/slice/com/answer", &[("Authorization", &token)], &fields).await;
    assert_eq!(act.status, 404, "a reader acts on nothing");
    served.desk.set_role(&parsed("a"), &bob.id, None).await.unwrap();
    assert_eq!(status().await, 404);
}
