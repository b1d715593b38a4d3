//! Escapes, undone: `%2F` of URLs, `\u003c` and `\/` of JSON and of strings in
//! programs, `&lt;` of HTML. Writers differ in what they escape and in how they
//! spell it, and readers agree; so a text is read rather than guessed.

/// A text without its outermost escapes, and where each byte came from.
pub struct Layer {
    pub bytes: Vec<u8>,
    /// Behind each escape: the place here, and the place in the text.
    jumps: Vec<(usize, usize)>,
}

impl Layer {
    /// Where in the text the byte at a place of this layer came from.
    pub fn origin(&self, at: usize) -> usize {
        match self.jumps.partition_point(|(here, _)| *here <= at).checked_sub(1).map(|last| self.jumps[last]) {
            Some((here, there)) => there + (at - here),
            None => at,
        }
    }
}

/// Escapes stand in escapes: JSON in a JSON text, in a URL.
const DEEPEST: usize = 4;

/// What an escape begins with.
fn is_mark(byte: u8) -> bool {
    matches!(byte, b'%' | b'\\' | b'&')
}

/// The text with one layer of escapes undone, then with two, while there are any.
pub fn layers(text: &[u8]) -> impl Iterator<Item = Layer> {
    let mut next = undo(text, is_mark);
    std::iter::from_fn(move || {
        let layer = next.take()?;
        next = undo(&layer.bytes, is_mark);
        Some(layer)
    })
    .take(DEEPEST)
}

/// The text as it comes out when it was written with one kind of escape and is
/// read as if there were all kinds in it, for each kind.
pub fn misread(text: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let layers = [
        undo(text, |byte| is_mark(byte) && byte != b'%'),
        undo(text, |byte| is_mark(byte) && byte != b'\\'),
        undo(text, |byte| is_mark(byte) && byte != b'&'),
    ];
    layers.into_iter().flatten().map(|layer| layer.bytes)
}

