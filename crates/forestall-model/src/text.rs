// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Types whose one written form is also their stored form: parse, print and serialise from a single definition.

/// Implements `Serialize` and `Deserialize` by `Display` and `FromStr`, so that a type has one written form only.
#[macro_export]
macro_rules! serialise_as_text {
    ($($type:ty),+ $(,)?) => {$(
        impl ::serde::Serialize for $type {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> ::serde::Deserialize<'de> for $type {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <::std::borrow::Cow<'de, str> as ::serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(::serde::de::Error::custom)
            }
        }
    )+};
}

/// Defines a closed vocabulary: an enum whose variants have one written word each.
///
/// Gives `ALL` (in the order of definition), `word`, `Display`, `FromStr` with an error that lists the words, and serde.
#[macro_export]
macro_rules! vocabulary {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident as $what:literal {
            $( $(#[$vmeta:meta])* $variant:ident = $word:literal ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name { $( $(#[$vmeta])* $variant ),+ }

        impl $name {
            /// All words, in the order of definition.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the written word.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.word())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::text::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|w| w.word() == text).ok_or_else(|| $crate::text::UnknownWord {
                    what: $what,
                    found: text.chars().take(60).collect(),
                    known: &[$($word),+],
                })
            }
        }

        $crate::serialise_as_text!($name);
    };
}

/// A word outside a closed vocabulary.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not {what}; expected one of {}", known.join(", "))]
pub struct UnknownWord {
    /// What was expected, with its article: "an action".
    pub what: &'static str,
    /// What was found, cut after 60 characters.
    pub found: String,
    /// The words of the vocabulary.
    pub known: &'static [&'static str],
}
