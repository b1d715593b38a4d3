//! HTTP as those read it who stand between rollbook and a sandbox.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;

/// The bytes of a request, changed to be the connection's last.
pub fn last_request(connection: &TcpStream) -> Option<Vec<u8>> {
    let mut reader = BufReader::new(connection);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        match line.trim_end().to_ascii_lowercase().split_once(':') {
            Some(("content-length", value)) => length = value.trim().parse().ok()?,
            Some(("connection", _)) => continue,
            _ => {}
        }
        if line == "\r\n" {
            break;
        }
        head += &line;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some([head.as_bytes(), b"Connection: close\r\n\r\n", &body].concat())
}