/// Nothing when there is no escape in it.
fn undo(text: &[u8], is_mark: impl Fn(u8) -> bool) -> Option<Layer> {
    let mut layer = Layer { bytes: Vec::new(), jumps: Vec::new() };
    let (mut at, mut copied) = (0, 0);
    while let Some(next) = find(&text[at..], &is_mark) {
        at += next;
        let Some((meant, length)) = escape(&text[at..]) else {
            at += 1;
            continue;
        };
        layer.bytes.extend_from_slice(&text[copied..at]);
        match meant {
            Meant::Byte(byte) => layer.bytes.push(byte),
            Meant::Letter(letter) => layer.bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        at += length;
        copied = at;
        layer.jumps.push((layer.bytes.len(), at));
    }
    layer.bytes.extend_from_slice(if copied == 0 { &[] } else { &text[copied..] });
    (copied > 0).then_some(layer)
}

/// Most texts have no mark: many bytes are looked at at once.
fn find(text: &[u8], is_mark: impl Fn(u8) -> bool) -> Option<usize> {
    const STRIDE: usize = 64;
    let has_mark = |part: &[u8]| part.iter().fold(false, |found, byte| found | is_mark(*byte));
    let part = text.chunks(STRIDE).position(has_mark)? * STRIDE;
    Some(part + text[part..].iter().position(|byte| is_mark(*byte))?)
}

enum Meant {
    Byte(u8),
    Letter(char),
}

/// What an escape at the beginning of a text means, and how long it is. It is
/// never shorter than what it means.
fn escape(text: &[u8]) -> Option<(Meant, usize)> {
    match text {
        [b'%', b'u' | b'U', ..] => Some((Meant::Letter(char::from_u32(number(text.get(2..6)?, 16)?)?), 6)),
        [b'%', digits @ ..] => Some((Meant::Byte(number(digits.get(..2)?, 16)? as u8), 3)),
        [b'\\', b'u', b'{', digits @ ..] => {
            let end = digits.iter().take(7).position(|byte| *byte == b'}')?;
            Some((Meant::Letter(char::from_u32(number(&digits[..end], 16)?)?), end + 4))
        }
        [b'\\', b'u', ..] => utf16(text),
        [b'\\', b'x', digits @ ..] => Some((Meant::Byte(number(digits.get(..2)?, 16)? as u8), 4)),
        [b'\\', letter, ..] => Some((Meant::Byte(named(*letter)?), 2)),
        [b'&', rest @ ..] => {
            let end = rest.iter().take(9).position(|byte| *byte == b';')?;
            Some((Meant::Letter(entity(&rest[..end])?), end + 2))
        }
        _ => None,
    }
}

/// `\n`, and punctuation that stands for itself.
fn named(letter: u8) -> Option<u8> {
    Some(match letter {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'f' => 12,
        b'0' => 0,
        other if other.is_ascii_punctuation() || other == b' ' => other,
        _ => return None,
    })
}

/// `\u00fc`, or two of them for a letter beyond 16 bits.
fn utf16(text: &[u8]) -> Option<(Meant, usize)> {
    let unit = |at: usize| match text.get(at..at + 6)? {
        [b'\\', b'u', digits @ ..] => number(digits, 16),
        _ => None,
    };
    let first = unit(0)?;
    if let Some(letter) = char::from_u32(first) {
        return Some((Meant::Letter(letter), 6));
    }
    let units = [first as u16, unit(6)? as u16];
    let letter = char::decode_utf16(units).next()?.ok()?;
    Some((Meant::Letter(letter), 12))
}

/// The name of an HTML entity, or its number.
fn entity(name: &[u8]) -> Option<char> {
    match name {
        b"lt" => Some('<'),
        b"gt" => Some('>'),
        b"amp" => Some('&'),
        b"quot" => Some('"'),
        b"apos" => Some('\''),
        b"nbsp" => Some(' '),
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(number(digits, 16)?),
        [b'#', digits @ ..] => char::from_u32(number(digits, 10)?),
        _ => None,
    }
}

fn number(digits: &[u8], base: u32) -> Option<u32> {
    let text = std::str::from_utf8(digits).ok().filter(|text| text.chars().all(|letter| letter.is_digit(base)))?;
    u32::from_str_radix(text, base).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn undone(text: &str) -> Vec<String> {
        layers(text.as_bytes()).map(|layer| String::from_utf8_lossy(&layer.bytes).into_owned()).collect()
    }

    #[test]
    fn each_kind_of_escape_is_undone() {
        for (text, meant) in [
            ("a%2fb%2Fc", "a/b/c"),
            ("Z%C3%BCrich%FC", "Zürich\u{fffd}"),
            ("%u00fc", "ü"),
            (r#"\/ \" \u003C \u00fc \ud83d\ude00 \n"#, "/ \" < ü 😀 \n"),
            (r"\u{fc} \xc3\xbc \<", "ü ü <"),
            ("&lt;&gt;&amp;&quot;&#39;&#x27;&#xFC;", "<>&\"''ü"),
        ] {
            assert_eq!(undone(text).first().map(String::as_str), Some(meant), "{text}");
        }
        for text in ["", "100% done", "%", "%4", "\\", r"\u12", r"\ud83d", r"\q", "a & b;", "&unknown;", "&#;", r"\u{}", "ü%"] {
            assert_eq!(undone(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn escapes_within_escapes_are_undone_one_by_one() {
        assert_eq!(undone(r"%5Cu0026lt%3B"), [r"\u0026lt;", "&lt;", "<"]);
    }

    #[test]
    fn each_byte_knows_where_it_came_from() {
        let text = r"ab%2Fcd\u00fcef";
        let layer = undo(text.as_bytes(), is_mark).expect("there are escapes");
        assert_eq!(String::from_utf8_lossy(&layer.bytes), "ab/cdüef");
        let origins: Vec<usize> = [0, 2, 3, 4, 5, 7, 8, 9].map(|at| layer.origin(at)).into();
        assert_eq!(origins, [0, 2, 5, 6, 7, 13, 14, 15]);
    }
}
