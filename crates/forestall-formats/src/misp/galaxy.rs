// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The names of families in MISP's galaxy of malware, which follows Malpedia.
//!
//! # Source
//!
//! MISP galaxy `malpedia` as of `pymispgalaxies` 1.1.1 (November 2025). A family stands here where name or alias say that it is the same; what is
//! not there has no tag.

/// Family and value of the galaxy, sorted by family.
const MALPEDIA: [(&str, &str); 59] = [
    ("banjori", "Banjori"),
    ("bazarbackdoor", "BazarBackdoor"),
    ("bumblebee", "BumbleBee"),
    ("ccleaner", "CCleaner Backdoor"),
    ("chinad", "Chinad"),
    ("conficker-a", "Conficker"),
    ("conficker-b", "Conficker"),
    ("conficker-c", "Conficker"),
    ("corebot", "Corebot"),
    ("cryptolocker", "CryptoLocker"),
    ("darkcracks", "DarkCracks"),
    ("dircrypt", "DirCrypt"),
    ("dmsniff", "DMSniff"),
    ("dnschanger", "DNSChanger"),
    ("dyre", "Dyre"),
    ("emotet", "Emotet"),
    ("enviserv", "Enviserv"),
    ("flubot", "FluBot"),
    ("fobber", "Fobber"),
    ("gameover-p2p", "Gameover P2P"),
    ("gozi", "Gozi"),
    ("kraken", "Oderoor"),
    ("locky", "Locky"),
    ("m0yv", "m0yv"),
    ("mirai", "Mirai (ELF)"),
    ("murofet", "Murofet"),
    ("mydoom", "MyDoom"),
    ("necurs", "Necurs"),
    ("newgoz", "Gameover DGA"),
    ("ngioweb", "Ngioweb (ELF)"),
    ("nymaim", "Nymaim"),
    ("nymaim2", "Nymaim2"),
    ("orchard", "Orchard"),
    ("padcrypt", "PadCrypt"),
    ("pitou", "Pitou"),
    ("pushdo", "Pushdo"),
    ("pykspa-improved", "Pykspa"),
    ("pykspa-precursor", "Pykspa"),
    ("qadars", "Qadars"),
    ("qakbot", "QakBot"),
    ("qsnatch-a", "QSnatch"),
    ("qsnatch-b", "QSnatch"),
    ("ramdo", "Ramdo"),
    ("ramnit", "Ramnit"),
    ("ranbyus-may", "Ranbyus"),
    ("ranbyus-september", "Ranbyus"),
    ("shadowpad", "ShadowPad"),
    ("sharkbot", "SharkBot"),
    ("shiotob", "UrlZone"),
    ("simda", "Simda"),
    ("sunburst", "SUNBURST"),
    ("suppobox", "SuppoBox"),
    ("symmi", "Graftor"),
    ("tempedreve", "Tempedreve"),
    ("tinba", "Tinba"),
    ("tofsee", "Tofsee"),
    ("vawtrak", "Vawtrak"),
    ("verblecon", "Verblecon"),
    ("zloader", "Zloader"),
];

/// Returns the value of the galaxy for a family, where it has one.
#[must_use]
pub fn malpedia(family: &str) -> Option<&'static str> {
    let found = MALPEDIA.binary_search_by_key(&family, |(slug, _)| slug).ok()?;
    Some(MALPEDIA[found].1)
}

/// Returns every family with its value of the galaxy, sorted by family.
pub fn known() -> impl Iterator<Item = (&'static str, &'static str)> {
    MALPEDIA.into_iter()
}
