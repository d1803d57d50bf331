// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Sessions (RFC 5730, section 2): the greeting, who is signed in, and what each command leads to.

use std::time::{Duration, Instant};

use super::answer::{Answer, Outcome, Refusal, element, start};
use super::code;
use super::command::Command;
use super::contact;
use super::domain;
use super::element::Element;
use super::fault::{self, Effect};
use super::frame::{Frame, Side, framed};
use super::host;
use super::journal::{Entry, Verb};
use super::message;
use super::settings::NameServerModel;
use super::space::{CONTACT, DOMAIN, FEE, GRACE, HOST, SEC_DNS};
use super::world::{Asking, World};

/// How often a session may fail to sign in.
const FAILURES: u8 = 3;

/// A connection's part of the protocol.
#[derive(Debug)]
pub(super) struct Session {
    /// Its number, from 1.
    pub(super) number: u64,
    account: Option<String>,
    services: Vec<String>,
    failures: u8,
}

/// What goes to the client.
#[derive(Debug)]
pub(super) struct Sending {
    /// The octets, length included; none where nothing is said.
    pub(super) octets: Vec<u8>,
    /// How long to wait before.
    pub(super) delay: Duration,
    /// Whether the connection ends after it.
    pub(super) ends: bool,
}

impl Session {
    pub(super) const fn new(number: u64) -> Self {
        Self { number, account: None, services: Vec::new(), failures: 0 }
    }

    /// Returns what a client gets that has just connected.
    pub(super) fn opened(&self, world: &mut World) -> Sending {
        let effect = fault::take(&mut world.faults, Verb::Hello, &[]);
        let text = match effect {
            Some(Effect::CutBefore | Effect::CutAfter) => {
                return Sending { octets: Vec::new(), delay: Duration::ZERO, ends: true };
            }
            Some(Effect::Refuse(code)) => {
                let answer = Answer::from(Refusal::new(code, "it was to be so"));
                let text = answer.frame(None, &format!("SV-{}", world.number()));
                return Sending { ends: true, ..self.sending(world, &text, None, true) };
            }
            _ => greeting(world),
        };
        self.sending(world, &text, effect.as_ref(), false)
    }

    /// Returns the greeting that a client asked for.
    fn greeted(&self, world: &mut World) -> Sending {
        let text = greeting(world);
        self.record(world, Side::Server, text.as_bytes(), false);
        Sending { octets: framed(text.as_bytes()), delay: Duration::ZERO, ends: false }
    }

    /// Takes a frame and returns what goes to the client.
    pub(super) fn take(&mut self, world: &mut World, octets: &[u8]) -> Sending {
        self.record(world, Side::Client, octets, false);
        let server_id = format!("SV-{}", world.number());
        let mut entry = Entry {
            at: world.now(),
            arrived: Instant::now(),
            session: self.number,
            account: self.account.clone(),
            verb: Verb::Unreadable,
            objects: Vec::new(),
            client_id: None,
            server_id: server_id.clone(),
            code: 0,
            changed: false,
            answered: true,
        };
        let mut effect = None;
        let answer = match Command::read(octets) {
            Err((reason, client_id)) => {
                entry.client_id = client_id;
                Answer::from(Refusal::new(2001, reason))
            }
            Ok(command) => {
                (entry.verb, entry.objects) = (command.verb, command.objects());
                entry.client_id.clone_from(&command.client_id);
                effect = fault::take(&mut world.faults, entry.verb, &entry.objects);
                if effect == Some(Effect::CutBefore) {
                    entry.answered = false;
                    world.journal.push(entry);
                    return Sending { octets: Vec::new(), delay: Duration::ZERO, ends: true };
                }
                if command.verb == Verb::Hello {
                    world.journal.push(entry);
                    return self.greeted(world);
                }
                match effect {
                    Some(Effect::Refuse(code)) => Answer::from(Refusal::new(code, "it was to be so")),
                    _ => self.answered(world, &command, &server_id, effect == Some(Effect::Pend)),
                }
            }
        };
        (entry.code, entry.changed) = (answer.code, answer.changed);
        entry.answered = !matches!(effect, Some(Effect::CutAfter | Effect::Hostile(_)));
        let text = answer.frame(entry.client_id.as_deref(), &server_id);
        world.journal.push(entry);
        self.sending(world, &text, effect.as_ref(), code::ends_session(answer.code))
    }

