//! Bytes to the data of server-sent events.
//!
//! Works on bytes and decodes whole frames, so a character cut between two packets stays whole, and a byte that is no
//! UTF-8 costs one character and not the stream. Events, ids and comments are skipped: no provider needs them.

/// A frame, or the whole stream, is larger than allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLong;

/// Gathers bytes until a frame is whole.
#[derive(Debug)]
pub(super) struct Decoder {
    frame_bytes: usize,
    left: usize,
    /// The body is one JSON text and no stream: the endpoint did not heed `stream: true`, or failed politely.
    plain: bool,
    line: Vec<u8>,
    data: Vec<u8>,
    has_data: bool,
    after_cr: bool,
    first_line: bool,
}

impl Decoder {
    /// A decoder of frames of at most `frame_bytes` in a stream of at most `stream_bytes`.
    pub(super) fn new(frame_bytes: usize, stream_bytes: usize) -> Self {
        Self {
            frame_bytes,
            left: stream_bytes,
            plain: false,
            line: Vec::new(),
            data: Vec::new(),
            has_data: false,
            after_cr: false,
            first_line: true,
        }
    }

    /// A decoder of a body that is one frame.
    pub(super) fn plain(bytes: usize) -> Self {
        Self {
            plain: true,
            ..Self::new(bytes, bytes)
        }
    }

    /// Takes the next bytes, cut anywhere, and gives the frames they complete.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<String>, TooLong> {
        self.left = self.left.checked_sub(bytes.len()).ok_or(TooLong)?;
        let mut frames = Vec::new();
        if self.plain {
            self.data.extend_from_slice(bytes);
            self.has_data = true;
            return Ok(frames);
        }
        for &byte in bytes {
            let was_cr = std::mem::replace(&mut self.after_cr, byte == b'\r');
            match byte {
                b'\n' if was_cr => {}
                b'\n' | b'\r' => frames.extend(self.end_line()),
                _ => {
                    self.line.push(byte);
                    if self.line.len() + self.data.len() > self.frame_bytes {
                        return Err(TooLong);
                    }
                }
            }
        }
        Ok(frames)
    }

    /// The frame that the end of the stream left without its blank line.
    pub(super) fn finish(&mut self) -> Option<String> {
        if !self.line.is_empty() {
            self.end_line();
        }
        self.take_frame()
    }

    fn end_line(&mut self) -> Option<String> {
        let line = std::mem::take(&mut self.line);
        let mut line = line.as_slice();
        if std::mem::take(&mut self.first_line) {
            line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
        }
        if line.is_empty() {
            return self.take_frame();
        }
        let value = match line.strip_prefix(b"data") {
            Some(rest) if rest.is_empty() => rest,
            Some(rest) if rest[0] == b':' => rest[1..].strip_prefix(b" ").unwrap_or(&rest[1..]),
            _ => return None,
        };
        if self.has_data {
            self.data.push(b'\n');
        }
        self.has_data = true;
        self.data.extend_from_slice(value);
        None
    }

    fn take_frame(&mut self) -> Option<String> {
        let data = std::mem::take(&mut self.data);
        std::mem::take(&mut self.has_data).then(|| String::from_utf8_lossy(&data).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(pieces: &[&[u8]]) -> Vec<String> {
        let mut decoder = Decoder::new(1 << 20, 1 << 20);
        let mut frames = Vec::new();
        for piece in pieces {
            frames.extend(decoder.push(piece).unwrap());
        }
        frames.extend(decoder.finish());
        frames
    }

    #[test]
    fn reads_every_kind_of_line() {
        let stream = "\u{feff}data: one\n\n: a comment\nevent: x\nid: 1\ndata:two\r\n\r\ndata: th\ndata: ree\r\rdata\n\nretry: 5\n\n\n";
        assert_eq!(decode(&[stream.as_bytes()]), ["one", "two", "th\nree", ""]);
    }

    #[test]
    fn a_cut_anywhere_changes_nothing() {
        let stream = "\u{feff}data: کام\r\n\r\ndata: دودھ 🥛\n\ndata: a\rdata: b\r\rdata: last".as_bytes();
        let whole = decode(&[stream]);
        assert_eq!(whole, ["کام", "دودھ 🥛", "a\nb", "last"]);
        for a in 0..=stream.len() {
            for b in a..=stream.len() {
                assert_eq!(decode(&[&stream[..a], &stream[a..b], &stream[b..]]), whole, "cut at {a} and {b}");
            }
        }
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        assert_eq!(decode(&bytes), whole);
    }

    #[test]
    fn a_bad_byte_costs_one_character() {
        assert_eq!(decode(&[b"data: a\xffb\n\n", b"data: c\n\n"]), ["a\u{fffd}b", "c"]);
    }

    #[test]
    fn sizes_are_bounded() {
        let mut decoder = Decoder::new(10, 100);
        assert_eq!(decoder.push(b"data: 1234\n\n"), Ok(vec!["1234".to_owned()]));
        assert_eq!(decoder.push(b"data: 12345"), Err(TooLong));
        let mut decoder = Decoder::new(10, 20);
        assert!(decoder.push(b"data: 1234\n\n").is_ok());
        assert_eq!(decoder.push(b"data: 1234\n\n"), Err(TooLong));
        let mut lines = Decoder::new(10, 100);
        assert_eq!(lines.push(b"data: 123\ndata: 456\ndata: 789\ndata: 0"), Err(TooLong));
    }

    #[test]
    fn a_plain_body_is_one_frame() {
        let mut decoder = Decoder::plain(100);
        assert_eq!(decoder.push(b"{\n\n"), Ok(vec![]));
        assert_eq!(decoder.push(b"}"), Ok(vec![]));
        assert_eq!(decoder.finish().as_deref(), Some("{\n\n}"));
        assert_eq!(decoder.finish(), None);
    }
}
