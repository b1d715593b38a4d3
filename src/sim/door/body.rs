//! The body of a request, within bounds of size and time, as it was before it
//! was compressed.

use std::io::Read;
use std::time::Duration;

use flate2::read::GzDecoder;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_ENCODING, HeaderMap};

/// A client that stalls in the middle is given up after this.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is wrong with a body: a status, an AWS code, and words.
pub struct Unread(pub u16, pub &'static str, pub String);

pub async fn read(headers: &HeaderMap, body: Incoming, bytes_max: usize) -> Result<Bytes, Unread> {
    let collected = tokio::time::timeout(PATIENCE, Limited::new(body, bytes_max).collect()).await;
    let bytes = match collected {
        Ok(Ok(collected)) => collected.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return Err(too_large(bytes_max)),
        Ok(Err(error)) => return Err(Unread(400, "IncompleteBody", format!("the body ended early: {error}"))),
        Err(_) => return Err(Unread(408, "RequestTimeout", "the body did not come in time".into())),
    };
    let encoding = headers.get(CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?").to_ascii_lowercase());
    match encoding.as_deref() {
        None | Some("" | "identity") => Ok(bytes),
        Some("gzip") => unzip(&bytes, bytes_max),
        Some(other) => {
            let why = format!("the sandbox does not read the content encoding {other}, which no service it simulates uses");
            Err(Unread(415, "UnsupportedMediaType", why))
        }
    }
}

fn unzip(bytes: &[u8], bytes_max: usize) -> Result<Bytes, Unread> {
    let mut plain = Vec::new();
    let read = GzDecoder::new(bytes).take(bytes_max as u64 + 1).read_to_end(&mut plain);
    read.map_err(|_| Unread(400, "SerializationException", "the body is not gzip".into()))?;
    if plain.len() > bytes_max { Err(too_large(bytes_max)) } else { Ok(plain.into()) }
}

fn too_large(bytes_max: usize) -> Unread {
    Unread(413, "RequestEntityTooLarge", format!("the body is larger than {} MiB", bytes_max >> 20))
}
