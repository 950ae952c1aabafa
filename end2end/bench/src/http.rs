//! As much HTTP/1.1 as the load needs: one connection, kept alive, bodies of known length or in chunks.

use std::io::{Error, ErrorKind, Result};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    left: Left,
}

/// What is left of the answer's body.
enum Left {
    Nothing,
    Bytes(usize),
    Chunks,
}

pub struct Head {
    pub status: u16,
    headers: String,
}

impl Head {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Every value of a header that may come several times.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let fields = self.headers.lines().filter_map(|line| line.split_once(':'));
        fields
            .filter(move |(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }
}

impl Connection {
    pub async fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(8192),
            left: Left::Nothing,
        })
    }

    /// Sends a request and reads the head of its answer. `headers` are whole lines.
    pub async fn send(&mut self, method: &str, path: &str, headers: &str, body: &str) -> Result<Head> {
        let length = body.len();
        let request = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n{headers}\r\n{body}");
        self.stream.write_all(request.as_bytes()).await?;
        let end = loop {
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at;
            }
            self.fill().await?;
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        self.buffer.drain(..end + 4);
        let (first, headers) = head.split_once("\r\n").unwrap_or((&head, ""));
        let status = first
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok())
            .ok_or_else(|| broken("no status"))?;
        let head = Head {
            status,
            headers: headers.to_owned(),
        };
        self.left = match head.header("transfer-encoding") {
            Some(encoding) if encoding.eq_ignore_ascii_case("chunked") => Left::Chunks,
            _ => Left::Bytes(head.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0)),
        };
        Ok(head)
    }

    /// The next piece of the body as it comes over the wire; `None` at its end.
    pub async fn piece(&mut self) -> Result<Option<Vec<u8>>> {
        match self.left {
            Left::Nothing | Left::Bytes(0) => Ok(None),
            Left::Bytes(left) => {
                if self.buffer.is_empty() {
                    self.fill().await?;
                }
                let piece: Vec<u8> = self.buffer.drain(..left.min(self.buffer.len())).collect();
                self.left = Left::Bytes(left - piece.len());
                Ok(Some(piece))
            }
            Left::Chunks => {
                let mut piece = Vec::new();
                // All whole chunks that are here; waits only where there is none.
                loop {
                    match whole_chunk(&self.buffer)? {
                        Some((from, to)) if from == to => {
                            self.buffer.drain(..to + 2);
                            self.left = Left::Nothing;
                            return Ok((!piece.is_empty()).then_some(piece));
                        }
                        Some((from, to)) => {
                            piece.extend_from_slice(&self.buffer[from..to]);
                            self.buffer.drain(..to + 2);
                        }
                        None if piece.is_empty() => self.fill().await?,
                        None => return Ok(Some(piece)),
                    }
                }
            }
        }
    }

    /// The whole body.
    pub async fn body(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        while let Some(piece) = self.piece().await? {
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }

    async fn fill(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return Err(broken("the connection was closed"));
        }
        Ok(())
    }
}

/// Where the data of the first chunk begins and ends, if it is here with its line end.
fn whole_chunk(buffer: &[u8]) -> Result<Option<(usize, usize)>> {
    let Some(line) = find(buffer, b"\r\n") else { return Ok(None) };
    let size = std::str::from_utf8(&buffer[..line])
        .ok()
        .and_then(|text| usize::from_str_radix(text.trim(), 16).ok());
    let (from, size) = (line + 2, size.ok_or_else(|| broken("no chunk size"))?);
    Ok((buffer.len() >= from + size + 2).then_some((from, from + size)))
}

/// Reads one request from the other end of a line: its body, or `None` where the line ends before.
pub async fn request(socket: &mut TcpStream) -> Result<Option<Vec<u8>>> {
    let mut request = Vec::with_capacity(8192);
    loop {
        if let Some(end) = find(&request, b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
            let length: usize = head
                .split("content-length:")
                .nth(1)
                .and_then(|rest| rest.lines().next())
                .and_then(|text| text.trim().parse().ok())
                .unwrap_or(0);
            if request.len() >= end + 4 + length {
                return Ok(Some(request[end + 4..end + 4 + length].to_vec()));
            }
        }
        if socket.read_buf(&mut request).await? == 0 {
            return Ok(None);
        }
    }
}

pub fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

fn broken(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, what.to_owned())
}
