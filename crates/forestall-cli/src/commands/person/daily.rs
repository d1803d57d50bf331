// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall person digest`.

use clap::Args;
use forestall_formats::wording::Language;

use crate::failure::Outcome;
use crate::output;
use crate::world::Globals;

/// Send somebody one mail a day where something waits for them, or none
#[derive(Args, Debug)]
pub(crate) struct Daily {
    /// The person, by id or mail address
    person: String,
    /// Send none
    #[arg(long, conflicts_with = "language")]
    off: bool,
    /// In which language, as a tag of BCP 47; what nobody translated into comes in English
    #[arg(long, value_name = "TAG", default_value = "en")]
    language: String,
}

impl Daily {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let person = desk.find_person(&self.person).await?;
        desk.want_daily_mail(&person.id, (!self.off).then_some(self.language.as_str())).await?;
        if !self.off {
            let tag = Language::best(&self.language).tag();
            output::note(format_args!("one mail a day goes to {}, in {tag}", person.mail));
        }
        Ok(Outcome::Done)
    }
}
