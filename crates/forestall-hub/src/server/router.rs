// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which address is which page, and what somebody needs who opens it.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};

use super::{App, Problem, assets, drill, guard, metrics, needs, session, shared};
use crate::pages;

/// Puts pages, sign-in and guard together.
pub(super) fn router(app: App) -> Router {
    let signed_in = Router::new()
        .merge(for_many(&app))
        .merge(for_all())
        .merge(for_networks())
        .merge(for_accounts())
        .merge(for_the_community())
        .merge(for_operators())
        .merge(for_leaders_of_any_case())
        .merge(for_readers_of_a_case(&app))
        .merge(for_leaders_of_a_case())
        .merge(for_readers_of_a_slice(&app))
        .merge(for_answerers(&app))
        .fallback(nowhere)
        .layer(from_fn_with_state(app.clone(), session::require));
    let public = Router::new()
        .route("/public/rules", get(pages::public_rules::show))
        .route("/public/figures", get(pages::public_figures::show))
        .route("/public/census", get(pages::public_census::show))
        .route("/public/look-up", get(pages::look_up::show).post(pages::look_up::ask))
        .route("/public/look-up/check", post(pages::look_up::check))
        .route("/public/appeal", post(pages::public_appeal::send))
        .route("/log/key", get(pages::public_log::key))
        .route("/log/{case}/key", get(pages::public_log::key_of_case))
        .route("/log/{case}/checkpoint", get(pages::public_log::checkpoint))
        .route("/log/{case}/tile/{*path}", get(pages::public_log::tile))
        .route("/log/{case}/entry/{version}", get(pages::public_log::entry))
        .route("/log/{case}/proof/{version}", get(pages::public_log::proof))
        .route("/log/{case}/consistency/{old}/{new}", get(pages::public_log::consistency));
    let has_banner = app.drill().is_some();
    let router = Router::new()
        .nest("/api", crate::api::router(&app))
        .merge(crate::taxii::router(&app))
        .merge(crate::misp::router(&app))
        .merge(public)
        .route("/sign-in", get(pages::sign_in::show).post(pages::sign_in::enter))
        .route("/sign-in/account", post(pages::sign_in::with_account))
        .route("/sign-in/provider", get(pages::provider::start))
        .route("/sign-in/provider/back", get(pages::provider::back))
        .route("/invitation", get(pages::invitation::show).post(pages::invitation::accept))
        .route("/assets/{name}", get(assets::show))
        .route("/metrics", get(pages::metrics::show))
        .merge(signed_in)
        .layer(from_fn_with_state(app.clone(), guard::guard));
    // Around the guard, so that pages which it makes of problems say it too.
    let router = if has_banner { router.layer(from_fn(drill::banner)) } else { router };
    router
        .layer(from_fn_with_state(app.clone(), metrics::measure))
        // Forms are measured where they are read.
        .layer(DefaultBodyLimit::disable())
        .with_state(app)
}

/// Pages that many read at one time, shared by those with equal rights. Nothing on them but the frame may depend on which of those reads.
fn for_many(app: &App) -> Router<App> {
    let of_cases = Router::new()
        .route("/case/{id}", get(pages::case::show))
        .route("/case/{id}/gaps", get(pages::gaps::show))
        .route_layer(from_fn_with_state(app.clone(), needs::whole_case));
    let of_slices = Router::new()
        .route("/case/{id}/slice/{tld}", get(pages::slice::show))
        .route_layer(from_fn_with_state(app.clone(), needs::slice));
    Router::new()
        .route("/", get(pages::cases::show))
        .merge(of_cases)
        .merge(of_slices)
        .route_layer(from_fn_with_state(app.clone(), shared::serve))
}

/// Pages that cut by themselves what each person sees.
fn for_all() -> Router<App> {
    Router::new().route("/home", get(pages::home::show)).route("/sign-out", post(pages::sign_in::leave))
}

/// The machines of one's own networks, for people of a party that answers for some: the pages see to it.
fn for_networks() -> Router<App> {
    Router::new()
        .route("/census/networks", get(pages::census_networks::show))
        .route("/census/networks/{file}", get(pages::census_networks::download))
        .route("/census/countries", get(pages::census_countries::show))
        .route("/census/countries/{file}", get(pages::census_countries::download))
}

