// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The built-in families: one file each, one word in the list.

use std::sync::Arc;

use crate::Family;

mod anchor;
mod banjori;
mod bazarbackdoor;
mod blocks;
mod built_in;
mod bumblebee;
pub mod calendar;
mod ccleaner;
pub mod charbot;
mod chinad;
mod conficker;
mod conficker_a;
mod conficker_b;
mod conficker_c;
mod corebot;
mod cryptolocker;
mod darkcracks;
mod dircrypt;
mod dmsniff;
mod dnschanger;
mod draws;
mod dyre;
mod earlier;
mod emotet;
mod enviserv;
mod flubot;
mod fobber;
mod fosniw;
mod gameover_p2p;
mod gozi;
mod kraken;
mod likeliest;
mod locky;
mod m0yv;
mod mirai;
mod monerodownloader;
mod murofet;
mod mydoom;
mod necurs;
mod newgoz;
mod ngioweb;
mod nymaim;
mod nymaim2;
mod orchard;
mod padcrypt;
mod pitou;
mod places;
mod proslikefan;
mod pushdo;
mod pykspa_improved;
mod pykspa_precursor;
mod qadars;
mod qakbot;
mod qsnatch;
mod qsnatch_a;
mod qsnatch_b;
mod ramdo;
mod ramnit;
mod ranbyus_may;
mod ranbyus_september;
mod reconyc;
mod recurrence;
mod ring_key;
mod runs;
mod shadowpad;
mod sharkbot;
mod shiotob;
mod simda;
mod sisron;
mod spelling;
mod suffix_order;
pub mod sunburst;
mod suppobox;
mod symmi;
mod tempedreve;
mod tinba;
mod tofsee;
mod tufik;
mod unnamed_downloader;
mod unnamed_javascript_dga;
mod values;
mod vawtrak;
mod verblecon;
mod vidro;
mod without_correction;
mod zloader;

pub(crate) fn all() -> Vec<Arc<dyn Family>> {
    vec![
        Arc::new(conficker_a::ConfickerA::new()),
        Arc::new(conficker_b::ConfickerB::new()),
        Arc::new(conficker_c::ConfickerC::new()),
        banjori::family(),
        bazarbackdoor::family(),
        bumblebee::family(),
        ccleaner::family(),
        charbot::family(),
        chinad::family(),
        corebot::family(),
        cryptolocker::family(),
        darkcracks::family(),
        dircrypt::family(),
        dmsniff::family(),
        dnschanger::family(),
        dyre::family(),
        emotet::family(),
        enviserv::family(),
        flubot::family(),
        fobber::family(),
        fosniw::family(),
        gameover_p2p::family(),
        gozi::family(),
        kraken::family(),
        locky::family(),
        m0yv::family(),
        mirai::family(),
        monerodownloader::family(),
        murofet::family(),
        mydoom::family(),
        necurs::family(),
        newgoz::family(),
        ngioweb::family(),
        nymaim::family(),
        nymaim2::family(),
        orchard::family(),
        padcrypt::family(),
        pitou::family(),
        proslikefan::family(),
        pushdo::family(),
        pykspa_improved::family(),
        pykspa_precursor::family(),
        qadars::family(),
        qakbot::family(),
        qsnatch_a::family(),
        qsnatch_b::family(),
        ramdo::family(),
        ramnit::family(),
        ranbyus_may::family(),
        ranbyus_september::family(),
        reconyc::family(),
        shadowpad::family(),
        sharkbot::family(),
        shiotob::family(),
        simda::family(),
        sisron::family(),
        sunburst::family(),
        suppobox::family(),
        symmi::family(),
        tempedreve::family(),
        tinba::family(),
        tofsee::family(),
        tufik::family(),
        unnamed_downloader::family(),
        unnamed_javascript_dga::family(),
        vawtrak::family(),
        verblecon::family(),
        vidro::family(),
        zloader::family(),
    ]
}