    fn sending(&self, world: &mut World, answer: &str, effect: Option<&Effect>, ends: bool) -> Sending {
        let mut sending = Sending { octets: framed(answer.as_bytes()), delay: Duration::ZERO, ends };
        match effect {
            Some(Effect::CutAfter) => return Sending { octets: Vec::new(), ends: true, ..sending },
            Some(Effect::Hostile(hostile)) => {
                let (octets, cut) = hostile.octets(answer, &greeting(world));
                self.record(world, Side::Server, &octets, true);
                return Sending { octets, ends: ends || cut, ..sending };
            }
            Some(Effect::Delay(delay)) => sending.delay = *delay,
            _ => {}
        }
        self.record(world, Side::Server, answer.as_bytes(), false);
        sending
    }

    fn record(&self, world: &mut World, side: Side, octets: &[u8], is_hostile: bool) {
        world.frames.push(Frame { session: self.number, side, octets: octets.to_vec(), is_hostile });
    }

    /// Carries a command out.
    fn answered(&mut self, world: &mut World, command: &Command, server_id: &str, pends: bool) -> Answer {
        let outcome = match (command.verb, self.account.clone()) {
            (Verb::Login, None) => self.login(world, &command.element),
            (Verb::Login, Some(_)) => Err(Refusal::new(2002, "somebody is signed in already")),
            (Verb::Logout, Some(_)) => {
                self.account = None;
                world.sessions.remove(&self.number);
                Ok(Answer::of(1500))
            }
            (_, None) => Err(Refusal::new(2002, "nobody is signed in")),
            (_, Some(account)) => {
                let asking = Asking {
                    is_operator: world.accounts.get(&account).is_some_and(|account| account.is_operator),
                    account,
                    extensions: &command.extensions,
                    services: &self.services,
                    client_id: command.client_id.clone(),
                    server_id: server_id.to_owned(),
                    pends,
                };
                carry_out(world, &asking, command)
            }
        };
        let mut answer = outcome.unwrap_or_else(Answer::from);
        if let Some(account) = &self.account
            && answer.code < 2000
            && answer.queue.is_none()
        {
            answer.queue = message::waiting(world, account);
        }
        answer
    }

    fn login(&mut self, world: &mut World, login: &Element) -> Outcome {
        let options = login.child("options");
        let option = |name: &str| options.and_then(|options| options.text_of(name));
        if option("version").as_deref() != Some("1.0") {
            return Err(Refusal::new(2100, "the version here is 1.0"));
        }
        if option("lang").as_deref() != Some("en") {
            return Err(Refusal::new(2102, "the language here is en"));
        }
        let services = services(world, login)?;
        let id = login.text_of("clID").unwrap_or_default();
        let Some(account) =
            world.accounts.get_mut(&id).filter(|account| login.text_of("pw") == Some(account.password.clone()))
        else {
            self.failures += 1;
            let code = if self.failures < FAILURES { 2200 } else { 2501 };
            return Err(Refusal::new(code, "the account or its password is wrong"));
        };
        let open = world.sessions.values().filter(|account| **account == id).count();
        if open >= world.settings.sessions {
            return Err(Refusal::new(2502, format!("the account has {open} sessions already")));
        }
        let new = login.text_of("newPW");
        if let Some(new) = &new {
            account.password.clone_from(new);
        }
        world.sessions.insert(self.number, id.clone());
        (self.account, self.services) = (Some(id), services);
        Ok(Answer { changed: new.is_some(), ..Answer::of(1000) })
    }
}

