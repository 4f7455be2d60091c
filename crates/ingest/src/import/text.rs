//! Texts as exports write them.

/// Hashtags of a text, without `#`.
pub(super) fn hashtags(text: &str) -> Vec<String> {
    let mut tags = Vec::new();
    for part in text.split('#').skip(1) {
        let tag: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').take(64).collect();
        if !tag.is_empty() && tags.len() < 64 && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

/// Repairs the text of Meta's "download your information", where each byte of UTF-8 stands as a character of its own.
pub(super) fn without_mojibake(text: &str) -> String {
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meta_text_is_repaired_and_other_text_left_alone() {
        assert_eq!(without_mojibake("Ã©tÃ© \u{f0}\u{9f}\u{8c}\u{bf}"), "été 🌿");
        for text in ["été", "plain", "10 €", "🌿"] {
            assert_eq!(without_mojibake(text), text);
        }
        assert_eq!(hashtags("#Lille et #été_24, # #Lille"), ["Lille", "été_24"]);
    }
}