/// Pages about one's own account.
fn for_accounts() -> Router<App> {
    Router::new()
        .route("/account", get(pages::account::show))
        .route("/account/codes", post(pages::account::set_up_codes))
        .route("/account/recovery", post(pages::account::new_codes))
        .route("/account/password", post(pages::account::change_password))
        .route("/account/daily", post(pages::account::daily_mail))
        .route("/account/sessions/end", post(pages::account::end_session))
        .route("/account/tokens", post(pages::account::create_token))
        .route("/account/tokens/revoke", post(pages::account::revoke_token))
        .route_layer(from_fn(needs::own_account))
}

/// Pages for every member who belongs to no registry.
fn for_the_community() -> Router<App> {
    Router::new()
        .route("/families", get(pages::families::show))
        .route("/family/{slug}", get(pages::family::show))
        .route("/census", get(pages::census::show))
        .route("/census/{slug}", get(pages::census::family))
        .route_layer(from_fn(needs::community))
}

/// Pages for the people who run the installation. A page of which nobody said whom it is for belongs here.
fn for_operators() -> Router<App> {
    Router::new()
        .route("/open", get(pages::open::show).post(pages::open::act))
        .route("/log", get(pages::log::show))
        .route("/jobs", get(pages::jobs::show))
        .route("/mails", get(pages::mails::show))
        .route("/mails/{mail}", post(pages::mails::decide))
        .route("/registers", get(pages::registers::show))
        .route("/registers/friends", post(pages::registers::take_register))
        .route("/registers/exclusions", post(pages::registers::take_exclusions))
        .route("/registers/remove", post(pages::registers::remove))
        .route("/registers/{list}", get(pages::registers::download))
        .route("/guard", get(pages::servers::show))
        .route("/zones", get(pages::zones::show))
        .route("/zones/add", post(pages::zones::add))
        .route("/zone/{zone}", get(pages::zone::show))
        .route("/zone/{zone}/remove", post(pages::zone::remove))
        .route("/subscribers", get(pages::subscribers::show))
        .route("/subscribers/add", post(pages::subscribers::add))
        .route("/subscribers/remove", post(pages::subscribers::remove))
        .route("/epp/go", post(pages::epp::go))
        .route("/epp/journal", get(pages::epp_journal::show))
        .route("/parties", get(pages::parties::show))
        .route("/parties/add", post(pages::parties::add))
        .route("/parties/import", post(pages::parties::import))
        .route("/parties/sheet.txt", get(pages::parties::sheet_text))
        .route("/parties/sheet.html", get(pages::parties::sheet_html))
        .route("/party/{party}", get(pages::party::show).post(pages::party::save))
        .route("/party/{party}/contact", post(pages::party::add_contact))
        .route("/party/{party}/check", post(pages::party::check_contact))
        .route("/party/{party}/remove", post(pages::party::remove))
        .route("/people", get(pages::people::show))
        .route("/people/invite", post(pages::people::invite))
        .route("/people/withdraw", post(pages::people::withdraw))
        .route("/person/{person}", get(pages::person::show))
        .route("/person/{person}/role", post(pages::person::role))
        .route("/person/{person}/change", post(pages::person::change))
        .route("/person/{person}/access", post(pages::person::access))
        .route("/person/{person}/identity", post(pages::person::identity))
        .route("/person/{person}/session", post(pages::person::end_session))
        .route("/person/{person}/token", post(pages::person::revoke_token))
        .route("/person/{person}/reset", post(pages::person::reset))
        .route("/disclosures", get(pages::disclosures::show))
        .route("/disclosures.csv", get(pages::disclosures::csv))
        .route_layer(from_fn(needs::operator))
}

/// What is written at registries over EPP, for whoever leads a case: each page looks whether a batch is of theirs.
fn for_leaders_of_any_case() -> Router<App> {
    Router::new()
        .route("/epp", get(pages::epp::show))
        .route("/epp/propose", post(pages::epp::propose))
        .route("/epp/stop", post(pages::epp::stop))
        .route("/epp/batch/{batch}", get(pages::epp_batch::show))
        .route("/epp/batch/{batch}/approve", post(pages::epp_batch::give))
        .route("/epp/batch/{batch}/text", get(pages::epp_batch::text))
        .route_layer(from_fn(needs::leader_of_any))
}

