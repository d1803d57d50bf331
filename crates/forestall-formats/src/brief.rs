// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The brief: one page in plain words that goes with a numbered list, in the registry's language.
//!
//! It says how many names, by when, what exactly to do (the closed vocabulary with its meaning), what not to touch, whom to ring, how to
//! answer, and how to check the list. All of it comes out of the envelope, so that the two cannot disagree. The same words come as the
//! body of a mail, as Markdown and as a page to print. The words are data: [`crate::wording`].

use std::collections::BTreeMap;

use forestall_model::{AnswerResult, DomainName, Released, Tlp};

use crate::envelope::{self, Envelope, Purpose, Verification};
use crate::page::{self, Fields, PageForm, Values};
use crate::wording::{Language, WordingError, sharing_key};

/// One page in three forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    /// The subject of a mail; it ends in the token of the list, by which an answer finds back.
    pub subject: String,
    /// The body of a mail, in lines of at most 76 characters where no word is longer.
    pub text: String,
    /// CommonMark.
    pub markdown: String,
    /// A page of HTML that loads nothing, to be printed.
    pub html: String,
}

/// The style of the printed page: black on white, one page where it fits.
const STYLE: &str = "@page { size: A4; margin: 15mm }\n\
    body { font: 10pt/1.35 sans-serif; max-width: 50em; margin: 0 auto; color: #000; background: #fff; overflow-wrap: anywhere }\n\
    h1 { font-size: 14pt; margin: 0 0 .5em }\n\
    h2 { font-size: 11pt; margin: .8em 0 .2em; break-after: avoid }\n\
    p, pre { margin: .3em 0 } pre { white-space: pre-wrap } ul, ol { margin: .2em 0; padding-left: 1.4em }\n";

/// What an envelope says of a name that somebody holds, where nothing else was agreed; the brief says it in its own language.
pub const COLLISIONS: &str = "Do nothing to a name that somebody holds; answer with refused and say who holds it.";
/// What an envelope says will happen if nothing is done, where nothing else was agreed; the brief says it in its own language.
pub const OTHERWISE: &str = "A name that is not protected when its window opens can be registered by the botnet's author, who then \
                             reaches infected machines.";

/// Writes the brief of an envelope. Equal envelopes give equal texts.
///
/// # Errors
///
/// [`WordingError`] for a fault in the files of the language.
pub fn write(envelope: &Released<Envelope>, language: Language) -> Result<Brief, WordingError> {
    let values = values(envelope, language)?;
    let show = |form| page::show(language.tag(), language.brief(), &values, form);
    let key = match envelope.object().purpose {
        Purpose::Protect => "subject-protect",
        Purpose::Release => "subject-release",
    };
    let subject = language.filled(key, &values.fields)?;
    let html = page::whole(language.tag(), &subject, STYLE, &show(PageForm::Html)?);
    Ok(Brief {
        subject: format!("{subject} {}", envelope.object().list.token()),
        text: show(PageForm::Text)?,
        markdown: show(PageForm::Markdown)?,
        html,
    })
}

