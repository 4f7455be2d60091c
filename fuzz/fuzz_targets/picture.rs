//! Any bytes as a picture: within the limits, hashed and looked through for codes, and nothing panics in our code or the decoders'.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vigie_media::{Limits, codes::codes, decode_frames, pdq::Pdq};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { bytes: 1 << 16, side: 512, pixels: 1 << 16, memory: 8 << 20, frames: 8, animated_pixels: 1 << 18 };
    let Ok(frames) = decode_frames(bytes, &limits) else { return };
    assert!((1..=3).contains(&frames.len()));
    for picture in &frames {
        assert!(u64::from(picture.width()) * u64::from(picture.height()) <= limits.pixels);
        assert_eq!(Pdq::of(picture).is_some(), picture.width() >= 5 && picture.height() >= 5);
        drop(codes(picture));
    }
});
