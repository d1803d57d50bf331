// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Signing in with a real provider of identities.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

use forestall_connect::oidc::{Oidc, OidcSettings, Prompt};
use forestall_hub::desk::{Admit, Invite};
use forestall_hub::server::Provider;
use forestall_model::{MailAddress, Standing};
use forestall_testkit::oidc::OidcProvider;
use forestall_testkit::parsed;
use forestall_testkit::webdriver::Browser;

use crate::console::{Reply, Served, now};

const USERS: [&str; 4] = [
    r#"{"sub": "1-ada", "email": "Ada@hub.example", "email_verified": true, "name": "Ada L."}"#,
    r#"{"sub": "2-eve", "email": "ada@hub.example", "email_verified": false}"#,
    r#"{"sub": "3-bob", "email": "bob@hub.example", "email_verified": true}"#,
    r#"{"sub": "4-ada", "email": "ada@hub.example", "email_verified": true}"#,
];

/// Serves a hub whose people sign in with a provider.
async fn served(issuer: String, by_mail: bool, prompt: Option<Prompt>) -> Served {
    let settings = OidcSettings {
        issuer,
        client_id: "forestall".to_owned(),
        client_secret: "a secret of the client".to_owned(),
        prompt,
        authorities: Vec::new(),
    };
    let client = Oidc::new(settings).unwrap();
    Served::start_with(move |settings| {
        settings.provider = Some(Provider { name: "the directory".to_owned(), by_mail, client });
    })
    .await
}

/// A browser that went away to the provider.
struct Away {
    url: String,
    /// The cookie with what must come back the same.
    cookie: String,
}