/// Reads what a client says that it knows.
fn services(world: &World, login: &Element) -> Result<Vec<String>, Refusal> {
    let services = login.child("svcs").ok_or_else(|| Refusal::new(2003, "no services are said"))?;
    let mut said = Vec::new();
    for object in services.all("objURI").map(Element::text) {
        if !objects(world).contains(&object.as_str()) {
            return Err(Refusal::new(2307, format!("there are no objects {object:?} here")));
        }
        said.push(object);
    }
    for extension in services.child("svcExtension").into_iter().flat_map(|list| &list.children).map(Element::text) {
        if !extensions(world).contains(&extension.as_str()) {
            return Err(Refusal::new(2103, format!("there is no extension {extension:?} here")));
        }
        said.push(extension);
    }
    Ok(said)
}

fn carry_out(world: &mut World, asking: &Asking<'_>, command: &Command) -> Outcome {
    if command.verb == Verb::Poll {
        return message::poll(world, asking, &command.element);
    }
    if let Some(unknown) = asking.extensions.iter().find(|extension| !asking.knows(&extension.space)) {
        return Err(Refusal::new(2103, format!("the login did not name the extension {:?}", unknown.space)));
    }
    let object = command.object().ok_or_else(|| Refusal::new(2003, "there is no object"))?;
    if !asking.knows(&object.space) {
        return Err(Refusal::new(2307, format!("the login did not name the objects {:?}", object.space)));
    }
    if object.name != command.verb.to_string() {
        return Err(Refusal::new(2001, "the object's element is another command"));
    }
    match (object.space.as_str(), command.verb) {
        (HOST, verb) => host::carry_out(world, asking, verb, object),
        (CONTACT, verb) => contact::carry_out(world, asking, verb, object),
        (_, Verb::Check) => domain::check::check(world, asking, object),
        (_, Verb::Info) => domain::info::info(world, asking, object),
        (_, Verb::Create) => domain::create::create(world, asking, object),
        (_, Verb::Update) => domain::update::update(world, asking, object),
        (_, Verb::Delete) => domain::delete::delete(world, asking, object),
        (_, Verb::Renew) => domain::renew::renew(world, asking, object),
        (_, Verb::Transfer) => {
            let op = command.element.attribute("op").unwrap_or_default();
            domain::transfer::transfer(world, asking, op, object)
        }
        _ => Err(Refusal::new(2101, "there is no such command for objects")),
    }
}

/// Returns the objects that the registry knows.
fn objects(world: &World) -> Vec<&'static str> {
    let hosts = (world.settings.name_servers == NameServerModel::Objects).then_some(HOST);
    [DOMAIN, CONTACT].into_iter().chain(hosts).collect()
}

/// Returns the extensions that the registry knows.
fn extensions(world: &World) -> Vec<&'static str> {
    let settings = &world.settings;
    let known = [(SEC_DNS, settings.knows_sec_dns), (GRACE, settings.knows_grace), (FEE, settings.knows_fees)];
    known.into_iter().filter(|(_, known)| *known).map(|(space, _)| space).collect()
}

fn greeting(world: &World) -> String {
    let uris = |name: &str, spaces: Vec<&str>| spaces.into_iter().map(|space| element(name, space)).collect::<String>();
    let extensions = uris("extURI", extensions(world));
    let extensions =
        if extensions.is_empty() { extensions } else { format!("<svcExtension>{extensions}</svcExtension>") };
    format!(
        "{}<greeting><svID>Registry of tests</svID><svDate>{}</svDate><svcMenu><version>1.0</version><lang>en</lang>{}{extensions}\
         </svcMenu><dcp><access><all/></access><statement><purpose><admin/><prov/></purpose><recipient><ours/><public/></recipient>\
         <retention><stated/></retention></statement></dcp></greeting></epp>",
        start(),
        world.now(),
        uris("objURI", objects(world)),
    )
}
