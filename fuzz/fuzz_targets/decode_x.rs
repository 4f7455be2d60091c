//! X: envelopes, single posts and notices.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    vigie_fuzz::check_framed(
        bytes,
        &[
            ("{\"data\":[", "]}"),
            ("{\"data\":{\"id\":\"2\",\"text\":\"t\",\"author_id\":\"7\",\"edit_history_tweet_ids\":[\"1\",\"2\"],", "}}"),
            ("{\"data\":[{\"id\":\"1\",\"text\":\"t\",\"author_id\":\"7\"}],\"includes\":", "}"),
            ("{\"id\":\"1\",\"action\":", "}"),
            ("{\"delete\":", "}"),
        ],
    );
});
