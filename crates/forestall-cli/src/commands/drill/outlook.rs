// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What somebody who looks from outside hands over to the hub: what is new, in pieces that one request holds.
//!
//! A list is handed over when it shows something else than last time, when its registry answered since, whose word what was seen is held
//! against, and once a day besides, as the hub itself looks at a list whose window is open.

use std::collections::{BTreeMap, BTreeSet};

use forestall_api::drill::{Differing, MAX_LISTS, SeenList};
use forestall_api::header::MAX_JSON;
use forestall_drill::world::View;
use forestall_model::{CampaignId, CaseId, Instant, Tld, UtcDay};

/// Octets of a request that are left for what stands around its lists.
const AROUND: usize = 4 << 10;

/// Which list: the campaign, the key of the origin period, the slice.
type Key = (CampaignId, i64, Tld);

/// What was handed over last of each list of a case.
#[derive(Debug, Default)]
pub(super) struct Outlook {
    handed: BTreeMap<CaseId, BTreeMap<Key, (UtcDay, View)>>,
    answered: BTreeSet<(CaseId, Tld)>,
}

impl Outlook {
    /// Notes that the registry of a slice answered.
    pub(super) fn answered(&mut self, case: &CaseId, tld: &Tld) {
        self.answered.insert((case.clone(), tld.clone()));
    }

    /// Returns which of the lists that somebody looks at are to be handed over, with the days of their lists; and takes them for handed over.
    pub(super) fn news(
        &mut self,
        case: &CaseId,
        now: Instant,
        seen: impl Iterator<Item = (Key, UtcDay, View)>,
    ) -> Vec<SeenList> {
        let before = self.handed.remove(case).unwrap_or_default();
        let (mut handed, mut news) = (BTreeMap::new(), Vec::new());
        for (key, day, view) in seen {
            let answered = self.answered.contains(&(case.clone(), key.2.clone()));
            let same = before.get(&key).filter(|(on, old)| *on == now.day() && *old == view && !answered);
            let on = same.map_or(now.day(), |(on, _)| *on);
            if same.is_none() {
                news.push(list_of(&key, day, &view));
            }
            handed.insert(key, (on, view));
        }
        self.answered.retain(|(of, _)| of != case);
        self.handed.insert(case.clone(), handed);
        news
    }
}

fn list_of((campaign, _, tld): &Key, day: UtcDay, view: &View) -> SeenList {
    let differing = view.differing.iter().map(|(sight, places)| Differing { sight: *sight, places: places.clone() });
    SeenList { campaign: campaign.clone(), day, slice: tld.clone(), usual: view.usual, differing: differing.collect() }
}

/// Cuts lists into requests, each of as many as it holds, in their order.
pub(super) fn pieces(lists: Vec<SeenList>) -> anyhow::Result<Vec<Vec<SeenList>>> {
    cut(lists, MAX_LISTS, MAX_JSON - AROUND)
}

fn cut(lists: Vec<SeenList>, most: usize, octets: usize) -> anyhow::Result<Vec<Vec<SeenList>>> {
    let mut pieces: Vec<Vec<SeenList>> = Vec::new();
    let mut room = 0;
    for list in lists {
        // With the comma after it.
        let size = serde_json::to_vec(&list)?.len() + 1;
        match pieces.last_mut().filter(|piece| piece.len() < most && size <= room) {
            Some(piece) => piece.push(list),
            None => {
                pieces.push(vec![list]);
                room = octets;
            }
        }
        room = room.saturating_sub(size);
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use forestall_drill::world::View;
    use forestall_model::Sight;
    use forestall_model::evidence::Places;

    use super::{Key, Outlook, cut};

    fn key(tld: &str) -> Key {
        ("conficker-a".parse().unwrap(), 1, tld.parse().unwrap())
    }

    fn view(lost: &[u32]) -> View {
        let mut places = Places::new();
        lost.iter().for_each(|place| places.insert(*place));
        View { usual: Sight::Reserved, differing: vec![(Sight::OtherNameServers, places)] }
    }

    /// Returns the slices that are handed over.
    fn news(outlook: &mut Outlook, now: &str, seen: &[(&str, View)]) -> Vec<String> {
        let day = "2009-01-08".parse().unwrap();
        let seen = seen.iter().map(|(tld, view)| (key(tld), day, view.clone()));
        let lists = outlook.news(&"a".parse().unwrap(), now.parse().unwrap(), seen);
        lists.into_iter().map(|list| list.slice.to_string()).collect()
    }

    #[test]
    fn what_nobody_touched_is_handed_over_once_a_day() {
        let mut outlook = Outlook::default();
        let both = [("com", view(&[1])), ("net", view(&[]))];
        assert_eq!(news(&mut outlook, "2009-01-07T06:00:00Z", &both), ["com", "net"]);
        assert!(news(&mut outlook, "2009-01-07T12:00:00Z", &both).is_empty());
        let changed = [("com", view(&[1, 2])), ("net", view(&[]))];
        assert_eq!(news(&mut outlook, "2009-01-07T13:00:00Z", &changed), ["com"]);
        outlook.answered(&"a".parse().unwrap(), &"net".parse().unwrap());
        outlook.answered(&"b".parse().unwrap(), &"com".parse().unwrap());
        assert_eq!(news(&mut outlook, "2009-01-07T14:00:00Z", &changed), ["net"]);
        assert!(news(&mut outlook, "2009-01-07T18:00:00Z", &changed).is_empty());
        assert_eq!(news(&mut outlook, "2009-01-08T00:00:00Z", &changed), ["com", "net"]);
    }

    #[test]
    fn a_request_holds_so_many_lists_and_so_many_octets() {
        let lists = |count: usize| -> Vec<_> {
            let mut outlook = Outlook::default();
            let seen: Vec<(Key, _, View)> = (0..count)
                .map(|number| (key(&format!("t{number:03}")), "2009-01-08".parse().unwrap(), view(&[7])))
                .collect();
            outlook.news(&"a".parse().unwrap(), "2009-01-07T06:00:00Z".parse().unwrap(), seen.into_iter())
        };
        let sizes =
            |most, octets| -> Vec<usize> { cut(lists(10), most, octets).unwrap().iter().map(Vec::len).collect() };
        assert_eq!(sizes(100, 1 << 20), [10]);
        assert_eq!(sizes(4, 1 << 20), [4, 4, 2]);
        let one = serde_json::to_vec(&lists(1)[0]).unwrap().len() + 1;
        assert_eq!(sizes(100, one * 3), [3, 3, 3, 1]);
        assert_eq!(sizes(100, one - 1), [1; 10], "one that is too large for itself goes alone");
        assert_eq!(cut(lists(10), 3, 1 << 20).unwrap().concat(), lists(10));
        assert!(cut(Vec::new(), 3, 1 << 20).unwrap().is_empty());
    }
}