/// The campaigns of the built-in families: file name and text.
pub(crate) const CAMPAIGN_FILES: &[(&str, &str)] = &[
    ("conficker-a.toml", include_str!("../../campaigns/conficker-a.toml")),
    ("conficker-b.toml", include_str!("../../campaigns/conficker-b.toml")),
    ("conficker-c.toml", include_str!("../../campaigns/conficker-c.toml")),
    ("banjori.toml", include_str!("../../campaigns/banjori.toml")),
    ("bazarbackdoor.toml", include_str!("../../campaigns/bazarbackdoor.toml")),
    ("bumblebee.toml", include_str!("../../campaigns/bumblebee.toml")),
    ("ccleaner.toml", include_str!("../../campaigns/ccleaner.toml")),
    ("charbot.toml", include_str!("../../campaigns/charbot.toml")),
    ("chinad.toml", include_str!("../../campaigns/chinad.toml")),
    ("corebot.toml", include_str!("../../campaigns/corebot.toml")),
    ("cryptolocker.toml", include_str!("../../campaigns/cryptolocker.toml")),
    ("darkcracks.toml", include_str!("../../campaigns/darkcracks.toml")),
    ("dircrypt.toml", include_str!("../../campaigns/dircrypt.toml")),
    ("dmsniff.toml", include_str!("../../campaigns/dmsniff.toml")),
    ("dnschanger.toml", include_str!("../../campaigns/dnschanger.toml")),
    ("dyre.toml", include_str!("../../campaigns/dyre.toml")),
    ("emotet.toml", include_str!("../../campaigns/emotet.toml")),
    ("enviserv.toml", include_str!("../../campaigns/enviserv.toml")),
    ("flubot.toml", include_str!("../../campaigns/flubot.toml")),
    ("fobber.toml", include_str!("../../campaigns/fobber.toml")),
    ("fosniw.toml", include_str!("../../campaigns/fosniw.toml")),
    ("gameover-p2p.toml", include_str!("../../campaigns/gameover-p2p.toml")),
    ("gozi.toml", include_str!("../../campaigns/gozi.toml")),
    ("kraken.toml", include_str!("../../campaigns/kraken.toml")),
    ("locky.toml", include_str!("../../campaigns/locky.toml")),
    ("m0yv.toml", include_str!("../../campaigns/m0yv.toml")),
    ("mirai.toml", include_str!("../../campaigns/mirai.toml")),
    ("monerodownloader.toml", include_str!("../../campaigns/monerodownloader.toml")),
    ("murofet.toml", include_str!("../../campaigns/murofet.toml")),
    ("mydoom.toml", include_str!("../../campaigns/mydoom.toml")),
    ("necurs.toml", include_str!("../../campaigns/necurs.toml")),
    ("newgoz.toml", include_str!("../../campaigns/newgoz.toml")),
    ("ngioweb.toml", include_str!("../../campaigns/ngioweb.toml")),
    ("nymaim.toml", include_str!("../../campaigns/nymaim.toml")),
    ("nymaim2.toml", include_str!("../../campaigns/nymaim2.toml")),
    ("orchard.toml", include_str!("../../campaigns/orchard.toml")),
    ("padcrypt.toml", include_str!("../../campaigns/padcrypt.toml")),
    ("pitou.toml", include_str!("../../campaigns/pitou.toml")),
    ("proslikefan.toml", include_str!("../../campaigns/proslikefan.toml")),
    ("pushdo.toml", include_str!("../../campaigns/pushdo.toml")),
    ("pykspa-improved.toml", include_str!("../../campaigns/pykspa-improved.toml")),
    ("pykspa-precursor.toml", include_str!("../../campaigns/pykspa-precursor.toml")),
    ("qadars.toml", include_str!("../../campaigns/qadars.toml")),
    ("qakbot.toml", include_str!("../../campaigns/qakbot.toml")),
    ("qsnatch-a.toml", include_str!("../../campaigns/qsnatch-a.toml")),
    ("qsnatch-b.toml", include_str!("../../campaigns/qsnatch-b.toml")),
    ("ramdo.toml", include_str!("../../campaigns/ramdo.toml")),
    ("ramnit.toml", include_str!("../../campaigns/ramnit.toml")),
    ("ranbyus-may.toml", include_str!("../../campaigns/ranbyus-may.toml")),
    ("ranbyus-september.toml", include_str!("../../campaigns/ranbyus-september.toml")),
    ("reconyc.toml", include_str!("../../campaigns/reconyc.toml")),
    ("shadowpad.toml", include_str!("../../campaigns/shadowpad.toml")),
    ("sharkbot.toml", include_str!("../../campaigns/sharkbot.toml")),
    ("shiotob.toml", include_str!("../../campaigns/shiotob.toml")),
    ("simda.toml", include_str!("../../campaigns/simda.toml")),
    ("sisron.toml", include_str!("../../campaigns/sisron.toml")),
    ("sunburst.toml", include_str!("../../campaigns/sunburst.toml")),
    ("suppobox.toml", include_str!("../../campaigns/suppobox.toml")),
    ("symmi.toml", include_str!("../../campaigns/symmi.toml")),
    ("tempedreve.toml", include_str!("../../campaigns/tempedreve.toml")),
    ("tinba.toml", include_str!("../../campaigns/tinba.toml")),
    ("tofsee.toml", include_str!("../../campaigns/tofsee.toml")),
    ("tufik.toml", include_str!("../../campaigns/tufik.toml")),
    ("unnamed-downloader.toml", include_str!("../../campaigns/unnamed-downloader.toml")),
    ("unnamed-javascript-dga.toml", include_str!("../../campaigns/unnamed-javascript-dga.toml")),
    ("vawtrak.toml", include_str!("../../campaigns/vawtrak.toml")),
    ("verblecon.toml", include_str!("../../campaigns/verblecon.toml")),
    ("vidro.toml", include_str!("../../campaigns/vidro.toml")),
    ("zloader.toml", include_str!("../../campaigns/zloader.toml")),
];