fn values(released: &Released<Envelope>, language: Language) -> Result<Values, WordingError> {
    let envelope = released.object();
    let word = |key: &str| language.word(key).map(str::to_owned);
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    let flag = |on: bool| if on { "yes".to_owned() } else { String::new() };
    let some = |count: u64| if count == 0 { Ok(String::new()) } else { language.counted(count, "names") };
    let meaning = |action: forestall_model::Action| word(&format!("action-{action}"));
    let usual = |text: &str, usual: &str, key: &str| if text == usual { word(key) } else { Ok(text.to_owned()) };
    let (counts, lead, term) = (&envelope.counts, &envelope.lead, &envelope.term);
    let release = |purpose| envelope.purpose == purpose;
    let mut fields: Fields = BTreeMap::from([
        ("number", envelope.list.number.to_string()),
        ("tld", envelope.list.tld.to_string()),
        ("case", envelope.list.case.to_string()),
        ("token", envelope.list.token()),
        ("title", envelope.title.clone()),
        ("names", language.counted(counts.names, "names")?),
        ("act-by", language.instant(lead.act_by)?),
        ("act-day", lead.act_by.day().to_string()),
        ("issued", language.instant(envelope.issued)?),
        ("if-protect", flag(release(Purpose::Protect))),
        ("if-release", flag(release(Purpose::Release))),
        ("if-nothing", flag(envelope.asked.is_empty())),
        ("organisation", envelope.requester.organisation.clone()),
        ("person", envelope.requester.person.clone()),
        ("role", envelope.requester.role.clone()),
        ("phone", envelope.requester.phone.clone()),
        ("mail", optional(&envelope.requester.mail)),
        ("proof", envelope.requester.proof.clone()),
        ("families", families(envelope, |_| true)),
        ("unverified", families(envelope, |verification| verification == Verification::Unverified)),
        ("road", word(&format!("road-{}", lead.road))?),
        ("otherwise", usual(&lead.otherwise, OTHERWISE, "otherwise")?),
        ("cool-down", language.counted(u64::from(term.cool_down_days), "days")?),
        ("release-on", term.release_on.map(|day| day.to_string()).unwrap_or_default()),
        ("renewed-by", optional(&term.renewed_by)),
        ("waiver", flag(envelope.fees.waiver_wanted)),
        ("provision", optional(&envelope.fees.provision)),
        ("name-servers", joined(&envelope.name_servers)),
        ("collisions", usual(&envelope.collisions, COLLISIONS, "collisions")?),
        ("registered", some(counts.registered)?),
        ("not-registrable", some(counts.not_registrable)?),
        ("appeal", envelope.appeal.contact.clone()),
        ("answer-by", language.instant(envelope.answer.by)?),
        ("answer-address", envelope.answer.address.clone()),
        ("envelope", envelope::file_name(&envelope.list)),
        ("sharing", sharing(released, language)?),
    ]);
    let tell_holder = match envelope.appeal.tell_holder_from {
        None => word("tell-holder-never")?,
        Some(from) if from <= envelope.issued => String::new(),
        Some(from) => language.filled("tell-holder-from", &BTreeMap::from([("from", language.instant(from)?)]))?,
    };
    fields.insert("tell-holder", tell_holder);
    let forms: Result<Vec<&str>, WordingError> =
        envelope.answer.forms.iter().map(|form| language.word(&format!("form-{form}"))).collect();
    fields.insert("answer-forms", forms?.join("; "));
    let fallback = envelope.fallback.as_ref().map(|fallback| fallback.action);
    fields.insert("fallback", fallback.map(|action| action.to_string()).unwrap_or_default());
    fields.insert("fallback-meaning", fallback.map(meaning).transpose()?.unwrap_or_default());
    fields.insert("previous", envelope.previous.map(|number| number.to_string()).unwrap_or_default());
    for (key, count) in
        [("added", counts.added), ("kept", counts.kept), ("withdrawn", counts.withdrawn), ("expired", counts.expired)]
    {
        fields.insert(key, language.number(count)?);
    }
    for (key, day) in [("first-day", counts.first_day), ("last-day", counts.last_day)] {
        fields.insert(key, day.map(|day| day.to_string()).unwrap_or_default());
    }
    let a_day = counts.names_a_day.map(|figures| {
        let key = if figures.min == figures.max { "same-a-day" } else { "range-a-day" };
        let numbers = [("min", figures.min), ("median", figures.median), ("max", figures.max)];
        let numbers: Result<Fields, WordingError> =
            numbers.into_iter().map(|(key, number)| Ok((key, language.number(number)?))).collect();
        language.filled(key, &numbers?)
    });
    fields.insert("a-day", a_day.transpose()?.unwrap_or_default());
    let asked = envelope.asked.iter().map(|asked| {
        Ok(BTreeMap::from([
            ("asked-names", language.counted(asked.names, "names")?),
            ("action", asked.action.to_string()),
            ("meaning", meaning(asked.action)?),
        ]))
    });
    let results = AnswerResult::ALL.iter().map(|result| {
        let meaning = word(&format!("result-{result}"))?;
        Ok(BTreeMap::from([("result", result.to_string()), ("result-meaning", meaning)]))
    });
    let files = envelope.files.iter().map(|file| {
        Ok(BTreeMap::from([
            ("file", file.name.clone()),
            ("octets", language.number(file.octets)?),
            ("sha256", file.sha256.to_string()),
        ]))
    });
    let groups = BTreeMap::from([
        ("asked", asked.collect::<Result<Vec<_>, WordingError>>()?),
        ("results", results.collect::<Result<Vec<_>, WordingError>>()?),
        ("files", files.collect::<Result<Vec<_>, WordingError>>()?),
    ]);
    Ok(Values { fields, groups })
}

/// Writes names one after another, as they follow in the envelope.
pub(crate) fn joined(names: &[DomainName]) -> String {
    names.iter().map(DomainName::as_str).collect::<Vec<_>>().join(", ")
}

/// Returns the families of the threats with this state, each once, in order.
fn families(envelope: &Envelope, wanted: impl Fn(Verification) -> bool) -> String {
    let mut families: Vec<&str> = envelope
        .threats
        .iter()
        .filter(|threat| wanted(threat.verification))
        .map(|threat| threat.family.as_str())
        .collect();
    families.sort_unstable();
    families.dedup();
    families.join(", ")
}

fn sharing(released: &Released<Envelope>, language: Language) -> Result<String, WordingError> {
    let marking = released.marking();
    let mut text = language.word(sharing_key(marking.tlp))?.to_owned();
    if let Some(until) = marking.embargo_until.filter(|_| marking.tlp != Tlp::Clear) {
        text.push(' ');
        text.push_str(&language.filled("embargo", &BTreeMap::from([("until", language.instant(until)?)]))?);
    }
    Ok(text)
}
