// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A campaign as an entry of the catalogue, ready to be added.

use crate::Campaign;

/// Returns the file of the catalogue that holds this campaign alone, in TOML; what [`crate::Catalogue::add_campaigns`] takes.
#[must_use]
pub fn entry(campaign: &Campaign) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut text = format!(
        "family = {}\n\n[[campaign]]\nid = {}\n",
        quoted(campaign.family.as_str()),
        quoted(campaign.id.as_str())
    );
    if let Some(day) = campaign.first_seen {
        text.push_str(&format!("first_seen = {}\n", quoted(&day.to_string())));
    }
    text.push_str(&format!("source = {}\n", quoted(&campaign.source)));
    if let Some(count) = campaign.count {
        text.push_str(&format!("count = {count}\n"));
    }
    if !campaign.params.is_empty() {
        text.push_str("\n[campaign.set]\n");
        for (key, value) in campaign.params.iter() {
            text.push_str(&format!("{key} = {}\n", quoted(value)));
        }
    }
    text
}
