// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The routes: method and address of every endpoint, once, for the server and for clients.
//!
//! A template is what the server and the OpenAPI document name; the function beside it fills it in. Addresses are relative to the hub, with
//! [`BASE`] before them.

use forestall_model::{CaseId, Digest, OwnerName, PartyId, Tld};

use crate::papers::Paper;

/// What stands before every address.
pub const BASE: &str = "/api/v1";

/// A method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// Returns the name as a request holds it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Says whether a request changes nothing.
    #[must_use]
    pub const fn reads(self) -> bool {
        matches!(self, Self::Get)
    }
}

/// An endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// How.
    pub method: Method,
    /// Where, with the parts that vary in braces and without [`BASE`].
    pub template: &'static str,
    /// For what, in one sentence.
    pub purpose: &'static str,
}

macro_rules! routes {
    ($($name:ident = $method:ident $template:ident, $purpose:literal;)+) => {
        $(
            #[doc = $purpose]
            pub const $name: Route = Route { method: Method::$method, template: $template, purpose: $purpose };
        )+

        /// All endpoints.
        pub const ALL: &[Route] = &[$($name),+];
    };
}

macro_rules! templates {
    ($($(#[$meta:meta])* $name:ident = $template:literal, fn $function:ident($($part:ident: $type:ty),*);)+) => {$(
        $(#[$meta])*
        pub const $name: &str = $template;

        /// Fills in the address of the same name, with [`BASE`] before it.
        #[must_use]
        pub fn $function($($part: $type),*) -> String {
            format!(concat!("{}", $template), BASE $(, $part = $part)*)
        }
    )+};
}

templates! {
    /// The document of the API.
    OPENAPI_AT = "/openapi.json", fn openapi();
    /// Who asks.
    ME_AT = "/me", fn me();
    /// The cases.
    CASES_AT = "/cases", fn cases();
    /// Hand-over.
    IMPORT_AT = "/cases/import", fn import();
    /// One case.
    CASE_AT = "/cases/{id}", fn case(id: &CaseId);
    /// Its slices.
    SLICES_AT = "/cases/{id}/slices", fn slices(id: &CaseId);
    /// One slice.
    SLICE_AT = "/cases/{id}/slices/{tld}", fn slice(id: &CaseId, tld: &Tld);
    /// Its names.
    NAMES_AT = "/cases/{id}/slices/{tld}/names", fn names(id: &CaseId, tld: &Tld);
    /// Requests.
    REQUEST_AT = "/cases/{id}/slices/{tld}/request", fn request(id: &CaseId, tld: &Tld);
    /// Acknowledgements.
    ACKNOWLEDGE_AT = "/cases/{id}/slices/{tld}/acknowledge", fn acknowledge(id: &CaseId, tld: &Tld);
    /// Answers.
    ANSWER_AT = "/cases/{id}/slices/{tld}/answer", fn answer(id: &CaseId, tld: &Tld);
    /// Exclusions.
    EXCLUDE_AT = "/cases/{id}/slices/{tld}/exclude", fn exclude(id: &CaseId, tld: &Tld);
    /// Exclusions taken back.
    READMIT_AT = "/cases/{id}/slices/{tld}/readmit", fn readmit(id: &CaseId, tld: &Tld);
    /// A numbered list.
    LIST_AT = "/cases/{id}/slices/{tld}/lists/{number}", fn list(id: &CaseId, tld: &Tld, number: u32);
    /// Its names.
    LIST_NAMES_AT = "/cases/{id}/slices/{tld}/lists/{number}/names", fn list_names(id: &CaseId, tld: &Tld, number: u32);
    /// That it was opened.
    LIST_READ_AT = "/cases/{id}/slices/{tld}/lists/{number}/read", fn list_read(id: &CaseId, tld: &Tld, number: u32);
    /// Its papers.
    PAPERS_AT = "/cases/{id}/slices/{tld}/lists/{number}/papers", fn papers(id: &CaseId, tld: &Tld, number: u32);
    /// One of its papers.
    PAPER_AT = "/cases/{id}/slices/{tld}/lists/{number}/papers/{paper}", fn paper(id: &CaseId, tld: &Tld, number: u32, paper: Paper);
    /// The names of a slice in a consumer's form.
    PUBLISH_SLICE_AT = "/cases/{id}/slices/{tld}/publish", fn publish_slice(id: &CaseId, tld: &Tld);
    /// The names of a case in a consumer's form.
    PUBLISH_AT = "/cases/{id}/publish", fn publish(id: &CaseId);
    /// The numbered lists of a case.
    LISTS_AT = "/cases/{id}/lists", fn lists(id: &CaseId);
    /// Gaps.
    GAPS_AT = "/cases/{id}/gaps", fn gaps(id: &CaseId);
    /// Figures.
    FIGURES_AT = "/cases/{id}/figures", fn figures(id: &CaseId);
    /// What if.
    WHAT_IF_AT = "/cases/{id}/what-if", fn what_if(id: &CaseId);
    /// Days.
    DAYS_AT = "/cases/{id}/days", fn days(id: &CaseId);
    /// Receipts.
    RECEIPTS_AT = "/cases/{id}/receipts", fn receipts(id: &CaseId);
    /// Events.
    EVENTS_AT = "/cases/{id}/events", fn events(id: &CaseId);
    /// The head of the log.
    CHECKPOINT_AT = "/cases/{id}/log/checkpoint", fn checkpoint(id: &CaseId);
    /// A proof of the log.
    PROOF_AT = "/cases/{id}/log/proof/{version}", fn proof(id: &CaseId, version: u64);
    /// A proof that the log only grew.
    CONSISTENCY_AT = "/cases/{id}/log/consistency", fn consistency(id: &CaseId);
    /// The horizon.
    HORIZON_AT = "/cases/{id}/horizon", fn horizon(id: &CaseId);
    /// Tasks.
    TASKS_AT = "/cases/{id}/tasks", fn tasks(id: &CaseId);
    /// One task.
    TASK_AT = "/cases/{id}/tasks/{number}", fn task(id: &CaseId, number: u32);
    /// Notes.
    NOTES_AT = "/cases/{id}/notes", fn notes(id: &CaseId);
    /// Decisions.
    DECISIONS_AT = "/cases/{id}/decisions", fn decisions(id: &CaseId);
    /// The playbooks.
    PLAYBOOKS_AT = "/playbooks", fn playbooks();
    /// Playbooks that are laid over a case.
    LAY_PLAYBOOK_AT = "/cases/{id}/playbooks", fn lay_playbook(id: &CaseId);
    /// What waits for a person.
    DOCKET_AT = "/cases/{id}/docket", fn docket(id: &CaseId);
    /// What a person decided about names.
    RULINGS_AT = "/cases/{id}/rulings", fn rulings(id: &CaseId);
    /// Appeals.
    APPEALS_AT = "/cases/{id}/appeals", fn appeals(id: &CaseId);
    /// Answers to appeals.
    SETTLE_AT = "/cases/{id}/appeals/settle", fn settle(id: &CaseId);
    /// What is taken back.
    UNDO_AT = "/cases/{id}/undo", fn undo(id: &CaseId);
    /// Alarms.
    ALARMS_AT = "/cases/{id}/alarms", fn alarms(id: &CaseId);
    /// The case as a file.
    ARCHIVE_AT = "/cases/{id}/archive", fn archive(id: &CaseId);
    /// Looks from outside.
    EVIDENCE_AT = "/cases/{id}/evidence", fn evidence(id: &CaseId);
    /// A copy of a zone.
    ZONE_AT = "/cases/{id}/evidence/zone", fn zone(id: &CaseId);
    /// Files in which others tell of names.
    TOLD_AT = "/cases/{id}/told", fn told(id: &CaseId);
    /// Requests for a waiver that were sent to ICANN.
    WAIVERS_AT = "/cases/{id}/waivers", fn waivers(id: &CaseId);
    /// Answers to them.
    WAIVER_ANSWERS_AT = "/cases/{id}/waivers/answers", fn waiver_answers(id: &CaseId);
    /// Parties.
    PARTIES_AT = "/parties", fn parties();
    /// Parties of a file.
    IMPORT_PARTIES_AT = "/import/parties", fn import_parties();
    /// One party.
    PARTY_AT = "/parties/{party}", fn party(party: &PartyId);
    /// Its contacts.
    CONTACTS_AT = "/parties/{party}/contacts", fn contacts(party: &PartyId);
    /// A check of a contact.
    CHECK_CONTACT_AT = "/parties/{party}/contacts/{number}/check", fn check_contact(party: &PartyId, number: u32);
    /// Policy zones.
    ZONES_AT = "/zones", fn zones();
    /// One of them.
    ZONE_STANDING_AT = "/zones/{zone}", fn zone_standing(zone: &OwnerName);
    /// Its serials.
    SERIALS_AT = "/zones/{zone}/serials", fn serials(zone: &OwnerName);
    /// Who takes policy zones.
    SUBSCRIBERS_AT = "/zone-subscribers", fn subscribers();
    /// One of them.
    SUBSCRIBER_AT = "/zone-subscribers/{subscriber}", fn subscriber(subscriber: &PartyId);
    /// Batches of commands over EPP.
    EPP_BATCHES_AT = "/epp/batches", fn epp_batches();
    /// One of them.
    EPP_BATCH_AT = "/epp/batches/{batch}", fn epp_batch(batch: &Digest);
    /// Approvals of it.
    EPP_APPROVALS_AT = "/epp/batches/{batch}/approvals", fn epp_approvals(batch: &Digest);
    /// The switch over everything that is written at registries.
    EPP_STOP_AT = "/epp/stop", fn epp_stop();
    /// The journal of what was sent over EPP.
    EPP_JOURNAL_AT = "/epp/journal", fn epp_journal();
    /// The record of disclosures.
    DISCLOSURES_AT = "/disclosures", fn disclosures();
    /// The census of a day.
    CENSUS_AT = "/census", fn census();
    /// The same as a file.
    CENSUS_REPORT_AT = "/census/report", fn census_report();
    /// The days that are there.
    CENSUS_DAYS_AT = "/census/days", fn census_days();
    /// One's own networks.
    CENSUS_NETWORKS_AT = "/census/networks", fn census_networks();
    /// The machines in them.
    CENSUS_MACHINES_AT = "/census/machines", fn census_machines();
    /// One's own countries.
    CENSUS_COUNTRIES_AT = "/census/countries", fn census_countries();
    /// The census of the families of a case.
    CASE_CENSUS_AT = "/cases/{id}/census", fn case_census(id: &CaseId);
}

routes! {
    OPENAPI = Get OPENAPI_AT, "The document of the API, in OpenAPI 3.1; needs no sign-in.";
    ME = Get ME_AT, "Who asks, and what follows for them.";
    CASES = Get CASES_AT, "The cases that whoever asks sees, all or in part.";
    OPEN_CASE = Post CASES_AT, "Opens a case.";
    IMPORT = Post IMPORT_AT, "Takes over a case that another installation handed over as a file.";
    CASE = Get CASE_AT, "One case: what it is about, and how far its names are protected.";
    SLICES = Get SLICES_AT, "The slices of a case.";
    SLICE = Get SLICE_AT, "One slice: what its registry was asked and answered, and until when.";
    NAMES = Get NAMES_AT, "The names of a slice, with where each stands.";
    REQUEST = Post REQUEST_AT, "Records what a registry is asked.";
    ACKNOWLEDGE = Post ACKNOWLEDGE_AT, "Records that a registry received what was asked.";
    ANSWER = Post ANSWER_AT, "Records what a registry answers.";
    EXCLUDE = Post EXCLUDE_AT, "Excludes a name with a legitimate holder.";
    READMIT = Post READMIT_AT, "Takes an exclusion back.";
    LIST = Get LIST_AT, "A numbered list, without its names.";
    LIST_NAMES = Get LIST_NAMES_AT, "The names of a numbered list, as CSV or one a line.";
    LIST_READ = Post LIST_READ_AT, "Records that a numbered list was opened.";
    PAPERS = Get PAPERS_AT, "The papers that a numbered list has.";
    PAPER = Get PAPER_AT, "A paper of a numbered list: its envelope, its signature, the page in plain words, the list in a form, the evidence, or all of it.";
    PUBLISH_SLICE = Get PUBLISH_SLICE_AT, "The names of a slice in a consumer's form.";
    PUBLISH = Get PUBLISH_AT, "The names of a case in a consumer's form.";
    LISTS = Get LISTS_AT, "The numbered lists of a case.";
    CUT_LISTS = Post LISTS_AT, "Cuts the next numbered lists, for some registries or for all.";
    GAPS = Get GAPS_AT, "What opens within some days and is not proved.";
    FIGURES = Get FIGURES_AT, "The figures of a case, K1 to K18.";
    WHAT_IF = Get WHAT_IF_AT, "What would change if some registries protected their slices, and which matter most next.";
    DAYS = Get DAYS_AT, "Coverage and reach day by day.";
    RECEIPTS = Get RECEIPTS_AT, "What was handed to whom, when, by what way.";
    EVENTS = Get EVENTS_AT, "The events of a case, the newest first.";
    CHECKPOINT = Get CHECKPOINT_AT, "The signed head of the log of a case.";
    PROOF = Get PROOF_AT, "The proof that an event is in the log.";
    CONSISTENCY = Get CONSISTENCY_AT, "The proof that the log only grew.";
    HORIZON = Post HORIZON_AT, "Moves the end of the horizon.";
    TASKS = Get TASKS_AT, "The tasks of a case.";
    ADD_TASK = Post TASKS_AT, "Adds a task.";
    CHANGE_TASK = Patch TASK_AT, "Changes a task.";
    NOTES = Get NOTES_AT, "The notes of a case.";
    ADD_NOTE = Post NOTES_AT, "Puts a fact on the record.";
    DECISIONS = Get DECISIONS_AT, "What was decided about a case at large.";
    DECIDE = Post DECISIONS_AT, "Records a decision about a case at large.";
    PLAYBOOKS = Get PLAYBOOKS_AT, "The playbooks that the hub brings.";
    LAY_PLAYBOOK = Post LAY_PLAYBOOK_AT, "Lays a playbook over a case: its steps become tasks.";
    DOCKET = Get DOCKET_AT, "The registered names that wait for a person.";
    RULE = Post RULINGS_AT, "Records what a person decided about registered names.";
    APPEAL = Post APPEALS_AT, "Records that somebody says that a name is theirs.";
    SETTLE = Post SETTLE_AT, "Answers an appeal.";
    UNDO = Post UNDO_AT, "Takes back what was done to names.";
    ALARMS = Get ALARMS_AT, "What somebody has to know at once.";
    ARCHIVE = Get ARCHIVE_AT, "The whole case as a file, for another installation.";
    ADD_EVIDENCE = Post EVIDENCE_AT, "Records what was seen of single names from outside.";
    TELL = Post TOLD_AT, "Reads a file in which others tell of names, holds it against the case and, where asked, records what it tells.";
    WAIVERS = Get WAIVERS_AT, "Requests for a waiver that were sent to ICANN, with their clocks.";
    SEND_WAIVER = Post WAIVERS_AT, "Records that a request for a waiver was sent to ICANN: its clock starts.";
    ANSWER_WAIVER = Post WAIVER_ANSWERS_AT, "Records ICANN's answer to a request for a waiver: its clock stops.";
    ADD_ZONE = Post ZONE_AT, "Looks at a day's names in a copy of a zone and records what it shows.";
    PARTIES = Get PARTIES_AT, "The parties, without their contacts.";
    ADD_PARTY = Post PARTIES_AT, "Adds a party.";
    IMPORT_PARTIES = Post IMPORT_PARTIES_AT, "Takes the parties of a file over, all or none.";
    PARTY = Get PARTY_AT, "One party, with its contacts.";
    CHANGE_PARTY = Put PARTY_AT, "Replaces a party.";
    REMOVE_PARTY = Delete PARTY_AT, "Removes a party.";
    ADD_CONTACT = Post CONTACTS_AT, "Adds a contact, at the end of those that are tried.";
    CHECK_CONTACT = Post CHECK_CONTACT_AT, "Records what somebody found out about a contact.";
    ZONES = Get ZONES_AT, "The policy zones that resolvers take by transfers, with their newest serials.";
    MAKE_ZONE = Post ZONES_AT, "Makes a policy zone of the names of a case.";
    ZONE_STANDING = Get ZONE_STANDING_AT, "One policy zone: what it holds now, and what its subscribers took and heard last.";
    REMOVE_ZONE = Delete ZONE_STANDING_AT, "Removes a policy zone: nobody can take it any more.";
    SERIALS = Get SERIALS_AT, "The newest serials of a policy zone, with how many names came and went with each.";
    SUBSCRIBERS = Get SUBSCRIBERS_AT, "Who takes policy zones, without their secrets.";
    ADD_SUBSCRIBER = Post SUBSCRIBERS_AT, "Adds somebody who takes policy zones, and tells their key this one time.";
    REMOVE_SUBSCRIBER = Delete SUBSCRIBER_AT, "Removes somebody who takes policy zones: their key works no more.";
    EPP_BATCHES = Get EPP_BATCHES_AT, "The batches of commands over EPP, with who approved them and what came of them.";
    PROPOSE_EPP = Post EPP_BATCHES_AT, "Lays a batch before the people who approve it; nothing is sent.";
    EPP_BATCH = Get EPP_BATCH_AT, "One batch: each command with what a dry run found out and what came of it.";
    APPROVE_EPP = Post EPP_APPROVALS_AT, "Approves a batch, as the person whose token it is; two people must.";
    EPP_SWITCH = Get EPP_STOP_AT, "Whether anything may be written at registries.";
    STOP_EPP = Post EPP_STOP_AT, "Stops everything that is written at registries, runs that are under way included.";
    GO_EPP = Delete EPP_STOP_AT, "Lets approved batches run again.";
    EPP_JOURNAL = Get EPP_JOURNAL_AT, "What was sent over EPP, the earliest first.";
    DISCLOSURES = Get DISCLOSURES_AT, "What left with names or personal data in it, the newest first.";
    CENSUS = Get CENSUS_AT, "How many machines there were on a day: figures with interval, definition and method, and the trend.";
    CENSUS_REPORT = Get CENSUS_REPORT_AT, "The same as text or as CSV.";
    CENSUS_DAYS = Get CENSUS_DAYS_AT, "The days of which the lake holds events.";
    CENSUS_NETWORKS = Get CENSUS_NETWORKS_AT, "How many infected machines the networks of one's own party had on a day.";
    CENSUS_MACHINES = Get CENSUS_MACHINES_AT, "The addresses of the infected machines in the networks of one's own party.";
    CENSUS_COUNTRIES = Get CENSUS_COUNTRIES_AT, "How many infected machines the countries of one's own party had on a day, by family and network.";
    CASE_CENSUS = Get CASE_CENSUS_AT, "The census of the families of a case.";
}

#[cfg(test)]
mod tests {
    use super::{ALL, BASE, list_names, me, proof};

    #[test]
    fn addresses_are_filled_in() {
        let (case, tld) = ("a-case".parse().unwrap(), "be".parse().unwrap());
        assert_eq!(list_names(&case, &tld, 3), "/api/v1/cases/a-case/slices/be/lists/3/names");
        assert_eq!(proof(&case, 7), "/api/v1/cases/a-case/log/proof/7");
        assert_eq!(me(), format!("{BASE}/me"));
    }

    #[test]
    fn no_endpoint_is_there_twice() {
        for (place, route) in ALL.iter().enumerate() {
            let again =
                ALL[..place].iter().any(|other| (other.method, other.template) == (route.method, route.template));
            assert!(!again, "{route:?}");
        }
    }
}
