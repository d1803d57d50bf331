// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Marks of pages: where the next one begins, with a check so that one that was altered, or is of another list, is refused.
//!
//! A mark gives nothing away that the page before did not hold, and opens nothing: it needs no secret.

use forestall_api::Cursor;
use forestall_model::Digest;

use crate::server::Problem;

/// Digits of the check.
const CHECK: usize = 16;

/// Makes the mark of a place in a list.
pub(super) fn write(list: &str, place: &[i64]) -> Option<Cursor> {
    let place = place.iter().map(i64::to_string).collect::<Vec<_>>().join("_");
    format!("{place}.{}", check(list, &place)).parse().ok()
}

/// Reads the place of a mark of a list, which has `N` numbers; `None` where no mark is given.
pub(super) fn read<const N: usize>(list: &str, cursor: Option<Cursor>) -> Result<Option<[i64; N]>, Problem> {
    let Some(cursor) = cursor else { return Ok(None) };
    let altered = || Problem::bad_request("cursor: it is not one of this list; send the member next of the page before, as it came");
    let (place, found) = cursor.as_str().split_once('.').ok_or_else(altered)?;
    if check(list, place) != found {
        return Err(altered());
    }
    let numbers: Vec<i64> = place.split('_').map(str::parse).collect::<Result<_, _>>().map_err(|_| altered())?;
    numbers.try_into().map(Some).map_err(|_| altered())
}

fn check(list: &str, place: &str) -> String {
    let mut digits = Digest::of_parts(&[b"forestall cursor 1\n", list.as_bytes(), b"\n", place.as_bytes()]).to_string();
    digits.truncate(CHECK);
    digits
}

#[cfg(test)]
mod tests {
    use super::{read, write};

    #[test]
    fn a_mark_is_good_for_its_list_as_it_came() {
        let mark = write("names a com", &[14_335, -1, 7]).unwrap();
        assert_eq!(read::<3>("names a com", Some(mark.clone())).unwrap(), Some([14_335, -1, 7]));
        assert_eq!(read::<3>("names a com", None).unwrap(), None);
        assert!(read::<3>("names a net", Some(mark.clone())).is_err());
        assert!(read::<2>("names a com", Some(mark.clone())).is_err());
        for place in 0..mark.as_str().len() {
            let mut octets = mark.as_str().as_bytes().to_vec();
            octets[place] = if octets[place] == b'1' { b'2' } else { b'1' };
            let altered = String::from_utf8(octets).unwrap().parse().unwrap();
            assert!(read::<3>("names a com", Some(altered)).is_err(), "{place}");
        }
    }
}
