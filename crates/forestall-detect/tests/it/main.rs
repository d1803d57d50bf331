// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Tests of detection through its public interface.

mod scan;
