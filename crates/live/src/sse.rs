//! Server-sent events as they come (HTML standard, section 9.2.6), and lines.

use crate::Loss;

/// Cuts a stream of bytes into lines.
#[derive(Debug)]
pub(crate) struct Lines {
    buffer: Vec<u8>,
    /// How much of the buffer is known to have no line break.
    searched: usize,
    most: usize,
}

impl Lines {
    /// Lines of at most so many bytes.
    pub(crate) fn new(most: usize) -> Self {
        Self { buffer: Vec::new(), searched: 0, most }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole line without its end.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<u8>>, Loss> {
        let end = self.buffer.get(self.searched..).unwrap_or_default().iter().position(|byte| *byte == b'\n');
        let Some(end) = end.map(|end| self.searched + end) else {
            self.searched = self.buffer.len();
            return if self.buffer.len() > self.most { Err(Loss::TooLong(self.most)) } else { Ok(None) };
        };
        self.searched = 0;
        let rest = self.buffer.split_off(end + 1);
        let mut line = std::mem::replace(&mut self.buffer, rest);
        line.truncate(line.strip_suffix(b"\r\n").map_or(end, <[u8]>::len));
        Ok(Some(line))
    }
}

/// An event.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) data: Vec<u8>,
}

/// Puts events together.
#[derive(Debug)]
pub(crate) struct Events {
    lines: Lines,
    open: Event,
    most: usize,
}

impl Events {
    /// Events of at most so many bytes.
    pub(crate) fn new(most: usize) -> Self {
        Self { lines: Lines::new(most), open: Event::default(), most }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.lines.push(bytes);
    }

    /// The next whole event. One that the end of the stream leaves open is none: it may be cut.
    pub(crate) fn next(&mut self) -> Result<Option<Event>, Loss> {
        while let Some(line) = self.lines.next()? {
            if line.is_empty() {
                let event = std::mem::take(&mut self.open);
                if !event.data.is_empty() {
                    return Ok(Some(event));
                }
                continue;
            }
            let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
            let (field, value) = line.split_at(colon);
            let value = value.strip_prefix(b":").unwrap_or(value);
            self.take(field, value.strip_prefix(b" ").unwrap_or(value))?;
        }
        Ok(None)
    }

    fn take(&mut self, field: &[u8], value: &[u8]) -> Result<(), Loss> {
        match field {
            b"event" => self.open.name = String::from_utf8_lossy(value).into_owned(),
            b"data" => {
                if !self.open.data.is_empty() {
                    self.open.data.push(b'\n');
                }
                self.open.data.extend_from_slice(value);
                if self.open.data.len() > self.most {
                    return Err(Loss::TooLong(self.most));
                }
            }
            // A comment (Mastodon's `:thump`), `id`, `retry`, and fields to come.
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(parts: &[&str]) -> Vec<(String, String)> {
        let mut cutter = Events::new(100);
        let mut found = Vec::new();
        for part in parts {
            cutter.push(part.as_bytes());
            while let Some(event) = cutter.next().unwrap() {
                found.push((event.name, String::from_utf8(event.data).unwrap()));
            }
        }
        found
    }

    #[test]
    fn events_are_the_same_wherever_the_stream_is_cut() {
        let text = ":)\n\n:thump\nevent: update\ndata: {\"a\":\ndata: 1}\n\nevent: delete\r\ndata: 9\r\n\r\ndata: plain\n\nevent: update\ndata: open";
        let whole = events(&[text]);
        assert_eq!(whole, [("update".into(), "{\"a\":\n1}".into()), ("delete".into(), "9".into()), (String::new(), "plain".into())]);
        for at in 0..text.len() {
            let (one, two) = text.split_at(at);
            assert_eq!(events(&[one, two]), whole, "{at}");
        }
    }

    #[test]
    fn what_has_no_end_is_given_up() {
        let mut cutter = Events::new(10);
        cutter.push(b"data: 0123456789abc");
        assert!(matches!(cutter.next(), Err(Loss::TooLong(10))));
        let mut cutter = Events::new(10);
        cutter.push(b"data: 01\ndata: 01\ndata: 01\ndata: 01\ndata: 01\n");
        assert!(matches!(cutter.next(), Err(Loss::TooLong(10))));
    }
}