async fn leave(served: &Served, path: &str) -> Away {
    let reply = served.get(path, &[("Sec-Fetch-Site", "same-origin")]).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    let cookie = reply.header("set-cookie");
    for part in ["; HttpOnly", "; SameSite=Lax", "; Path=/", "; Max-Age=600"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let url = reply.header("location").to_owned();
    for part in ["code_challenge_method=S256", "code_challenge=", "nonce=", "state=", "scope=openid"] {
        assert!(url.contains(part), "{url}");
    }
    Away { url, cookie: cookie.split(';').next().unwrap().to_owned() }
}

/// Comes back, and takes care that the browser keeps nothing of the way.
async fn come_back(served: &Served, query: &str, cookie: &str) -> Reply {
    let reply = served.get(&format!("/sign-in/provider/back?{query}"), &[("Cookie", cookie)]).await;
    let mut set = reply.headers.iter().filter(|(name, _)| name == "set-cookie");
    assert!(set.any(|(_, value)| value.contains("-away=;") && value.contains("Max-Age=0")), "{reply:?}");
    reply
}

/// Signs in at the provider while this thread goes on.
async fn at_provider(provider: &OidcProvider, url: &str, user: &str) -> String {
    tokio::task::block_in_place(|| provider.sign_in(url, user))
}

/// Goes to the provider and comes back.
async fn sign_in(served: &Served, provider: &OidcProvider, path: &str, user: &str) -> Reply {
    let away = leave(served, path).await;
    let query = at_provider(provider, &away.url, user).await;
    come_back(served, &query, &away.cookie).await
}

/// Returns the cookie of the session that an answer begins.
fn session(reply: &Reply) -> String {
    assert_eq!((reply.status, reply.header("refresh")), (200, "0;url=/"), "{}", reply.body);
    let cookies = reply.headers.iter().filter(|(name, value)| name == "set-cookie" && !value.contains("-away"));
    let cookies: Vec<&str> = cookies.map(|(_, value)| value.as_str()).collect();
    let [cookie] = cookies[..] else { panic!("{cookies:?}") };
    assert!(cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Strict"), "{cookie}");
    cookie.split(';').next().unwrap().to_owned()
}

fn begins_none(reply: &Reply) -> bool {
    reply.headers.iter().filter(|(name, _)| name == "set-cookie").all(|(_, value)| value.contains("-away=;"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_who_was_linked_signs_in_and_nobody_else() {
    let test = "somebody_who_was_linked_signs_in_and_nobody_else";
    let Some(provider) = OidcProvider::start(test, &USERS) else { return };
    let served = served(provider.issuer(), false, Some(Prompt::Login)).await;
    assert!(served.get("/sign-in", &[]).await.body.contains("Sign in with the directory"));
    let unknown = sign_in(&served, &provider, "/sign-in/provider", "3-bob").await;
    assert_eq!(unknown.status, 403);
    assert!(unknown.body.contains("3-bob"), "who may link them must be told what: {}", unknown.body);
    assert!(begins_none(&unknown), "{unknown:?}");

    // An invitation does not help by the mail address alone, unless the operator goes by that.
    let invite = Invite { party: None, mail: parsed("bob@hub.example"), standing: Standing::Operator };
    served.desk.invite(invite.clone(), &parsed("test"), now()).await.unwrap();
    assert_eq!(sign_in(&served, &provider, "/sign-in/provider", "3-bob").await.status, 403);

    let issuer = provider.issuer();
    let admit = Admit { invite, name: parsed("Bob"), issuer: issuer.clone(), subject: "3-bob".to_owned() };
    let bob = served.desk.admit(admit.clone(), &parsed("test"), now()).await.unwrap();
    let away = leave(&served, "/sign-in/provider").await;
    assert!(away.url.contains("prompt=login"), "{}", away.url);
    let cookie = session(&sign_in(&served, &provider, "/sign-in/provider", "3-bob").await);
    let page = served.get("/parties", &[("Cookie", &cookie)]).await;
    assert_eq!(page.status, 200, "no code is asked besides");
    let account = served.get("/account", &[("Cookie", &cookie)]).await;
    assert!(account.body.contains("3-bob") && !account.body.contains("form-codes"), "{}", account.body);
    // Signing out ends the session here.
    let token = page.between("name=\"form_token\" value=\"", "\"").to_owned();
    served.post("/sign-out", &[("Cookie", &cookie)], &[("form_token", &token)]).await;
    assert_eq!(served.get("/parties", &[("Cookie", &cookie)]).await.status, 303);

    assert!(served.desk.admit(admit, &parsed("test"), now()).await.is_err(), "an identity is one person's");
    served.desk.set_disabled(&bob.id, true, now()).await.unwrap();
    assert_eq!(sign_in(&served, &provider, "/sign-in/provider", "3-bob").await.status, 403);
    served.desk.set_disabled(&bob.id, false, now()).await.unwrap();
    let cookie = session(&sign_in(&served, &provider, "/sign-in/provider", "3-bob").await);
    served.desk.unlink_person(&bob.id, now()).await.unwrap();
    assert_eq!(served.get("/parties", &[("Cookie", &cookie)]).await.status, 303, "the session is gone with the link");
    assert_eq!(sign_in(&served, &provider, "/sign-in/provider", "3-bob").await.status, 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_come_back_the_same_or_comes_back_twice_signs_nobody_in() {
    let test = "what_does_not_come_back_the_same_or_comes_back_twice_signs_nobody_in";
    let Some(provider) = OidcProvider::start(test, &USERS) else { return };
    let served = served(provider.issuer(), false, None).await;
    let invite = Invite { party: None, mail: parsed("bob@hub.example"), standing: Standing::Operator };
    let subject = "3-bob".to_owned();
    let admit = Admit { invite, name: parsed("Bob"), issuer: provider.issuer(), subject };
    served.desk.admit(admit, &parsed("test"), now()).await.unwrap();
    let refused = |what: &'static str, reply: Reply| {
        assert_eq!(reply.status, 403, "{what}: {}", reply.body);
        assert!(begins_none(&reply), "{what}: {reply:?}");
        assert!(reply.body.contains("form-account"), "{what}: the way in is shown again");
    };

    let away = leave(&served, "/sign-in/provider").await;
    let query = at_provider(&provider, &away.url, "3-bob").await;
    refused("another browser", come_back(&served, &query, "x=y").await);
    let wrong = query.replace("state=", "state=x");
    refused("another state", come_back(&served, &wrong, &away.cookie).await);
    session(&come_back(&served, &query, &away.cookie).await);
    refused("a second time", come_back(&served, &query, &away.cookie).await);

    // The code of the first sign-in under the state of a second.
    let code = query.split('&').find(|part| part.starts_with("code=")).unwrap();
    let again = leave(&served, "/sign-in/provider").await;
    let state = again.url.split(&['?', '&']).find(|part| part.starts_with("state=")).unwrap();
    refused("a code that was redeemed", come_back(&served, &format!("{code}&{state}"), &again.cookie).await);

    // This provider does not look at the secret of PKCE, so that only the nonce is tried.
    let away = leave(&served, "/sign-in/provider").await;
    let query = at_provider(&provider, &away.url, "3-bob").await;
    let mut parts: Vec<String> = away.cookie.split('.').map(str::to_owned).collect();
    parts[1] = parts[1].chars().rev().collect();
    refused("another nonce", come_back(&served, &query, &parts.join(".")).await);

    let away = leave(&served, "/sign-in/provider").await;
    let query = at_provider(&provider, &away.url, "3-bob").await;
    let mixed = format!("{query}&iss=https%3A%2F%2Fanother.example");
    refused("another provider", come_back(&served, &mixed, &away.cookie).await);
    let away = leave(&served, "/sign-in/provider").await;
    let state = away.url.split(&['?', '&']).find(|part| part.starts_with("state=")).unwrap();
    let denied = come_back(&served, &format!("error=access_denied&{state}"), &away.cookie).await;
    assert!(denied.body.contains("the directory did not sign you in"), "{}", denied.body);
    refused("a refusal", denied);

    for from in ["cross-site", "same-site"] {
        let reply = served.get("/sign-in/provider", &[("Sec-Fetch-Site", from)]).await;
        assert_eq!((reply.status, reply.header("location")), (303, "/sign-in"), "{from}");
        assert_eq!(reply.header("set-cookie"), "");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_makes_an_account_without_a_password() {
    let test = "an_invitation_makes_an_account_without_a_password";
    let Some(provider) = OidcProvider::start(test, &USERS) else { return };
    let served = served(provider.issuer(), false, None).await;
    // The address of the invitation need not be the one that the provider knows: whoever has the link was invited.
    let invite = Invite { party: None, mail: parsed("desk@hub.example"), standing: Standing::Operator };
    let token = served.desk.invite(invite, &parsed("test"), now()).await.unwrap().token;
    let page = served.get(&format!("/invitation?token={token}"), &[]).await;
    let path = format!("/sign-in/provider?invitation={token}");
    assert!(page.body.contains(&format!("href=\"{path}\"")), "{}", page.body);
    session(&sign_in(&served, &provider, &path, "1-ada").await);
    let person = served.desk.find_person("desk@hub.example").await.unwrap();
    assert_eq!(person.name, "Ada L.");
    let spent = sign_in(&served, &provider, &path, "3-bob").await;
    assert_eq!(spent.status, 409, "an invitation works once: {}", spent.body);
    session(&sign_in(&served, &provider, "/sign-in/provider", "1-ada").await);
    assert_eq!(served.get("/sign-in/provider?invitation=x", &[]).await.status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_verified_address_is_enough_where_the_operator_says_so() {
    let test = "a_verified_address_is_enough_where_the_operator_says_so";
    let Some(provider) = OidcProvider::start(test, &USERS) else { return };
    let served = served(provider.issuer(), true, None).await;
    let enter = async |user: &str| sign_in(&served, &provider, "/sign-in/provider", user).await;
    assert_eq!(enter("1-ada").await.status, 403, "nobody registers by themselves");
    let mail: MailAddress = parsed("ada@hub.example");
    let invite = Invite { party: None, mail: mail.clone(), standing: Standing::Operator };
    served.desk.invite(invite, &parsed("test"), now()).await.unwrap();
    assert_eq!(enter("2-eve").await.status, 403, "the provider did not make sure of the address");
    assert_eq!(enter("3-bob").await.status, 403, "another address");
    session(&enter("1-ada").await);
    assert_eq!(enter("4-ada").await.status, 403, "the address is linked to another name of the provider");
    session(&enter("1-ada").await);
    // An account with a password is linked as well.
    let invite = Invite { party: None, mail: parsed("bob@hub.example"), standing: Standing::Operator };
    let token = served.desk.invite(invite, &parsed("test"), now()).await.unwrap().token.to_string();
    let word = crate::accounts::PASSWORD;
    let fields = [("token", token.as_str()), ("name", "Bob"), ("password", word), ("again", word)];
    assert_eq!(served.post("/invitation", &[], &fields).await.status, 303);
    session(&enter("3-bob").await);
    let account = [("mail", "bob@hub.example"), ("password", word), ("code", "")];
    assert_eq!(served.post("/sign-in/account", &[], &account).await.status, 303, "and the password still works");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_keeps_the_session_that_begins_after_another_site() {
    let test = "a_browser_keeps_the_session_that_begins_after_another_site";
    let Some(provider) = OidcProvider::start(test, &USERS) else { return };
    // To a browser another name is another site, and the cookie of a session is sent to none.
    let issuer = provider.issuer().replace("127.0.0.1", "localhost");
    let served = served(issuer.clone(), false, None).await;
    let invite = Invite { party: None, mail: parsed("bob@hub.example"), standing: Standing::Operator };
    let admit = Admit { invite, name: parsed("Bob"), issuer, subject: "3-bob".to_owned() };
    served.desk.admit(admit, &parsed("test"), now()).await.unwrap();
    tokio::task::spawn_blocking(move || {
        let Some(browser) = Browser::start(test, true) else { return };
        browser.open(&format!("http://{}/sign-in", served.address));
        browser.click("#provider");
        browser.type_into("input[name=sub]", "3-bob");
        browser.click("button[type=submit]");
        // Waits for the page that only those who are signed in see.
        let _link = browser.find("a[href='/open']");
        assert_eq!(browser.url(), format!("http://{}/", served.address));
        browser.shows("h1", "Cases");
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_provider_that_is_down_stops_nobody_else() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let served = served(issuer, false, None).await;
    let reply = served.get("/sign-in/provider", &[]).await;
    assert_eq!(reply.status, 502);
    assert!(reply.body.contains("the directory does not answer as it should"), "{}", reply.body);
    assert!(reply.body.contains("form-account"), "the form for a password is there: {}", reply.body);
    assert!(!reply.body.contains("a secret of the client"));
    let reply = served.get("/sign-in/provider", &[("Accept", "application/json")]).await;
    assert_eq!((reply.status, reply.header("content-type")), (502, "application/problem+json"));
    served.sign_in().await;
}

#[tokio::test]
async fn without_a_provider_there_is_no_such_page() {
    let served = Served::start().await;
    assert!(!served.get("/sign-in", &[]).await.body.contains("/sign-in/provider"));
    for page in ["/sign-in/provider", "/sign-in/provider/back?code=x&state=y"] {
        assert_eq!(served.get(page, &[]).await.status, 404, "{page}");
    }
}

#[tokio::test]
async fn whoever_runs_the_installation_links_people_on_their_page() {
    let served = served("https://id.example".to_owned(), false, None).await;
    let ada = crate::accounts::person(&served, "ada@hub.example", None, Standing::Operator).await;
    let bob = crate::accounts::person(&served, "bob@hub.example", None, Standing::Operator).await;
    let client = served.sign_in().await;
    let path = format!("/person/{}/identity", ada.id);
    assert!(client.get(&format!("/person/{}", ada.id)).await.body.contains("value=\"https://id.example\""));
    let link = |issuer: &'static str, subject: &'static str| [("issuer", issuer), ("subject", subject)];
    assert_eq!(client.post(&path, &link("https://id.example", "1<ada>")).await.status, 303);
    assert!(client.get(&format!("/person/{}", ada.id)).await.body.contains("1&#60;ada&#62;"));
    let taken = client.post(&format!("/person/{}/identity", bob.id), &link("https://id.example", "1<ada>")).await;
    assert_eq!(taken.status, 422);
    assert!(taken.body.contains("is ada@hub.example here already"), "{}", taken.body);
    for (issuer, subject) in [("id.example", "1"), ("https://id.example", ""), ("https://id.example", "a\nb")] {
        assert_eq!(client.post(&path, &link(issuer, subject)).await.status, 422, "{issuer} {subject}");
    }
    assert_eq!(client.post(&path, &[("unlink", "yes")]).await.status, 303);
    assert_eq!(
        client.post(&format!("/person/{}/identity", bob.id), &link("https://id.example", "1<ada>")).await.status,
        303
    );
}
