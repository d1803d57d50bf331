// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The cache of counts: how many names of a computed list fall to whom, kept in a compact form.

use std::ops::Range;

use forestall_model::{Digest, Instant, PeriodCounts, Tld, TldCount, Window};

use crate::connection::Connection;
use crate::error::StoreError;
use crate::row::{insert, int};
use crate::statement::query;
use crate::store::Store;
use crate::writer::Work;

impl Store {
    /// Returns the cached counts of the origin periods whose keys lie in `keys`, in order of time. Periods that are not
    /// cached are left out.
    ///
    /// `digest` names everything that the counts follow from, but the version of the generator: family, parameters, and
    /// the rules by which names count as not registrable. Windows come back as they were put in: those of a list without
    /// end are to be clipped anew.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store cannot be read. A row that cannot be understood counts as missing.
    pub async fn cached_counts(
        &self,
        digest: Digest,
        generator_version: u32,
        keys: Range<i64>,
    ) -> Result<Vec<PeriodCounts>, StoreError> {
        const TEXT: &str = "SELECT period, packed FROM counts \
            WHERE digest = $1 AND generator_version = $2 AND period >= $3 AND period < $4 ORDER BY period";
        let mut reader = self.reader().await?;
        let rows = query(TEXT)
            .bind(digest.0.to_vec())
            .bind(int(generator_version))
            .bind(keys.start)
            .bind(keys.end)
            .fetch_all(&mut reader)
            .await
            .map_err(|e| self.error(e))?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let key: i64 = row.try_get("period").map_err(|e| self.error(e))?;
            let packed: &[u8] = row.try_get("packed").map_err(|e| self.error(e))?;
            match unpack(key, packed) {
                Some(counts) => found.push(counts),
                None => {
                    tracing::warn!(%digest, period = key, "a row of the counts cache cannot be understood and is ignored")
                }
            }
        }
        Ok(found)
    }

    /// Puts counts into the cache. Rows of other versions of the generator with the same digest are dropped.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where they cannot be written.
    pub async fn cache_counts(
        &self,
        digest: Digest,
        generator_version: u32,
        counts: &[PeriodCounts],
    ) -> Result<(), StoreError> {
        let rows = counts.iter().map(Packed::new).collect();
        let work = Work::CacheCounts { digest, generator_version, rows };
        self.rows(work).await.map(|_| ())
    }

    /// Empties the cache of counts and returns the number of periods that it held.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where it cannot be written.
    pub async fn forget_counts(&self) -> Result<u64, StoreError> {
        self.rows(Work::ForgetCounts).await
    }
}

/// The counts of one period in their compact form.
#[derive(Debug)]
pub(crate) struct Packed {
    period: i64,
    octets: Vec<u8>,
}

impl Packed {
    pub(crate) fn new(counts: &PeriodCounts) -> Self {
        Self { period: counts.key, octets: pack(counts) }
    }
}

pub(crate) async fn put(
    connection: &mut Connection,
    digest: Digest,
    generator_version: u32,
    rows: &[Packed],
) -> Result<u64, sqlx::Error> {
    query("DELETE FROM counts WHERE digest = $1 AND generator_version <> $2")
        .bind(digest.0.to_vec())
        .bind(int(generator_version))
        .execute(&mut *connection)
        .await?;
    let columns = &["digest", "period", "generator_version", "packed"];
    let replace = " ON CONFLICT (digest, period) DO UPDATE SET packed = excluded.packed";
    insert(connection, "counts", columns, replace, rows, |statement, row| {
        statement.bind(digest.0.to_vec()).bind(row.period).bind(int(generator_version)).bind(row.octets.clone())
    })
    .await?;
    Ok(rows.len() as u64)
}

pub(crate) async fn clear(connection: &mut Connection) -> Result<u64, sqlx::Error> {
    query("DELETE FROM counts").execute(connection).await
}

/// The version of the compact form, its first octet.
const FORM: u8 = 1;