/// Pages of a case for whoever sees all of it.
fn for_readers_of_a_case(app: &App) -> Router<App> {
    Router::new()
        .route("/case/{id}/days", get(pages::days::show))
        .route("/case/{id}/holders", get(pages::holders::show))
        .route("/case/{id}/docket", get(pages::docket::show))
        .route("/case/{id}/docket/decide", get(pages::decide::show))
        .route("/case/{id}/docket/names.txt", get(pages::decide::list).post(pages::decide::list_of_form))
        .route("/case/{id}/name/{name}", get(pages::name::show))
        .route("/case/{id}/alarms", get(pages::alarms::show))
        .route("/case/{id}/exclusions.txt", get(pages::exclusions::list))
        .route("/case/{id}/what-if", get(pages::what_if::show))
        .route("/case/{id}/figures", get(pages::figures::show))
        .route("/case/{id}/latency", get(pages::latency::show))
        .route("/case/{id}/timeline", get(pages::timeline::show))
        .route("/case/{id}/census", get(pages::census::case))
        .route("/case/{id}/work", get(pages::work::show))
        .route("/case/{id}/lists", get(pages::lists::show))
        .route("/case/{id}/log", get(pages::log::show_case))
        .route("/case/{id}/log/checkpoint", get(pages::log_files::checkpoint))
        .route("/case/{id}/log/proof/{version}", get(pages::log_files::proof))
        .route_layer(from_fn_with_state(app.clone(), needs::whole_case))
}

/// Acts on a case, for whoever leads it.
fn for_leaders_of_a_case() -> Router<App> {
    Router::new()
        .route("/case/{id}/holders/readmit", post(pages::holders::readmit))
        .route("/case/{id}/docket/confirm", post(pages::decide::confirm))
        .route("/case/{id}/docket/decide", post(pages::decide::decide))
        .route("/case/{id}/appeal", post(pages::appeal::bring))
        .route("/case/{id}/settle", post(pages::appeal::settle))
        .route("/case/{id}/undo", post(pages::undo::undo))
        .route("/case/{id}/tasks", post(pages::work::add))
        .route("/case/{id}/task", post(pages::work::change))
        .route("/case/{id}/resolve", post(pages::work::resolve))
        .route("/case/{id}/note", post(pages::work::note))
        .route("/case/{id}/playbook", post(pages::work::playbook))
        .route("/case/{id}/lists/cut", post(pages::lists::cut))
        .route("/case/{id}/replies", get(pages::replies::show).post(pages::replies::hand_in))
        .route("/case/{id}/replies/{mail}", post(pages::replies::decide))
        .route("/case/{id}/told", get(pages::told::show).post(pages::told::look))
        .route("/case/{id}/told/confirm", post(pages::told::confirm))
        .route("/case/{id}/archive", get(pages::log_files::archive))
        .route("/case/{id}/slice/{tld}/request", post(pages::request::ask))
        .route("/case/{id}/slice/{tld}/acknowledge", post(pages::request::acknowledge))
        .route("/case/{id}/slice/{tld}/exclude", post(pages::holders::exclude))
        .route("/case/{id}/slice/{tld}/fallback", post(pages::fallback::cut))
        .route_layer(from_fn(needs::leader))
}

/// A slice, for whoever sees the case and for the registry whose it is.
fn for_readers_of_a_slice(app: &App) -> Router<App> {
    Router::new()
        .route("/case/{id}/slice/{tld}/names.csv", get(pages::download::csv))
        .route("/case/{id}/slice/{tld}/names.txt", get(pages::download::plain))
        .route("/case/{id}/slice/{tld}/list/{file}", get(pages::lists::download))
        .route("/case/{id}/slice/{tld}/list/{number}/{paper}", get(pages::papers::fetch))
        .route_layer(from_fn_with_state(app.clone(), needs::slice))
}

/// Answers, for whoever leads the case and for the registry whose slice it is.
fn for_answerers(app: &App) -> Router<App> {
    Router::new()
        .route("/case/{id}/slice/{tld}/answer", post(pages::answer::days))
        .route("/case/{id}/slice/{tld}/answer-names", post(pages::answer::names))
        .route("/case/{id}/slice/{tld}/answer-file", post(pages::answer::file))
        .route_layer(from_fn_with_state(app.clone(), needs::answerer))
}

async fn nowhere() -> Problem {
    needs::nowhere()
}
