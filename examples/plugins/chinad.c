// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

// The family chinad as a plug-in: 1,000 names a day, the SHA-1 of the date and the number of the name. It shows a parameter, a date,
// and a list that comes in several blocks; the program has the same family built in, and a test compares the two.

#include "forestall_plugin.h"

FORESTALL_METADATA("chinad.toml");

#define LABEL 16
#define LONGEST (LABEL + sizeof ".info\n")

static uint8_t block[FORESTALL_BLOCK_OCTETS];

// Octets of a name's number that are hashed: 1 or 2.
static uint32_t index_octets;
static uint32_t date;
static uint32_t number;
static uint32_t last;

uint8_t *forestall_block(void) { return block; }

static int32_t say(const char *text) {
    int32_t octets = 0;
    while (text[octets] != 0) {
        block[octets] = (uint8_t)text[octets];
        octets++;
    }
    return octets;
}

static int starts_with(const char *text, int32_t octets) {
    for (int32_t i = 0; text[i] != 0; i++) {
        if (i >= octets || block[i] != (uint8_t)text[i]) return 0;
    }
    return 1;
}

int32_t forestall_configure(int32_t octets) {
    if (starts_with("indexbytes=1\n", octets)) {
        index_octets = 1;
    } else if (starts_with("indexbytes=2\n", octets)) {
        index_octets = 2;
    } else {
        return say("indexbytes must be 1 or 2");
    }
    return 0;
}

// Year, month and day of a number of days since 1970-01-01, by counting from 0000-03-01 in cycles of 400 years.
static void civil(int64_t days, int64_t *year, uint32_t *month, uint32_t *day) {
    int64_t since = days + 719468;
    int64_t cycle = (since >= 0 ? since : since - 146096) / 146097;
    uint32_t of_cycle = (uint32_t)(since - cycle * 146097);
    uint32_t year_of_cycle = (of_cycle - of_cycle / 1460 + of_cycle / 36524 - of_cycle / 146096) / 365;
    uint32_t day_of_year = of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    uint32_t from_march = (5 * day_of_year + 2) / 153;
    *day = day_of_year - (153 * from_march + 2) / 5 + 1;
    *month = from_march < 10 ? from_march + 3 : from_march - 9;
    *year = (int64_t)year_of_cycle + cycle * 400 + (*month <= 2);
}

void forestall_begin(int64_t period, int64_t names) {
    int64_t days = (period >= 0 ? period : period - 86399) / 86400;
    int64_t year;
    uint32_t month, day;
    civil(days, &year, &month, &day);
    // The year since 2000, as one octet.
    date = (((uint32_t)year + 0x30) & 0xFF) << 24 | month << 16 | day << 8;
    uint32_t all = index_octets == 1 ? 256 : 1000;
    number = 0;
    last = names < all ? (uint32_t)names : all;
}

static uint32_t rotate(uint32_t word, int by) { return word << by | word >> (32 - by); }

// SHA-1 (FIPS 180-4) of one block of 16 octets: two words that change and two of zeros.
static void sha1(uint32_t first, uint32_t second, uint32_t digest[5]) {
    uint32_t w[80] = {first, second, 0, 0, 0x80000000};
    w[15] = 128;
    for (int i = 16; i < 80; i++) w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    uint32_t start[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    uint32_t a = start[0], b = start[1], c = start[2], d = start[3], e = start[4];
    for (int i = 0; i < 80; i++) {
        uint32_t f, k;
        if (i < 20) {
            f = (b & c) | (~b & d);
            k = 0x5A827999;
        } else if (i < 40) {
            f = b ^ c ^ d;
            k = 0x6ED9EBA1;
        } else if (i < 60) {
            f = (b & c) | (b & d) | (c & d);
            k = 0x8F1BBCDC;
        } else {
            f = b ^ c ^ d;
            k = 0xCA62C1D6;
        }
        uint32_t next = rotate(a, 5) + f + e + k + w[i];
        e = d;
        d = c;
        c = rotate(b, 30);
        b = a;
        a = next;
    }
    digest[0] = start[0] + a;
    digest[1] = start[1] + b;
    digest[2] = start[2] + c;
    digest[3] = start[3] + d;
    digest[4] = start[4] + e;
}

int32_t forestall_next(void) {
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    static const char suffixes[7][6] = {".com", ".org", ".net", ".biz", ".info", ".ru", ".cn"};
    uint32_t octets = 0;
    while (number < last && octets + LONGEST <= FORESTALL_BLOCK_OCTETS) {
        uint32_t digest[5];
        uint32_t high = index_octets == 2 ? number >> 8 & 0xFF : 0;
        sha1(date | (number & 0xFF), high << 24, digest);
        // The bot reads the octets of each word from the low one up.
        for (int i = 0; i < LABEL; i++) {
            block[octets++] = (uint8_t)alphabet[(digest[i / 4] >> (i % 4 * 8) & 0xFF) % 36];
        }
        const char *suffix = suffixes[(digest[4] & 0xFF) % 7];
        while (*suffix != 0) block[octets++] = (uint8_t)*suffix++;
        block[octets++] = '\n';
        number++;
    }
    return (int32_t)octets;
}