/// Writes counts as: version, window (two signed numbers, microseconds, the second as its length), distinct names, number
/// of top-level domains, and for each of them the length of its label, the label, the number of names, the number of
/// places that cannot be registered, and these places, each as the distance from the one before. Numbers are LEB128, signed
/// ones in zigzag.
fn pack(counts: &PeriodCounts) -> Vec<u8> {
    let mut out = vec![FORM];
    put_signed(&mut out, counts.window.from.micros());
    put_signed(&mut out, counts.window.until.micros().wrapping_sub(counts.window.from.micros()));
    put_number(&mut out, u64::from(counts.distinct));
    put_number(&mut out, counts.by_tld.len() as u64);
    for count in &counts.by_tld {
        let label = count.tld.as_str().as_bytes();
        put_number(&mut out, label.len() as u64);
        out.extend_from_slice(label);
        put_number(&mut out, u64::from(count.names));
        put_number(&mut out, count.not_registrable.len() as u64);
        let mut before = 0;
        for place in &count.not_registrable {
            // The difference may be negative where a caller's places are out of order; wrapping brings it back.
            put_number(&mut out, u64::from(place.wrapping_sub(before)));
            before = *place;
        }
    }
    out
}

/// Reads the compact form; `None` where it is not whole.
fn unpack(key: i64, octets: &[u8]) -> Option<PeriodCounts> {
    let mut rest = octets.strip_prefix(&[FORM])?;
    let from = take_signed(&mut rest)?;
    let until = from.wrapping_add(take_signed(&mut rest)?);
    let window = Window { from: Instant::from_micros(from), until: Instant::from_micros(until) };
    let distinct = take_small(&mut rest)?;
    let length = take_length(&mut rest)?;
    let mut by_tld = Vec::with_capacity(length);
    for _ in 0..length {
        let label = take_length(&mut rest)?;
        let (label, after) = rest.split_at_checked(label)?;
        rest = after;
        let tld: Tld = std::str::from_utf8(label).ok()?.parse().ok()?;
        let names = take_small(&mut rest)?;
        let places = take_length(&mut rest)?;
        let mut not_registrable = Vec::with_capacity(places);
        let mut place = 0_u32;
        for _ in 0..places {
            place = place.wrapping_add(take_small(&mut rest)?);
            not_registrable.push(place);
        }
        by_tld.push(TldCount { tld, names, not_registrable });
    }
    rest.is_empty().then_some(PeriodCounts { key, window, distinct, by_tld })
}

fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(0x80 | (number & 0x7f).to_le_bytes()[0]);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

fn put_signed(out: &mut Vec<u8>, number: i64) {
    put_number(out, ((number << 1) ^ (number >> 63)).cast_unsigned());
}

fn take_number(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (octet, after) = rest.split_first()?;
        *rest = after;
        let bits = u64::from(octet & 0x7f);
        // The tenth octet has room for one bit.
        if shift == 63 && bits > 1 {
            return None;
        }
        number |= bits << shift;
        if octet & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn take_signed(rest: &mut &[u8]) -> Option<i64> {
    let number = take_number(rest)?;
    Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
}

fn take_small(rest: &mut &[u8]) -> Option<u32> {
    u32::try_from(take_number(rest)?).ok()
}

/// Takes a number of items, each of which takes at least one octet: more than are left cannot be true.
fn take_length(rest: &mut &[u8]) -> Option<usize> {
    let length = usize::try_from(take_number(rest)?).ok()?;
    (length <= rest.len()).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::{pack, unpack};
    use forestall_model::{Instant, PeriodCounts, TldCount, Window};
    use proptest::prelude::*;

    prop_compose! {
        fn counts()(
            key in any::<i64>(), from in any::<i64>(), until in any::<i64>(), distinct in any::<u32>(),
            by_tld in proptest::collection::btree_map("[a-z]{2,8}", (any::<u32>(), proptest::collection::vec(any::<u32>(), 0..5)), 0..6),
        ) -> PeriodCounts {
            PeriodCounts {
                key,
                window: Window { from: Instant::from_micros(from), until: Instant::from_micros(until) },
                distinct,
                by_tld: by_tld
                    .into_iter()
                    .map(|(tld, (names, not_registrable))| TldCount { tld: tld.parse().unwrap(), names, not_registrable })
                    .collect(),
            }
        }
    }

    proptest! {
        #[test]
        fn counts_survive_the_compact_form(counts in counts()) {
            let packed = pack(&counts);
            prop_assert_eq!(unpack(counts.key, &packed), Some(counts.clone()));
            for cut in 0..packed.len() {
                prop_assert_eq!(unpack(counts.key, &packed[..cut]), None);
            }
        }

        #[test]
        fn any_octets_are_counts_or_nothing(mut octets in proptest::collection::vec(any::<u8>(), 0..64)) {
            octets.insert(0, super::FORM);
            let _ = unpack(0, &octets);
        }
    }
}
