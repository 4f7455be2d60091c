//! Finds where a JSON value ends, without looking into it.

use memchr::memchr3;

use super::InputReason;

/// How far [`Scanner::scan`] came.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The value goes on after these bytes.
    More,
    /// The value ends before this index.
    Closed(usize),
    /// At this index stands something that no JSON value can have there.
    Broken(usize, InputReason),
}

/// Follows the brackets and strings of one JSON value over any number of pieces.
///
/// It is not a validator: it detects just enough broken JSON not to swallow the values that follow.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    depth: usize,
    /// For the outermost levels, whether each is an object; deeper ones are counted only, so that depth costs no memory.
    objects: Vec<bool>,
    in_string: bool,
    escaped: bool,
    /// A number, `true`, `null` or a stray word.
    bare: bool,
    /// Last byte outside strings that is not white space.
    previous: u8,
    /// Whether the value is an object or array.
    bracketed: bool,
    /// How many blanks stand between the last line break and here, if nothing else does.
    indent: Option<usize>,
}

const TRACKED_LEVELS: usize = 1024;

impl Scanner {
    /// Whether the value is an object or array. Known from its first byte on.
    pub(super) fn is_bracketed(&self) -> bool {
        self.bracketed
    }

    /// See the field.
    pub(super) fn indent(&self) -> Option<usize> {
        self.indent
    }

    /// Reads on in the value; `bytes` begins where the last piece ended.
    pub(super) fn scan(&mut self, bytes: &[u8]) -> Step {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let step = if self.in_string { self.string_part(bytes, &mut at) } else { self.structure(byte, &mut at) };
            if let Some(step) = step {
                return step;
            }
        }
        Step::More
    }

    /// Goes to the next byte of a string that matters.
    fn string_part(&mut self, bytes: &[u8], at: &mut usize) -> Option<Step> {
        if std::mem::take(&mut self.escaped) && bytes.get(*at) != Some(&b'\n') {
            *at += 1;
            return None;
        }
        let rest = bytes.get(*at..).unwrap_or_default();
        let Some(skip) = memchr3(b'"', b'\\', b'\n', rest) else {
            *at = bytes.len();
            return None;
        };
        *at += skip + 1;
        match rest.get(skip) {
            Some(b'\\') => self.escaped = true,
            Some(b'"') => {
                self.in_string = false;
                self.previous = b'"';
                return (self.depth == 0).then_some(Step::Closed(*at));
            }
            _ => return Some(Step::Broken(*at - 1, InputReason::LineBreakInString)),
        }
        None
    }

    /// Takes one byte outside strings.
    fn structure(&mut self, byte: u8, at: &mut usize) -> Option<Step> {
        let index = *at;
        if self.bare && matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | b'[' | b']' | b'{' | b'}' | b'"') {
            return Some(Step::Closed(index));
        }
        *at += 1;
        match byte {
            b'\n' => self.indent = Some(0),
            b' ' | b'\t' | b'\r' => self.indent = self.indent.map(|blanks| blanks + 1),
            b'{' | b'[' if !self.may_open() => return Some(Step::Broken(index, InputReason::UnexpectedOpening(char::from(byte)))),
            b'{' | b'[' => self.open(byte),
            b'}' | b']' if !self.close(byte) => return Some(Step::Broken(index, InputReason::UnexpectedClosing(char::from(byte)))),
            b'}' | b']' => return (self.depth == 0).then_some(Step::Closed(*at)),
            _ => self.other(byte),
        }
        None
    }

    fn other(&mut self, byte: u8) {
        self.in_string = byte == b'"';
        self.bare |= self.depth == 0 && byte != b'"';
        self.previous = byte;
        self.indent = None;
    }

    fn may_open(&self) -> bool {
        let known = self.depth <= TRACKED_LEVELS;
        match self.objects.last() {
            Some(true) if known => self.previous == b':',
            Some(false) if known => matches!(self.previous, b'[' | b','),
            _ => true,
        }
    }

    fn open(&mut self, byte: u8) {
        if self.depth < TRACKED_LEVELS {
            self.objects.push(byte == b'{');
        }
        self.bracketed = true;
        self.depth += 1;
        self.previous = byte;
        self.indent = None;
    }

    /// Returns whether the bracket fits the one it closes, as far as that is known.
    fn close(&mut self, byte: u8) -> bool {
        let fits = if self.depth <= TRACKED_LEVELS { self.objects.pop() == Some(byte == b'}') } else { true };
        self.depth = self.depth.saturating_sub(1);
        self.previous = byte;
        self.indent = None;
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(text: &str) -> Step {
        Scanner::default().scan(text.as_bytes())
    }

    #[test]
    fn ends_where_the_value_ends() {
        for (text, end) in [("{} x", 2), (r#"{"a":"}\"]","b":[{},[1,2]]}{"#, 27), (r#""a]\\" "#, 6), ("12.5,", 4), ("null]", 4), ("[[],[]]]", 7)] {
            assert_eq!(scan(text), Step::Closed(end), "{text}");
        }
        assert_eq!(scan(r#"{"a":"x\"#), Step::More);
    }

    #[test]
    fn pieces_make_no_difference() {
        let text = r#"{"a":"x\\\"}","b":[{"c":"\u00e9"},[true,null,1]]}"#.as_bytes();
        for cut in 0..text.len() {
            let mut scanner = Scanner::default();
            assert_eq!(scanner.scan(&text[..cut]), Step::More);
            assert_eq!(scanner.scan(&text[cut..]), Step::Closed(text.len() - cut));
        }
    }

    #[test]
    fn notices_that_a_value_was_never_closed() {
        assert_eq!(scan("{\"a\":1\n{\"a\":2}"), Step::Broken(7, InputReason::UnexpectedOpening('{')));
        assert_eq!(scan("{\"a\":1,\n{\"a\":2}"), Step::Broken(8, InputReason::UnexpectedOpening('{')));
        assert_eq!(scan("{\"a\":\"b\n"), Step::Broken(7, InputReason::LineBreakInString));
        assert_eq!(scan("{\"a\":\"b\\\n"), Step::Broken(8, InputReason::LineBreakInString));
        assert_eq!(scan("[1}"), Step::Broken(2, InputReason::UnexpectedClosing('}')));
    }

    #[test]
    fn depth_costs_no_memory() {
        let mut scanner = Scanner::default();
        let deep = vec![b'['; 1_000_000];
        assert_eq!(scanner.scan(&deep), Step::More);
        assert!(scanner.objects.len() <= TRACKED_LEVELS);
        assert_eq!(scanner.scan(&vec![b']'; 1_000_000]), Step::Closed(1_000_000));
    }
}
