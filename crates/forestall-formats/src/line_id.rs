// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The identifier of one line of a list: campaign, origin period, top-level domain and place in one word.
//!
//! // WIRE FORMAT: it goes out in lists and comes back in answers.

use forestall_model::{CampaignId, Tld};

/// Writes `CAMPAIGN/PERIOD/TLD/PLACE`.
#[must_use]
pub fn write(campaign: &CampaignId, period: i64, tld: &Tld, place: u32) -> String {
    format!("{campaign}/{period}/{tld}/{place}")
}

/// Reads what [`write()`] writes; `None` for anything else.
#[must_use]
pub fn read(text: &str) -> Option<(CampaignId, i64, Tld, u32)> {
    let mut parts = text.split('/');
    let campaign = parts.next()?.parse().ok()?;
    let period = parts.next()?.parse().ok()?;
    let tld = parts.next()?.parse().ok()?;
    let place = parts.next()?.parse().ok()?;
    parts.next().is_none().then_some((campaign, period, tld, place))
}

#[cfg(test)]
mod tests {
    use super::{read, write};

    #[test]
    fn survives_the_way_out_and_back() {
        let id = write(&"conficker-c".parse().unwrap(), 1_238_544_000, &"be".parse().unwrap(), 17);
        assert_eq!(id, "conficker-c/1238544000/be/17");
        assert_eq!(read(&id).map(|(_, period, _, place)| (period, place)), Some((1_238_544_000, 17)));
        for wrong in
            ["", "a/b/c/d", "conficker-c/1238544000/be", "conficker-c/1238544000/be/17/1", "conficker-c/1/be/-1"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
