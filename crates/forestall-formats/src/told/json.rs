// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! JSON of others, read piece by piece: lists whose elements are taken one by one, and values that may be of another kind than expected.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::gather::holds_address;
use super::{MAX_NAMES, ToldError};

/// Longest message about broken JSON that is passed on.
const MAX_MESSAGE: usize = 300;
/// Most elements of a list that is read as a whole, inside of an object.
const MAX_LISTED: usize = 2 * MAX_NAMES;

/// What a visitor makes of values that are neither texts nor lists nor objects.
macro_rules! other_values {
    ($value:ty, |$this:ident| $made:expr) => {
        fn visit_bool<E>(self, _: bool) -> Result<$value, E> {
            let $this = self;
            Ok($made)
        }

        fn visit_i64<E>(self, _: i64) -> Result<$value, E> {
            let $this = self;
            Ok($made)
        }

        fn visit_u64<E>(self, _: u64) -> Result<$value, E> {
            let $this = self;
            Ok($made)
        }

        fn visit_f64<E>(self, _: f64) -> Result<$value, E> {
            let $this = self;
            Ok($made)
        }

        fn visit_unit<E>(self) -> Result<$value, E> {
            let $this = self;
            Ok($made)
        }
    };
}

pub(crate) use other_values;

/// Reads a whole document by a seed.
///
/// # Errors
///
/// [`ToldError::Json`] with line and column, or the error that a seed put into `limit`.
pub(crate) fn document<'a, S>(octets: &'a [u8], limit: &Cell<Option<ToldError>>, seed: S) -> Result<S::Value, ToldError>
where
    S: DeserializeSeed<'a>,
{
    let octets = octets.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(octets);
    let mut reader = serde_json::Deserializer::from_slice(octets);
    let read = seed.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    read.map_err(|error| {
        limit.take().unwrap_or_else(|| {
            let text = error.to_string();
            let what = text.split(" at line ").next().unwrap_or("");
            // A text in the place of something else is repeated there, and it may be an address.
            let what = if holds_address(what) {
                "an address stands where something else belongs".to_owned()
            } else {
                what.chars().take(MAX_MESSAGE).collect()
            };
            ToldError::Json { line: error.line(), column: error.column(), what }
        })
    })
}

/// Takes the elements of a list one by one, each with its number; what is no list is an error, `null` is an empty one.
pub(crate) struct Each<'l, T, F> {
    limit: &'l Cell<Option<ToldError>>,
    take: F,
    element: PhantomData<T>,
}

impl<'l, T, F: FnMut(usize, T) -> Result<(), ToldError>> Each<'l, T, F> {
    pub(crate) const fn new(limit: &'l Cell<Option<ToldError>>, take: F) -> Self {
        Self { limit, take, element: PhantomData }
    }
}

impl<'de, T, F> DeserializeSeed<'de> for Each<'_, T, F>
where
    T: Deserialize<'de>,
    F: FnMut(usize, T) -> Result<(), ToldError>,
{
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T, F> Visitor<'de> for Each<'_, T, F>
where
    T: Deserialize<'de>,
    F: FnMut(usize, T) -> Result<(), ToldError>,
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        let mut number = 0;
        while let Some(element) = list.next_element()? {
            if let Err(error) = (self.take)(number, element) {
                let message = error.to_string();
                self.limit.set(Some(error));
                return Err(A::Error::custom(message));
            }
            number += 1;
        }
        Ok(())
    }
}

/// A text, or a value of another kind, of which nothing is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Loose(Option<String>);

impl Loose {
    /// Returns the text where it is one that says something.
    pub(crate) fn text(&self) -> Option<&str> {
        self.0.as_deref().map(str::trim).filter(|text| !text.is_empty())
    }
}

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Loose;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }

            fn visit_str<E>(self, text: &str) -> Result<Loose, E> {
                Ok(Loose(Some(text.to_owned())))
            }

            fn visit_bool<E>(self, value: bool) -> Result<Loose, E> {
                Ok(Loose(Some(value.to_string())))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Loose, E> {
                Ok(Loose(Some(value.to_string())))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Loose, E> {
                Ok(Loose(Some(value.to_string())))
            }

            fn visit_f64<E>(self, _: f64) -> Result<Loose, E> {
                Ok(Loose(None))
            }

            fn visit_unit<E>(self) -> Result<Loose, E> {
                Ok(Loose(None))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Loose, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Loose(None))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Loose, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Loose(None))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// A list whose elements are of a kind, and what takes them in one by one, which need not keep them; a value that is no list is an empty one.
///
/// A list of more elements than a file of as many names as are read could need is an error.
#[derive(Clone, Debug)]
pub(crate) struct Listed<T, C = Vec<T>>(pub(crate) C, PhantomData<T>);

impl<T, C: Default> Default for Listed<T, C> {
    fn default() -> Self {
        Self(C::default(), PhantomData)
    }
}

impl<'de, T: Deserialize<'de>, C: Default + Extend<T>> Deserialize<'de> for Listed<T, C> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any<T, C>(PhantomData<(T, C)>);
        impl<'de, T: Deserialize<'de>, C: Default + Extend<T>> Visitor<'de> for Any<T, C> {
            type Value = Listed<T, C>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            other_values!(Listed<T, C>, |_it| Listed::default());

            fn visit_str<E>(self, _: &str) -> Result<Listed<T, C>, E> {
                Ok(Listed::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Listed<T, C>, A::Error> {
                let mut all = C::default();
                let mut number = 0;
                while let Some(element) = list.next_element::<T>()? {
                    if number == MAX_LISTED {
                        return Err(A::Error::custom("a list is longer than is read; split the file"));
                    }
                    number += 1;
                    all.extend(Some(element));
                }
                Ok(Listed(all, PhantomData))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Listed<T, C>, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Listed::default())
            }
        }
        deserializer.deserialize_any(Any(PhantomData))
    }
}

/// An object of a kind; a value that is no object counts as one that says nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Maybe<T>(pub(crate) T);

impl<'de, T: Default + Deserialize<'de>> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any<T>(PhantomData<T>);
        impl<'de, T: Default + Deserialize<'de>> Visitor<'de> for Any<T> {
            type Value = Maybe<T>;

            other_values!(Maybe<T>, |_it| Maybe::default());

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_str<E>(self, _: &str) -> Result<Maybe<T>, E> {
                Ok(Maybe::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Maybe<T>, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Maybe::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Maybe<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Maybe)
            }
        }
        deserializer.deserialize_any(Any(PhantomData))
    }
}
