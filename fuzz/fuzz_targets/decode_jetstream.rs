//! Bluesky's Jetstream, versions 1 and 2.

#![no_main]

use libfuzzer_sys::fuzz_target;

const V1: &str = "{\"did\":\"did:plc:a\",\"time_us\":1783175888085434,\"kind\":\"commit\",\"commit\":{\"rev\":\"3mptbypluud2a\",\
    \"operation\":\"update\",\"collection\":\"app.bsky.feed.post\",\"rkey\":\"k\",\"record\":{\"text\":\"t\",";
const V2: &str = "{\"$type\":\"message\",\"payload\":{\"$type\":\"x#commit\",\"collection\":\"app.bsky.feed.post\",";

fuzz_target!(|bytes: &[u8]| {
    vigie_fuzz::check_framed(bytes, &[(V1, "}}}"), (V2, "}}"), ("{\"did\":\"d\",\"kind\":\"commit\",\"commit\":", "}")]);
});
