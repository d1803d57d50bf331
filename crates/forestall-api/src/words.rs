// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What schemas say of values of the model, and the words of answers that are no words of the model.
//!
//! A marker is a type without values: it stands in a schema where the field holds a value of the model, so that the model need not know of
//! schemas. Patterns take what the model takes, and no more.

use forestall_model::vocabulary;
use utoipa::openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::page::MAX_CURSOR;

macro_rules! markers {
    ($($(#[$meta:meta])* $marker:ident = $name:literal, $schema:expr;)+) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        pub enum $marker {}

        impl PartialSchema for $marker {
            fn schema() -> RefOr<Schema> {
                let schema: ObjectBuilder = $schema;
                RefOr::T(Schema::Object(schema.build()))
            }
        }

        impl ToSchema for $marker {
            fn name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
        }
    )+};
}

/// Begins the schema of a text.
fn text(description: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).description(Some(description))
}

fn shaped(description: &str, pattern: &str, most: usize, example: &str) -> ObjectBuilder {
    text(description).pattern(Some(pattern)).max_length(Some(most)).examples([example])
}

/// Returns the schema of a closed vocabulary.
fn one_of(description: &str, words: impl IntoIterator<Item = &'static str>) -> ObjectBuilder {
    text(description).enum_values(Some(words))
}

macro_rules! words_of {
    ($type:ty) => {
        <$type>::ALL.iter().map(|word| word.word())
    };
}

