// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A file of events, written anew with pseudonyms in the place of addresses. It stands under the same name: whoever reads has the one or the other,
//! and every event once.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use forestall_census::Source;
use parquet::data_type::{
    BoolType, ByteArrayType, DataType, FixedLenByteArray, FixedLenByteArrayType, Int32Type, Int64Type,
};
use parquet::errors::{ParquetError, Result};

use crate::chunk::Group;
use crate::keys::Pseudonyms;
use crate::lake::{File, Lake};
use crate::output::{About, Output, WriteError, properties};
use crate::read::{Pages, ReadError, fetch, read_all};
use crate::schema::{CONTACT_HITS, Kind, Table};

/// Columns that go with the address: the port, and what a machine said before it was asked anything.
const GOES: [&str; 3] = ["resolver_port", "source_port", "first_octets"];

/// Why a file was not written anew.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RewriteError {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Writes a file of events in clear anew, with pseudonyms. Returns its rows.
pub(crate) fn rewrite(
    lake: &Lake,
    table: &'static Table,
    file: &File,
    pseudonyms: &Pseudonyms,
) -> std::result::Result<u64, RewriteError> {
    let footer = lake.footer(table, file)?;
    let about = About { pseudonyms: true, left_out: footer.left_out.as_deref().unwrap_or_default() };
    let properties = properties(table, about);
    let mut output = Output::new(table, file.path.clone(), &properties)?;
    let places: Vec<usize> = (0..table.columns.len()).collect();
    for group in 0..footer.meta.num_row_groups() {
        let rows = footer.rows_of(group);
        if rows == 0 {
            continue;
        }
        let done = fetch(lake, table, (file, &footer), group, &places).map_err(RewriteError::Read).and_then(|pages| {
            let write = |group: &mut Group<'_, '_>| copy(table, pages, rows, pseudonyms, group);
            output.group(lake, rows, write).map_err(RewriteError::Write)
        });
        if let Err(error) = done {
            output.abort(lake);
            return Err(error);
        }
    }
    Ok(output.close(lake)?)
}

fn copy(
    table: &Table,
    pages: Vec<Pages>,
    rows: usize,
    pseudonyms: &Pseudonyms,
    group: &mut Group<'_, '_>,
) -> Result<()> {
    let [v4, v6, pseudonym] = if *table == CONTACT_HITS { Table::WHO_CONTACT } else { Table::WHO_DNS };
    let mut made: Vec<Option<[u8; 16]>> = vec![None; rows];
    for (column, pages) in table.columns.iter().zip(pages) {
        if column.name == v4 {
            let (values, there) = read_all::<Int32Type>(rows, true, &pages)?;
            give(&mut made, values, there.as_deref(), |address| {
                Some(pseudonyms.of(Source::of(IpAddr::V4(Ipv4Addr::from_bits(address.cast_unsigned())))))
            })?;
            group.put::<Int32Type>(&[], Some(&vec![0; rows]))?;
        } else if column.name == v6 {
            let (values, there) = read_all::<FixedLenByteArrayType>(rows, true, &pages)?;
            give(&mut made, values, there.as_deref(), |address: FixedLenByteArray| {
                let octets: [u8; 16] = address.data().try_into().ok()?;
                Some(pseudonyms.of(Source::of(IpAddr::V6(Ipv6Addr::from(octets)))))
            })?;
            group.put::<FixedLenByteArrayType>(&[], Some(&vec![0; rows]))?;
        } else if column.name == pseudonym {
            let (values, there) = read_all::<FixedLenByteArrayType>(rows, true, &pages)?;
            give(&mut made, values, there.as_deref(), |known: FixedLenByteArray| known.data().try_into().ok())?;
            let levels: Vec<i16> = made.iter().map(|one| i16::from(one.is_some())).collect();
            let values = made.iter().flatten().map(|one| FixedLenByteArray::from(one.to_vec()));
            group.put::<FixedLenByteArrayType>(&values.collect::<Vec<_>>(), Some(&levels))?;
        } else if GOES.contains(&column.name) {
            match column.kind {
                Kind::Number(_) => group.put::<Int32Type>(&[], Some(&vec![0; rows]))?,
                _ => group.put::<ByteArrayType>(&[], Some(&vec![0; rows]))?,
            }
        } else {
            match column.kind {
                Kind::Time | Kind::Long => pass::<Int64Type>(rows, column.optional, &pages, group)?,
                Kind::Number(_) => pass::<Int32Type>(rows, column.optional, &pages, group)?,
                Kind::Flag => pass::<BoolType>(rows, column.optional, &pages, group)?,
                Kind::Text | Kind::Octets => pass::<ByteArrayType>(rows, column.optional, &pages, group)?,
                Kind::Sixteen => pass::<FixedLenByteArrayType>(rows, column.optional, &pages, group)?,
            }
        }
    }
    Ok(())
}

/// Writes a column as it is.
fn pass<D: DataType>(rows: usize, optional: bool, pages: &Pages, group: &mut Group<'_, '_>) -> Result<()> {
    let (values, there) = read_all::<D>(rows, optional, pages)?;
    let all = (optional && there.is_none()).then(|| vec![1; rows]);
    group.put::<D>(&values, there.as_deref().or(all.as_deref()))
}

/// Gives rows that have a value what is made of it.
fn give<T>(
    made: &mut [Option<[u8; 16]>],
    values: Vec<T>,
    there: Option<&[i16]>,
    mut make: impl FnMut(T) -> Option<[u8; 16]>,
) -> Result<()> {
    let mut values = values.into_iter();
    for (row, one) in made.iter_mut().enumerate() {
        if there.is_some_and(|there| there.get(row) != Some(&1)) {
            continue;
        }
        let value = values.next().and_then(&mut make);
        *one = Some(value.ok_or_else(|| ParquetError::General("a row has no address that can be read".to_owned()))?);
    }
    Ok(())
}
