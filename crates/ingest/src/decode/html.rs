//! The text of a post that comes as HTML.

use std::borrow::Cow;

use super::entity;

/// What a reader sees, with links in full: line breaks and ends of paragraphs are line feeds, references are decoded,
/// tags, comments, scripts and styles are gone.
///
/// Mastodon wraps the beginning and the end of a long link in spans that style sheets hide or shorten; their text is
/// kept and nothing is added, so that links come out whole.
pub(super) fn to_text(html: &str) -> Cow<'_, str> {
    if !html.contains(['<', '&']) {
        return Cow::Borrowed(html);
    }
    let mut text = Text { out: String::with_capacity(html.len()), break_due: false };
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        let (plain, marked) = rest.split_at_checked(at).unwrap_or((rest, ""));
        text.push_str(plain);
        rest = if marked.starts_with('&') { reference(marked, &mut text) } else { markup(marked, &mut text) };
    }
    text.push_str(rest);
    Cow::Owned(text.out)
}

/// The text so far. Ends of blocks break the line only once more text comes.
struct Text {
    out: String,
    break_due: bool,
}

impl Text {
    fn push_str(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if std::mem::take(&mut self.break_due) && !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out.push_str(text);
    }
}

/// Takes a character reference, or a `&` that is none.
fn reference<'h>(marked: &'h str, text: &mut Text) -> &'h str {
    let after = marked.strip_prefix('&').unwrap_or(marked);
    let (character, rest) = entity::read(after).unwrap_or(('&', after));
    text.push_str(character.encode_utf8(&mut [0; 4]));
    rest
}

/// Takes a tag or a comment, or a `<` that begins none.
fn markup<'h>(marked: &'h str, text: &mut Text) -> &'h str {
    if let Some(comment) = marked.strip_prefix("<!--") {
        return comment.split_once("-->").map_or("", |(_, rest)| rest);
    }
    let after = marked.strip_prefix('<').unwrap_or(marked);
    if !after.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
        text.push_str("<");
        return after;
    }
    let (tag, rest) = split_tag(after);
    let (closing, name) = match tag.strip_prefix('/') {
        Some(tag) => (true, tag_name(tag)),
        None => (false, tag_name(tag)),
    };
    if !closing && ["script", "style"].iter().any(|raw| name.eq_ignore_ascii_case(raw)) {
        return after_raw_element(rest, name);
    }
    if name.eq_ignore_ascii_case("br") {
        // The break itself, after the one that a paragraph may owe.
        text.push_str("\n");
    } else if is_block(name) {
        text.break_due = true;
    }
    rest
}

/// Cuts after the `>` that ends the tag, which is not one within quotation marks.
fn split_tag(after: &str) -> (&str, &str) {
    let mut quote = None;
    for (at, byte) in after.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => {
                let (tag, rest) = after.split_at_checked(at).unwrap_or((after, ""));
                return (tag, rest.strip_prefix('>').unwrap_or(rest));
            }
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    (after, "")
}

fn tag_name(tag: &str) -> &str {
    tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default()
}

fn is_block(name: &str) -> bool {
    const BLOCKS: &[&str] = &["p", "div", "li", "ul", "ol", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "table", "hr"];
    BLOCKS.iter().any(|block| name.eq_ignore_ascii_case(block))
}

/// What follows the end tag of a script or style sheet.
fn after_raw_element<'h>(content: &'h str, name: &str) -> &'h str {
    let mut rest = content;
    while let Some((_, after)) = rest.split_once("</") {
        if tag_name(after).eq_ignore_ascii_case(name) {
            return split_tag(after).1;
        }
        rest = after;
    }
    ""
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_like_a_browser() {
        for (html, text) in [
            ("plain", "plain"),
            ("<p>un</p><p>deux<br>trois<br/>quatre</p>", "un\ndeux\ntrois\nquatre"),
            ("<p>a &amp; b &lt;c&gt; &#39;d&#x27; &eacute;&nosuch; &", "a & b <c> 'd' é&nosuch; &"),
            ("1 < 2 <3 <b>x</b", "1 < 2 <3 x"),
            ("<p>x<script>if (a<b) {}</script>y<!-- <p> -->z</p>", "xyz"),
            ("<a title='>' href=\"a>b\">t</a>", "t"),
            ("<ul><li>a</li><li>b</li></ul>c", "a\nb\nc"),
            ("<p>a<br><br>b</p>", "a\n\nb"),
            ("", ""),
        ] {
            assert_eq!(to_text(html), text, "{html}");
        }
    }

    #[test]
    fn links_and_mentions_come_out_whole() {
        let link = r#"<a href="https://example.org/a/long/path"><span class="invisible">https://</span><span class="ellipsis">example.org/a/lo</span><span class="invisible">ng/path</span></a>"#;
        assert_eq!(to_text(link), "https://example.org/a/long/path");
        let mention =
            r#"<span class="h-card"><a href="https://a.example/@b" class="u-url mention">@<span>b</span></a></span> <a class="hashtag">#<span>beuh</span></a>"#;
        assert_eq!(to_text(mention), "@b #beuh");
    }

    proptest! {
        #[test]
        fn never_panics_and_never_grows(html in "(<|>|&|;|p|br|/|\"|#x?[0-9]{1,9}|!--|é| |script){0,40}") {
            prop_assert!(to_text(&html).len() <= html.len().saturating_mul(2));
        }
    }
}
