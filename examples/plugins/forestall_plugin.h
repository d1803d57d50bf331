// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

// The interface of a plug-in family, version 1. docs/plugins.md explains it.
//
// A plug-in is one WebAssembly module without imports. It exports its memory as "memory", which linkers do by themselves, and the four
// functions below. Each list is computed in a fresh instance: block, configure, begin, and next until it returns 0.

#ifndef FORESTALL_PLUGIN_H
#define FORESTALL_PLUGIN_H

#include <stdint.h>

// Octets of the block through which both sides talk.
#define FORESTALL_BLOCK_OCTETS 65536

#define FORESTALL_EXPORT(name) __attribute__((export_name(name)))

// Returns the address of FORESTALL_BLOCK_OCTETS octets, the same at each call.
FORESTALL_EXPORT("forestall_block") uint8_t *forestall_block(void);

// Takes the parameters, `octets` octets in the block: lines KEY=VALUE, each with its line feed, one for every key of the metadata that has
// a value, in their order. Returns 0, or the octets of a message in the block that says what is wrong.
FORESTALL_EXPORT("forestall_configure") int32_t forestall_configure(int32_t octets);

// Begins the list of the origin period that starts `period` seconds after 1970-01-01T00:00:00Z (0 for a family without dates), `names`
// names of it from the first on.
FORESTALL_EXPORT("forestall_begin") void forestall_begin(int64_t period, int64_t names);

// Writes the next names of the list into the block, whole, each followed by a line feed, in the order of the bot and in lower case.
// Returns their octets, 0 after the last name. What cannot be computed: the octets of a message in the block, as a number below 0.
FORESTALL_EXPORT("forestall_next") int32_t forestall_next(void);

// Puts the file with the metadata into the module, as its custom section "forestall".
#define FORESTALL_METADATA(file) \
    __asm__(".section .custom_section.forestall,\"\",@\n.incbin \"" file "\"\n.text\n")

#endif
