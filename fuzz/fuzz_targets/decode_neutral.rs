//! The neutral form.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    vigie_fuzz::check_framed(
        bytes,
        &[("{\"id\":\"1\",\"text\":\"", "\"}"), ("{\"id\":\"1\",\"text\":\"\",", "}"), ("{\"id\":\"1\",\"text\":\"\",\"author\":", "}"), ("[", "]")],
    );
});