markers! {
    /// A day.
    DayText = "Day", text("A UTC day of the years 1601 to 9999.")
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
        .pattern(Some("^(160[1-9]|16[1-9][0-9]|1[7-9][0-9]{2}|[2-9][0-9]{3})-[0-9]{2}-[0-9]{2}$"))
        .examples(["2009-04-01"]);
    /// An instant.
    InstantText = "Instant", text("An instant in UTC, of the years 1601 to 9999: RFC 3339 with Z.")
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .pattern(Some(r"^(160[1-9]|16[1-9][0-9]|1[7-9][0-9]{2}|[2-9][0-9]{3})-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?Z$"))
        .examples(["2009-04-01T00:00:00Z"]);
    /// A case.
    CaseIdText = "CaseId", shaped("A case.", SLUG, 64, "conficker-2009");
    /// A party.
    PartyIdText = "PartyId", shaped("A party.", SLUG, 64, "dns-be");
    /// A person.
    PersonIdText = "PersonId", shaped("A person.", SLUG, 64, "p-0123456789abcdef");
    /// A campaign.
    CampaignIdText = "CampaignId", shaped("A campaign: a family with one set of parameters.", "^[a-z0-9][a-z0-9._-]{0,95}$", 96, "conficker-c");
    /// A family.
    FamilyText = "Family", shaped("A family, with its variant.", SLUG, 64, "conficker-c");
    /// A campaign with parameters.
    CampaignSpecText = "CampaignSpec", shaped("A campaign or a family, with parameters that are replaced after a colon.", "^[a-z0-9][a-z0-9._-]{0,95}(:[ -~]{0,800})?$", 900, "conficker-a:sine=exact");
    /// A top-level domain.
    TldText = "Tld", shaped("A top-level domain as A-label, without a dot.", "^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", 63, "be");
    /// A domain name.
    NameText = "DomainName", text("A domain name as A-labels, in lower case, without a dot at its end.")
        .pattern(Some(r"^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$")).max_length(Some(253)).examples(["example.com"]);
    /// SHA-256.
    DigestText = "Sha256", shaped("A SHA-256 digest.", "^[0-9a-f]{64}$", 64, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    /// Who acted.
    ActorText = "Actor", text("Who acted: one line.").pattern(Some(r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$")).max_length(Some(200)).examples(["Ada"]);
    /// A mark of a page.
    CursorText = "Cursor", shaped("Where a page begins: the member `next` of the page before, as it came.", "^[0-9A-Za-z._-]+$", MAX_CURSOR, "31.0f1e2d3c4b5a6978");
    /// An action.
    ActionWord = "Action", one_of("What a registry is asked to do, or did.", words_of!(forestall_model::Action));
    /// A result.
    ResultWord = "AnswerResult", one_of("What a registry answers.", words_of!(forestall_model::AnswerResult));
    /// A class.
    ClassWord = "NameClass", one_of("What is known of a name's registration.", words_of!(forestall_model::NameClass));
    /// A TLP label.
    TlpWord = "Tlp", one_of("Who may see it, by TLP 2.0.", words_of!(forestall_model::Tlp));
    /// A PAP label.
    PapWord = "Pap", one_of("What may be done with it, by PAP.", words_of!(forestall_model::Pap));
    /// A sight.
    SightWord = "Sight", one_of("What a look at a name saw.", words_of!(forestall_model::Sight));
    /// A form of names from outside.
    ToldFormWord = "ToldForm", one_of("A form in which others tell of names.", words_of!(forestall_model::told::ToldForm));
    /// A method.
    MethodWord = "Method", one_of("How somebody looked.", words_of!(forestall_model::Method));
    /// A purpose.
    PurposeWord = "Purpose", one_of("What a numbered list is for.", words_of!(forestall_model::line::Purpose));
    /// A channel.
    ChannelWord = "Channel", one_of("A way to reach somebody.", words_of!(forestall_model::party::Channel));
    /// A kind of party.
    PartyKindWord = "PartyKind", one_of("What a party does in a response.", words_of!(forestall_model::party::PartyKind));
    /// A road.
    RoadWord = "Road", one_of("On what ground a registry acts.", words_of!(forestall_model::party::Road));
    /// A rhythm.
    RhythmWord = "Rhythm", one_of("How often a registry wants a new list.", words_of!(forestall_model::party::Rhythm));
    /// A form of lists.
    ListFormWord = "ListForm", one_of("In which form a party wants its list.", words_of!(forestall_model::party::ListForm));
    /// A way to count days.
    DayCountWord = "DayCount", one_of("Which days of a lead time count.", words_of!(forestall_model::party::DayCount));
    /// Working days.
    WorkingDaysText = "WorkingDays", shaped("Days of the week, with commas, or two with a hyphen for all from one to the other.", "^(mon|tue|wed|thu|fri|sat|sun)([-,](mon|tue|wed|thu|fri|sat|sun))?(,(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?)*$", 60, "mon-fri");
    /// An offset from UTC.
    OffsetText = "UtcOffset", shaped("An offset of local time from UTC, at most 14 hours.", "^[+-](0[0-9]|1[0-3]):[0-5][0-9]$|^[+-]14:00$", 6, "+01:00");
    /// A standing of a person.
    StandingOfPersonWord = "PersonStanding", one_of("What a person is to the installation.", words_of!(forestall_model::Standing));
    /// A role in a case.
    RoleWord = "CaseRole", one_of("What a person is to one case.", words_of!(forestall_model::CaseRole));
    /// A scope.
    ScopeWord = "Scope", one_of("What a token may be used for.", words_of!(forestall_model::Scope));
    /// A level of proof.
    LevelWord = "Level", one_of("How well a protection is known.", words_of!(Level));
    /// A standing.
    StandingWord = "Standing", one_of("Where a name stands.", words_of!(Standing));
    /// A phase.
    PhaseWord = "Phase", one_of("Where a guard window stands.", words_of!(Phase));
    /// A kind of case.
    CaseKindWord = "CaseKind", one_of("Whether a response is under way or is reconstructed.", words_of!(CaseKind));
    /// A state of a task.
    TaskStateWord = "TaskState", one_of("Where a task stands.", words_of!(TaskState));
    /// A timing.
    TimingWord = "Timing", one_of("Whether there is time enough.", words_of!(Timing));
    /// An aim.
    AimWord = "Aim", one_of("What is to fall.", words_of!(Aim));
    /// What became of a slice.
    CutWord = "CutResult", one_of("What became of a slice when lists were cut.", words_of!(CutResult));
    /// A part of a list.
    ListPartWord = "ListPart", one_of("What differs from the list before.", words_of!(ListPart));
    /// A paper of a list.
    PaperWord = "Paper", one_of("A paper of a numbered list.", words_of!(crate::papers::Paper));
    /// A policy of a resolver.
    PolicyText = "Policy", shaped("What a resolver answers: nxdomain, nodata, or sinkhole= with the name of a sinkhole or its addresses, with commas between them.", "^(nxdomain|nodata|sinkhole=[0-9a-z.:,-]{1,253})$", 262, "nxdomain");
    /// A form of names.
    FormWord = "Form", shaped("A consumer's form of names; `forestall publish --list` says which there are.", "^[a-z][a-z0-9-]*$", 32, "csv");
    /// A band of a verdict.
    BandWord = "Band", one_of("How clear a verdict over a name is.", words_of!(forestall_model::Band));
    /// A ruling.
    RulingWord = "Ruling", one_of("What a person decided about a registered name.", words_of!(forestall_model::Ruling));
    /// A kind of alarm.
    AlarmKindWord = "AlarmKind", one_of("What an alarm is about, the highest first.", words_of!(crate::alarms::AlarmKind));
    /// A form of a census.
    CensusFormWord = "CensusForm", one_of("A form of the figures of a day.", ["text", "csv"]);
    /// A form of machines.
    MachinesFormWord = "MachinesForm", one_of("A form of infected machines: the columns of Shadowserver, or X-ARF.", ["shadowserver", "xarf"]);
    /// An audience.
    AudienceWord = "Audience", one_of("How close a receiver stands to the holder of a case, from the nearest to the farthest.", words_of!(forestall_model::Audience));
}

/// 1 to 64 lower-case letters, digits and inner hyphens.
pub const SLUG: &str = "^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$";

vocabulary! {
    /// How well a protection is known, from the registry's word to what was seen from outside.
    pub enum Level as "a level of proof" {
        /// The registry says so.
        Claimed = "claimed",
        /// The registry signed a list that equals ours.
        Attested = "attested",
        /// Seen from outside in a way that excludes "simply unregistered".
        Observed = "observed",
    }
}

vocabulary! {
    /// Where a name stands, from outside evidence and the registry's word.
    pub enum Standing as "a standing" {
        /// Computed; nobody was asked, nothing was seen that matters.
        Predicted = "predicted",
        /// The registry was asked.
        Requested = "requested",
        /// The registry said that it received the request.
        Accepted = "accepted",
        /// The registry says that it is done; nobody has seen it.
        Claimed = "claimed",
        /// Out of reach for a third party, seen from outside.
        Protected = "protected",
        /// The registry says that it is done, and the look from outside disagrees.
        Mismatch = "mismatch",
        /// Protected once, and now somebody else holds it.
        Lost = "lost",
        /// The registry will not do it, and nothing protects the name.
        Refused = "refused",
        /// Somebody holds the name, and nobody has decided who.
        Suspect = "suspect",
        /// A legitimate holder: never acted on.
        Excluded = "excluded",
        /// A legitimate holder by its evidence.
        Benign = "benign",
        /// A friend of the response holds the name.
        Friendly = "friendly",
        /// Somebody appealed.
        Disputed = "disputed",
        /// Protected by a registration that ends before the window does.
        Lapsing = "lapsing",
        /// Cannot be registered, by a rule with a source.
        NotRegistrable = "not-registrable",
    }
}

vocabulary! {
    /// Where a window stands, widened by its guard margin.
    pub enum Phase as "a phase" {
        /// It has not opened.
        Ahead = "ahead",
        /// It is open.
        Open = "open",
        /// It has closed.
        Closed = "closed",
    }
}

vocabulary! {
    /// Whether a response is under way.
    pub enum CaseKind as "a kind of case" {
        /// A response that is under way.
        Live = "live",
        /// A response of the past, from dated and sourced facts only.
        Reconstruction = "reconstruction",
    }
}

vocabulary! {
    /// Where a task stands.
    pub enum TaskState as "a state of a task" {
        /// It is to be done.
        Open = "open",
        /// It was done.
        Done = "done",
        /// It is not needed any more.
        Dropped = "dropped",
    }
}

vocabulary! {
    /// Whether there is time enough.
    pub enum Timing as "a timing" {
        /// The registry can act in its own time.
        InTime = "in-time",
        /// Too late for the registry's road; it may still act before the window opens if it makes haste.
        TooLateForRoad = "too-late-for-road",
        /// The window is open, or opens before anybody could look.
        TooLate = "too-late",
    }
}

vocabulary! {
    /// What is to fall when slices are put into an order.
    pub enum Aim as "an aim" {
        /// The worst variant on its worst day.
        Worst = "worst",
        /// The mean over variants and days.
        Mean = "mean",
    }
}

vocabulary! {
    /// What became of a slice when lists were cut.
    pub enum CutResult as "a result of cutting" {
        /// A list has the next number.
        Cut = "cut",
        /// There is nothing to ask for or to hand back.
        Nothing = "nothing",
        /// A rule refused it.
        Refused = "refused",
    }
}

vocabulary! {
    /// What differs from the list before.
    pub enum ListPart as "a part of a list" {
        /// Lines that the list before did not hold.
        Added = "added",
        /// Lines that are not asked for any more although their window has not closed.
        Withdrawn = "withdrawn",
        /// Lines of the list before whose window has closed.
        Expired = "expired",
    }
}
